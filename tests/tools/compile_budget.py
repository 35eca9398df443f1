#!/usr/bin/env python3
"""Limits the cost of compiling the library, measured by clang's count of template instantiations, which is reproducible.

usage: compile_budget.py check|record RECORDED.json PROGRAM... -- CLANG FLAG...
       compile_budget.py report PROGRAM... -- COMPILER FLAG...

check   fails if a program needs over 3 % more instantiations than recorded, or is not recorded; a decrease is only reported
record  writes the current counts; commit them together with the change that explains the growth
report  prints processor seconds and memory for the given compiler and flags, and the size of the object file without and
        with -g, in megabytes; these vary and are not limited
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TOLERANCE = 1.03


def instantiations(compiler, program):
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([*compiler, "-O0", "-c", program, "-o", f"{work}/unit.o", "-ftime-trace",
                        "-ftime-trace-granularity=0"], check=True, stdin=subprocess.DEVNULL)
        events = Path(work, "unit.json").read_text()
    return events.count('"name":"InstantiateClass"') + events.count('"name":"InstantiateFunction"')


def report(compiler, programs):
    print(" ".join(compiler))
    print(f"{'program':24}{'seconds':>9}{'peak MB':>9}{'object MB':>11}{'object -g MB':>14}")
    for program in programs:
        with tempfile.TemporaryDirectory() as work:
            seconds = []
            for _ in range(3):
                child = subprocess.Popen([*compiler, "-c", program, "-o", f"{work}/unit.o"])
                _, status, usage = os.wait4(child.pid, 0)
                seconds.append(usage.ru_utime + usage.ru_stime)
                if status:
                    return 1
            subprocess.run([*compiler, "-g", "-c", program, "-o", f"{work}/debug.o"], check=True)
            plain, debug = (Path(work, name).stat().st_size / 1e6 for name in ("unit.o", "debug.o"))
        print(f"{Path(program).stem:24}{sorted(seconds)[1]:9.2f}{usage.ru_maxrss / 1024:9.0f}{plain:11.2f}{debug:14.2f}")
    return 0


def main():
    cut = sys.argv.index("--")
    mode, compiler = sys.argv[1], sys.argv[cut + 1:]
    if mode == "report":
        return report(compiler, sys.argv[2:cut])
    recorded_file, programs = Path(sys.argv[2]), sys.argv[3:cut]
    try:
        counts = {Path(p).stem: instantiations(compiler, p) for p in programs}
    except subprocess.CalledProcessError as failure:
        return f"does not compile: {' '.join(failure.cmd)}"
    if mode == "record":
        recorded_file.write_text(json.dumps(counts, indent=2, sort_keys=True) + "\n")
        return 0
    recorded, failed = json.loads(recorded_file.read_text()), False
    for name, count in counts.items():
        allowed = recorded.get(name, 0) * TOLERANCE
        failed |= count > allowed
        change = f"{count / recorded[name] - 1:+8.1%}" if name in recorded else "not recorded"
        print(f"{name:24}{count:9}  recorded {recorded.get(name, 0):9} {change}" + ("  TOO MUCH" if count > allowed else ""))
    if failed:
        print("if this is intended, record it in the same commit and give the reason: meson compile -C BUILD record-compile-budget")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
