#!/usr/bin/env python3
"""Checks that examples stay short: at most 120 lines each, and at most 80 for those that extend the library (own_*).

usage: examples.py SOURCE_ROOT
"""
import sys
from pathlib import Path

LONGEST, LONGEST_OWN = 120, 80


def main():
    root = Path(sys.argv[1])
    files = sorted(path for path in (root / "examples").rglob("*") if path.suffix in (".cpp", ".hpp"))
    faults = []
    for path in files:
        lines = len(path.read_text().splitlines())
        allowed = LONGEST_OWN if path.name.startswith("own_") else LONGEST
        if lines > allowed:
            faults.append(f"{path}: {lines} lines; an example of this kind has at most {allowed}")
    print("\n".join(faults) or f"{len(files)} examples, none too long")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
