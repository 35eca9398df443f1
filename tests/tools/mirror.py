#!/usr/bin/env python3
"""Every public header has a test at the same path, every test a header, and the build's lists name what is there.

usage: mirror.py SOURCE_ROOT --headers HEADER... --tests TEST...       the files that meson.build lists

include/alrao/X/Y.hpp <-> tests/X/Y_test.cpp. Umbrellas (headers beside the folders) need no test, nor do the parts of one
header: all of a folder Z whose Z/Z.hpp has a test. The folders of tests that look at no single header (below) need no
header.
"""
import argparse
import sys
from pathlib import Path

WITHOUT_HEADER = {"laws", "networks", "golden", "fuzz", "odr", "refusals", "headers", "packaging", "companions", "tools"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("--headers", nargs="*", default=[])
    parser.add_argument("--tests", nargs="*", default=[])
    arguments = parser.parse_args()
    include, tests = arguments.root / "include/alrao", arguments.root / "tests"

    headers = {p.relative_to(include).with_suffix("") for p in include.rglob("*.hpp")}
    covered = {p.relative_to(tests).parent / p.stem.removesuffix("_test") for p in tests.rglob("*_test.cpp")}
    def is_part(header):
        return any(folder / folder.name in covered & headers for folder in header.parents)

    faults = [f"include/alrao/{h}.hpp has no test: write tests/{h}_test.cpp"
              for h in sorted(headers - covered) if len(h.parts) > 1 and not is_part(h)]
    faults += [f"tests/{t}_test.cpp has no header: include/alrao/{t}.hpp is not there"
               for t in sorted(covered - headers) if t.parts[0] not in WITHOUT_HEADER]

    for kind, there, listed, where in (
            ("header", include.rglob("*.hpp"), arguments.headers, "include/meson.build"),
            ("test", tests.rglob("*_test.cpp"), arguments.tests, "tests/meson.build")):
        there, listed = {p.resolve() for p in there}, {Path(p).resolve() for p in listed}
        faults += [f"{p.relative_to(arguments.root.resolve())}: a {kind} that {where} does not list"
                   for p in sorted(there - listed)]
    print("\n".join(faults) or f"{len(headers)} headers, {len(covered)} tests, nothing missing")
    return 1 if faults or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
