"""leases.py PROGRAM: two `run` processes share one PostgreSQL (TRIBUTARY_POSTGRESQL). While one of them waits for a slow partner, nobody can write
to the store for longer than a lease: the slow feed is not asked by the other one all the same."""

import http.server
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

LEASE, LOCKED, SLOW = 30, 45, 60  # seconds

slow_asked, answered, count = [], threading.Event(), 0


def document(name, items):
    return (f"<rss version='2.0'><channel><title>{name}</title>" +
            "".join(f"<item><title>{name} {i}</title><guid>{name}{i}</guid></item>" for i in range(items)) + "</channel></rss>").encode()


class Partners(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global count
        if self.path == "/slow":
            slow_asked.append(time.monotonic())
            time.sleep(SLOW)
            answered.set()
            body = document("slow", 1)
        else:
            count += 1
            body = document("quick", count)  # news each time, so that both processes want to write
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Partners)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_address[1]}"
store = os.environ["TRIBUTARY_POSTGRESQL"]

with tempfile.TemporaryDirectory(prefix="tributary-leases-") as name:
    processes = []
    try:
        for number in range(2):
            folder = pathlib.Path(name, str(number))
            folder.mkdir()
            (folder / "feeds.yaml").write_text(
                f"site: {{title: Sample, url: 'https://partners.example.org/'}}\nstore: '{store}'\n"
                "server: {listen: '127.0.0.1:0', admin: off, hub: off}\n"
                "fetch: {allow_addresses: [127.0.0.0/8], timeout: 2m, interval: 1s, min_interval: 1s, max_interval: 1s}\n"
                f"feeds: [{{url: '{base}/slow', name: Slow}}, {{url: '{base}/quick', name: Quick}}]\n")
            processes.append(subprocess.Popen([sys.argv[1], "run", "--config", folder / "feeds.yaml", "--log-level", "error"],
                                              stdout=subprocess.PIPE, text=True))
            assert "serving" in processes[-1].stdout.readline()
        while not slow_asked:
            time.sleep(0.05)
        subprocess.run(["psql", "-q", store, "-c",
                        f"BEGIN; SELECT version FROM tributary_schema WHERE id = 1 FOR UPDATE; SELECT pg_sleep({LOCKED}); COMMIT"],
                       check=True, stdout=subprocess.DEVNULL)
        assert LOCKED > LEASE and answered.wait(2 * SLOW)
        times = [round(moment - slow_asked[0], 1) for moment in slow_asked]
        print(f"the slow feed was asked after {times} s")
        assert all(moment == 0 or moment >= SLOW for moment in times), "a feed was asked while its visit was under way"
        for process in processes:
            assert process.poll() is None, "a process ended"
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(60)
