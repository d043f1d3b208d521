#!/usr/bin/env python3
"""Compares what we print of the corpus' documents with what their own projects expect of them.

usage: matches_expected.py PARSER CORPUS [--all]

Each project has a model of its own. What it states is put into the members of `parse-contract.md` and looked for in ours; what it
leaves open is not compared. `expected.txt` explains the differences.
"""

import datetime
import json
import os
import re
import sys

import corpus


class Words(str):
    """A text whose kind the other model does not know: compared by what a reader sees of it."""


def stated(**values):
    """What a model states: nothing where it says null or nothing."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def words(value):
    return Words(value) if value and value.strip() else None


def moment(value):
    """RFC 3339 in UTC, whole seconds."""
    if not value:
        return None
    at = datetime.datetime.fromisoformat(re.sub(r"(\.\d+)?Z$", "+00:00", value))
    return at.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def whole(value):
    return int(value) if value not in (None, "") and str(value).strip().isdigit() else None


def each(convert, values):
    return [value for value in map(convert, values or []) if value]


# gofeed: a model of Atom, one of RSS, and one for both.


def gofeed_person(person):
    return stated(name=person.get("name"), email=person.get("email"), uri=person.get("uri"))


def gofeed_link(link):
    return stated(**{name: link.get(name) for name in ("href", "rel", "type", "title", "hreflang", "length")})


def gofeed_atom_category(category):
    return stated(term=category.get("term"), scheme=category.get("scheme"), label=category.get("label"))


def gofeed_atom(feed):
    def shared(values):
        generator = values.get("generator") or {}
        return stated(
            title=words(values.get("title")), subtitle=words(values.get("subtitle")), rights=words(values.get("rights")),
            id=values.get("id"), icon=values.get("icon"), logo=values.get("logo"), language=values.get("language"),
            updated=moment(values.get("updatedParsed")), published=moment(values.get("publishedParsed")),
            authors=each(gofeed_person, values.get("authors")), contributors=each(gofeed_person, values.get("contributors")),
            categories=each(gofeed_atom_category, values.get("categories")), links=each(gofeed_link, values.get("links")),
            generator=stated(name=generator.get("value"), uri=generator.get("uri"), version=generator.get("version")))

    def entry(values):
        content = values.get("content") or {}
        found = shared(values) | stated(summary=words(values.get("summary")))
        if content.get("src"):
            found["content"] = [{"src": content["src"]}]
        elif words(content.get("value")):
            found["content"] = [words(content["value"])]
        if values.get("source"):
            found["source"] = shared(values["source"])
        return found

    return shared(feed) | {"entries": [entry(values) for values in feed.get("entries", [])]}


def gofeed_rss_person(text):
    """gofeed's RSS keeps a person as sent."""
    return [stated(name=words(text))] if words(text) else None


def gofeed_rss(feed):
    def categories(values):
        return each(lambda category: stated(term=words(category.get("value")), scheme=category.get("domain")), values)

    def enclosure(values):
        return stated(url=values.get("url"), type=values.get("type"), length=whole(values.get("length")))

    def item(values):
        source, guid = values.get("source") or {}, values.get("guid") or {}
        found = stated(
            title=words(values.get("title")), link=values.get("link"), summary=words(values.get("description")),
            content=[words(values["content"])] if words(values.get("content")) else None,
            authors=gofeed_rss_person(values.get("author")), categories=categories(values.get("categories")),
            comments=values.get("comments"), enclosures=each(enclosure, values.get("enclosures")), id=words(guid.get("value")),
            published=moment(values.get("pubDateParsed")),
            source=stated(title=words(source.get("title")), self=source.get("url")))
        if guid.get("isPermalink"):
            found["id_is_permalink"] = guid["isPermalink"] != "false"
        return found

    image = feed.get("image") or {}
    return stated(
        title=words(feed.get("title")), link=feed.get("link"), subtitle=words(feed.get("description")),
        language=feed.get("language"), rights=words(feed.get("copyright")), authors=gofeed_rss_person(feed.get("managingEditor")),
        publisher=stated(name=words(feed.get("webMaster"))), published=moment(feed.get("pubDateParsed")),
        updated=moment(feed.get("lastBuildDateParsed")), categories=categories(feed.get("categories")),
        generator=stated(name=words(feed.get("generator"))), ttl=whole(feed.get("ttl")),
        image=stated(url=image.get("url"), link=image.get("link"), title=words(image.get("title")),
                     description=words(image.get("description")), width=whole(image.get("width")), height=whole(image.get("height"))),
    ) | {"entries": [item(values) for values in feed.get("items", [])]}


def gofeed(feed):
    def shared(values):
        image = values.get("image") or {}
        return stated(
            title=words(values.get("title")), link=values.get("link"), updated=moment(values.get("updatedParsed")),
            published=moment(values.get("publishedParsed")), authors=each(gofeed_person, values.get("authors")),
            categories=each(lambda term: stated(term=term), values.get("categories")),
            image=stated(url=image.get("url"), title=words(image.get("title"))))

    def item(values):
        content = words(values.get("content"))
        enclosures = each(lambda one: stated(url=one.get("url"), type=one.get("type"), length=whole(one.get("length"))),
                          values.get("enclosures"))
        return shared(values) | stated(
            id=values.get("guid"), summary=words(values.get("description")), content=[content] if content else None,
            enclosures=enclosures)

    return shared(feed) | stated(
        subtitle=words(feed.get("description")), self=feed.get("feedLink"), language=feed.get("language"),
        rights=words(feed.get("copyright")), generator=stated(name=words(feed.get("generator"))),
    ) | {"entries": [item(values) for values in feed.get("items", [])]}


# feed-rs: one model for all formats.


def feed_rs(feed):
    def link(values):
        return stated(href=values.get("href"), rel=values.get("rel"), type=values.get("media_type"),
                      title=values.get("title"), hreflang=values.get("href_lang"))

    def text(values):
        return words((values or {}).get("content"))

    def category(values):
        return stated(term=values.get("term"), scheme=values.get("scheme"), label=values.get("label"))

    def image(values):
        values = values or {}
        return stated(url=values.get("uri"), title=words(values.get("title")), link=(values.get("link") or {}).get("href"),
                      description=words(values.get("description")), width=values.get("width"), height=values.get("height"))

    def shared(values):
        # feed-rs makes a hash or a random UUID where a document gives no id.
        known = values.get("id") if not re.fullmatch("[0-9a-f]{28,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", values.get("id") or "") else None
        return stated(
            id=known, title=text(values.get("title")), rights=text(values.get("rights")), language=values.get("language"),
            updated=moment(values.get("updated")), published=moment(values.get("published")),
            authors=each(gofeed_person, values.get("authors")), contributors=each(gofeed_person, values.get("contributors")),
            links=each(link, values.get("links")), categories=each(category, values.get("categories")))

    def entry(values):
        content = values.get("content") or {}
        found = shared(values) | stated(summary=text(values.get("summary")))
        if content.get("src"):
            found["content"] = [{"src": content["src"].get("href")}]
        elif words(content.get("body")):
            found["content"] = [words(content["body"])]
        files = [file for media in values.get("media", []) for file in media.get("content", [])]
        found |= stated(enclosures=each(
            lambda file: stated(url=file.get("url"), type=file.get("content_type"), length=file.get("size")), files))
        thumbnails = [shot.get("image", {}) for media in values.get("media", []) for shot in media.get("thumbnails", [])]
        return found | stated(thumbnails=each(
            lambda shot: stated(url=shot.get("uri"), width=shot.get("width"), height=shot.get("height")), thumbnails))

    generator, kind = feed.get("generator") or {}, feed.get("feed_type", "")
    found = shared(feed) | stated(
        subtitle=text(feed.get("description")), ttl=feed.get("ttl"),
        generator=stated(name=words(generator.get("content")), uri=generator.get("uri"), version=generator.get("version")))
    if kind == "Atom":
        found |= stated(logo=(feed.get("logo") or {}).get("uri"), icon=(feed.get("icon") or {}).get("uri"))
    else:
        found |= stated(image=image(feed.get("logo")))
    return found | {"entries": [entry(values) for values in feed.get("entries", [])]}


# rss-parser: RSS with Atom squeezed into it.


def rss_parser(document):
    def term(category):
        return stated(term=words(category.get("_") if isinstance(category, dict) else category))

    def item(values):
        enclosure, itunes = values.get("enclosure") or {}, values.get("itunes") or {}
        author = values.get("creator") or values.get("author")
        names = [stated(name=words(author))] if isinstance(author, str) and author.strip() else None
        texts = [words(values.get(name)) for name in ("content:encoded", "content", "summary") if isinstance(values.get(name), str)]
        file = stated(url=enclosure.get("url"), type=enclosure.get("type"), length=whole(enclosure.get("length")))
        return stated(
            title=words(values.get("title")), link=values.get("link"), id=values.get("guid") or values.get("id"),
            texts=[text for text in texts if text], categories=each(term, values.get("categories")),
            authors=names,
            date=moment(values.get("isoDate")), comments=values.get("comments"),
            enclosures=[file] if file else None, image=stated(url=itunes.get("image")),
            duration=whole(itunes.get("duration")))

    feed = document["feed"]
    image, itunes = feed.get("image") or {}, feed.get("itunes") or {}
    return stated(
        title=words(feed.get("title")), link=feed.get("link"), subtitle=words(feed.get("description")),
        self=feed.get("feedUrl"), language=feed.get("language"), rights=words(feed.get("copyright")),
        generator=stated(name=words(feed.get("generator"))), ttl=whole(feed.get("ttl")),
        next=(feed.get("paginationLinks") or {}).get("next"),
        image=stated(url=image.get("url") or itunes.get("image"), title=words(image.get("title")), link=image.get("link"),
                     width=whole(image.get("width")), height=whole(image.get("height"))),
    ) | {"entries": [item(values) for values in feed.get("items", [])]}


MODELS = [
    ("gofeed/parser/atom/", gofeed_atom),
    ("gofeed/parser/rss/", gofeed_rss),
    ("gofeed/", gofeed),
    ("feed-rs/", feed_rs),
    ("rss-parser/", rss_parser),
]


def seen(value):
    """What a reader sees of one of our texts, links or words."""
    if isinstance(value, dict):
        return corpus.Visible.of(value.get("value", "")) if value.get("type") in ("html", "xhtml") else "".join(value.get("value", "").split())
    return "".join(str(value or "").split())


def same_words(theirs, own):
    return seen(own) in ("".join(theirs.split()), corpus.Visible.of(theirs))


def missing(theirs, own, pointer=""):
    """Yields (pointer, theirs, ours) for what theirs states and ours lacks or says otherwise."""
    if isinstance(theirs, Words):
        if not same_words(theirs, own):
            yield pointer, theirs, own
    elif isinstance(theirs, dict) and isinstance(own, dict):
        for name, value in theirs.items():
            if name == "texts":  # of one item, whatever its document calls them
                known = [own.get("summary"), *own.get("content", [])]
                for place, text in enumerate(value):
                    if not any(same_words(text, each) for each in known if each):
                        yield f"{pointer}/texts/{place}", text, known
            elif name == "date":  # of one item, whatever its document calls it
                if value not in (own.get("published"), own.get("updated")):
                    yield f"{pointer}/date", value, own.get("published") or own.get("updated")
            else:
                yield from missing(value, own.get(name), f"{pointer}/{name}")
    elif isinstance(theirs, list) and isinstance(own, list) and len(theirs) == len(own):
        for place, (left, right) in enumerate(zip(theirs, own)):
            yield from missing(left, right, f"{pointer}/{place}")
    elif (theirs.strip() if isinstance(theirs, str) else theirs) != own and (theirs or own):
        yield pointer, theirs, own


def compare(work):
    parser, root, file = work
    expected = os.path.splitext(os.path.join(root, file))[0] + ".expected.json"
    with open(expected, encoding="utf-8") as model:
        document = json.load(model)
    model = next(model for folder, model in MODELS if file.startswith(folder))
    own = corpus.ours(parser, os.path.join(root, file))
    if own is None:
        return [(file, "whole", "a feed", None)]
    own.setdefault("entries", [])
    return [(file, *each) for each in missing(model(document), own)]


def main():
    parser, root = sys.argv[1:3]
    chosen = [file for file in corpus.documents(root)
              if os.path.exists(os.path.splitext(os.path.join(root, file))[0] + ".expected.json")]
    return corpus.report(compare, [(parser, root, file) for file in chosen], "expected.txt")


if __name__ == "__main__":
    sys.exit(main())
