"""fronts.py PROGRAM SOURCE: the sample fronts of packaging/examples before a real site. nginx serves the published folder as files and passes the
hub on; Caddy passes everything on. Each is tried where it is installed; with neither, the end is 77 (skipped)."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
CADDY = shutil.which("caddy")
if not NGINX and not CADDY:
    print("skipped: neither nginx nor caddy is installed")
    sys.exit(77)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def ask(url, data=None, headers=None):
    """Status, headers and body; asked again for as long as nobody listens yet."""
    for _ in range(300):
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, headers or {}), timeout=30) as answer:
                return answer.status, answer.headers, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers, answer.read().decode(errors="replace")
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"nobody listens at {url}")


def try_front(base, whole):
    """`whole`: everything is passed on."""
    for path, kind in [("", "text/html"), ("atom.xml", "application/atom+xml"), ("rss.xml", "application/rss+xml"),
                       ("feed.json", "application/feed+json"), ("opml.xml", "text/x-opml"), ("partners/harbour/", "text/html"),
                       ("partners/harbour/rss.xml", "application/rss+xml"), ("style.css", "text/css")]:
        status, headers, body = ask(base + path)
        assert status == 200 and headers["Content-Type"].startswith(kind), (path, status, headers["Content-Type"])
        assert body, path
    status, headers, _ = ask(base + "atom.xml")
    status, _, body = ask(base + "atom.xml", headers={"If-None-Match": headers["ETag"]})
    assert status == 304 and not body, status
    status, _, _ = ask(base + "hub", b"hub.mode=nonsense")
    assert status == 400, f"the hub is Tributary's: {status}"
    status, _, _ = ask(base + "websub/unknown")
    assert status == 404, status
    for path in ["health", "metrics", "feeds.yaml"]:
        assert ask(base + path)[0] == 404, path
    if whole:
        status, headers, _ = ask(base + "atom.xml", headers={"Accept-Encoding": "br"})
        assert headers["Content-Encoding"] == "br", headers


with tempfile.TemporaryDirectory(prefix="tributary-fronts-") as name:
    folder = pathlib.Path(name)
    folder.chmod(0o755)
    site, front = free_port(), free_port()
    (folder / "feeds.yaml").write_text(
        f"site: {{title: Sample, url: 'https://partners.example.org/'}}\nserver: {{listen: '127.0.0.1:{site}', admin: off}}\n"
        "feeds: [{url: 'http://127.0.0.1:1/feed', name: Harbour}]\n")
    log = open(folder / "log", "w")
    processes = [subprocess.Popen([PROGRAM, "run", "--config", folder / "feeds.yaml"], stdout=subprocess.DEVNULL, stderr=log)]
    try:
        while not (folder / "public/atom.xml").exists():
            assert processes[0].poll() is None
            time.sleep(0.05)
        if NGINX:
            server = (SOURCE / "packaging/examples/nginx.conf").read_text()
            for there, here in [("listen 80;", f"listen 127.0.0.1:{front};"), ("/var/lib/tributary/public", str(folder / "public")),
                                ("http://127.0.0.1:8080", f"http://127.0.0.1:{site}")]:
                assert there in server, there
                server = server.replace(there, here)
            paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
            (folder / "nginx.conf").write_text(f"daemon off; master_process off; pid {folder}/pid; error_log stderr; events {{}}\n"
                                               f"http {{ access_log off; {paths}\n{server} }}\n")
            processes.append(subprocess.Popen([NGINX, "-e", "stderr", "-p", folder, "-c", folder / "nginx.conf"], stderr=log))
            try_front(f"http://127.0.0.1:{front}/", False)
            print("nginx")
        if CADDY:
            front = free_port()
            text = (SOURCE / "packaging/examples/Caddyfile").read_text()
            assert re.search(r"^partners\.example\.org \{", text, re.MULTILINE) and "127.0.0.1:8080" in text
            text = text.replace("partners.example.org {", f"http://127.0.0.1:{front} {{").replace("127.0.0.1:8080", f"127.0.0.1:{site}")
            (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + text)
            processes.append(subprocess.Popen([CADDY, "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"], stderr=log,
                                              env={**os.environ, "HOME": name, "XDG_DATA_HOME": name, "XDG_CONFIG_HOME": name}))
            try_front(f"http://127.0.0.1:{front}/", True)
            print("Caddy")
    except BaseException:
        print((folder / "log").read_text())
        raise
    finally:
        for process in processes:
            process.kill()
            process.wait()
