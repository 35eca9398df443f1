#!/usr/bin/env python3
"""Checks that every public header has a test, every test a header, and that the build knows all existing files.

usage: mirror.py SOURCE_ROOT --headers HEADER... --refusals STEM... --tests TEST...      the lists of the configured build

The test of include/alrao/X/Y.hpp is tests/X/Y_test.cpp. These headers need no test at that path:
  - umbrella headers (directly in include/alrao)
  - parts of a header: all headers in a folder Z in which Z/Z.hpp has a test
  - headers in a line `// Covers: X/Y.hpp, X/Z.hpp` of another file in tests/; for example, layers that are fully tested by the
    laws are listed in tests/laws/layer_table.hpp
Test folders that do not belong to single headers (WITHOUT_HEADER) need no header.
"""
import argparse
import re
import sys
from pathlib import Path

WITHOUT_HEADER = {"laws", "networks", "golden", "fuzz", "odr", "refusals", "headers", "packaging", "companions", "tools", "tidy"}
COVERS = re.compile(r"^\s*// Covers: (.*)$", re.M)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("--headers", nargs="*", default=[])
    parser.add_argument("--refusals", nargs="*", default=[])
    parser.add_argument("--tests", nargs="*", default=[])
    arguments = parser.parse_args()
    include, tests = arguments.root / "include/alrao", arguments.root / "tests"

    headers = {p.relative_to(include).with_suffix("") for p in include.rglob("*.hpp")}
    at_path = {p.relative_to(tests).parent / p.stem.removesuffix("_test") for p in tests.rglob("*_test.cpp")}
    named = {(Path(name.strip()).with_suffix(""), path.relative_to(arguments.root))
             for path in tests.rglob("*.[ch]pp") for line in COVERS.findall(path.read_text()) for name in line.split(",")}
    covered = at_path | {header for header, _ in named}

    def is_part(header):
        return any(folder / folder.name in at_path & headers for folder in header.parents)

    faults = [f"include/alrao/{h}.hpp has no test: write tests/{h}_test.cpp, or add a line `// Covers: {h}.hpp` to another file in tests"
              for h in sorted(headers - covered) if len(h.parts) > 1 and not is_part(h)]
    faults += [f"tests/{t}_test.cpp has no header: include/alrao/{t}.hpp does not exist"
               for t in sorted(at_path - headers) if t.parts[0] not in WITHOUT_HEADER]
    faults += [f"{where}: covers {h}.hpp, which does not exist" for h, where in sorted(named) if h not in headers]
    faults += [f"{p.relative_to(arguments.root)}: is not a header, but would be installed"
               for p in sorted(include.rglob("*")) if p.is_file() and p.suffix != ".hpp"]

    # Existing files, and files that the build found when it was configured.
    for kind, there, known in (
            ("header", {p.relative_to(include.parent).as_posix() for p in include.rglob("*.hpp")}, set(arguments.headers)),
            ("refusal", {p.stem for p in (tests / "refusals").glob("*.cpp")}, set(arguments.refusals)),
            ("test", {p.resolve() for p in tests.rglob("*_test.cpp")}, {Path(p).resolve() for p in arguments.tests})):
        faults += [f"{path}: a {kind} that this build does not contain: meson setup --reconfigure BUILD" for path in sorted(there - known)]
        faults += [f"{path}: a {kind} of this build that does not exist: meson setup --reconfigure BUILD"
                   for path in sorted(known - there)]
    print("\n".join(faults) or f"{len(headers)} headers, {len(at_path)} tests, nothing missing")
    return 1 if faults or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
