#!/usr/bin/env python3
"""Checks that a header compiles on its own, included twice, without a warning.

usage: header.py HEADER -- COMPILER FLAG...         HEADER as in an #include, e.g. alrao/layers/dense.hpp
"""
import subprocess
import sys

header, compiler = sys.argv[1], sys.argv[sys.argv.index("--") + 1:]
unit = f"#include <{header}>\n#include <{header}>\nint main() {{}}\n"
sys.exit(subprocess.run([*compiler, "-Werror", "-fsyntax-only", "-x", "c++", "-"], input=unit, text=True).returncode)
