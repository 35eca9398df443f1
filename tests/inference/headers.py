#!/usr/bin/env python3
"""alrao/inference.hpp includes nothing of BLAS, whatever the flags; alrao/alrao.hpp shows that the look is sharp.

usage: headers.py COMPILER FLAG...
"""
import re
import subprocess
import sys

BLAS = re.compile(r"blas", re.I)


def of_blas(compiler, header, *more):
    """The files of BLAS, ours or another's, that a header includes: each with its folder."""
    # -H names what is included; clang's -M also what only __has_include asks for.
    command = [*compiler, *more, "-H", "-E", "-x", "c++", "-"]
    named = subprocess.run(command, input=f"#include <{header}>\n", check=True, capture_output=True, text=True).stderr
    files = {"/".join(line.split("/")[-2:]) for line in named.splitlines() if line.startswith(".")}
    return sorted(name for name in files if BLAS.search(name))


def main():
    compiler, faults = sys.argv[1:], 0
    for more in ([], ["-DALRAO_KERNELS_OWN"], ["-DALRAO_KERNELS_BLAS"]):
        found = of_blas(compiler, "alrao/inference.hpp", *more)
        print(f"alrao/inference.hpp {' '.join(more)}: {', '.join(found) or 'nothing of BLAS'}")
        faults += bool(found)
    if "tensor/blas.hpp" not in of_blas(compiler, "alrao/alrao.hpp"):
        print("alrao/tensor/blas.hpp is not found in alrao/alrao.hpp, which includes it")
        faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
