"""What the comparisons of this folder share: the corpus, our parser's answers, and the lists of explained differences.

A comparison takes two documents in the JSON of `parse-contract.md`, ours and another parser's translated into it, and
names each difference by file and JSON pointer. A difference is a fault to mend or stands in the list with its reason; a line
of the list that explains nothing any more fails the test as well, so that the list can only shrink or be argued for.
"""

import concurrent.futures
import fnmatch
import html.parser
import json
import os
import re
import subprocess
import sys

SKIPPED = 77  # what CTest's SKIP_RETURN_CODE says


def skip(why):
    print("SKIPPED: " + why)
    sys.exit(SKIPPED)


def documents(root):
    """Every document of the corpus, as paths under its root; what another project expects of one is no document."""
    if not os.path.isdir(root):
        skip("there is no corpus at " + root)
    found = []
    for folder, _, names in os.walk(root):
        for name in names:
            if not name.endswith(".expected.json") and not (folder == root and name == "README.md"):
                found.append(os.path.relpath(os.path.join(folder, name), root))
    return sorted(found)


def ours(parser, path, *options):
    """What our parser prints of a document; None when it refuses the document as no feed."""
    run = subprocess.run([parser, "parse", *options, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
    if run.returncode not in (0, 1):
        raise RuntimeError(f"{path}: exit {run.returncode}: {run.stderr.decode(errors='replace')}")
    return json.loads(run.stdout) if run.returncode == 0 else None


class Visible(html.parser.HTMLParser):
    """The letters of some HTML, without its tags and its white space, which sanitisers treat differently."""

    def __init__(self, value):
        super().__init__()
        self.letters = []
        self.feed(value)
        self.close()

    def handle_data(self, data):
        self.letters.append(data)

    @staticmethod
    def of(value):
        return "".join("".join(Visible(value).letters).split())


def differences(theirs, own, pointer=""):
    """Yields (pointer, theirs, ours) where the two differ. Lists of objects are compared place by place."""
    if isinstance(theirs, dict) and isinstance(own, dict):
        for name in sorted(theirs.keys() | own.keys()):
            yield from differences(theirs.get(name), own.get(name), f"{pointer}/{name}")
    elif isinstance(theirs, list) and isinstance(own, list) and len(theirs) == len(own):
        for place, (left, right) in enumerate(zip(theirs, own)):
            yield from differences(left, right, f"{pointer}/{place}")
    elif theirs != own and (theirs or own or isinstance(theirs, bool) or isinstance(own, bool)):
        yield pointer, theirs, own


class Line:
    """One line of a list: which differences it explains, and how often it did."""

    def __init__(self, number, reason, fields):
        self.number, self.reason, self.used = number, reason, 0
        self.file, self.member = re.compile(fnmatch.translate(fields[0])), re.compile(fields[1])
        self.values = [re.compile(field, re.DOTALL) if field else None for field in (fields[2:] + ["", ""])[:2]]

    def explains(self, file, member, values):
        return bool(
            self.file.match(file)
            and self.member.fullmatch(member)
            and all(pattern is None or pattern.fullmatch(value) for pattern, value in zip(self.values, values))
        )


class Explained:
    """A list of explained differences. `because: REASON` opens a group; the indented lines under it, up to the next, are

        FILE | MEMBER [ | THEIRS [ | OURS ] ]

    FILE is a shell pattern, the others are regular expressions for the whole JSON pointer and for the two values as JSON.
    """

    def __init__(self, path):
        self.path, self.lines = path, []
        reason = None
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.startswith("because: "):
                    reason = line[len("because: "):].strip()
                elif line[:1].isspace() and line.strip():
                    fields = [field.strip() for field in line.strip().split(" | ")]
                    if reason is None or not 2 <= len(fields) <= 4:
                        raise ValueError(f"{path}:{number}: not a line of a group: {line.strip()}")
                    self.lines.append(Line(number, reason, fields))
                elif line.strip() and not line.startswith("#"):
                    raise ValueError(f"{path}:{number}: neither a reason nor a line under one")

    def explain(self, file, member, theirs, own):
        values = [json.dumps(value, ensure_ascii=False) for value in (theirs, own)]
        explained = False
        for line in self.lines:
            if line.explains(file, member, values):
                line.used += 1
                explained = True
        return explained

    def stale(self):
        return [line for line in self.lines if line.used == 0]


def report(compare, work, list_name):
    """Compares the documents, each in a process of its own, and prints what is unexplained and what is stale; gives the exit
    status of the test."""
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        found = sum(pool.map(compare, work, chunksize=4), [])
    explained = Explained(os.path.join(os.path.dirname(os.path.abspath(__file__)), list_name))
    unexplained = [each for each in found if not explained.explain(*each)]
    shown = 200 if "--all" not in sys.argv else len(unexplained)
    for file, member, theirs, own in unexplained[:shown]:
        print(f"{file}: {member}\n    theirs {json.dumps(theirs, ensure_ascii=False)[:300]}"
              f"\n    ours   {json.dumps(own, ensure_ascii=False)[:300]}")
    stale = explained.stale()
    for line in stale:
        print(f"{explained.path}:{line.number}: stale, it explains no difference any more")
    print(f"{len(work)} documents compared, {len(found)} differences, {len(unexplained)} unexplained, {len(stale)} lines stale")
    return 1 if unexplained or stale else 0
