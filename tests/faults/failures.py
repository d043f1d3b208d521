"""failures.py PROGRAM INTERRUPT MOST: lets each call of `update` that makes something durable or visible fail once (interrupt.cpp), with EIO
and with ENOSPC, at most MOST of them, spread over all. Each time the pass ends with 0 or 1, says why in a few lines, and leaves a whole
store and whole outputs; the next pass has everything. Prints what was done as one JSON line."""

import errno
import json
import os
import sys
import tempfile

from sample_site import FEEDS, Partners, Reader, Site


def main(program, interrupt, most):
    partners = Partners()
    done = {"faults": 0, "failed_passes": 0, "passes_that_went_on": 0}
    with tempfile.TemporaryDirectory(prefix="tributary-failures.") as folder:
        site = Site(folder, program, partners)
        counted = os.path.join(folder, "calls")

        def update(**more):
            partners.generation += 1
            environment = dict(os.environ, LD_PRELOAD=interrupt, TRIBUTARY_INTERRUPT_COUNT=counted, **more)
            return site.run("update", "--force", environment=environment)

        with Reader(site):
            assert update().returncode == 0
            assert update().returncode == 0
            calls = int(open(counted, encoding="ascii").read())
            step = max(1, calls // max(1, most // 2))
            for at in range(1, calls + 1, step):
                for fault in (errno.EIO, errno.ENOSPC):
                    ended = update(TRIBUTARY_INTERRUPT_AT=str(at), TRIBUTARY_INTERRUPT_WITH=str(fault))
                    what = f"call {at} of {calls} with {errno.errorcode[fault]}: {ended.returncode}, {ended.stderr!r}"
                    assert ended.returncode in (0, 1), what
                    if ended.returncode == 1:
                        said = [line for line in ended.stderr.splitlines() if not line.startswith("fetching: ")]
                        assert 0 < len(said) <= 4, what
                        assert folder in ended.stderr, f"no file is named: {what}"
                    site.check_output()
                    site.check_store()
                    again = site.run("update", "--force")
                    assert again.returncode == 0, f"the pass after {what}: {again.stderr}"
                    wanted = sorted(title for feed in range(FEEDS) for title in partners.items(feed))
                    assert sorted(site.titles()) == wanted, what
                    done["faults"] += 1
                    done["failed_passes" if ended.returncode else "passes_that_went_on"] += 1
    partners.close()
    print(json.dumps(done))
    assert done["failed_passes"] > 0


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
