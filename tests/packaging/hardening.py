"""hardening.py PROGRAM: the built program has the protections that compiler and linker offer, as far as they can be seen in it."""

import re
import subprocess
import sys


def read(*words):
    return subprocess.run(["readelf", "-W", *words], check=True, capture_output=True, text=True).stdout


def main(program):
    header, segments, dynamic, symbols = read("-h", program), read("-l", program), read("-d", program), read("--dyn-syms", program)
    checks = {
        "it can be loaded anywhere (PIE)": "DYN (Position-Independent Executable" in header and re.search(r"FLAGS_1.*\bPIE\b", dynamic),
        "its tables are read-only from the start (RELRO, BIND_NOW)": "GNU_RELRO" in segments and re.search(r"FLAGS.*\bNOW\b", dynamic),
        "its stack is not executable": re.search(r"GNU_STACK.* RW +0x", segments),
        "no memory is writable and executable at once": not re.search(r"LOAD.* RWE ", segments),
        "functions with arrays guard their stack": "__stack_chk_fail" in symbols,
        "calls of libc are checked (_FORTIFY_SOURCE)": re.search(r"__\w+_chk\b(?<!__stack_chk)", symbols),
        "it looks for libraries in no folder of its own": not re.search(r"\((RPATH|RUNPATH)\)", dynamic),
    }
    missing = [what for what, there in checks.items() if not there]
    print("\n".join(f"missing: {what}" for what in missing) or f"{len(checks)} protections are there")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
