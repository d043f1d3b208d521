"""stores.py PROGRAM: a store that is owned, locked, damaged, read-only, on a full disk or another program's. Each time the pass ends with
1 and says in a few lines which file it is, what is wrong and what helps; nothing that was stored is lost, and what was named helps. Prints
what was tried as one JSON line."""

import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading

from sample_site import FEEDS, Partners, Site

NOBODY = 65534


def refused(ended, *words):
    """The pass failed, in a few lines that have all of these words."""
    said = [line for line in ended.stderr.splitlines() if not line.startswith("fetching: ")]
    assert ended.returncode == 1, f"{ended.returncode}: {ended.stderr!r}"
    assert 0 < len(said) <= 4, ended.stderr
    for word in words:
        assert word in ended.stderr, f"no {word!r} in {ended.stderr!r}"


def filled(folder, program, partners):
    site = Site(folder, program, partners)
    ended = site.run("update", "--force")
    assert ended.returncode == 0, ended.stderr
    return site


def goes_on(site, partners):
    ended = site.run("update", "--force")
    assert ended.returncode == 0, ended.stderr
    wanted = sorted(title for feed in range(FEEDS) for title in partners.items(feed))
    assert sorted(site.titles()) == wanted
    site.check_store()


def owned(site, partners):
    """Another process of ours has it. Those who only look are let in."""
    with subprocess.Popen(site.command("run"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
        daemon.stdout.readline()  # it is up
        refused(site.run("update", "--force"), str(site.store), f"process {daemon.pid}", "Wait for it to end, or end it")
        assert site.run("status").returncode == 0
        daemon.terminate()
    goes_on(site, partners)


def locked(site, partners):
    """Another program, a browser of databases say, has it locked."""
    with contextlib.closing(sqlite3.connect(site.store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused(site.run("update", "--force"), str(site.store), "another program holds a lock")
        other.execute("ROLLBACK")
    goes_on(site, partners)


def damaged(site, partners):
    backup = site.folder / "backup.db"
    shutil.copy(site.store, backup)
    with open(site.store, "r+b") as file:
        file.seek(2 * 16384)
        file.write(b"\x5a" * 40000)
    before = site.store.read_bytes()
    refused(site.run("update", "--force"), str(site.store), "is damaged", "Nothing was changed", "put a backup in its place")
    assert site.store.read_bytes() == before
    shutil.copy(backup, site.store)
    goes_on(site, partners)
    site.store.unlink()  # "or move it away to begin anew"
    goes_on(site, partners)


def truncated(site, partners):
    backup = site.store.read_bytes()
    site.store.write_bytes(backup[:len(backup) // 2])
    refused(site.run("update", "--force"), str(site.store), "Nothing was changed")
    assert site.store.read_bytes() == backup[:len(backup) // 2]
    site.store.write_bytes(backup)
    goes_on(site, partners)


def foreign(site, partners):
    backup = site.store.read_bytes()
    site.store.unlink()
    with contextlib.closing(sqlite3.connect(site.store)) as other:
        other.execute("CREATE TABLE notes (words)")
        other.commit()
    before = site.store.read_bytes()
    refused(site.run("update", "--force"), str(site.store), "another program's", "name another file")
    assert site.store.read_bytes() == before
    site.store.write_bytes(backup)
    goes_on(site, partners)


def read_only(site, partners):
    """The user may read everything and write nothing."""
    if os.getuid() != 0:
        return "not root"
    program = site.folder / "tributary"
    shutil.copy(site.program, program)
    site.folder.chmod(0o755)
    for path in [site.store.parent, *site.store.parent.iterdir()]:
        path.chmod(0o555 if path.is_dir() else 0o444)

    def run(*words):
        return subprocess.run([program, *words, "--config", str(site.folder / "feeds.yaml")], capture_output=True, text=True, timeout=120,
                              user=NOBODY, group=NOBODY, extra_groups=[])

    before = site.store.read_bytes()
    refused(run("update", "--force"), str(site.store.parent), "writable for this user")
    status = run("status", "--json")
    assert status.returncode == 0 and json.loads(status.stdout)["totals"]["items"] > 0, status.stderr
    # Only the file: its folder would do.
    site.store.parent.chmod(0o777)
    (site.store.parent / (site.store.name + ".lock")).chmod(0o666)
    refused(run("update", "--force"), str(site.store), "read-only for this user", "Nothing was changed")
    assert site.store.read_bytes() == before
    for path in site.store.parent.iterdir():
        path.chmod(0o666)
    goes_on(site, partners)
    return None


def full_disk(site, partners):
    """A disk of its own, so small that the next pass doesn't fit."""
    if os.getuid() != 0:
        return "not root"
    kept = site.folder / "kept"
    site.store.parent.rename(kept)
    site.store.parent.mkdir()
    room = sum(path.stat().st_size for path in kept.iterdir()) + 256 * 1024
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", site.store.parent], capture_output=True).returncode != 0:
        return "no disk can be mounted here"
    try:
        for path in kept.iterdir():
            shutil.copy(path, site.store.parent)
        filler = site.store.parent / "filler"
        with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        refused(site.run("update", "--force"), str(site.store), "the disk is full", "Free some space and run again")
        site.check_store()
        filler.unlink()
        subprocess.run(["mount", "-o", f"remount,size={100 * room}", site.store.parent], check=True, capture_output=True)
        goes_on(site, partners)
    finally:
        subprocess.run(["umount", site.store.parent], check=True)
    return None


def main(program):
    tried, left_out, faults = [], {}, []

    def attempt(case):
        partners = Partners()
        try:
            with tempfile.TemporaryDirectory(prefix=f"tributary-{case.__name__}.") as folder:
                site = filled(folder, program, partners)
                partners.generation += 1
                why = case(site, partners)
                if why:
                    left_out[case.__name__] = why
                else:
                    tried.append(case.__name__)
        except Exception as fault:  # told after all are done
            faults.append(f"{case.__name__}: {type(fault).__name__}: {fault}")
        finally:
            partners.close()

    # Two of them wait for ten seconds, as the program does.
    threads = [threading.Thread(target=attempt, args=(case,)) for case in (owned, locked, damaged, truncated, foreign, read_only, full_disk)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"tried": sorted(tried), "left_out": left_out}))
    assert not faults, "\n".join(faults)


if __name__ == "__main__":
    main(str(pathlib.Path(sys.argv[1]).absolute()))
