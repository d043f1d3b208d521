#!/usr/bin/env python3
"""Checks the arrows of the house: a stage includes model/ and itself, no other stage; app/ may include all.

Usage: arrows.py SOURCE_DIR. Prints each wrong include as file:line and ends with 1 when there is one.
"""
import pathlib
import re
import sys

STAGES = ["model", "config", "fetcher", "parser", "store", "publisher", "server"]
INCLUDE = re.compile(r'^\s*#\s*include\s*"([a-z]+)/')
LINKED = re.compile(r"\btributary_([a-z]+)\b")


def wrong_includes(root):
    for stage in STAGES:
        allowed = {stage, "model"}
        for path in sorted((root / stage).rglob("*")):
            if path.suffix not in (".hpp", ".cpp"):
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                found = INCLUDE.match(line)
                if found and found[1] in STAGES + ["app"] and found[1] not in allowed:
                    yield f"{path.relative_to(root)}:{number}: {stage}/ may include model/ only, not {found[1]}/"


def wrong_links(root):
    for stage in STAGES:
        text = (root / stage / "CMakeLists.txt").read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            for name in LINKED.findall(line):
                if name in STAGES + ["app"] and name not in (stage, "model"):
                    yield f"{stage}/CMakeLists.txt:{number}: {stage} may link model only, not {name}"


def boost_in_public_headers(root):
    """Boost's headers take seconds each: they stay out of what other folders include."""
    for stage in STAGES:
        path = root / stage / f"{stage}.hpp"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.match(r"\s*#\s*include\s*<boost/", line):
                yield f"{path.relative_to(root)}:{number}: a public header includes no Boost"


def main():
    root = pathlib.Path(sys.argv[1])
    faults = [*wrong_includes(root), *wrong_links(root), *boost_in_public_headers(root)]
    print("\n".join(faults) if faults else "every arrow points down the river")
    return 1 if faults else 0


sys.exit(main())
