// What an editor gets of the schema: node editor.mjs, against the YAML language server that editors use (npm ci in this folder). Ends with
// 77 (skipped) where it is not installed; each line that begins with "not ok" is a failure, and the end is then 1.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const server = fileURLToPath(new URL('node_modules/yaml-language-server/bin/yaml-language-server', import.meta.url));
if (!existsSync(server)) {
  console.log('skipped: no yaml-language-server (npm ci in tests/config/editor)');
  process.exit(77);
}
const require = createRequire(import.meta.url);
const { createMessageConnection, StreamMessageReader, StreamMessageWriter } = require('vscode-jsonrpc/node');

let failures = 0;
const check = (truth, sentence, seen = '') => {
  if (!truth) failures += 1;
  console.log(`${truth ? 'ok' : 'not ok'} - ${sentence}${truth || seen === '' ? '' : `: ${JSON.stringify(seen)}`}`);
};

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tributary-editor-'));
// The line that README and the sample tell admins to write: nothing else names the schema.
const modeline = `# yaml-language-server: $schema=${pathToFileURL(join(root, 'config/feeds.schema.json'))}\n`;

const process_ = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
const connection = createMessageConnection(new StreamMessageReader(process_.stdout), new StreamMessageWriter(process_.stdin));
const settings = { yaml: { validate: true, completion: true, hover: true, schemaStore: { enable: false } } };
const sections = { yaml: settings.yaml };
connection.onRequest('workspace/configuration', ({ items }) => items.map(({ section }) => sections[section] ?? {}));
connection.onRequest('client/registerCapability', () => null);
const waiting = new Map();
connection.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics }) => waiting.get(uri)?.(diagnostics));
connection.listen();
await connection.sendRequest('initialize', {
  processId: process.pid, rootUri: pathToFileURL(folder).href,
  capabilities: { textDocument: { completion: { completionItem: { documentationFormat: ['markdown'] } }, hover: {}, publishDiagnostics: {} },
    workspace: { configuration: true } },
});
await connection.sendNotification('initialized', {});
await connection.sendNotification('workspace/didChangeConfiguration', { settings });

let count = 0;
/** Opens a feeds.yaml; "|" is where the cursor stands. Gives what the editor would show. */
const open = async (text) => {
  const at = text.indexOf('|');
  const whole = modeline + text.replace('|', '');
  const before = (modeline + (at < 0 ? text : text.slice(0, at))).split('\n');
  const uri = pathToFileURL(join(folder, `feeds-${count += 1}.yaml`)).href;
  writeFileSync(fileURLToPath(uri), whole);
  const diagnosed = new Promise((resolve) => waiting.set(uri, resolve));
  await connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text: whole } });
  const position = { line: before.length - 1, character: before.at(-1).length };
  const ask = (what) => connection.sendRequest(`textDocument/${what}`, { textDocument: { uri }, position });
  return { diagnosed, complete: async () => (await ask('completion')).items.map((item) => item.label), hover: () => ask('hover') };
};

const head = 'site:\n  title: Sample\n  url: https://partners.example.org/\n';
try {
  const inSite = await (await open('site:\n  title: Sample\n  |\n')).complete();
  check(['language', 'timezone', 'intro', 'photo'].every((key) => inSite.includes(key)), 'the keys of site are offered', inSite);
  const inFeed = await (await open(`${head}feeds:\n  - url: https://example.org/news.atom\n    |\n`)).complete();
  check(['name', 'topics', 'licence', 'auth'].every((key) => inFeed.includes(key)) && !inFeed.includes('url'),
    'the keys of a feed are offered, and none that is there already', inFeed);
  const values = await (await open(`${head}publish:\n  order: |\n`)).complete();
  check(['modified', 'published', 'first_seen'].every((value) => values.includes(value)), 'the values of a key are offered', values);
  const hover = await (await open(`${head}fetch:\n  min_inter|val: 1h\n`)).hover();
  check(JSON.stringify(hover.contents).includes('asked more often'), 'what a key means is shown', hover);

  const wrong = await (await open('site:\n  titel: Sample\n  url: https://partners.example.org/\n')).diagnosed;
  check(wrong.some((fault) => fault.message.includes('titel') && fault.range.start.line === 2),
    'a wrong key is marked where it stands', wrong);
  const type = await (await open(`${head}publish: {items: many}\n`)).diagnosed;
  check(type.length > 0, 'a wrong value is marked', type);
  const good = await (await open(readFileSync(join(root, 'feeds.yaml'), 'utf8').replaceAll('|', ''))).diagnosed;
  check(good.length === 0, 'the sample has no fault', good);
} finally {
  connection.dispose();
  process_.kill();
  rmSync(folder, { recursive: true });
}
process.exit(failures > 0 ? 1 : 0);
