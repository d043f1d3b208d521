"""readers.py ADDRESS READERS PAUSE: light readers who come back every few seconds with what they know (If-None-Match), each over a
connection of its own. Every full answer must be whole and hold no entry twice. Once a second, prints what was seen in that second as
one JSON line: the latencies in milliseconds, and faults. Ends when its standard input does."""

import asyncio
import json
import random
import sys
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

PATHS = ["/atom.xml", "/", "/rss.xml", "/feed.json", "/partners/partner-{n}/atom.xml", "/topics/topic-{t}/atom.xml"]
ATOM = "{http://www.w3.org/2005/Atom}"


class Readers:
    def __init__(self, address, pause):
        parts = urllib.parse.urlsplit(address)
        self.host, self.port, self.pause = parts.hostname, parts.port, pause
        self.latencies, self.faults, self.statuses = [], [], {}

    async def read(self, number):
        tags, connection = {}, None
        paths = [path.format(n=number, t=number % 10) for path in PATHS]
        await asyncio.sleep(random.random() * self.pause)
        while True:
            path = random.choice(paths)
            began = time.perf_counter()
            try:
                if connection is None:
                    connection = await asyncio.open_connection(self.host, self.port)
                known = f"If-None-Match: {tags[path]}\r\n" if path in tags else ""
                connection[1].write(f"GET {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n{known}\r\n".encode())
                status, fields, body = await asyncio.wait_for(self.answer(connection[0]), 30)
                self.latencies.append(round((time.perf_counter() - began) * 1000, 1))
                self.statuses[status] = self.statuses.get(status, 0) + 1
                if status == 200:
                    tags[path] = fields.get("etag", "")
                    self.check(path, body)
                elif status not in (304, 404):  # 404: not published yet
                    self.faults.append(f"{path}: {status}")
                if fields.get("connection") == "close":
                    connection[1].close()
                    connection = None
            except Exception as fault:
                self.faults.append(f"{path}: {type(fault).__name__} {fault}")
                if connection:
                    connection[1].close()
                connection = None
            await asyncio.sleep(self.pause * (0.5 + random.random()))

    async def answer(self, stream):
        lines = (await stream.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
        status = int(lines[0].split()[1])
        body = b"" if status == 304 else await stream.readexactly(int(fields["content-length"]))
        return status, fields, body

    def check(self, path, body):
        if path.endswith("atom.xml"):
            ids = [entry.find(ATOM + "id").text for entry in ElementTree.fromstring(body).iter(ATOM + "entry")]
            if len(ids) != len(set(ids)):
                self.faults.append(f"{path}: an entry stands twice")
        elif path.endswith(".xml"):
            ElementTree.fromstring(body)
        elif path.endswith(".json"):
            json.loads(body)
        elif not body.rstrip().endswith(b"</html>"):
            self.faults.append(f"{path}: cut off")

    async def report(self):
        while True:
            await asyncio.sleep(1)
            print(json.dumps({"ms": self.latencies, "faults": self.faults[:20], "statuses": self.statuses}), flush=True)
            self.latencies, self.faults, self.statuses = [], [], {}


async def main(address, count, pause):
    readers = Readers(address, pause)
    tasks = [asyncio.ensure_future(readers.read(number)) for number in range(count)] + [asyncio.ensure_future(readers.report())]
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
