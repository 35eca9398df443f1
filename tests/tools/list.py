#!/usr/bin/env python3
"""Prints the files of a folder and its subfolders whose names end in SUFFIX: one relative path per line, sorted.

usage: list.py FOLDER SUFFIX [--stem]       --stem: without the suffix

Meson has no glob: the build calls this script when it is configured. A file that is added later is not in the build
until `meson setup --reconfigure BUILD`; the test `mirror` fails until then, and test.sh reconfigures each time.
"""
import sys
from pathlib import Path


def main():
    folder, suffix = Path(sys.argv[1]), sys.argv[2]
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*" + suffix))
    stem = "--stem" in sys.argv[3:]
    print("\n".join(path.removesuffix(suffix) if stem else path for path in paths))


if __name__ == "__main__":
    sys.exit(main())
