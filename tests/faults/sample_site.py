"""A site for tests of faults: partners on the loopback whose feeds grow, a feeds.yaml over them, and what must hold of its output and
store after whatever happened to the program."""

import http.server
import json
import pathlib
import shutil
import sqlite3
import subprocess
import threading
import xml.etree.ElementTree as ElementTree

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = 4


class Partners:
    """FEEDS feeds; in generation g each has ten items and g more, and every third generation changes one item's text."""

    def __init__(self):
        self.generation = 0
        partners = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = partners.document(int(self.path.rsplit("/", 1)[1])).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that was killed
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/feed/"

    def items(self, feed):
        return [f"feed {feed} item {number}" for number in range(10 + self.generation)]

    def document(self, feed):
        items = "".join(
            f"<item><title>{title}</title><guid isPermaLink='false'>{title.replace(' ', '-')}</guid>"
            f"<link>https://p{feed}.example.org/{number}</link>"
            f"<pubDate>Mon, 02 Nov 2026 {number // 60 % 24:02}:{number % 60:02}:00 GMT</pubDate>"
            f"<description>About {title}{', revised' * (self.generation // 3) if number == 0 else ''}.</description></item>"
            for number, title in enumerate(self.items(feed)))
        return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Partner {feed}</title>{items}</channel></rss>"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Site:
    def __init__(self, folder, program, partners, more=""):
        self.folder = pathlib.Path(folder)
        self.program = program
        self.output = self.folder / "public"
        self.store = self.folder / "data" / "tributary.db"
        feeds = "".join(f"  - {{url: '{partners.address}{feed}', name: Partner {feed}}}\n" for feed in range(FEEDS))
        (self.folder / "feeds.yaml").write_text(
            "site: {title: Sample, url: 'https://site.example.net/'}\n"
            "server: {listen: '127.0.0.1:0', admin: '127.0.0.1:0'}\n"
            "publish: {items: 10000, welcome: 10000}\n"
            f"fetch: {{allow_addresses: [127.0.0.0/8], interval: 1s, min_interval: 1s, max_interval: 1s}}\n{more}feeds:\n{feeds}")

    def command(self, *words):
        return [self.program, *words, "--config", str(self.folder / "feeds.yaml")]

    def run(self, *words, environment=None):
        return subprocess.run(self.command(*words), capture_output=True, text=True, timeout=120, env=environment)

    def entries(self):
        """Ids of the merged feed's entries, in order. Raises where the document is not whole."""
        return [entry.find(ATOM + "id").text for entry in ElementTree.fromstring(self.read("atom.xml")).iter(ATOM + "entry")]

    def titles(self):
        feed = ElementTree.fromstring(self.read("atom.xml"))
        return [entry.find(ATOM + "title").text for entry in feed.iter(ATOM + "entry")]

    def read(self, name):
        return (self.output / name).read_text(encoding="utf-8")

    def check_output(self):
        """Every published file is whole, and nothing is in it twice."""
        for path in self.output.rglob("*"):
            if not path.is_file() or path.name.startswith("."):
                continue
            if path.suffix == ".xml":
                ElementTree.fromstring(path.read_bytes())
            elif path.suffix == ".html" and "fragment" not in path.name:
                assert path.read_text(encoding="utf-8").rstrip().endswith("</html>"), f"{path} is cut off"
            elif path.suffix == ".json":
                json.loads(path.read_bytes())
        if (self.output / "atom.xml").exists():
            ids = self.entries()
            assert len(ids) == len(set(ids)), "an entry stands twice in the merged feed"

    def check_store(self):
        """Asked of a copy, log included: looking must not mend what it looks at."""
        if not self.store.exists():
            return
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for part in self.store.parent.iterdir():
            if part.name.startswith(self.store.name):
                shutil.copy(part, copy)
        with sqlite3.connect(copy / self.store.name) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            if "item" in tables:
                doubled = database.execute("SELECT feed, title, count(*) FROM item GROUP BY feed, title HAVING count(*) > 1").fetchall()
                assert not doubled, f"items that are known twice: {doubled}"
        database.close()


class Reader(threading.Thread):
    """A subscriber who polls all the while: no document may be torn, no entry seen before may be missing."""

    def __init__(self, site):
        super().__init__(daemon=True)
        self.site, self.ended, self.polls, self.fault = site, threading.Event(), 0, None
        self.seen = set()

    def run(self):
        while not self.ended.is_set():
            try:
                ids = set(self.site.entries())
                missing = self.seen - ids
                assert not missing, f"{len(missing)} entries seen before are gone"
                self.seen |= ids
                assert self.site.read("index.html").rstrip().endswith("</html>"), "index.html is cut off"
                self.polls += 1
                self.ended.wait(0.01)
            except FileNotFoundError:
                pass
            except Exception as fault:  # whatever it is, the test ends with it
                self.fault = fault
                return

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *failure):
        self.ended.set()
        self.join()
        if self.fault and not failure[0]:
            raise self.fault
