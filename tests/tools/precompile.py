#!/usr/bin/env python3
"""Compiles a header for inclusion by g++, with the flags that the units behind it have.

usage: precompile.py FOLDER OUTPUT.gch DEPFILE HEADER -- COMPILER FLAG...       the flags are seen from FOLDER
"""
import os
import re
import subprocess
import sys
from pathlib import Path


def main():
    cut = sys.argv.index("--")
    folder, output, depfile, header = (os.path.abspath(path) for path in sys.argv[1:cut])
    # g++ looks for NAME.gch beside NAME; where there is no valid one, it includes NAME.
    Path(output.removesuffix(".gch")).write_text(Path(header).read_text())
    made = subprocess.run([*sys.argv[cut + 1:], "-x", "c++-header", header, "-o", output, "-MD", "-MF", depfile, "-MT", output],
                          cwd=folder)
    if made.returncode == 0:  # paths as the build sees them
        path = Path(depfile)
        path.write_text(re.sub(r"(?<=\s)(?![/\\\s])(\S+)", rf"{folder}/\1", path.read_text()))
    return made.returncode


if __name__ == "__main__":
    sys.exit(main())
