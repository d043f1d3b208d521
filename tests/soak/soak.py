"""soak.py PROGRAM [--minutes 60] [--feeds 2000] [--readers 200] [--interval 30] [--steady]: `tributary run` over partners that change, fail,
move and lie (partners.py), with readers (readers.py), watched from outside: memory, descriptors, threads, CPU and what readers wait.
In the end every item that went out whole is known once and published once, and nothing has leaked. With --steady, memory and
latency must also be flat from the second quarter to the last, which asks for a machine that does little else. Prints a line
a minute and, last, one line of JSON."""

import argparse
import asyncio
import collections
import json
import os
import pathlib
import resource
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

from partners import Partners

ATOM = "{http://www.w3.org/2005/Atom}"
HERE = pathlib.Path(__file__).parent


def figures_of(process):
    """Resident and anonymous memory in MiB, descriptors, threads and CPU seconds of a process."""
    status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines())
    times = pathlib.Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return {"rss": int(status["VmRSS"].split()[0]) / 1024, "anonymous": int(status["RssAnon"].split()[0]) / 1024,
            "threads": int(status["Threads"]), "descriptors": len(os.listdir(f"/proc/{process}/fd")),
            "cpu": (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")}


def configure(folder, partners, interval):
    topics = "".join(f"  - {{slug: topic-{n}, title: Topic {n}}}\n" for n in range(10))
    feeds = "".join(f"  - {{url: '{partners.address(feed)}', name: Partner {feed}, topics: [topic-{feed % 10}]}}\n" for feed in range(partners.feeds))
    path = pathlib.Path(folder) / "feeds.yaml"
    path.write_text("site: {title: Sample, url: 'https://site.example.net/'}\nserver: {listen: '127.0.0.1:0', admin: '127.0.0.1:0'}\n"
                    f"fetch: {{allow_addresses: [127.0.0.0/8], interval: {interval}s, min_interval: {interval}s, max_interval: {interval}s, "
                    f"timeout: 8s, per_host: 8}}\ntopics:\n{topics}feeds:\n{feeds}", encoding="utf-8")
    return path


class Soak:
    def __init__(self, options, folder):
        self.options, self.folder = options, pathlib.Path(folder)
        self.partners = Partners(options.feeds, growth=options.growth)
        self.required = set()  # what must be known in the end: answers under way at SIGTERM are asked for anew by the next process
        self.samples, self.latencies, self.faults, self.statuses = [], [], [], collections.Counter()

    async def run(self):
        await self.partners.start()
        config = configure(self.folder, self.partners, self.options.interval)
        log = open(self.folder / "log", "w", encoding="utf-8")
        program = await asyncio.create_subprocess_exec(self.options.program, "run", "--config", str(config),
                                                       stdout=asyncio.subprocess.PIPE, stderr=log)
        try:
            address = (await asyncio.wait_for(program.stdout.readline(), 60)).decode().split()[-1]
            readers = await asyncio.create_subprocess_exec(
                sys.executable, str(HERE / "readers.py"), address, str(self.options.readers), "4",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 22)
            listening = asyncio.ensure_future(self.listen(readers.stdout))
            await self.watch(program)
            self.partners.settle()
            await self.all_known(program)
            readers.stdin.close()
            await readers.wait()
            await listening
            program.send_signal(signal.SIGTERM)
            ended = await asyncio.wait_for(program.wait(), 120)
            assert ended == 0, f"run ended with {ended}"
            # What came in the last moment is published by the next process.
            publish = await asyncio.create_subprocess_exec(self.options.program, "publish", "--config", str(config), stdout=log, stderr=log)
            assert await publish.wait() == 0
        finally:
            if program.returncode is None:
                program.kill()
            log.close()

    async def listen(self, lines):
        async for line in lines:
            seen = json.loads(line)
            self.latencies.append((time.time(), seen["ms"]))
            self.faults += seen["faults"]
            self.statuses.update(seen["statuses"])

    async def watch(self, program):
        end, last = time.time() + self.options.minutes * 60, time.time()
        every = min(60, self.options.minutes * 60 / 8)
        while (left := end - time.time()) > 1:
            await asyncio.sleep(min(every, left))
            assert program.returncode is None, f"run ended by itself with {program.returncode}"
            now = figures_of(program.pid)
            waits = [ms for when, many in self.latencies if when >= last for ms in many]
            now |= {"at": time.time(), "requests": sum(self.partners.requests.values()), "reads": len(waits),
                    "items": len(self.partners.delivered),
                    "median_ms": statistics.median(waits) if waits else 0,
                    "p99_ms": sorted(waits)[int(len(waits) * 0.99)] if waits else 0}
            last = now["at"]
            self.samples.append(now)
            print(f"{(now['at'] - self.partners.began) / 60:5.1f} min: {now['rss']:6.1f} MiB ({now['anonymous']:.1f} anonymous), "
                  f"{now['descriptors']} descriptors, {now['threads']} threads, {now['cpu']:.0f} s CPU, {now['requests']} fetches, {now['items']} items, "
                  f"{now['reads']} reads, median {now['median_ms']:.1f} ms, p99 {now['p99_ms']:.1f} ms, faults {len(self.faults)}", flush=True)

    def known(self):
        """Items in the store as (feed, item) with how often each is there; their titles begin with both."""
        with sqlite3.connect(f"file:{self.folder}/data/tributary.db?mode=ro", uri=True) as database:
            titles = [title for (title,) in database.execute("SELECT title FROM item")]
        database.close()
        return collections.Counter(tuple(map(int, title.split(" ", 1)[0].split("-"))) for title in titles)

    async def all_known(self, program):
        """What went out is stored some moments later. How long it takes is no matter here, so long as it comes to pass."""
        end = time.time() + 300
        while time.time() < end and program.returncode is None:
            await asyncio.sleep(2)
            self.required = set(self.partners.delivered)
            missing, published = self.missing(), {}
            if not missing and not (set(self.known()) - set(published := self.published())):
                return
        raise AssertionError(f"of {len(self.known())} items that are known {len(published)} are published; "
                             f"{len(missing)} are lost, among them {missing[:5]}")

    def missing(self):
        known = self.known()
        return [item for item in self.required if item not in known]

    def published(self):
        """How often each item stands in the merged feed: the closed pages and the front document's entries that are in none."""
        counts, front = collections.Counter(), []
        output = self.folder / "public"
        def entries(path):
            for entry in ElementTree.parse(path).getroot().iter(ATOM + "entry"):
                yield entry.find(ATOM + "id").text, tuple(map(int, entry.find(ATOM + "title").text.split(" ", 1)[0].split("-")))
        closed = set()
        for page in sorted((output / "archive").glob("*.xml")):
            for identity, item in entries(page):
                closed.add(identity)
                counts[item] += 1
        for identity, item in entries(output / "atom.xml"):
            front.append(identity)
            if identity not in closed:
                counts[item] += 1
        assert len(front) == len(set(front)), "an entry stands twice in the front document"
        return counts

    def judge(self):
        known, published = self.known(), self.published()
        doubled = [item for item, times in known.items() if times > 1]
        assert not doubled, f"{len(doubled)} items are known twice, among them {doubled[:5]}"
        missing = self.missing()
        assert not missing, f"{len(missing)} items are lost, among them {missing[:5]}"
        twice = [item for item, times in published.items() if times > 1]
        assert not twice, f"{len(twice)} items are published twice, among them {twice[:5]}"
        absent = [item for item in known if item not in published]
        # A story is shown once; texts here have nothing in common, so every item is a story of its own.
        assert not absent, f"{len(absent)} items are published nowhere, among them {absent[:5]}"
        assert not self.faults, f"{len(self.faults)} answers were not as they should be: {self.faults[:5]}"

        quarter = max(1, len(self.samples) // 4)
        second, last = self.samples[quarter:2 * quarter] or self.samples, self.samples[-quarter:]
        def middle(samples, name):
            return statistics.median(sample[name] for sample in samples)
        result = {"minutes": self.options.minutes, "feeds": self.options.feeds, "readers": self.options.readers,
                  "fetches": sum(self.partners.requests.values()), "answers": dict(sorted(self.partners.counts.items())),
                  "reads": dict(sorted(self.statuses.items())), "items": len(known), "published": len(published),
                  "cpu_s": self.samples[-1]["cpu"],
                  "rss_mib": {"first": round(self.samples[0]["rss"], 1), "second_quarter": round(middle(second, "rss"), 1),
                              "last_quarter": round(middle(last, "rss"), 1)},
                  "anonymous_mib": {"second_quarter": round(middle(second, "anonymous"), 1), "last_quarter": round(middle(last, "anonymous"), 1)},
                  "descriptors": {"second_quarter": middle(second, "descriptors"), "last_quarter": middle(last, "descriptors")},
                  "threads": {"second_quarter": middle(second, "threads"), "last_quarter": middle(last, "threads")},
                  "median_ms": {"second_quarter": round(middle(second, "median_ms"), 2), "last_quarter": round(middle(last, "median_ms"), 2)},
                  "p99_ms": {"second_quarter": round(middle(second, "p99_ms"), 1), "last_quarter": round(middle(last, "p99_ms"), 1)}}
        print(json.dumps(result), flush=True)
        # Connections to partners and from readers come and go by some dozens.
        assert middle(last, "descriptors") <= middle(second, "descriptors") + 64, "descriptors leak"
        assert middle(last, "threads") <= middle(second, "threads"), "threads leak"
        if self.options.steady:
            assert middle(last, "anonymous") <= 1.1 * middle(second, "anonymous") + 4, "memory grows"
            assert middle(last, "median_ms") <= 5 * middle(second, "median_ms") + 20, "readers wait longer and longer"


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--interval", type=int, default=30, help="seconds between two fetches of a feed")
    parser.add_argument("--growth", type=float, default=240, help="the liveliest feeds have something new so often, in seconds")
    parser.add_argument("--steady", action="store_true")
    parser.add_argument("--folder", help="keep everything there")
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    if options.folder:
        os.makedirs(options.folder, exist_ok=True)
        soak = Soak(options, options.folder)
        await soak.run()
        soak.judge()
        return
    with tempfile.TemporaryDirectory(prefix="tributary-soak.") as folder:
        soak = Soak(options, folder)
        await soak.run()
        soak.judge()


if __name__ == "__main__":
    asyncio.run(main())
