"""examples.py PROGRAM SOURCE: runs every example of README.md and docs/*.md with the real program.

    ```yaml             a part of a feeds.yaml: `check` must find nothing in it (a part without `site` is given one)
    ```yaml NAME        the whole file of that name, for the commands that follow on the page
    ```yaml append to NAME
    ```console          lines that begin with "$ " are commands, run in one folder a page; what follows is all they print, with the exit code in
                        brackets when it is not 0. "…" in a line stands for any text, alone in a line for any lines.
    ```json, ```xml     must be well formed
    ```sh               lines that take root, a network or long: each must be named in ELSEWHERE, with the test that runs it
    ```prometheus       promtool, where there is one, takes it
    ```text             no example

The partners that pages speak of are served on the loopback (partners.py)."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.dom.minidom

from partners import Partners

PROGRAM, SOURCE = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
SITE = "site:\n  title: Sample Partners\n  url: https://partners.example.org/\n"
ALLOW = "fetch:\n  allow_addresses: [127.0.0.0/8]\n"

# Line of a ```sh block → the test that runs it, or why none can.
PACKAGE = "Package.IsInstalledStartedReloadedUpgradedAndRemoved"
ELSEWHERE = {
    "./run": "is `tributary demo` once all is installed and built: Commands.DemoServesTheSamplePartnersAndPublishesThem",
    "(cd build/release && cpack) && sudo apt install ./build/release/tributary_0.1.0_amd64.deb": PACKAGE,
    "export PATH=$PWD/build/release:$PATH": "the folder is in the PATH of the commands here",
    "cmake --preset asan && cmake --build --preset asan && ctest --preset asan": "a whole run of the tests of its own",
    "cmake --preset release -DBUILD_TESTING=OFF && cmake --build --preset release && (cd build/release && cpack)": PACKAGE,
    "sudo apt install ./build/release/tributary_0.1.0_amd64.deb": PACKAGE,
    "sudo systemctl enable --now tributary": PACKAGE + ", which speaks for the service manager",
    "tributary status --config /etc/tributary/feeds.yaml": PACKAGE,
    "sudo runuser -u tributary -- tributary update --config /etc/tributary/feeds.yaml": PACKAGE,
    "tributary move-store postgresql://tributary@db.example.org/tributary": "PostgresqlSite.AStoreThatWasMovedThere…",
}
FENCE = re.compile(r"^```(\S*) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

failures = 0


def check(truth, sentence, seen=""):
    global failures
    if not truth:
        failures += 1
        print(f"not ok - {sentence}\n{seen}")


def pattern_of(expected):
    """Of the lines that a command is to print."""
    lines = [".*\n" if line == "…" else ".*".join(re.escape(part) for part in line.split("…")) + "\n" for line in expected]
    return re.compile("".join(f"(?:{line})*" if line == ".*\n" else line for line in lines))


class Page:
    def __init__(self, file, partners):
        self.file, self.partners, self.examples = file, partners, 0
        self.folder = tempfile.TemporaryDirectory(prefix="tributary-docs-")
        self.path = pathlib.Path(self.folder.name)
        (self.path / "feeds.yaml").write_text(SITE + ALLOW)

    def run(self, command):
        paths = f"{PROGRAM.parent}:{os.environ['PATH']}"
        done = subprocess.run(["sh", "-c", self.partners.here(command)], cwd=self.path, text=True, timeout=120, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "PATH": paths, "LC_ALL": "C.UTF-8"})
        code = f"[{done.returncode}]\n" if done.returncode != 0 else ""
        return self.partners.there(done.stdout) + code

    def yaml(self, name, text):
        append = name.startswith("append to ")
        name = name.removeprefix("append to ")
        if not name:
            (self.path / "part.yaml").write_text(text if re.search("^site:", text, re.MULTILINE) else SITE + text)
            said = self.run("tributary check --config part.yaml")
            check(re.fullmatch(r"part\.yaml: \d+ feeds, no faults\n", said), f"{self.file}: a part of a feeds.yaml is sound", text + said)
        elif append:
            with open(self.path / name, "a") as file:
                file.write(self.partners.here(text))
        else:
            (self.path / name).write_text(self.partners.here(text) + (ALLOW if name == "feeds.yaml" else ""))

    def console(self, text):
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, *expected = part.splitlines()
            said = self.run(command)
            check(pattern_of(expected).fullmatch(said), f"{self.file}: {command}", f"--- expected\n{part}--- printed\n{said}")

    def prometheus(self, text):
        (self.path / "prometheus.yml").write_text(text)
        if shutil.which("promtool"):
            said = self.run("promtool check config prometheus.yml")
            check("SUCCESS" in said, f"{self.file}: a configuration of Prometheus", said)

    def go(self):
        text = self.file.read_text()
        for language, name, inside in FENCE.findall(text):
            self.examples += 1
            match language:
                case "yaml":
                    self.yaml(name, inside)
                case "console":
                    self.console(inside)
                case "json":
                    json.loads(inside)
                case "xml":
                    xml.dom.minidom.parseString(inside)
                case "sh":
                    for line in inside.splitlines():
                        command = line.split("#")[0].strip()
                        check(not command or command in ELSEWHERE, f"{self.file}: no test runs `{command}`")
                case "prometheus":
                    self.prometheus(inside)
                case "text":
                    pass
                case _:
                    check(False, f"{self.file}: what kind of example is ```{language}?")
        # What is only indented would be an example that nobody runs.
        outside = FENCE.sub("", text)
        for found in re.finditer(r"^(?! *[-*0-9|]).*\n\n {4,}\S.*$", outside, re.MULTILINE):
            check(False, f"{self.file}: an example without a fence", found[0])


partners = Partners()
pages = sorted([SOURCE / "README.md", *(SOURCE / "docs").glob("*.md")])
examples = 0
for file in pages:
    page = Page(file, partners)
    page.go()
    examples += page.examples
check(examples >= 20, f"there are examples: {examples}")
print(f"{examples} examples on {len(pages)} pages")
sys.exit(1 if failures else 0)
