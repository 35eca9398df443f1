#!/usr/bin/env python3
"""Runs a program and checks that it has no symbols of BLAS, exceptions or run-time type information; prints its size.

usage: symbols.py PROGRAM
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

UNWANTED = re.compile(r"cblas|[sd]gemm|__cxa_throw|__cxa_allocate_exception|__dynamic_cast|_ZTI")


def main():
    program = sys.argv[1]
    subprocess.run([program], check=True)
    undefined = subprocess.run(["nm", "-u", "-C", program], check=True, capture_output=True, text=True).stdout.split("\n")
    raw = subprocess.run(["nm", "-u", program], check=True, capture_output=True, text=True).stdout.split("\n")
    found = [line.strip() for line in raw + undefined if UNWANTED.search(line)]
    with tempfile.TemporaryDirectory() as folder:
        stripped = Path(folder) / "stripped"
        subprocess.run(["strip", "-o", stripped, program], check=True)
        print(f"{stripped.stat().st_size} bytes stripped, {len([line for line in raw if line])} undefined symbols")
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
