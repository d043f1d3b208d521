"""workers.py PROGRAM FEEDS KILLS [WORKERS [INTERVAL]]: several `run` processes share one PostgreSQL (TRIBUTARY_POSTGRESQL), and one of them after another is ended by
SIGKILL and started anew. No feed is ever asked by two processes at once, every feed goes on being asked, and in the end all of
them publish the same, which is what one process publishes. Prints what was seen as one JSON line."""

import http.server
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ElementTree

ATOM = "{http://www.w3.org/2005/Atom}"


class Partners:
    """Notes who is asked, and whether a question comes while another one about the same feed is being answered."""

    def __init__(self, feeds):
        self.asked = {feed: [] for feed in range(feeds)}
        self.under_way, self.at_once, self.lock = {}, 0, threading.Lock()
        partners = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                feed = int(self.path.rsplit("/", 1)[1])
                with partners.lock:
                    if partners.under_way.get(feed, 0) > 0:
                        partners.at_once += 1
                    partners.under_way[feed] = partners.under_way.get(feed, 0) + 1
                    partners.asked[feed].append(time.monotonic())
                body = partners.document(feed).encode()
                try:
                    self.send_response(200)
                    self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                finally:
                    with partners.lock:
                        partners.under_way[feed] -= 1

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.request_queue_size = 128
        self.server.handle_error = lambda *_: None
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/feed/"

    def document(self, feed):
        items = "".join(f"<item><title>Feed {feed} item {n}</title><guid isPermaLink='false'>{feed}-{n}</guid>"
                        f"<link>https://p{feed}.example.org/{n}</link><pubDate>Mon, 02 Nov 2026 {feed % 24:02}:{n:02}:00 GMT</pubDate>"
                        f"</item>" for n in range(3))
        return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Partner {feed}</title>{items}</channel></rss>"

    def wait_until(self, condition, seconds=1200):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return True
            threading.Event().wait(0.05)
        return False


def configure(folder, store, partners, feeds, output, interval):
    lines = "".join(f"  - {{url: '{partners.address}{feed}', name: Partner {feed}}}\n" for feed in range(feeds))
    path = pathlib.Path(folder) / f"{output}.yaml"
    path.write_text(f"site: {{title: Sample, url: 'https://site.example.net/'}}\nstore: \"{store}\"\noutput: {output}\n"
                    "server: {listen: '127.0.0.1:0', admin: '127.0.0.1:0'}\npublish: {items: 10000, welcome: 10000}\n"
                    f"fetch: {{allow_addresses: [127.0.0.0/8], interval: {interval}s, min_interval: {interval}s, "
                    f"max_interval: {interval}s, per_host: 64}}\nfeeds:\n{lines}")
    return path


def main(program, feeds, kills, processes=3, interval=2):
    random.seed(20261124)
    store = os.environ["TRIBUTARY_POSTGRESQL"]
    partners = Partners(feeds)
    with tempfile.TemporaryDirectory(prefix="tributary-workers.") as folder:
        logs = open(pathlib.Path(folder) / "log", "w", encoding="utf-8")

        def start(number):
            config = configure(folder, store, partners, feeds, f"public-{number}", interval)
            return subprocess.Popen([program, "run", "--config", str(config)], stdout=subprocess.DEVNULL, stderr=logs)

        workers = [start(number) for number in range(processes)]
        try:
            assert partners.wait_until(lambda: all(len(asked) >= 2 for asked in partners.asked.values())), "feeds are not asked"
            for _ in range(kills):
                victim = random.randrange(processes)
                workers[victim].send_signal(signal.SIGKILL)
                workers[victim].wait()
                workers[victim] = start(victim)
                counts = {feed: len(asked) for feed, asked in partners.asked.items()}
                assert partners.wait_until(lambda: all(len(asked) > counts[feed] for feed, asked in partners.asked.items())), \
                    "a feed is asked no more after a process was killed"
            wanted = {f"Feed {feed} item {n}" for feed in range(feeds) for n in range(3)}

            def titles(number):
                try:
                    root = ElementTree.parse(pathlib.Path(folder) / f"public-{number}" / "atom.xml").getroot()
                except (FileNotFoundError, ElementTree.ParseError):
                    return []
                return [entry.find(ATOM + "title").text for entry in root.iter(ATOM + "entry")]

            assert partners.wait_until(lambda: all(sorted(titles(n)) == sorted(wanted) for n in range(processes))), \
                "not every process publishes everything"
            assert all(worker.poll() is None for worker in workers), "a process ended by itself"
        finally:
            for worker in workers:
                worker.terminate()
            ends = [worker.wait(timeout=60) for worker in workers]
            logs.close()
        assert ends == [0] * processes, open(pathlib.Path(folder) / "log", encoding="utf-8").read()
        documents = {(pathlib.Path(folder) / f"public-{number}" / "atom.xml").read_bytes() for number in range(processes)}
        assert len(documents) == 1, "the processes publish different feeds"
        alone = configure(folder, store, partners, feeds, "public-alone", interval)
        subprocess.run([program, "publish", "--config", str(alone)], check=True, stdout=subprocess.DEVNULL)
        assert (pathlib.Path(folder) / "public-alone" / "atom.xml").read_bytes() in documents
    gaps = sorted(later - earlier for asked in partners.asked.values() for earlier, later in zip(asked, asked[1:]))
    print(json.dumps({"feeds": feeds, "workers": processes, "kills": kills, "requests": sum(map(len, partners.asked.values())),
                      "asked_by_two_at_once": partners.at_once, "least_gap_s": round(gaps[0], 2),
                      "longest_gap_s": round(gaps[-1], 2)}))
    assert partners.at_once == 0, f"{partners.at_once} times a feed was asked by two processes at once"


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
