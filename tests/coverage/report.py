"""report.py BUILD [--lines]: line coverage of our own code after the tests ran in a build with `--preset coverage`: by folder, and the files with
the most lines that never ran; with --lines these lines themselves, to name the paths that no test takes. Needs nothing but gcov.

    cmake --preset coverage && cmake --build --preset coverage && ctest --preset coverage && tests/coverage/report.py build/coverage
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

FOLDERS = ["model", "config", "fetcher", "parser", "store", "publisher", "server", "app"]
ROOT = pathlib.Path(__file__).resolve().parents[2]


def lines_of(data):
    """Our lines in one object's counts, as (file, line) and how often each ran."""
    done = subprocess.run(["gcov", "--json-format", "--stdout", str(data)], capture_output=True, text=True, cwd=data.parent)
    found = []
    for document in done.stdout.splitlines():
        parsed = json.loads(document)
        for file in parsed["files"]:
            path = pathlib.Path(parsed["current_working_directory"], file["file"]).resolve()
            if path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in FOLDERS:
                found += [((str(path.relative_to(ROOT)), line["line_number"]), line["count"]) for line in file["lines"]]
    return found


def main(build, show_lines):
    counts = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(lines_of, build.rglob("*.gcda")):
            for place, count in found:
                counts[place] += count
    assert counts, f"no test has run in {build} yet"
    by_folder, missed = collections.defaultdict(lambda: [0, 0]), collections.defaultdict(list)
    for (file, line), count in sorted(counts.items()):
        for name in (file.split("/")[0], "all"):
            by_folder[name][0] += count > 0
            by_folder[name][1] += 1
        if not count:
            missed[file].append(line)
    for name in [*FOLDERS, "all"]:
        ran, lines = by_folder[name]
        if lines:
            print(f"{name:10} {100 * ran / lines:5.1f} %  {ran} of {lines} lines")
    for file, lines in sorted(missed.items(), key=lambda one: -len(one[1]))[: None if show_lines else 15]:
        print(f"{len(lines):5} never ran in {file}")
        if show_lines:
            text = (ROOT / file).read_text(encoding="utf-8").splitlines()
            print("\n".join(f"{line:9}  {text[line - 1].strip()}" for line in lines))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), "--lines" in sys.argv)
