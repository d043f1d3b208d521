// Reads an Atom or RSS document with an npm parser and prints what it found as JSON: node read_feeds.mjs FILE.
import { createReadStream } from 'node:fs';

let FeedParser;
try {
  ({ default: FeedParser } = await import('feedparser'));
} catch {
  process.exit(77);
}
const items = [];
createReadStream(process.argv[2])
  .pipe(new FeedParser({ addmeta: false }))
  .on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  })
  .on('readable', function read() {
    for (let item = this.read(); item !== null; item = this.read()) {
      items.push({
        id: item.guid,
        title: item.title,
        link: item.link,
        published: item.pubdate?.toISOString(),
        modified: item.date?.toISOString(),
        source: item.source?.title,
      });
    }
  })
  .on('end', () => console.log(JSON.stringify(items)));
