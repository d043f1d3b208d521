// The pages in a real browser: node pages.mjs PUBLISHER_SAMPLE. Ends with 77 (skipped) without chromium or without the npm
// packages of package.json; each line that begins with "not ok" is a failure, and the end is then 1.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const axePath = fileURLToPath(new URL('node_modules/axe-core/axe.min.js', import.meta.url));
let chromium;
try {
  ({ chromium } = await import('playwright-core'));
} catch {
  console.log('skipped: no playwright-core (npm ci in tests/publisher/browser)');
  process.exit(77);
}
for (const needed of [chromiumPath, axePath]) {
  if (!existsSync(needed)) {
    console.log(`skipped: no ${needed}`);
    process.exit(77);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'tributary-pages-'));
execFileSync(process.argv[2], [folder]);
const address = (path) => `file://${folder}/${path}`;
const pages = ['index.html', 'topics/business/index.html', 'topics/learning/index.html', 'types/news/index.html',
  'partners/port-library/index.html', 'partners/port-library/others/index.html', 'digest/index.html',
  'digest/2026-W47/index.html', 'embed.html'];
const phone = { width: 390, height: 844 };
const narrow = { width: 320, height: 640 };
const desktop = { width: 1280, height: 900 };

const browser = await chromium.launch({
  executablePath: chromiumPath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
let failures = 0;
const check = (truth, sentence, seen = '') => {
  if (!truth) failures += 1;
  console.log(`${truth ? 'ok' : 'not ok'} - ${sentence}${truth || seen === '' ? '' : `: ${JSON.stringify(seen)}`}`);
};
const equal = (seen, expected, sentence) =>
  check(JSON.stringify(seen) === JSON.stringify(expected), sentence, { seen, expected });
/** Opens the page, lets `look` at it, closes it. */
const at = async (path, options, look) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(address(path));
  await look(page, asked);
  await context.close();
};

await at('index.html', { viewport: desktop, javaScriptEnabled: false }, async (page, asked) => {
  equal(await page.locator('h1').allInnerTexts(), ['Partnerships & Collaboration'], 'one heading names the page');
  equal(await page.locator('.dated').first().innerText(), 'News / Last Modified: 20 November 2026',
    'an entry says its type and when it was last modified');
  equal((await page.locator('.h-entry h3').allInnerTexts()).slice(0, 2),
    ['Eleven libraries, one catalogue: what the first year taught us',
      'Webinar: reading a cash-flow statement with your local librarian'], 'entries stand newest first');
  equal(await page.locator('.also').innerText(), 'Also published by Friends of Reading, Riverbank University Press',
    'other partners of a story are named');
  equal(await page.locator('figcaption').innerText(), 'Photo: Harbour Public Library · CC BY-NC-ND 2.0',
    'the photo has its credit and licence');
  equal(await page.locator('.photo img').getAttribute('alt'), 'Four people around a table covered with books and plans',
    'the photo has its words');
  equal(await page.locator('link[rel=alternate]').evaluateAll((links) => links.map((link) => link.getAttribute('type'))),
    ['application/atom+xml', 'application/rss+xml', 'application/feed+json', 'application/json+oembed'],
    'the page names its feeds');
  equal(await page.locator('script:not([type="application/ld+json"])').count(), 0, 'there is no script');
  check(asked.every((url) => url.startsWith(`file://${folder}/`)), 'nothing is asked of any other place', asked);
  const data = JSON.parse(await page.locator('script').textContent());
  equal([data['@type'], data.numberOfItems], ['ItemList', 7], 'linked data lists the entries');
});

for (const path of pages) {
  await at(path, { viewport: desktop }, async (page) => {
    for (const viewport of [desktop, phone, narrow]) {
      await page.setViewportSize(viewport);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      equal(over, 0, `${path} needs no sideways scrolling at ${viewport.width} pixels`);
    }
    const links = await page.locator('a[href], link[href], img[src]').evaluateAll((all) =>
      all.map((one) => one.href ?? one.src).filter((href) => href.startsWith('file:')));
    const dead = links.filter((href) => !existsSync(fileURLToPath(href.split('#')[0])));
    equal(dead, [], `${path} links only to what is there`);
  });
  for (const [colorScheme, viewport] of [['light', desktop], ['dark', phone]]) {
    await at(path, { viewport, colorScheme }, async (page) => {
      await page.evaluate(readFileSync(axePath, 'utf8'));
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        resultTypes: ['violations'],
      }));
      equal(violations.map((fault) => [fault.id, fault.nodes[0].html]), [],
        `${path} has no fault that axe knows (${colorScheme}, ${viewport.width})`);
    });
  }
}

await at('index.html', { viewport: phone, colorScheme: 'dark' }, async (page) => {
  const [paper, ink] = await page.evaluate(() => {
    const style = getComputedStyle(document.body);
    return [style.backgroundColor, style.color].map((colour) =>
      colour.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0));
  });
  check(paper < 150 && ink > 600, 'in the dark the paper is dark and the ink light', { paper, ink });
});

await at('index.html', { viewport: desktop }, async (page) => {
  const entry = page.locator('article[lang=he]');
  equal(await entry.getAttribute('dir'), 'rtl', 'a Hebrew entry runs from right to left');
  const [article, title] = await Promise.all([entry.boundingBox(), entry.locator('h3 a').boundingBox()]);
  check(Math.abs(article.x + article.width - title.x - title.width) < 2, 'its title stands at the right');
  equal(await entry.locator('.dated').innerText(), 'Document / Last Modified: 17 November 2026',
    'its date line stays in the language of the page');
});

await at('index.html', { viewport: desktop }, async (page) => {
  await page.keyboard.press('Tab');
  const first = page.locator(':focus');
  equal(await first.innerText(), 'Skip to the list', 'the first key stop skips to the list');
  check((await first.boundingBox()).y >= 0, 'and can be seen then');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  equal(await page.locator(':focus').getAttribute('href'), 'https://harbour.example.org/shared-catalogue',
    'after it comes the first entry');
  const unseen = [];
  const all = await page.locator('a[href]').count();
  for (let i = 0; i < all; ++i) {
    const seen = await page.evaluate(() => {
      const style = getComputedStyle(document.activeElement);
      return document.activeElement === document.body ||
        (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);
    });
    if (!seen) unseen.push(await page.locator(':focus').evaluate((element) => element.outerHTML));
    await page.keyboard.press('Tab');
  }
  equal(unseen, [], 'wherever the keyboard goes, it is seen');
});

await at('index.html', { viewport: desktop }, async (page) => {
  await page.emulateMedia({ media: 'print' });
  equal([await page.locator('.side').isVisible(), await page.locator('.entries').isVisible()], [false, true],
    'on paper there is the list, not the ways to other pages');
});

await browser.close();
rmSync(folder, { recursive: true });
console.log(failures === 0 ? 'all well' : `${failures} failed`);
process.exit(failures === 0 ? 0 : 1);
