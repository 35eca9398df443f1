#!/usr/bin/env python3
"""Builds a doctest program for an instruction set, and runs it where this machine has that.

usage: march.py PROGRAM.cpp LEVEL COMPILER FLAG...          LEVEL: what -march= is given

Where the machine lacks it, the program is compiled all the same, and 77 (skipped) is returned.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

NEEDS = {"x86-64-v2": {"sse4_2", "popcnt"}, "x86-64-v3": {"avx2", "fma", "bmi2"},
         "x86-64-v4": {"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"}}


def main():
    source, level, compiler, *flags = sys.argv[1:]
    # Libraries come behind what needs them.
    libraries = [flag for flag in flags if flag.startswith("-l") or flag == "-pthread"]
    with tempfile.TemporaryDirectory() as work:
        program = Path(work) / "program"
        subprocess.run([compiler, f"-march={level}", *flags, source, "-o", program, *libraries], check=True)
        has = set(Path("/proc/cpuinfo").read_text().split())
        if missing := NEEDS[level] - has:
            print(f"compiled, not run: this machine has no {', '.join(sorted(missing))}")
            return 77
        return subprocess.run([program, "--no-intro", "--no-version"]).returncode


if __name__ == "__main__":
    sys.exit(main())
