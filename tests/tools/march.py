#!/usr/bin/env python3
"""Builds a doctest program for an instruction set, and runs it if this machine supports that set.

usage: march.py PROGRAM.cpp LEVEL COMPILER FLAG...          LEVEL: the value of -march=

If the machine does not support it, the program is only compiled, and the exit status is 77 (skipped).
"""
import subprocess
import sys
import tempfile
from pathlib import Path

NEEDS = {"x86-64-v2": {"sse4_2", "popcnt"}, "x86-64-v3": {"avx2", "fma", "bmi2"},
         "x86-64-v4": {"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"}}


def main():
    source, level, compiler, *flags = sys.argv[1:]
    # Libraries must follow the files that use them.
    libraries = [flag for flag in flags if flag.startswith("-l") or flag == "-pthread"]
    with tempfile.TemporaryDirectory() as work:
        program = Path(work) / "program"
        subprocess.run([compiler, f"-march={level}", *flags, source, "-o", program, *libraries], check=True)
        has = set(Path("/proc/cpuinfo").read_text().split())
        if missing := NEEDS[level] - has:
            print(f"compiled, but not run: this machine does not support {', '.join(sorted(missing))}")
            return 77
        return subprocess.run([program, "--no-intro", "--no-version"]).returncode


if __name__ == "__main__":
    sys.exit(main())
