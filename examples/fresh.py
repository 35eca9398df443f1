#!/usr/bin/env python3
"""Runs a program from nothing: the file of its --csv, in which finished runs are known again, is removed first.

usage: fresh.py PROGRAM ARGUMENT...
"""
import subprocess
import sys
from pathlib import Path

if "--csv" in sys.argv:
    Path(sys.argv[sys.argv.index("--csv") + 1]).unlink(missing_ok=True)
sys.exit(subprocess.run(sys.argv[1:]).returncode)
