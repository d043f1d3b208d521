#!/usr/bin/env python3
"""Compares our parser with Universal Feed Parser (Debian's python3-feedparser) over the whole corpus.

usage: agrees_with_feedparser.py PARSER CORPUS [--all]

Both get the same bytes and nothing else: no network, no headers. What feedparser makes of a document is put into
the members of `parse-contract.md`, what we make of it stripped to the members that feedparser has too, and `feedparser.txt`
explains where the two differ. Sanitising follows rules of our own, so HTML is compared by the text that a reader sees.
"""

import calendar
import os
import sys
import time

import corpus

try:
    import feedparser
except ImportError:
    corpus.skip("python3-feedparser is not installed")

KINDS = {"text/plain": "text", "text/html": "html", "application/xhtml+xml": "xhtml"}


def members(**values):
    """What is known of these members; surrounding white space is never part of a value."""
    trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    return {name: value for name, value in trimmed.items() if value not in (None, "", [], {})}


def listed(values):
    """A list without what says nothing and without repetitions."""
    kept = []
    for value in values:
        if value and value not in kept:
            kept.append(value)
    return kept


def text(detail):
    if not detail:
        return None
    kind, value = KINDS.get(detail.get("type"), detail.get("type")), detail.get("value") or ""
    value = corpus.Visible.of(value) if kind in ("html", "xhtml") else value.strip()
    return members(type=kind, value=value, lang=detail.get("lang") or detail.get("language")) if value else None


def date(value):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(calendar.timegm(value))) if value else None


def number(value):
    value = str(value or "").strip()
    return int(value) if value.isdigit() else None


def person(detail):
    return members(name=detail.get("name"), email=detail.get("email"), uri=detail.get("href", detail.get("uri")))


def link(each):
    return members(href=each.get("href"), rel=each.get("rel"), title=each.get("title"), hreflang=each.get("hreflang"))


def pages(links):
    """Links that lead somewhere, enclosures aside: those are compared by themselves."""
    return [link(each) for each in links if (each.get("href") or "").strip() and each.get("rel") != "enclosure"]


def enclosure(url, kind, length):
    # feedparser says "text/html" of a link that names no type.
    return members(url=url, type=None if kind == "text/html" else kind, length=number(length)) if (url or "").strip() else None


def category(term, scheme, label):
    return members(term=term, scheme=scheme, label=label) if (term or label or "").strip() else None


def files(enclosures):
    """One for each address, in the order of the addresses: feedparser keeps links and media apart."""
    return sorted({each["url"]: each for each in reversed(enclosures) if each}.values(), key=lambda each: each["url"])


def shared(values):
    return members(
        title=text(values.get("title_detail")),
        rights=text(values.get("rights_detail")),
        link=values.get("link"),
        links=pages(values.get("links", [])),
        id=values.get("id"),
        published=date(values.get("published_parsed")),
        updated=date(values.get("updated_parsed")),
        created=date(values.get("created_parsed")),
        authors=listed(map(person, values.get("authors", []))),
        contributors=listed(map(person, values.get("contributors", []))),
        publisher=person(values.get("publisher_detail", {})),
        categories=listed(category(tag.get("term"), tag.get("scheme"), tag.get("label")) for tag in values.get("tags", [])),
    )


def of_entry(entry):
    values = dict(dict.items(entry))  # the entry's own members: its getters make one date stand for another
    return shared(values) | members(
        summary=text(values.get("summary_detail")),
        content=[value for value in map(text, values.get("content", [])) if value],
        enclosures=files(
            [enclosure(each.get("href"), each.get("type"), each.get("length"))
             for each in values.get("links", []) if each.get("rel") == "enclosure"]
            + [enclosure(each.get("url"), each.get("type"), each.get("filesize")) for each in values.get("media_content", [])]),
        comments=values.get("comments"),
        expires=date(values.get("expired_parsed")),
    )


def theirs(path):
    """What feedparser makes of a document; None when it finds no feed in it."""
    with open(path, "rb") as document:
        result = feedparser.parse(document.read())
    feed = dict(dict.items(result.feed))
    if not result.get("version") and not result.entries and not feed:
        return None
    return shared(feed) | members(
        subtitle=text(feed.get("subtitle_detail") or feed.get("summary_detail")),
        language=(feed.get("language") or "").replace("_", "-"),
        icon=feed.get("icon"),
        logo=feed.get("logo"),
        entries=[of_entry(entry) for entry in result.entries],
    )


def own_shared(values):
    return members(
        title=text(values.get("title")),
        rights=text(values.get("rights")),
        links=pages(values.get("links", [])),
        **{name: values.get(name) for name in
           ("link", "id", "published", "updated", "created", "authors", "contributors", "publisher", "categories")},
    )


def own_entry(entry):
    return own_shared(entry) | members(
        summary=text(entry.get("summary")),
        content=[value for value in map(text, entry.get("content", [])) if value],
        enclosures=files([enclosure(each.get("url"), each.get("type"), each.get("length"))
                          for each in entry.get("enclosures", [])]),
        comments=entry.get("comments"),
        expires=entry.get("expires"),
    )


def own(parser, path):
    feed = corpus.ours(parser, path)
    if feed is None:
        return None
    return own_shared(feed) | members(
        subtitle=text(feed.get("subtitle")),
        **{name: feed.get(name) for name in ("language", "icon", "logo")},
        entries=[own_entry(entry) for entry in feed.get("entries", [])],
    )


def compare(work):
    """One document by both; run in a process of its own, as feedparser keeps a core busy."""
    parser, root, file = work
    path = os.path.join(root, file)
    left, right = theirs(path), own(parser, path)
    if left is None or right is None:
        return [(file, "whole", left and "a feed", right and "a feed")] if left != right else []
    return [(file, *each) for each in corpus.differences(left, right)]


def main():
    parser, root = sys.argv[1:3]
    # feedparser 6.0 reads no JSON.
    chosen = [file for file in corpus.documents(root) if not file.endswith(".json")]
    return corpus.report(compare, [(parser, root, file) for file in chosen], "feedparser.txt")


if __name__ == "__main__":
    sys.exit(main())
