// Attacks through the parser into a real browser: node payloads.mjs TRIBUTARY. Each payload of payloads.json, and each
// dangerous address in each attribute that takes one, goes through `tributary parse` in every field that holds text; the
// page then holds what came out. No script may run, no handler and no address with another scheme may be left, and the
// browser's tree must be the one that was written. Ends with 77 (skipped) without a browser
// (chromium.mjs); each line that begins with "not ok" is a failure.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { launch } from './chromium.mjs';

const browser = await launch();
let failures = 0;
const check = (truth, sentence, seen = '') => {
  if (!truth) failures += 1;
  console.log(`${truth ? 'ok' : 'not ok'} - ${sentence}${truth || seen === '' ? '' : `: ${JSON.stringify(seen)}`}`);
};

// The payloads
const addresses = ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' javascript:alert(1)', 'java\tscript:alert(1)', 'java\nscript:alert(1)',
  'javascript&colon;alert(1)', '&#106;avascript:alert(1)', '&#1;javascript:alert(1)', 'vbscript:alert(1)', 'data:text/html,<script>alert(1)</script>',
  'blob:https://example.org/x', 'view-source:x', 'feed:javascript:alert(1)', 'javascript:alert(1)//https://example.org/'];
const attributes = [['a', 'href'], ['area', 'href'], ['img', 'src'], ['img', 'srcset'], ['img', 'longdesc'], ['img', 'lowsrc'], ['img', 'dynsrc'],
  ['img', 'data-src'], ['img', 'data-srcset'], ['img', 'usemap'], ['source', 'src'], ['source', 'srcset'], ['video', 'src'], ['video', 'poster'],
  ['audio', 'src'], ['track', 'src'], ['q', 'cite'], ['blockquote', 'cite'], ['del', 'cite'], ['ins', 'cite'], ['iframe', 'src'], ['iframe', 'srcdoc'],
  ['embed', 'src'], ['object', 'data'], ['form', 'action'], ['button', 'formaction'], ['input', 'formaction'], ['input', 'src'], ['link', 'href'],
  ['base', 'href'], ['body', 'background'], ['table', 'background'], ['td', 'background'], ['html', 'manifest'], ['a', 'ping'], ['a', 'xlink:href'], ['bgsound', 'src']];
const groups = JSON.parse(readFileSync(new URL('payloads.json', import.meta.url), 'utf8'));
groups.addresses = attributes.flatMap(([element, attribute]) =>
  addresses.map((address) => `<${element} ${attribute}="${address}">x</${element}>`));
const payloads = Object.values(groups).flat();
check(Object.values(groups).flat().length - groups.addresses.length >= 300, 'the list has at least 300 payloads of its own');

// Through the parser
const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const quoted = (text) => escaped(text).replace(/"/g, '&quot;');
const cdata = (text) => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
const parse = (document) => {
  try {
    return JSON.parse(execFileSync(process.argv[2], ['parse', '--base', 'https://example.org/news/', '-'],
      { input: document, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'ignore'] }).toString());
  } catch (fault) {
    if (fault.status === 1) return { entries: [] };  // not a feed at all: nothing is shown
    throw fault;
  }
};
const rss = (item) => `<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>${item}</channel></rss>`;
const documents = [
  rss(payloads.map((payload) => `<item><title>${escaped(payload)}</title><link>${escaped(payload)}</link><guid>${escaped(payload)}</guid>
    <description>${escaped(payload)}</description><content:encoded>${cdata(payload)}</content:encoded><dc:creator>${escaped(payload)}</dc:creator>
    <category>${escaped(payload)}</category><enclosure url="${quoted(payload)}" type="${quoted(payload)}" length="1"/></item>`).join('')),
  rss(payloads.map((payload) => `<item><description>${escaped(escaped(payload))}</description></item>`).join('')),
  `<feed xmlns="http://www.w3.org/2005/Atom">${payloads.map((payload, i) => `<entry><id>urn:${i}</id><title type="html">${escaped(payload)}</title>
    <link href="${quoted(payload)}"/><summary type="html">${cdata(payload)}</summary><content type="html">${escaped(payload)}</content>
    <author><name>${escaped(payload)}</name><uri>${escaped(payload)}</uri></author></entry>`).join('')}</feed>`,
  JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: 't', items: payloads.map((payload, i) => ({
    id: `${i}`, title: payload, url: payload, content_html: payload, summary: payload, authors: [{ name: payload, url: payload }] })) }),
];
// Inline markup is no text but elements, and mostly ill-formed: a document of its own for each, so that none spoils another.
for (const payload of payloads.slice(0, payloads.length - groups.addresses.length)) {
  documents.push(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:x</id><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">${payload}</div></content></entry></feed>`);
  documents.push(rss(`<item><description>${payload}</description></item>`));
}
const html = new Set();
const urls = new Set();
const collect = (value, key) => {
  if (Array.isArray(value)) return value.forEach((each) => collect(each, key));
  if (value !== null && typeof value === 'object') {
    if (value.type === 'html' || value.type === 'xhtml') html.add(value.value);
    return Object.entries(value).forEach(([name, each]) => collect(each, name));
  }
  if (['link', 'href', 'url', 'uri', 'self', 'comments', 'src'].includes(key)) urls.add(value);
  return undefined;
};
for (const document of documents) collect(parse(document).entries, '');
check(html.size > payloads.length / 2, 'the parser gives HTML for most payloads', html.size);

// Into the browser
const page = await browser.newPage();
const asked = [];
const home = 'https://page.example.org/';
let content = '';
await page.route('**/*', (route) => {
  if (route.request().url() === home) return route.fulfill({ contentType: 'text/html; charset=utf-8', body: content });
  asked.push(route.request().url());
  return route.abort();
});
const dialogs = [];
page.on('dialog', async (dialog) => { dialogs.push(dialog.message()); await dialog.dismiss(); });
await page.addInitScript(() => {
  globalThis.ran = [];
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) globalThis[name] = () => globalThis.ran.push(name);
});

/** What is wrong with the tree that the browser made of each output. */
const inspect = (outputs) => {
  const faults = [];
  const schemes = ['http:', 'https:', 'mailto:', 'ftp:', 'tel:', 'magnet:'];
  const takesUrl = ['href', 'src', 'cite', 'poster', 'longdesc'];
  const voids = ['area', 'br', 'col', 'hr', 'img', 'source', 'track', 'wbr'];
  const text = (value) => value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const written = (node) => {
    if (node.nodeType === 3) return text(node.data);
    if (node.nodeType !== 1) return `[node ${node.nodeType}]`;
    const name = node.localName;
    const attributes = [...node.attributes].map((one) => ` ${one.name}="${text(one.value).replace(/"/g, '&quot;')}"`).join('');
    const inside = [...node.childNodes].map(written).join('');
    return voids.includes(name) ? `<${name}${attributes}>` : `<${name}${attributes}>${inside}</${name}>`;
  };
  const holders = [...document.body.children].filter((one) => one.className === 'holder');
  if (holders.length !== outputs.length || document.body.children.length !== outputs.length)
    faults.push(['an output left its place', holders.length, outputs.length]);
  holders.forEach((holder, i) => {
    const seen = [...holder.childNodes].map(written).join('');
    if (seen !== outputs[i]) faults.push(['the browser reads another tree', outputs[i], seen]);
    const again = document.implementation.createHTMLDocument('').createElement('div');
    again.innerHTML = holder.innerHTML;
    if (again.innerHTML !== holder.innerHTML) faults.push(['innerHTML changes when it is read again', outputs[i]]);
    for (const element of holder.querySelectorAll('*')) {
      if (element.namespaceURI !== 'http://www.w3.org/1999/xhtml') faults.push(['foreign element', outputs[i]]);
      if (/^(script|style|iframe|object|embed|applet|form|input|button|select|textarea|base|meta|link|template|noscript|title|frame|frameset)$/.test(element.localName))
        faults.push([`<${element.localName}>`, outputs[i]]);
      for (const { name, value } of element.attributes) {
        if (/^(on|style$|id$|name$|srcdoc$|form|action$|data-|xlink|xml)/.test(name)) faults.push([name, outputs[i]]);
        const addresses = takesUrl.includes(name) ? [value] : name === 'srcset' ? value.split(/,\s+/) : [];
        for (const address of addresses) {
          const url = URL.canParse(address, 'https://example.org/') ? new URL(address, 'https://example.org/') : null;
          if (url !== null && !schemes.includes(url.protocol)) faults.push([`scheme ${url.protocol}`, outputs[i]]);
        }
      }
    }
  });
  return faults;
};
/** Everything a reader may do with it. */
const use = async () => {
  for (const element of document.querySelectorAll('.holder *')) {
    for (const name of ['focus', 'blur', 'mouseover', 'mouseenter', 'pointerenter', 'click', 'error', 'load', 'toggle', 'copy', 'scroll', 'wheel',
      'animationstart', 'transitionend', 'beforetoggle', 'loadstart', 'input', 'submit', 'keydown', 'start', 'finish']) {
      const event = new Event(name, { bubbles: true, cancelable: true });
      if (name === 'click') event.preventDefault();
      element.dispatchEvent(event);
    }
    if (element.localName === 'a' && element.protocol === 'javascript:') element.click();
  }
  // What was set going runs before this does.
  await new Promise((done) => { requestAnimationFrame(() => setTimeout(done, 0)); });
  return globalThis.ran;
};

const outputs = [...html];
const batch = 250;
for (let from = 0; from < outputs.length; from += batch) {
  const some = outputs.slice(from, from + batch);
  content = `<!DOCTYPE html><meta charset="utf-8"><body>${some.map((one) => `<div class="holder">${one}</div>`).join('')}</body>`;
  await page.goto(home, { waitUntil: 'domcontentloaded' });
  const faults = await page.evaluate(inspect, some);
  check(faults.length === 0, `outputs ${from + 1} to ${from + some.length} are clean and read as they were written`, faults.slice(0, 5));
  const ran = await page.evaluate(use);
  check(ran.length === 0 && dialogs.length === 0, `nothing ran in outputs ${from + 1} to ${from + some.length}`, [ran, dialogs]);
}
const bad = await page.evaluate((all) => all.filter((address) => URL.canParse(address, 'https://example.org/') &&
  /^(javascript|vbscript|livescript|data|blob|file|jar|mhtml|view-source):$/.test(new URL(address, 'https://example.org/').protocol)), [...urls]);
check(bad.length === 0, `none of ${urls.size} addresses runs code or reaches files`, bad.slice(0, 5));
check(asked.every((url) => /^(https?|about|data:image):?/.test(url)), 'nothing but web addresses was asked for', asked.filter((url) => !/^https?:/.test(url)).slice(0, 5));
await browser.close();
console.log(`# ${payloads.length} payloads, ${documents.length} documents, ${outputs.length} outputs, ${urls.size} addresses`);
process.exit(failures === 0 ? 0 : 1);
