// The sanitiser beside a real browser's tree: node trees.mjs TRIBUTARY [FOLDER…]. Each input (the payloads, markup put
// together at random from a fixed seed, the files of the folders) is read by Chromium as a fragment, written out by it as
// balanced HTML, and both go through `tributary parse`: what the tags of the input meant to us must be what they meant to
// the browser. An input whose tree can't be written in HTML (the browser itself reads its own innerHTML otherwise) asks
// nothing here. Ends with 77 (skipped) without a browser (chromium.mjs); each line that begins with "not ok" is a failure.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from './chromium.mjs';

const browser = await launch();
const [tributary, ...folders] = process.argv.slice(2);

// Markup at random, the same at each run
let state = Number(process.env.SEED ?? 20261125);
const random = (below) => {  // mulberry32
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % below;
};
const one = (list) => list[random(list.length)];
const groups = {
  blocks: 'address article aside blockquote center details dialog dir div dl fieldset figure footer form h1 h2 h6 header hgroup hr main menu nav ol p pre listing section summary ul li dd dt search'.split(' '),
  inline: 'a abbr b big code em font i nobr s small strike strong tt u span sub sup label q cite time mark ruby rb rt rtc rp'.split(' '),
  tables: 'table caption colgroup col tbody thead tfoot tr td th'.split(' '),
  odd: 'x-note y y2 picture source img br wbr embed object param applet marquee button select option optgroup textarea input keygen iframe noembed noframes noscript script style template title xmp plaintext svg math image body html head frameset frame video audio track map area canvas isindex base link meta'.split(' '),
  foreign: 'g path circle desc title foreignObject mi mo mtext annotation-xml'.split(' '),
};
const texts = ['a', ' ', '\n', 'word ', '&amp;', '&lt;b>', '&#13;\n', '&#0;', '&notit;', '&not', 'x<', '< p', '<>', '</>', '</ p>', '<!-- c -->', '<!--', '-->', '<!x>', '<?x?>', '<![CDATA[z]]>', 'ж', '\u202e', '🙂'];
const attributes = ['', '', '', ' class="c"', ' href="/x"', ' title=t', " alt='&quot;'", ' href=javascript:x()', ' / ', ' x=">"', ' src="/i.png"', ' lang=de', ' dir=rtl', ' =a', ' a"b'];
const name = (weights) => one(groups[one(weights)]);
const made = () => {
  const weights = one([['blocks', 'inline'], ['blocks', 'inline', 'tables'], ['inline'], ['tables', 'tables', 'inline'], ['blocks', 'inline', 'tables', 'odd'], ['odd', 'foreign', 'inline']]);
  let text = '';
  const open = [];
  for (let i = 2 + random(14); i > 0; --i) {
    const kind = random(10);
    if (kind < 4) {
      const element = name(weights);
      open.push(element);
      text += `<${random(8) === 0 ? element.toUpperCase() : element}${one(attributes)}${random(20) === 0 ? '/' : ''}>`;
    } else if (kind < 6) {
      text += `</${open.length > 0 && random(4) > 0 ? open.splice(random(3) === 0 ? random(open.length) : open.length - 1, 1)[0] : name(weights)}${random(20) === 0 ? ' x' : ''}>`;
    } else {
      text += one(texts);
    }
  }
  return text;
};
const inputs = Object.values(JSON.parse(readFileSync(new URL('payloads.json', import.meta.url), 'utf8'))).flat();
for (let i = Number(process.env.COUNT ?? 6000); i > 0; --i) inputs.push(made());
for (const folder of folders)
  for (const file of readdirSync(folder)) inputs.push(readFileSync(join(folder, file)).toString());
// What the parser does to a text before it is read as HTML is not asked: characters that no feed may hold go, and so does white space around it.
const unfit = /[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/u;
// Nor is where the two are known to part, each with its reason:
const known = [
  /<\/?search/i,  // a special element by the standard, no such thing to Chromium
  /<dialog/i,  // no special element, but gumbo can be told of special blocks only
  /<(svg|math)[^]*<\/(p|br)\b/i,  // end tags that leave SVG and MathML since 2020, in gumbo they don't
  /<(svg|math)[^>]*</i, /<(svg|math)[^]*<\/>/i, /<\/(svg|math)[^>]/i,  // "<svg a<b>", "</>" in there and "</svg >" lead gumbo astray
  /<select/i,  // holds more than options since 2025
  /<isindex/i,  // a form to gumbo, nothing by today's standard
  /<main[^]*<\/fieldset|<fieldset[^]*<\/main/i,  // main goes to gumbo as a fieldset
];
const html = new Set(`${Object.values(groups).flat().filter((each) => !/^(x-note|y2?|picture)$/.test(each) && !groups.foreign.includes(each)).join(' ')} b i u s a p`.split(' '));
// Names that HTML has not are all one to gumbo: </x> may close <y>.
const strangers = (input) => new Set([...input.matchAll(/<\/?([a-z][^\s\/>]*)/gi)].map(([, each]) => each.toLowerCase()).filter((each) => !html.has(each))).size;
const asking = inputs.map((input) => input.trim()).filter((input) => !unfit.test(input) && !known.some((each) => each.test(input)) && strangers(input) < 2);

// Through the browser
const page = await browser.newPage();
await page.route('**/*', (route) => route.abort());
/** The tree in HTML, or null when HTML can't say it. Nothing of it is loaded or run: the document is not shown. */
const balance = (some) => some.map((input) => {
  const holder = document.implementation.createHTMLDocument('').createElement('div');
  holder.innerHTML = input;
  const written = holder.innerHTML;
  holder.innerHTML = written;
  return holder.innerHTML === written ? written : null;
});

// Through the parser
const clean = (some) => {
  const feed = { version: 'https://jsonfeed.org/version/1.1', title: 't', items: some.map((input, i) => ({ id: `${i}`, content_html: input })) };
  const read = JSON.parse(execFileSync(tributary, ['parse', '--base', 'https://example.org/news/', '-'],
    { input: JSON.stringify(feed), maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'ignore'] }).toString());
  const outputs = new Map(read.entries.map((entry) => [entry.id, entry.content?.[0]?.value ?? '']));
  return some.map((_, i) => outputs.get(`${i}`) ?? '');
};

let failures = 0;
let asked = 0;
const batch = 500;
for (let from = 0; from < asking.length; from += batch) {
  const some = asking.slice(from, from + batch);
  const trees = await page.evaluate(balance, some);
  const sound = some.map((input, i) => [input, trees[i]]).filter(([, tree]) => tree !== null && !unfit.test(tree));
  asked += sound.length;
  const ours = clean(sound.map(([input]) => input));
  const theirs = clean(sound.map(([, tree]) => tree));
  sound.forEach(([input, tree], i) => {
    if (ours[i] === theirs[i]) return;
    failures += 1;
    if (failures <= 20) console.log(`not ok - read as the browser reads it: ${JSON.stringify({ input, ours: ours[i], browser: theirs[i], tree })}`);
  });
}
await browser.close();
if (asked < inputs.length / 2) {
  failures += 1;
  console.log(`not ok - at least half of the inputs asked something: ${asked}`);
}
console.log(`# ${asked} of ${inputs.length} inputs asked, ${failures} differ`);
process.exit(failures === 0 ? 0 : 1);
