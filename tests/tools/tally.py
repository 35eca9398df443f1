#!/usr/bin/env python3
"""Counts the passed and failed tests of several builds: each test case of a doctest program, and each other test as one.

usage: tally.py BUILD_DIRECTORY...          after `meson test` in each; last line: N passed, N failed

A build directory may contain a file `failed` (names of targets that could not be built) and a file `status` (exit status of
`meson test` if it failed). The logs of test setups (`meson test --setup NAME`) are included.
"""
import json
import re
import sys
from pathlib import Path

SUMMARY = re.compile(r"\[doctest\] test cases:\s*(\d+) \|\s*(\d+) passed \|\s*(\d+) failed")


def counted(entry):
    """Numbers of passed and failed tests in one line of testlog.json."""
    cases = SUMMARY.search(entry.get("stdout") or "")
    passed, failed = (int(cases[2]), int(cases[3])) if cases else (0, 0)
    if entry["result"] in ("OK", "EXPECTEDFAIL"):
        return (passed or 1, failed)
    return (0, 0) if entry["result"] == "SKIP" else (passed, failed or 1)


def main():
    total = [0, 0]
    for build in map(Path, sys.argv[1:]):
        logs, here, broken = sorted((build / "meson-logs").glob("testlog*.json")), [0, 0], []
        if (build / "failed").exists():
            here[1] += 1
            broken.append((build / "failed").read_text().strip())
        for log, line in ((log, line) for log in logs for line in log.read_text().splitlines()):
            entry = json.loads(line)
            passed, failed = counted(entry)
            here = [here[0] + passed, here[1] + failed]
            setup = log.stem.removeprefix("testlog").replace("-", " ")
            broken += [entry["name"] + setup] if failed else []
        if not broken and (build / "status").exists():
            here[1] += 1
            broken.append("meson test ended with status " + (build / "status").read_text().strip())
        if not broken and not here[0]:
            here[1] += 1
            broken.append("no test ran")
        print(f"{build.name:16}{here[0]:6} passed{here[1]:5} failed" + (f"   {', '.join(broken)}" if broken else ""))
        total = [total[0] + here[0], total[1] + here[1]]
    print(f"{total[0]} passed, {total[1]} failed")
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main())
