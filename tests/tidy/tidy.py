"""tidy.py BUILD [FOLDER …]: clang-tidy 19 with the checks of .clang-tidy over our own sources, each finding an error. A file that was clean is
asked again only when it, a header of ours, or the list of checks has changed (stamps in BUILD/tidy). Ends with 77 without clang-tidy 19."""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

FOLDERS = ["model", "config", "fetcher", "parser", "store", "publisher", "server", "app"]


def main(build, folders):
    program = shutil.which("clang-tidy-19")
    if program is None:
        print("skipped: clang-tidy-19 is not installed")
        return 77
    root = pathlib.Path(__file__).resolve().parents[2]
    stamps = build / "tidy"
    stamps.mkdir(exist_ok=True)
    common = hashlib.sha256((root / ".clang-tidy").read_bytes())
    for folder in FOLDERS:
        for header in sorted((root / folder).glob("*.hpp")):
            common.update(header.read_bytes())
    commands = {pathlib.Path(entry["file"]) for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))}
    files = sorted(path for path in commands if path.parent in {root / folder for folder in folders})
    assert files, f"{build}/compile_commands.json names none of our files"

    def check(path):
        stamp = stamps / hashlib.sha256(common.digest() + path.read_bytes() + str(path).encode()).hexdigest()
        if stamp.exists():
            return path, None
        # The commands are g++'s: clang knows one of its switches not, and finds deprecated what libstdc++ 12 itself uses.
        done = subprocess.run([program, "--quiet", "-p", str(build), "--extra-arg=-Wno-unknown-warning-option",
                               "--extra-arg=-Wno-deprecated-declarations", str(path)],
                              capture_output=True, text=True)
        if done.returncode == 0:
            stamp.touch()
            return path, None
        return path, done.stdout or done.stderr

    faults = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, said in pool.map(check, files):
            if said:
                faults += 1
                print(said, flush=True)
    print(f"{len(files)} files, {faults} with findings")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:] or FOLDERS))
