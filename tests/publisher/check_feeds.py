"""Every MUST of RSS 2.0 and JSON Feed 1.1 that a document can break, each a check with a name.

check_feeds.py FILE…                  says "FILE: check: what was seen" of each fault; the end is 1 when there is one
check_feeds.py --prove ATOM RSS JSON  proves the checks: each of the faults planted below into a good document must be
                                      found by the check that it is meant for (Atom's by atom.rnc with jing)
"""
import copy
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from email.utils import parsedate_to_datetime

HERE = os.path.dirname(os.path.abspath(__file__))
ATOM = "{http://www.w3.org/2005/Atom}"
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+\Z")
WEB = re.compile(r"https?://[^\s/]+\S*\Z")
MIME = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(;.*)?\Z")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\Z")
RFC822 = re.compile(r"((Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{2,4} "
                    r"\d\d:\d\d(:\d\d)? (UT|GMT|[ECMP][SD]T|[A-IK-Z]|[+-]\d{4})\Z")
RFC3339 = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
                     r"(Z|[+-]\d\d:\d\d)\Z")

CHANNEL_ONCE = ("title link description language copyright managingEditor webMaster pubDate lastBuildDate generator docs "
                "cloud ttl image rating textInput skipHours skipDays").split()
ITEM_ONCE = "title link description author comments guid pubDate source".split()
RSS_NAMES = set(CHANNEL_ONCE + ITEM_ONCE + ["item", "category", "enclosure", "channel", "hour", "day", "url", "width", "height",
                                            "name"])
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def rss_faults(data):
    """Yields (check, what was seen). After rssboard.org/rss-specification."""
    try:
        root = ET.fromstring(data)
    except ET.ParseError as error:
        return [("well-formed", str(error))]
    found = []
    fault = lambda name, seen="": found.append((name, seen))
    text = lambda element: (element.text or "").strip() if element is not None else ""

    if root.tag != "rss":
        fault("root", root.tag)
    if root.get("version") != "2.0":
        fault("version", root.get("version"))
    channels = root.findall("channel")
    if len(channels) != 1:
        fault("one-channel", len(channels))
    for element in root.iter():
        if not element.tag.startswith("{") and element.tag != "rss" and element.tag not in RSS_NAMES:
            fault("extensions-have-a-namespace", element.tag)
    if root.findall("item"):
        fault("items-stand-in-the-channel")
    for channel in channels:
        for name in ("title", "link", "description"):
            if not text(channel.find(name)):
                fault("channel-" + name)
        if text(channel.find("link")) and not WEB.match(text(channel.find("link"))):
            fault("channel-link-is-an-address", text(channel.find("link")))
        for name in CHANNEL_ONCE:
            if len(channel.findall(name)) > 1:
                fault("channel-element-once", name)
        for name in ("pubDate", "lastBuildDate"):
            if channel.find(name) is not None and not RFC822.match(text(channel.find(name))):
                fault("date", text(channel.find(name)))
        if channel.find("language") is not None and not LANGUAGE.match(text(channel.find("language"))):
            fault("language", text(channel.find("language")))
        if channel.find("ttl") is not None and not re.match(r"\d+\Z", text(channel.find("ttl"))):
            fault("ttl-is-a-number", text(channel.find("ttl")))
        rarer_elements(channel, text, fault)
        selfs = [link for link in channel.findall(ATOM + "link") if link.get("rel") == "self"]
        if len(selfs) != 1 or not WEB.match(selfs[0].get("href", "")):
            fault("self-link")
        seen_ids = set()
        for item in channel.findall("item"):
            if not text(item.find("title")) and not text(item.find("description")):
                fault("item-title-or-description")
            for name in ITEM_ONCE:
                if len(item.findall(name)) > 1:
                    fault("item-element-once", name)
            for name in ("link", "comments"):
                if item.find(name) is not None and not URI.match(text(item.find(name))):
                    fault("item-address", text(item.find(name)))
            if item.find("pubDate") is not None:
                if not RFC822.match(text(item.find("pubDate"))):
                    fault("date", text(item.find("pubDate")))
                elif not right_weekday(text(item.find("pubDate"))):
                    fault("date-weekday", text(item.find("pubDate")))
            author = item.find("author")
            if author is not None and "@" not in text(author):
                fault("author-is-an-email", text(author))
            guid = item.find("guid")
            if guid is not None:
                if not text(guid):
                    fault("guid-empty")
                if guid.get("isPermaLink", "true") not in ("true", "false"):
                    fault("guid-permalink-is-a-boolean", guid.get("isPermaLink"))
                if guid.get("isPermaLink", "true") == "true" and not WEB.match(text(guid)):
                    fault("guid-permalink-is-an-address", text(guid))
                if text(guid) in seen_ids:
                    fault("guid-unique", text(guid))
                seen_ids.add(text(guid))
            for enclosure in item.findall("enclosure"):
                if not re.match(r"https?://", enclosure.get("url", "")):
                    fault("enclosure-url", enclosure.get("url"))
                if not re.match(r"\d+\Z", enclosure.get("length", "")):
                    fault("enclosure-length", enclosure.get("length"))
                if not MIME.match(enclosure.get("type", "")):
                    fault("enclosure-type", enclosure.get("type"))
            source = item.find("source")
            if source is not None and not WEB.match(source.get("url", "")):
                fault("source-url", source.get("url"))
    return found


def rarer_elements(channel, text, fault):
    """The channel's elements with parts of their own. Tributary writes none of them today."""
    image = channel.find("image")
    if image is not None:
        if not all(text(image.find(name)) for name in ("url", "title", "link")):
            fault("image-url-title-link")
        for name, most in (("width", 144), ("height", 400)):
            size = image.find(name)
            if size is not None and not (text(size).isdigit() and 0 < int(text(size)) <= most):
                fault("image-size", f"{name} {text(size)}")
    hours = [text(hour) for hour in channel.findall("skipHours/hour")]
    if any(not hour.isdigit() or int(hour) > 23 for hour in hours) or len(set(hours)) != len(hours):
        fault("skip-hours", hours)
    days = [text(day) for day in channel.findall("skipDays/day")]
    if any(day not in DAYS for day in days) or len(set(days)) != len(days):
        fault("skip-days", days)
    cloud = channel.find("cloud")
    if cloud is not None and not all(cloud.get(name) for name in ("domain", "port", "path", "registerProcedure", "protocol")):
        fault("cloud-is-whole")
    entry = channel.find("textInput")
    if entry is not None and not all(text(entry.find(name)) for name in ("title", "description", "name", "link")):
        fault("text-input-is-whole")


def right_weekday(date):
    return date.startswith(parsedate_to_datetime(date).strftime("%a")) or not date[0].isalpha()


STRINGS = {"title", "home_page_url", "feed_url", "description", "user_comment", "next_url", "icon", "favicon", "language"}
FEED_MEMBERS = STRINGS | {"version", "authors", "expired", "hubs", "items", "author"}
ITEM_STRINGS = {"id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image",
                "date_published", "date_modified", "language"}
ITEM_MEMBERS = ITEM_STRINGS | {"authors", "tags", "attachments", "author"}


def json_faults(data):
    """Yields (check, what was seen). After jsonfeed.org/version/1.1."""
    try:
        feed = json.loads(data.decode("utf-8"), object_pairs_hook=no_duplicates)
    except (UnicodeDecodeError, ValueError) as error:
        return [("json", str(error))]
    if not isinstance(feed, dict):
        return [("json", "no object")]
    found = []
    fault = lambda name, seen="": found.append((name, seen))

    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        fault("version", feed.get("version"))
    if not isinstance(feed.get("title"), str) or not feed["title"]:
        fault("title")
    for name in STRINGS & feed.keys():
        if not isinstance(feed[name], str):
            fault("string", name)
    for name in ("home_page_url", "feed_url", "next_url", "icon", "favicon"):
        if name in feed and not WEB.match(str(feed[name])):
            fault("address", name)
    if "next_url" in feed and feed["next_url"] == feed.get("feed_url"):
        fault("next-url-is-another")
    if "expired" in feed and not isinstance(feed["expired"], bool):
        fault("expired-is-a-boolean")
    if "language" in feed and not LANGUAGE.match(str(feed["language"])):
        fault("language", feed["language"])
    extensions(feed, FEED_MEMBERS, fault)
    people(feed, fault)
    for hub in listed(feed, "hubs", fault):
        if not isinstance(hub, dict) or not isinstance(hub.get("type"), str) or not WEB.match(str(hub.get("url", ""))):
            fault("hub", hub)
    if not isinstance(feed.get("items"), list):
        fault("items")
        return found
    seen_ids = set()
    for item in feed["items"]:
        if not isinstance(item, dict):
            fault("items", item)
            continue
        if not isinstance(item.get("id"), str) or not item["id"]:
            fault("item-id", item.get("id"))
        elif item["id"] in seen_ids:
            fault("item-id-unique", item["id"])
        seen_ids.add(str(item.get("id")))
        for name in ITEM_STRINGS & item.keys() - {"id"}:
            if not isinstance(item[name], str):
                fault("string", name)
        if "content_html" not in item and "content_text" not in item:
            fault("item-content")
        for name in ("url", "external_url", "image", "banner_image"):
            if name in item and not WEB.match(str(item[name])):
                fault("address", name)
        for name in ("date_published", "date_modified"):
            if name in item and not RFC3339.match(str(item[name])):
                fault("date", item[name])
        if "language" in item and not LANGUAGE.match(str(item["language"])):
            fault("language", item["language"])
        extensions(item, ITEM_MEMBERS, fault)
        people(item, fault)
        for tag in listed(item, "tags", fault):
            if not isinstance(tag, str):
                fault("tag", tag)
        for attachment in listed(item, "attachments", fault):
            if not isinstance(attachment, dict):
                fault("attachment", attachment)
                continue
            if not isinstance(attachment.get("title", ""), str):
                fault("string", "title")
            if not WEB.match(str(attachment.get("url", ""))):
                fault("attachment-url", attachment)
            if not MIME.match(str(attachment.get("mime_type", ""))):
                fault("attachment-type", attachment)
            for name in ("size_in_bytes", "duration_in_seconds"):
                if name in attachment and (not isinstance(attachment[name], (int, float)) or attachment[name] < 0):
                    fault("attachment-number", attachment)
    return found


def no_duplicates(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError("a member stands twice")
    return dict(pairs)


def extensions(holder, known, fault):
    for name, value in holder.items():
        if name in known:
            continue
        if not re.match(r"_[A-Za-z]", name):
            fault("extension-name", name)
        elif not isinstance(value, dict):
            fault("extension-is-an-object", name)


def listed(holder, name, fault):
    if name in holder and not isinstance(holder[name], list):
        fault("list", name)
        return []
    return holder.get(name, [])


def people(holder, fault):
    for person in listed(holder, "authors", fault):
        if not isinstance(person, dict) or not any(person.get(name) for name in ("name", "url", "avatar")):
            fault("author", person)
        elif "url" in person and not URI.match(str(person["url"])):
            fault("author", person)


# Planted faults: the check that must find it, and how it is planted. Text is replaced once.
RSS_PLANTED = [
    ("well-formed", ("</channel>", "")),
    ("root", ("<rss ", "<rdf ", "</rss>", "</rdf>")),
    ("version", ('version="2.0"', 'version="3.0"')),
    ("one-channel", ("</rss>", "<channel><title>x</title></channel></rss>")),
    ("channel-title", lambda t: re.sub(r"<title>[^<]*</title>", "", t, count=1)),
    ("channel-link", lambda t: re.sub(r"<link>[^<]*</link>", "", t, count=1)),
    ("channel-link-is-an-address", lambda t: re.sub(r"<link>[^<]*</link>", "<link>index.html</link>", t, count=1)),
    ("channel-description", lambda t: re.sub(r"<description>[^<]*</description>", "", t, count=1)),
    ("channel-element-once", ("<generator>", "<generator>x</generator><generator>")),
    ("date", lambda t: re.sub(r"<lastBuildDate>[^<]*<", "<lastBuildDate>2017-06-05T10:00:00Z<", t)),
    ("date", lambda t: re.sub(r"<pubDate>[^<]*<", "<pubDate>yesterday<", t, count=1)),
    ("date-weekday", lambda t: re.sub(r"<pubDate>[A-Z][a-z]{2}, \d\d", "<pubDate>Mon, 01", t, count=1)
                     .replace("Mon, 01 Jun 2017", "Tue, 01 Jun 2017")),
    ("language", lambda t: re.sub(r"<language>[^<]*<", "<language>English, mostly<", t)),
    ("self-link", ('rel="self"', 'rel="selfish"')),
    ("item-title-or-description", ("<item>", "<item><pubDate>Mon, 05 Jun 2017 10:00:00 GMT</pubDate></item><item>")),
    ("item-element-once", ("<pubDate>", "<pubDate>Mon, 05 Jun 2017 10:00:00 GMT</pubDate><pubDate>")),
    ("item-address", lambda t: t.replace("<item>", "<item><comments>/here</comments>", 1)),
    ("guid-permalink-is-a-boolean", ('isPermaLink="false"', 'isPermaLink="no"')),
    ("guid-permalink-is-an-address", (' isPermaLink="false"', "")),
    ("guid-unique", lambda t: re.sub(r"<guid([^>]*)>[^<]*<", r"<guid\1>tag:example.org,2026:same<", t)),
    ("guid-empty", lambda t: re.sub(r"<guid([^>]*)>[^<]*<", r"<guid\1><", t, count=1)),
    ("enclosure-url", ("<item>", '<item><enclosure url="talk.mp3" length="1" type="audio/mpeg"/>')),
    ("enclosure-length", ("<item>", '<item><enclosure url="https://example.org/" type="audio/mpeg"/>')),
    ("enclosure-type", ("<item>", '<item><enclosure url="https://example.org/" length="1" type="mp3"/>')),
    ("source-url", lambda t: re.sub(r'<source url="[^"]*"', "<source", t, count=1)),
    ("extensions-have-a-namespace", ("<item>", "<item><creator>x</creator>")),
    ("author-is-an-email", ("<item>", "<item><author>Ann</author>")),
    ("ttl-is-a-number", ("<generator>", "<ttl>1h</ttl><generator>")),
    ("image-url-title-link", ("<generator>", "<image><url>https://example.org/a.png</url></image><generator>")),
    ("image-size", ("<generator>", "<image><url>https://example.org/a.png</url><title>x</title><link>https://example.org/</link>"
                                   "<width>145</width></image><generator>")),
    ("skip-hours", ("<generator>", "<skipHours><hour>24</hour></skipHours><generator>")),
    ("skip-days", ("<generator>", "<skipDays><day>Mon</day></skipDays><generator>")),
    ("cloud-is-whole", ("<generator>", '<cloud domain="example.org" port="80"/><generator>')),
    ("text-input-is-whole", ("<generator>", "<textInput><title>x</title></textInput><generator>")),
    ("items-stand-in-the-channel", ("</rss>", "<item><title>x</title></item></rss>")),
]


def setting(path, value):
    def plant(feed):
        holder = feed
        for name in path[:-1]:
            holder = holder[name]
        holder[path[-1]] = value
    return plant


def dropping(*path):
    def plant(feed):
        holder = feed
        for name in path[:-1]:
            holder = holder[name]
        del holder[path[-1]]
    return plant


JSON_PLANTED = [
    ("version", setting(["version"], "1.1")),
    ("title", dropping("title")),
    ("string", setting(["description"], ["x"])),
    ("string", setting(["items", 0, "title"], 7)),
    ("address", setting(["home_page_url"], "/")),
    ("address", setting(["items", 0, "url"], "a.html")),
    ("address", setting(["items", 0, "image"], "data:image/png;base64,")),
    ("next-url-is-another", lambda feed: feed.update(next_url=feed["feed_url"])),
    ("expired-is-a-boolean", setting(["expired"], "no")),
    ("language", setting(["language"], "en_GB")),
    ("language", setting(["items", 0, "language"], "mostly English")),
    ("extension-name", setting(["items", 0, "licence"], {})),
    ("extension-is-an-object", setting(["_tributary"], "x")),
    ("author", setting(["authors"], [{}])),
    ("author", setting(["items", 0, "authors"], ["Ann"])),
    ("hub", setting(["hubs"], [{"url": "https://example.org/hub"}])),
    ("items", dropping("items")),
    ("items", setting(["items", 0], "an item")),
    ("item-id", dropping("items", 0, "id")),
    ("item-id", setting(["items", 0, "id"], 12)),
    ("item-id-unique", lambda feed: feed["items"].append(copy.deepcopy(feed["items"][0]))),
    ("item-content", lambda feed: [feed["items"][0].pop(name, None) for name in ("content_html", "content_text")]),
    ("date", setting(["items", 0, "date_published"], "Mon, 05 Jun 2017 10:00:00 GMT")),
    ("date", setting(["items", 0, "date_modified"], "2017-06-05")),
    ("list", setting(["items", 0, "tags"], "news")),
    ("tag", setting(["items", 0, "tags"], [{"term": "news"}])),
    ("attachment", setting(["items", 0, "attachments"], ["https://example.org/a.mp3"])),
    ("attachment-url", setting(["items", 0, "attachments"], [{"mime_type": "audio/mpeg"}])),
    ("attachment-type", setting(["items", 0, "attachments"], [{"url": "https://example.org/"}])),
    ("attachment-number", setting(["items", 0, "attachments"],
                                  [{"url": "https://example.org/", "mime_type": "a/b", "size_in_bytes": "12"}])),
]

ATOM_PLANTED = {
    "no id": lambda t: re.sub(r"<id>[^<]*</id>", "", t, count=1),
    "two titles": ("<title ", '<title type="text">x</title><title '),
    "no updated": lambda t: re.sub(r"<updated>[^<]*</updated>", "", t, count=1),
    "a date of RSS": lambda t: re.sub(r"<updated>[^<]*<", "<updated>Mon, 05 Jun 2017 10:00:00 GMT<", t, count=1),
    "a date with an offset": lambda t: re.sub(r"<updated>[^<]*<", "<updated>2017-06-05T10:00:00+02:00<", t, count=1),
    "a date that isn't one": lambda t: re.sub(r"<published>[^<]*<", "<published>2017-02-30T10:00:00Z<", t, count=1),
    "no self link": lambda t: re.sub(r'<link rel="self"[^>]*application/atom[^>]*>', "", t),
    "a relative self link": lambda t: re.sub(r'rel="self" href="[^"]*"', 'rel="self" href="atom.xml"', t, count=1),
    "no author": lambda t: re.sub(r"<author>.*?</author>", "", t, count=1, flags=re.S),
    "an author without a name": lambda t: re.sub(r"<name>[^<]*</name>", "", t, count=1),
    "an entry without an id": lambda t: re.sub(r"(<entry[^>]*>\s*)<id>[^<]*</id>", r"\1", t, count=1),
    "an entry without a title": lambda t: re.sub(r'(<entry.*?)<title type="text">[^<]*</title>', r"\1", t, count=1, flags=re.S),
    "an entry without updated": lambda t: re.sub(r"(<entry.*?)<updated>[^<]*</updated>", r"\1", t, count=1, flags=re.S),
    "source before the content": lambda t: re.sub(r"(<entry[^>]*>)(.*?)(<source.*?</source>)", r"\1\3\2", t, count=1, flags=re.S),
    "no source": lambda t: re.sub(r"<source.*?</source>", "", t, count=1, flags=re.S),
    "a title in HTML": ('<title type="text"', '<title type="html"'),
    "two summaries": ("<summary ", '<summary type="text">x</summary><summary '),
    "a script for a link": lambda t: re.sub(r'rel="alternate" href="[^"]*"/>', 'rel="alternate" href="javascript:x"/>', t, count=1),
    "a tombstone after the entries": lambda t: re.sub(r"(<at:deleted-entry.*?</at:deleted-entry>)(.*)(</feed>)", r"\2\1\3", t, flags=re.S),
    "a tombstone without its time": lambda t: re.sub(r'(<at:deleted-entry ref="[^"]*") when="[^"]*"', r"\1", t, count=1),
    "dir on an Atom element": ("<entry ", '<entry dir="rtl" '),
    "an unknown element": ("<entry ", "<item/><entry "),
    "an image without its credit": lambda t: re.sub(r"<media:credit.*?</media:credit>", "", t, count=1),
    "a language that isn't one": lambda t: re.sub(r'<entry xml:lang="[^"]*"', '<entry xml:lang="en_GB"', t, count=1),
}


def plant(text, how):
    if callable(how):
        return how(text)
    for old, new in zip(how[::2], how[1::2]):
        text = text.replace(old, new, 1)
    return text


def jing(files):
    ran = subprocess.run(["jing", "-c", os.path.join(HERE, "atom.rnc"), *files], capture_output=True, text=True, timeout=300)
    return {file: [line for line in ran.stdout.splitlines() if line.startswith(file + ":")] for file in files}


def prove(atom, rss, feed):
    failures = []
    text = open(rss, encoding="utf-8").read()
    for check, how in RSS_PLANTED:
        bad = plant(text, how)
        if bad == text or check not in [name for name, _ in rss_faults(bad.encode())]:
            failures.append(f"RSS: {check} is not found ({'nothing was planted' if bad == text else rss_faults(bad.encode())})")
    good = json.load(open(feed, encoding="utf-8"))
    for check, how in JSON_PLANTED:
        bad = copy.deepcopy(good)
        how(bad)
        if check not in [name for name, _ in json_faults(json.dumps(bad).encode())]:
            failures.append(f"JSON Feed: {check} is not found")
    if ("json", ) not in [fault[:1] for fault in json_faults(b'{"a": 1, "a": 2}')] or not json_faults(b'"\xff"'):
        failures.append("JSON Feed: json is not found")
    failures += [f"{rss}: {fault}" for fault in rss_faults(open(rss, "rb").read())]
    failures += [f"{feed}: {fault}" for fault in json_faults(open(feed, "rb").read())]
    print(f"{len(RSS_PLANTED)} faults planted into RSS, {len(JSON_PLANTED)} into JSON Feed")
    if shutil.which("jing") is None:
        print("no jing: Atom is not checked")
    else:
        text = open(atom, encoding="utf-8").read()
        with tempfile.TemporaryDirectory() as folder:
            names = {}
            for number, (name, how) in enumerate(ATOM_PLANTED.items()):
                bad = plant(text, how)
                if bad == text:
                    failures.append(f"Atom: nothing was planted for {name}")
                path = os.path.join(folder, f"{number}.xml")
                open(path, "w", encoding="utf-8").write(bad)
                names[path] = name
            faults = jing([*names, atom])
        failures += [f"{line}" for line in faults.pop(atom)]
        failures += [f"Atom: {names[path]} is not found" for path, lines in faults.items() if not lines]
        print(f"{len(ATOM_PLANTED)} faults planted into Atom")
    for failure in failures:
        print("FAILED:", failure)
    return 1 if failures else 0


def main(arguments):
    if arguments[:1] == ["--prove"]:
        return prove(*arguments[1:4])
    status = 0
    for name in arguments:
        data = open(name, "rb").read()
        if name.endswith(".json"):
            faults = [f"{check}: {seen}" for check, seen in json_faults(data)]
        elif b"<feed" in data[:500]:
            faults = jing([name])[name]
        else:
            faults = [f"{check}: {seen}" for check, seen in rss_faults(data)]
        for fault in faults:
            print(f"{name}: {fault}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
