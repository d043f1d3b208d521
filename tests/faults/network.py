"""network.py PROGRAM PASSES: `update` over a network that breaks its answers: at every kind of place the connection is reset, ended or
goes silent, answers come late and in another order than they were asked for, and behind an answer comes one that nobody asked for.
Nothing of an answer that broke is kept, nothing is taken for another feed's, and a pass over a sound network has everything once.
Prints what was done as one JSON line."""

import asyncio
import json
import pathlib
import random
import socket
import sqlite3
import struct
import sys
import tempfile

FEEDS = 48
FAULTS = ("reset", "end", "silence", "late", "unasked", "none")


class Network:
    """Feed f in pass p holds one item for each pass up to p. What a feed's answer meets is drawn anew in each pass."""

    def __init__(self, seed):
        self.random, self.passes, self.sound, self.done = random.Random(seed), 0, False, {}
        self.whole = {feed: 0 for feed in range(FEEDS)}  # the newest pass whose answer went out whole
        self.broken, self.waiting = set(), []

    async def start(self):
        self.port, self.servers = 0, []
        for feed in range(FEEDS):
            self.servers.append(await asyncio.start_server(self.serve, self.host(feed), self.port, backlog=128))
            self.port = self.servers[0].sockets[0].getsockname()[1]

    def host(self, feed):
        """Each partner has a server of its own: no server may speak for another."""
        return f"127.0.0.{10 + feed}"

    def document(self, feed):
        items = "".join(f"<item><title>feed {feed} pass {number}</title><guid isPermaLink='false'>{feed}-{number}</guid>"
                        f"<link>https://p{feed}.example.org/{number}</link></item>" for number in range(self.passes, 0, -1))
        return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Partner {feed}</title>{items}</channel></rss>".encode()

    def answer(self, feed):
        body = self.document(feed)
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: \"%d-%d\"\r\n" % (feed, self.passes)
        if feed % 2:
            return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        middle = len(body) // 2
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:middle], body[middle:]))
        return f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks + b"0\r\n\r\n"

    async def serve(self, reader, writer):
        try:
            while True:
                target = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1]
                feed = int(target.rsplit(b"/", 1)[1])
                fault = "none" if self.sound else self.random.choice(FAULTS)
                self.done[fault] = self.done.get(fault, 0) + 1
                bytes_ = self.answer(feed)
                if fault in ("reset", "end", "silence"):
                    self.broken.add(feed)
                    writer.write(bytes_[:self.random.randrange(len(bytes_))])
                    await writer.drain()
                    if fault == "silence":
                        await reader.read()  # until the other side gives up
                    elif fault == "reset":
                        writer.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                if fault == "late":
                    await asyncio.sleep(self.random.random() * 0.5)
                self.whole[feed] = self.passes
                writer.write(bytes_)
                if fault == "unasked":
                    writer.write(self.answer((feed + 1) % FEEDS))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, OSError):
            pass
        finally:
            writer.close()


def known(folder):
    with sqlite3.connect(folder / "data" / "tributary.db") as database:
        rows = database.execute("SELECT feed, title FROM item").fetchall()
    database.close()
    return rows


async def main(program, passes):
    network = Network(20261125)
    await network.start()
    with tempfile.TemporaryDirectory(prefix="tributary-network.") as name:
        folder = pathlib.Path(name)
        feeds = "".join(f"  - {{url: 'http://{network.host(feed)}:{network.port}/{feed}', name: Partner {feed}}}\n" for feed in range(FEEDS))
        (folder / "feeds.yaml").write_text(
            "site: {title: Sample, url: 'https://site.example.net/'}\npublish: {items: 10000, welcome: 10000}\n"
            "fetch: {allow_addresses: [127.0.0.0/8], interval: 1s, min_interval: 1s, max_interval: 1s, timeout: 3s, per_host: 16}\n"
            f"feeds:\n{feeds}")

        async def update():
            network.passes += 1
            network.broken = set()
            process = await asyncio.create_subprocess_exec(program, "update", "--force", "--config", str(folder / "feeds.yaml"),
                                                           stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE)
            said = (await asyncio.wait_for(process.communicate(), 120))[1].decode()
            assert process.returncode == 0, said

        async def status():
            process = await asyncio.create_subprocess_exec(program, "status", "--json", "--config", str(folder / "feeds.yaml"),
                                                           stdout=asyncio.subprocess.PIPE)
            return json.loads((await process.communicate())[0])["feeds"]

        for _ in range(passes):
            await update()
            owners = {}
            rows = known(folder)
            assert len(rows) == len(set(rows)), "an item is known twice"
            for owner, title in rows:
                owners.setdefault(title.split(" ")[1], set()).add(owner)
            mixed = {feed: keys for feed, keys in owners.items() if len(keys) > 1}
            assert not mixed, f"answers were taken for another feed's: {mixed}"
            titles = {title for _, title in rows}
            for feed in range(FEEDS):
                wanted = {f"feed {feed} pass {number}" for number in range(1, network.whole[feed] + 1)}
                had = {title for title in titles if title.startswith(f"feed {feed} ")}
                assert had == wanted, (f"pass {network.passes}, feed {feed}: too many {had - wanted}, missing {wanted - had}, "
                                       f"{[state for state in await status() if state['configured_url'].endswith(f'/{feed}')]}")
            for feed in await status():
                number = int(feed["configured_url"].rsplit("/", 1)[1])
                if number in network.broken:
                    assert feed["state"] == "failing" and feed["last_error"], feed
        network.sound = True
        # Feeds that failed are asked at once (--force passes over back-off), and everything is there, once.
        await update()
        titles = [title for _, title in known(folder)]
        assert sorted(titles) == sorted(f"feed {feed} pass {number}" for feed in range(FEEDS) for number in range(1, network.passes + 1))
    print(json.dumps({"passes": passes, "answers": dict(sorted(network.done.items()))}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
