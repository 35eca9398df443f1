#!/usr/bin/env python3
"""Checks that alrao/inference.hpp includes no BLAS header, with any flags. For comparison, alrao/alrao.hpp must include one.

usage: headers.py COMPILER FLAG...
"""
import re
import subprocess
import sys

BLAS = re.compile(r"blas", re.I)


def of_blas(compiler, header, *more):
    """The BLAS headers, from any library, that a header includes, each with its folder."""
    # -H prints included files only; -M of clang also prints files that are only tested by __has_include.
    command = [*compiler, *more, "-H", "-E", "-x", "c++", "-"]
    named = subprocess.run(command, input=f"#include <{header}>\n", check=True, capture_output=True, text=True).stderr
    files = {"/".join(line.split("/")[-2:]) for line in named.splitlines() if line.startswith(".")}
    return sorted(name for name in files if BLAS.search(name))


def main():
    compiler, faults = sys.argv[1:], 0
    for more in ([], ["-DALRAO_KERNELS_OWN"], ["-DALRAO_KERNELS_BLAS"]):
        found = of_blas(compiler, "alrao/inference.hpp", *more)
        print(f"alrao/inference.hpp {' '.join(more)}: {', '.join(found) or 'no BLAS header'}")
        faults += bool(found)
    if "tensor/blas.hpp" not in of_blas(compiler, "alrao/alrao.hpp"):
        print("the check is broken: alrao/tensor/blas.hpp is not found in alrao/alrao.hpp, which includes it")
        faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
