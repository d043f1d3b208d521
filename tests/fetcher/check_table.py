"""Every test that README.md names is there. Usage: check_table.py SOURCE_FOLDER"""
import pathlib
import re
import sys

tests = pathlib.Path(sys.argv[1]) / "tests"
known = set()
for source in tests.glob("*/*.cpp"):
    for suite, name in re.findall(r"^TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\)", source.read_text("utf-8"), re.M):
        known.add(f"{suite}.{name}")
named = re.findall(r"`(\w+\.\w+)`", (tests / "fetcher" / "README.md").read_text("utf-8"))
missing = sorted(set(named) - known - {"check_table.py"})
for name in missing:
    print(f"tests/fetcher/README.md names {name}, which is no test")
sys.exit(1 if missing or len(named) < 60 else 0)
