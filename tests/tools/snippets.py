#!/usr/bin/env python3
"""Checks that the code in the documentation compiles: each fenced C++ block must equal a named region of a compiled file.

usage: snippets.py SOURCE_ROOT

A region is the text between the comments `// [name]` and `// [/name]` in a .cpp or .hpp file of examples/ or tests/.
"""
import difflib
import re
import sys
import textwrap
from pathlib import Path

MARK = re.compile(r"^\s*// \[(/?)([\w -]+)\]\s*$")
FENCE = re.compile(r"^(?P<indent> *)```(?:cpp|c\+\+|C\+\+)[^\n]*\n(?P<code>.*?)^(?P=indent)```\s*$", re.M | re.S)


def tidy(lines):
    text = textwrap.dedent("\n".join(lines))
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n"))


def regions_of(path, faults):
    found, open_regions = {}, {}
    for number, line in enumerate(path.read_text().split("\n"), 1):
        mark = MARK.match(line)
        if not mark:
            for lines in open_regions.values():
                lines.append(line)
        elif not mark[1]:
            open_regions[mark[2]] = []
        elif mark[2] in open_regions:
            found[f"{path.name} [{mark[2]}]"] = tidy(open_regions.pop(mark[2]))
        else:
            faults.append(f"{path}:{number}: [/{mark[2]}] has no beginning")
    faults += [f"{path}: [{name}] has no end" for name in open_regions]
    return found


def main():
    root, faults, regions, blocks = Path(sys.argv[1]), [], {}, 0
    for folder in ("examples", "tests"):
        for path in sorted(p for p in (root / folder).rglob("*") if p.suffix in (".cpp", ".hpp")):
            regions |= regions_of(path, faults)
    for page in [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").rglob("*.md"))]:
        text = page.read_text() if page.exists() else ""
        for block in FENCE.finditer(text):
            blocks += 1
            code = tidy(block["code"].split("\n"))
            if code in regions.values():
                continue
            where = f"{page}:{text.count(chr(10), 0, block.start()) + 1}"
            near = max(regions, key=lambda r: difflib.SequenceMatcher(None, regions[r], code).ratio(), default=None)
            faults.append(f"{where}: this block does not equal a named region" + (f"; nearest is {near}:" if near else ""))
            if near:
                faults += difflib.unified_diff(regions[near].split("\n"), code.split("\n"), near, where, lineterm="", n=1)
    print("\n".join(faults) or f"{blocks} blocks, all equal to regions of compiled files")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
