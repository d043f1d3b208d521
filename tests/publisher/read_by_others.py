"""Other people's readers read what is published, and read the same: python3 read_by_others.py PUBLISHER_SAMPLE.

Titles, ids, dates, links and sources of each feed.json, read as plain JSON, are what the others must find in the atom.xml
and rss.xml beside it: of the whole, of topics, partners, types and everyone else, and of the pages of the archive. A reader that is not installed is passed over, and said so; with none at all the end is 77 (skipped).
"""
import calendar
import glob
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from datetime import datetime, timezone

HERE = os.path.dirname(os.path.abspath(__file__))
failures = []
read = {}  # documents, by reader


def seconds(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def variants(folder):
    """Each feed that is published: the JSON Feed, and what must say the same."""
    for path in sorted(glob.glob(os.path.join(folder, "**", "feed.json"), recursive=True)):
        yield path, [os.path.join(os.path.dirname(path), name) for name in ("atom.xml", "rss.xml")]
    for path in sorted(glob.glob(os.path.join(folder, "**", "archive", "*.json"), recursive=True)):
        yield path, [path[:-4] + "xml"]


def expected(path):
    with open(path, encoding="utf-8") as file:
        items = json.load(file)["items"]
    return [{"id": item["id"], "title": item["title"], "link": item["url"], "published": seconds(item["date_published"]),
             "modified": seconds(item["date_modified"]), "source": item["_tributary"]["source"]["title"]} for item in items]


def compare(reader, document, found, wanted, members):
    found = [{name: item[name] for name in members} for item in found]
    wanted = [{name: item[name] for name in members} for item in wanted]
    if found != wanted:
        failures.append(f"{reader} reads {document} as\n{json.dumps(found, ensure_ascii=False, indent=1)}\nnot as\n"
                        f"{json.dumps(wanted, ensure_ascii=False, indent=1)}")
    read[reader] = read.get(reader, 0) + 1


def python_feedparser(documents, wanted):
    try:
        import feedparser
    except ImportError:
        return print("no python3-feedparser")
    for document in documents:
        feed = feedparser.parse(document)
        if feed.bozo:
            failures.append(f"feedparser calls {document} broken: {feed.bozo_exception}")
        found = [{"id": entry.id, "title": entry.title, "link": entry.link,
                  "published": calendar.timegm(entry.published_parsed), "modified": calendar.timegm(entry.updated_parsed),
                  "source": entry.source.title} for entry in feed.entries]
        compare("feedparser (Python)", document, found, wanted, ("id", "title", "link", "published", "modified", "source"))
    return True


def npm_feedparser(documents, wanted):
    ran_any = None
    for document in documents:
        if shutil.which("node") is None:
            return print("no node")
        ran = subprocess.run(["node", os.path.join(HERE, "browser", "read_feeds.mjs"), document],
                             capture_output=True, text=True, timeout=60)
        if ran.returncode == 77:
            return print("no feedparser of npm (npm ci in tests/publisher/browser)")
        if ran.returncode != 0:
            failures.append(f"feedparser of npm refuses {document}: {ran.stderr}")
            ran_any = True
            continue
        found = json.loads(ran.stdout)
        for item in found:
            item["published"] = seconds(item["published"])
        compare("feedparser (npm)", document, found, wanted, ("id", "title", "link", "published", "source"))
        ran_any = True
    return ran_any


def newsboat(documents, wanted):
    if shutil.which("newsboat") is None:
        return print("no newsboat")
    for document in documents:
        with tempfile.TemporaryDirectory() as home:
            urls, cache, config = (os.path.join(home, name) for name in ("urls", "cache.db", "config"))
            with open(urls, "w", encoding="utf-8") as file:
                file.write("file://" + document + "\n")
            with open(config, "w", encoding="utf-8") as file:
                file.write("auto-reload no\n")
            ran = subprocess.run(["newsboat", "-u", urls, "-c", cache, "-C", config, "-x", "reload"], capture_output=True,
                                 text=True, timeout=60, env={**os.environ, "HOME": home, "TERM": "dumb", "LC_ALL": "C.UTF-8"})
            if ran.returncode != 0:
                failures.append(f"newsboat refuses {document}: {ran.stdout}{ran.stderr}")
                continue
            rows = sqlite3.connect(cache).execute("select guid, title, url, pubDate, author from rss_item").fetchall()
        found = [dict(zip(("id", "title", "link", "published", "author"), row)) for row in rows]
        by_id = lambda item: item["id"]
        compare("newsboat", document, sorted(found, key=by_id), sorted(wanted, key=by_id), ("id", "title", "link", "published"))
        partners = {item["id"]: item["source"] for item in wanted}
        for item in found:
            if partners.get(item["id"], "") not in item["author"]:
                failures.append(f"newsboat does not show the partner of {item['id']}, but {item['author']!r}")
    return True


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True, timeout=60)
        readers = {python_feedparser, npm_feedparser, newsboat}
        for path, documents in variants(folder):
            # What is not installed says so once.
            readers = {reader for reader in readers if reader(documents, expected(path))}
    for reader, documents in sorted(read.items()):
        print(f"{reader} has read {documents} documents")
    for failure in failures:
        print("FAILED:", failure)
    return 1 if failures else 0 if read else 77


sys.exit(main())
