"""threats.py SOURCES: every test that docs/threat-model.md names is a test of ours, and every row names one."""

import pathlib
import re
import sys


def tests_of(root):
    names = set()
    for path in (root / "tests").rglob("*.cpp"):
        names |= {f"{suite}.{name}" for suite, name in re.findall(r"^TEST(?:_F|_P)?\((\w+), (\w+)\)", path.read_text(encoding="utf-8"), re.MULTILINE)}
    for path in [*(root / "tests").rglob("tests.cmake"), *(root / "bench").rglob("bench.cmake")]:
        text = path.read_text(encoding="utf-8")
        names |= set(re.findall(r"add_test\(NAME ([\w.]+)[\s)]", text))
        # Tests made in a loop, one a word.
        for variable, words in re.findall(r"foreach\((\w+) ([\w ]+)\)", text):
            for pattern in re.findall(r"add_test\(NAME ([\w.]*\$\{%s\}\w*)" % variable, text):
                names |= {pattern.replace("${%s}" % variable, word) for word in words.split()}
    names |= {f"ParserFixtures.{folder.name}" for folder in (root / "tests/parser/fixtures").iterdir() if folder.is_dir()}
    return names


def main(root):
    known, faults, named = tests_of(root), [], 0
    for number, line in enumerate((root / "docs/threat-model.md").read_text(encoding="utf-8").splitlines(), 1):
        cells = line.split("|")
        if len(cells) != 5 or cells[1].strip() == "threat" or set(cells[1]) <= {"-", " "}:
            continue
        tests = re.findall(r"`(\w+\.[\w-]+)`", cells[3])
        named += len(tests)
        if not tests:
            faults.append(f"docs/threat-model.md:{number}: no test is named")
        faults += [f"docs/threat-model.md:{number}: there is no test {test}" for test in tests if test not in known]
    print("\n".join(faults) or f"{named} tests are named, and all exist")
    return 1 if faults or named < 50 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
