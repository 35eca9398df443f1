#!/usr/bin/env python3
"""alrao/inference.hpp includes nothing of BLAS, whatever the flags; alrao/alrao.hpp shows that the look is sharp.

usage: headers.py COMPILER FLAG...
"""
import re
import subprocess
import sys

BLAS = re.compile(r"blas", re.I)


def of_blas(compiler, header, *more):
    """The files of BLAS, ours or another's, that a header includes, as paths below an include folder."""
    command = [*compiler, *more, "-M", "-x", "c++", "-"]
    rule = subprocess.run(command, input=f"#include <{header}>\n", check=True, capture_output=True, text=True).stdout
    files = [name.split("include/")[-1] for name in rule.replace("\\\n", " ").split()[1:]]
    return [name for name in files if BLAS.search(name.removeprefix("x86_64-linux-gnu/"))]


def main():
    compiler, faults = sys.argv[1:], 0
    for more in ([], ["-DALRAO_KERNELS_OWN"], ["-DALRAO_KERNELS_BLAS"]):
        found = of_blas(compiler, "alrao/inference.hpp", *more)
        print(f"alrao/inference.hpp {' '.join(more)}: {', '.join(found) or 'nothing of BLAS'}")
        faults += bool(found)
    if "alrao/tensor/blas.hpp" not in of_blas(compiler, "alrao/alrao.hpp"):
        print("alrao/tensor/blas.hpp is not found in alrao/alrao.hpp, which includes it")
        faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
