#!/usr/bin/env python3
"""Checks that all public headers compile before and after the headers of another library, in one unit, without warnings.

usage: headers.py HEADER,... INCLUDE_DIRECTORY -- COMPILER FLAG...     HEADERs of the other library, as in an #include

The exit status is 77 (skipped) if the other library is not installed, or if its headers do not compile alone.
"""
import subprocess
import sys
from pathlib import Path


def compiled(compiler, unit):
    command = [*compiler, "-Werror", "-fsyntax-only", "-x", "c++", "-"]
    return subprocess.run(command, input=unit, text=True, capture_output=True)


def main():
    cut = sys.argv.index("--")
    theirs, root, compiler = sys.argv[1].split(","), Path(sys.argv[2]), sys.argv[cut + 1:]
    ours = [p.relative_to(root).as_posix() for p in sorted(root.glob("alrao/**/*.hpp"))]
    if not ours:
        raise SystemExit(f"no headers in {root}")
    probe = subprocess.run([*compiler, "-E", "-x", "c++", "-"], input=including(theirs), text=True, capture_output=True)
    if probe.returncode != 0:
        print(f"skipped, because it is not installed: {', '.join(theirs)}\n{probe.stderr.splitlines()[0]}")
        return 77
    faults = 0
    alone = None
    for name, unit in {"before": including(theirs + ours), "after": including(ours + theirs)}.items():
        result = compiled(compiler, unit + "int main() {}\n")
        if result.returncode != 0 and alone is None:
            alone = compiled(compiler, including(theirs))
            if alone.returncode != 0:
                print(f"skipped, because {compiler[0]} does not compile these headers alone: {', '.join(theirs)}")
                return 77
        print(f"{', '.join(theirs)} {name} {len(ours)} headers: {'refused' if result.returncode else 'compiles'}")
        print(result.stderr, end="")
        faults += result.returncode != 0
    return 1 if faults else 0


def including(headers):
    return "".join(f"#include <{header}>\n" for header in headers)


if __name__ == "__main__":
    sys.exit(main())
