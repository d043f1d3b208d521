"""Renders the sample publication and checks every feed of it: python3 check_sample.py PUBLISHER_SAMPLE."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

import check_feeds

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[1], folder], check=True, timeout=60)
    find = lambda name: sorted(glob.glob(os.path.join(folder, "**", name), recursive=True))
    status = 0
    for path in find("rss.xml") + find("feed.json") + find("archive/*.json"):
        data = open(path, "rb").read()
        for fault in (check_feeds.rss_faults if path.endswith(".xml") else check_feeds.json_faults)(data):
            print(f"FAILED: {path}: {fault}")
            status = 1
    if shutil.which("jing"):
        for path, faults in check_feeds.jing(find("atom.xml") + find("archive/*.xml")).items():
            for fault in faults:
                print(f"FAILED: {fault}")
                status = 1
    print(f"{len(find('rss.xml'))} RSS, {len(find('feed.json'))} JSON Feed, {len(find('atom.xml'))} Atom documents, "
          f"{len(find('archive/*.xml'))} pages of archives")
    status |= check_feeds.prove(*(os.path.join(folder, name) for name in ("atom.xml", "rss.xml", "feed.json")))
    sys.exit(status)
