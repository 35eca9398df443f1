#!/usr/bin/env python3
"""Checks that the sources of tests/refusals compile without -DMUST_FAIL.

usage: accepted.py SOURCE... -- COMPILER FLAG...

The sources are compiled together as one translation unit, so the library is parsed once: the headers
(`#include <...>`) of all sources, then each source in its own namespace. Only a source that opens a namespace itself is
compiled alone. This test does not detect a missing include; refuses.py does, because it compiles each source alone with
-DMUST_FAIL and requires exactly one error.
"""
import re
import subprocess
import sys
from pathlib import Path

HEADER = re.compile(r"^#include <.*>$", re.M)


def compiles(compiler, text, folder):
    command = [*compiler, "-fsyntax-only", "-fdiagnostics-color=never", "-iquote", folder, "-x", "c++", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        print(done.stderr)
    return done.returncode == 0


def main():
    cut = sys.argv.index("--")
    sources, compiler = sys.argv[1:cut], sys.argv[cut + 1:]
    headers, bodies, good = set(), [], True
    for number, source in enumerate(sources):
        text = Path(source).read_text()
        if re.search(r"^namespace\b", text, re.M):
            good = compiles(compiler, f'#line 1 "{source}"\n{text}', Path(source).parent) and good
            continue
        headers.update(HEADER.findall(text))
        forgotten = "".join(f"#undef {name}\n" for name in re.findall(r"^#define (\w+)", text, re.M))
        bodies.append(f'namespace source_{number} {{\n#line 1 "{source}"\n{HEADER.sub("", text)}\n}}\n{forgotten}')
    if not compiles(compiler, "\n".join(sorted(headers)) + "\n" + "".join(bodies), Path(sources[0]).parent):
        good = False
    print(f"{len(sources)} sources compiled without -DMUST_FAIL, {len(sources) - len(bodies)} of them alone")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
