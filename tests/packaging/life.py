"""The life of the Debian package, from its installation to its purge, as dpkg, the service manager and an admin see it.

Runs as root in a copy of the machine that is thrown away. There is no service manager in it: this script speaks for one (NOTIFY_SOCKET,
WATCHDOG_USEC) and asks systemd-analyze what a real one would say of the unit.
"""

import gzip
import json
import os
import pathlib
import pwd
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

PACKAGES = sorted(pathlib.Path("/run/package").glob("*.deb"))
CONFIG = pathlib.Path("/etc/tributary/feeds.yaml")
STATE = pathlib.Path("/var/lib/tributary")
UNIT = "/usr/lib/systemd/system/tributary.service"


def run(*words, code=0):
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def installs():
    run("dpkg", "--force-depends", "-i", str(PACKAGES[0]))
    user = pwd.getpwnam("tributary")
    assert STATE.stat().st_uid == user.pw_uid
    assert run("tributary", "--version").strip() == "tributary 0.1.0"
    run("tributary", "check", "--config", str(CONFIG))
    assert "# Operating" in pathlib.Path("/usr/share/doc/tributary/docs/operating.md").read_text()
    assert pathlib.Path("/usr/share/tributary/feeds.schema.json").exists()


def has_its_pages():
    manual = gzip.open("/usr/share/man/man1/tributary.1.gz", "rt").read()
    commands = re.findall(r"^  ([a-z][a-z-]*) ", run("tributary", "--help"), re.MULTILINE)
    assert "update" in commands, commands
    for command in commands:
        assert f".SS {command}".replace("-", "\\-") in manual, command
    keys = gzip.open("/usr/share/man/man5/feeds.yaml.5.gz", "rt").read()
    assert "site.url" in keys and "feeds[].auth.username" in keys
    for shell, file in [("bash", "/usr/share/bash-completion/completions/tributary"),
                        ("zsh", "/usr/share/zsh/vendor-completions/_tributary"),
                        ("fish", "/usr/share/fish/vendor_completions.d/tributary.fish")]:
        assert pathlib.Path(file).read_text() == run("tributary", "completion", shell), shell
    run("bash", "-n", "/usr/share/bash-completion/completions/tributary")
    completed = run("bash", "-c", "source /usr/share/bash-completion/completions/tributary; COMP_WORDS=(tributary upd); COMP_CWORD=1; "
                                  "_tributary; echo ${COMPREPLY[@]}")
    assert completed.strip() == "update", completed


def names_what_it_is_made_of():
    document = json.loads(pathlib.Path("/usr/share/doc/tributary/tributary.spdx.json").read_text())
    assert document["spdxVersion"] == "SPDX-2.3" and document["dataLicense"] == "CC0-1.0"
    packages = {package["SPDXID"]: package for package in document["packages"]}
    names = {package["name"]: package["versionInfo"] for package in packages.values()}
    assert "tributary" in names and all(names.values())
    for relation in document["relationships"]:
        assert relation["relatedSpdxElement"] in packages, relation
    # Everything that the program asks for is listed, in the version that is installed here.
    for library in re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-d", "/usr/bin/tributary")):
        owners = re.findall(rf"^(\S+?)(?::\w+)?: \S*/{re.escape(library)}$", run("dpkg-query", "-S", f"*/{library}"), re.MULTILINE)
        known = [owner for owner in owners if owner in names]
        assert known, f"{library} of {owners} is not listed"
        assert names[known[0]] == run("dpkg-query", "-W", "-f", "${Version} ", known[0]).split()[0], known


def has_a_unit_that_systemd_accepts():
    said = run("systemd-analyze", "verify", UNIT)
    assert "tributary" not in said, said
    security = run("systemd-analyze", "security", "--offline=true", "--threshold=20", UNIT)
    print(security.strip().splitlines()[-1])


class Manager:
    """What the service manager does: it starts, listens, reloads and stops."""

    def __enter__(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("/run/package/notify")
        os.chmod("/run/package", 0o755)
        os.chmod("/run/package/notify", 0o777)
        self.socket.settimeout(60)
        user = pwd.getpwnam("tributary")
        self.process = subprocess.Popen(
            ["tributary", "run", "--config", str(CONFIG)], user=user.pw_uid, group=user.pw_gid, extra_groups=[], text=True,
            stdout=subprocess.PIPE, env={"NOTIFY_SOCKET": "/run/package/notify", "WATCHDOG_USEC": "200000", "PATH": "/usr/bin:/bin"})
        return self

    def expect(self, wanted):
        seen = []
        while not any(wanted in message for message in seen):
            seen.append(self.socket.recv(4096).decode())
        return seen[-1]

    def first_page(self, address):
        """A site that was never published is served a moment before it is: asked again at each sign of life."""
        for _ in range(300):
            try:
                return urllib.request.urlopen(address, timeout=30).read().decode()
            except urllib.error.HTTPError as answer:
                assert answer.code == 404, answer
                self.expect("WATCHDOG=1")
        raise AssertionError("no page is published")

    def __exit__(self, *failure):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.socket.close()
        os.unlink("/run/package/notify")


def makes_a_pass_as_its_user():
    """As docs/operating.md says; root's look at the status beside it leaves nothing that the service could not write."""
    run("runuser", "-u", "tributary", "--", "tributary", "update", "--config", str(CONFIG))
    assert "0 feeds" in run("tributary", "status", "--config", str(CONFIG))
    run("runuser", "-u", "tributary", "--", "tributary", "update", "--config", str(CONFIG))


def starts_reloads_and_stops():
    CONFIG.write_text(re.sub(r"127\.0\.0\.1:808\d  ", "127.0.0.1:0  ", CONFIG.read_text()))
    with Manager() as manager:
        status = manager.expect("READY=1")
        address = re.search(r"http://[0-9.:]+/", status).group(0)
        page = manager.first_page(address)
        assert "Most Recently Added" in page and page.rstrip().endswith("</html>")
        manager.expect("WATCHDOG=1")
        manager.process.send_signal(signal.SIGHUP)
        manager.expect("RELOADING=1")
        manager.expect("READY=1")
        manager.process.send_signal(signal.SIGTERM)
        manager.expect("STOPPING=1")
        assert manager.process.wait(timeout=60) == 0
    assert (STATE / "tributary.db").exists() and (STATE / "public" / "atom.xml").exists()


def upgrades_and_keeps_what_is_the_admins():
    CONFIG.write_text(CONFIG.read_text().replace("Most Recently Added", "News of our partners"))
    before = (STATE / "tributary.db").read_bytes()
    run("dpkg", "--force-depends", "--force-confold", "-i", str(PACKAGES[1]))
    assert "News of our partners" in CONFIG.read_text()
    assert (STATE / "tributary.db").read_bytes() == before


def leaves_without_the_admins_things_and_purges_with_them():
    run("dpkg", "-r", "tributary")
    assert CONFIG.exists() and (STATE / "tributary.db").exists()
    assert not pathlib.Path("/usr/bin/tributary").exists()
    run("dpkg", "-P", "tributary")
    assert not STATE.exists() and not CONFIG.parent.exists()


for step in [installs, has_its_pages, names_what_it_is_made_of, has_a_unit_that_systemd_accepts, makes_a_pass_as_its_user, starts_reloads_and_stops,
             upgrades_and_keeps_what_is_the_admins, leaves_without_the_admins_things_and_purges_with_them]:
    print(step.__name__.replace("_", " "), flush=True)
    step()
sys.exit(0)
