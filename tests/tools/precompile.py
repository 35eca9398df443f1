#!/usr/bin/env python3
"""Precompiles a header for g++, with the flags of the translation units that include it.

usage: precompile.py FOLDER OUTPUT.gch DEPFILE HEADER -- COMPILER FLAG...       paths in the flags are relative to FOLDER
"""
import os
import re
import subprocess
import sys
from pathlib import Path


def main():
    cut = sys.argv.index("--")
    folder, output, depfile, header = (os.path.abspath(path) for path in sys.argv[1:cut])
    # g++ looks for NAME.gch in the folder of NAME. If it is not valid, g++ includes NAME.
    Path(output.removesuffix(".gch")).write_text(Path(header).read_text())
    made = subprocess.run([*sys.argv[cut + 1:], "-x", "c++-header", header, "-o", output, "-MD", "-MF", depfile, "-MT", output],
                          cwd=folder)
    if made.returncode == 0:  # make the paths absolute, because the build has another working directory
        path = Path(depfile)
        path.write_text(re.sub(r"(?<=\s)(?![/\\\s])(\S+)", rf"{folder}/\1", path.read_text()))
    return made.returncode


if __name__ == "__main__":
    sys.exit(main())
