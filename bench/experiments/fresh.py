#!/usr/bin/env python3
"""Runs a program after removing the file of its --csv, so that it repeats runs which an earlier test finished.

usage: fresh.py PROGRAM ARGUMENT...
"""
import subprocess
import sys
from pathlib import Path

if "--csv" in sys.argv:
    Path(sys.argv[sys.argv.index("--csv") + 1]).unlink(missing_ok=True)
sys.exit(subprocess.run(sys.argv[1:]).returncode)
