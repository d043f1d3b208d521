"""kills.py PROGRAM INTERRUPT KILLS: ends `update`, `publish` and `run` by SIGKILL, KILLS times, at every moment that can leave something
half done (interrupt.cpp) and at random ones, while a reader polls. Nothing may be lost, doubled or torn, and the next process starts at
once. Prints what was done as one JSON line."""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

from sample_site import FEEDS, Partners, Reader, Site



def forget(site):
    """Gives `publish` something to write."""
    for path in [*site.output.rglob("rss.xml"), *site.output.rglob("feed.json")]:
        path.unlink()


def a_site(program, interrupt, kills, before, clean, after_kill):
    """Kills processes of one new site so often, after `before` kills elsewhere, which decides the moments. Returns how many of each
    command, and how often the reader polled."""
    partners = Partners()
    with tempfile.TemporaryDirectory(prefix="tributary-kills.") as folder:
        site = Site(folder, program, partners)
        counted = os.path.join(folder, "calls")

        def environment(**more):
            return dict(os.environ, LD_PRELOAD=interrupt, TRIBUTARY_INTERRUPT_COUNT=counted, **more)

        def calls_of(*words):
            """How many moments such a command has, after news."""
            partners.generation += 1
            done = site.run(*words, environment=environment())
            assert done.returncode == 0, done.stderr
            return int(open(counted, encoding="ascii").read())

        done = {"update": 0, "publish": 0, "run": 0}
        with Reader(site) as reader:
            moments = {"update": calls_of("update", "--force")}
            forget(site)
            moments["publish"] = calls_of("publish")
            attempt = before
            while sum(done.values()) < kills and attempt < before + 3 * kills:
                attempt += 1
                how = ("update", "update", "update-random", "publish", "run")[attempt % 5]
                partners.generation += 1
                if how in ("update", "publish"):
                    # Spread over all moments, each kill at another one.
                    at = 1 + (attempt * 7919) % moments[how]
                    words = ("update", "--force") if how == "update" else ("publish",)
                    if how == "publish":
                        forget(site)
                    ended = site.run(*words, environment=environment(TRIBUTARY_INTERRUPT_AT=str(at)))
                    assert ended.returncode in (-9, 0), ended.stderr
                    done[how] += ended.returncode == -9
                else:
                    words = ("update", "--force") if how == "update-random" else ("run",)
                    process = subprocess.Popen(site.command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    try:
                        process.wait(timeout=random.uniform(0.005, 0.12 if how == "update-random" else 0.6))
                    except subprocess.TimeoutExpired:
                        process.kill()
                        process.wait()
                    done["run" if how == "run" else "update"] += process.returncode == -9
                site.check_output()
                site.check_store()
                started = time.monotonic()
                again = site.run("update", "--force")
                after_kill.append(time.monotonic() - started)
                assert again.returncode == 0, f"the pass after attempt {attempt} ({how}): {again.stderr}"
                if attempt % 5 == 0:
                    # A clean start that has as much to do: news to store and to publish.
                    partners.generation += 1
                    started = time.monotonic()
                    assert site.run("update", "--force").returncode == 0
                    clean.append(time.monotonic() - started)
                titles = site.titles()
                wanted = sorted(title for feed in range(FEEDS) for title in partners.items(feed))
                assert sorted(titles) == wanted, f"after attempt {attempt} ({how}): {set(wanted) ^ set(titles)}"
            left = [path.name for path in site.output.rglob("*") if path.is_file() and ".tmp" in path.name]
            assert not left, f"temporary files that no later process removed: {left}"
    partners.close()
    return done, reader.polls


def main(program, interrupt, kills):
    random.seed(20261124)
    clean, after_kill, done, polls = [], [], {"update": 0, "publish": 0, "run": 0}, 0
    # A site grows with each attempt, and would take longer and longer: after a hundred kills another one begins.
    while (left := kills - sum(done.values())) > 0:
        before = sum(done.values())
        more, polled = a_site(program, interrupt, min(left, 100), before, clean, after_kill)
        polls += polled
        done = {how: done[how] + more[how] for how in done}
        print(f"{sum(done.values())} of {kills} kills", file=sys.stderr, flush=True)
        if sum(done.values()) - before < min(left, 100):
            break
    print(json.dumps({"kills": sum(done.values()), **done, "reader_polls": polls,
                      "restart_s": round(statistics.median(after_kill), 3), "clean_s": round(statistics.median(clean), 3),
                      "restart_of_clean": round(statistics.median(after_kill) / statistics.median(clean), 2)}))
    # In full only: of a few starts a busy machine makes what it likes.
    assert kills < 1000 or statistics.median(after_kill) <= 3 * statistics.median(clean), "the next start takes too long"
    assert sum(done.values()) >= kills, f"too few processes were still running when they were to be killed: {done}"


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
