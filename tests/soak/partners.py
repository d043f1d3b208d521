"""Partners for the soak: many feeds on several loopback addresses that grow, are edited, fail, move, lie, hang, send pages instead of
feeds and break off. What a feed holds is a function of its number and the time since the start, so that nothing has to be kept
but what was really delivered: that is what the store must know in the end."""

import asyncio
import email.utils
import random
import time
import zlib

HOSTS = [f"127.0.0.{last}" for last in range(2, 22)]
FIRST_ITEMS = 10
WINDOW = 20  # items in a document
WORDS = [a + b for a in ("lib", "har", "sto", "mer", "pil", "tan", "gro", "vel", "can", "dro", "fis", "wen", "kol", "bur", "jas", "ned", "ost", "qui")
         for b in ("ary", "bour", "ridge", "mont", "lin", "der", "gate", "wick", "son", "ford", "mere", "stead", "combe", "ley", "thorpe", "den", "by", "worth")]


class Partners:
    """`feeds` feeds, each with something to say about every `growth` to five times `growth` seconds. The kind of a feed is its
    number modulo 10: 0 to 3 behave, each other one misbehaves in its own way until settle() is called."""

    def __init__(self, feeds, growth):
        self.feeds, self.growth, self.began = feeds, growth, time.time()
        self.ends = None  # since when nothing new appears
        self.requests = {}  # feed -> how often it was asked
        self.delivered = {}  # (feed, item) -> when it first went out whole, in a good answer
        self.counts = {}  # what was answered, by name
        self.servers, self.port = [], 0

    async def start(self):
        for host in HOSTS:
            server = await asyncio.start_server(self.serve, host, self.port, backlog=512)
            self.port = server.sockets[0].getsockname()[1]
            self.servers.append(server)

    def address(self, feed):
        return f"http://{HOSTS[feed % len(HOSTS)]}:{self.port}/feed/{feed}"

    def settle(self):
        """No further item, edit or misdeed from here on."""
        self.ends = time.time()

    def now(self):
        return self.ends or time.time()

    def period(self, feed):
        return self.growth * (1 + feed * 37 % 41 / 10)

    def items(self, feed):
        """Numbers of the items in the document now, newest first, with their times."""
        period = self.period(feed)
        grown = int((self.now() - self.began) / period + feed * 61 % 97 / 97)
        newest = FIRST_ITEMS + grown - 1
        start = self.began - (feed * 61 % 97 / 97) * period
        numbers = range(newest, max(-1, newest - WINDOW), -1)
        return [(n, self.began - 3600 * (FIRST_ITEMS - n) - feed if n < FIRST_ITEMS else start + (n - FIRST_ITEMS + 1) * period) for n in numbers]

    def document(self, feed):
        kind, entries = feed % 10, []
        edits = int((self.now() - self.began) / (4 * self.growth))
        for n, made in self.items(feed):
            words = random.Random(feed * 1_000_003 + n)
            text = " ".join(words.choices(WORDS, k=60))
            if kind == 9 and n % 7 == 0:
                text += " Corrected: " + " ".join(random.Random(edits * 7919 + n).choices(WORDS, k=20))
            if kind == 6:  # restamps everything, or dates it into the next year
                made = self.now() + (31_000_000 if feed % 20 == 6 else 0)
            title = f"{feed}-{n} {' '.join(words.choices(WORDS, k=5))}"
            entries.append(f"<item><title>{title}</title><guid isPermaLink='false'>{feed}-{n}</guid>"
                           f"<link>https://p{feed}.example.org/{n}</link><pubDate>{email.utils.formatdate(made, usegmt=True)}</pubDate>"
                           f"<description>&lt;p onclick='x()'&gt;{text}&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</description></item>")
        return (f"<?xml version='1.0'?><rss version='2.0'><channel><title>Partner {feed}</title>"
                f"<link>https://p{feed}.example.org/</link>{''.join(entries)}</channel></rss>").encode()

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    async def serve(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                if not await self.answer(head, writer):
                    break
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, OSError):
            pass
        finally:
            writer.close()

    async def answer(self, head, writer):
        """Answers one request; false when the connection ends with it."""
        path = head.split(" ", 2)[1]
        feed = int(path.rsplit("/", 1)[1])
        asked = self.requests[feed] = self.requests.get(feed, 0) + 1
        kind = feed % 10 if self.ends is None else 0

        def send(status, fields, body=b"", length=None):
            size = len(body) if length is None else length
            lines = [f"HTTP/1.1 {status}", *fields, *([] if status.startswith("304") else [f"Content-Length: {size}"])]
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

        if kind == 4 and asked % 4 == 0:
            how = asked // 4 % 3
            self.count(("500", "503", "reset")[how])
            if how == 2:
                writer.transport.abort()
                return False
            send(("500 Internal Server Error", "503 Service Unavailable")[how], ["Retry-After: 45"] if how else [], b"not now")
            await writer.drain()
            return True
        if feed % 10 == 5 and path.startswith("/feed/") and asked > 3:
            self.count("301")
            send("301 Moved Permanently", [f"Location: /new/{feed}"])
            await writer.drain()
            return True
        if kind == 7 and asked % 5 == 0:
            self.count("page instead of a feed")
            send("200 OK", ["Content-Type: text/html"], b"<!doctype html><title>One moment</title><p>Back soon.")
            await writer.drain()
            return True
        if kind == 8 and asked % 3 == 0:
            self.count("slow")
            await asyncio.sleep(0.5 + asked % 5 / 2)

        body = self.document(feed)
        tag = f'"{zlib.crc32(body):08x}"'
        fields = ["Content-Type: application/rss+xml; charset=utf-8"]
        if kind not in (6, 9):
            fields.append(f"ETag: {tag}")
            if f"if-none-match: {tag}" in head.lower():
                self.count("304")
                send("304 Not Modified", fields)
                await writer.drain()
                return True
        if kind == 8 and asked % 20 == 0:
            self.count("stalled in the middle")
            send("200 OK", fields, body[: len(body) // 2], len(body))
            await writer.drain()
            await asyncio.sleep(12)
            writer.transport.abort()
            return False
        if kind == 9 and asked % 6 == 0:
            self.count("cut off")
            send("200 OK", fields, body[: len(body) // 2], len(body))
            await writer.drain()
            return False
        numbers = [n for n, _ in self.items(feed)]
        send("200 OK", fields, body)
        await writer.drain()
        self.count("200")
        for n in numbers:
            self.delivered.setdefault((feed, n), time.time())
        return True
