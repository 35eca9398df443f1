#!/usr/bin/env python3
"""Checks that programs of users compile without warnings from the library's headers, with the lists of warnings below.

usage: warnings.py SOURCE_ROOT COMPILER...        the name of a compiler decides whether it gets the list of g++ or clang++

A network of each kind is compiled against an installed copy that is found by -I (with -isystem, warnings would be suppressed).
Not covered: -Weffc++, -Wpadded, -Winline, -Waggregate-return, -Wsuggest-*, -Wuseless-cast, -Weverything, and warnings in a
user's own layer.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

USER = Path(__file__).resolve().parent / "user.cpp"
STRICT = ("-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Wcast-align -Wcast-qual -Wformat=2 "
          "-Wundef -Wunused -Wnon-virtual-dtor -Woverloaded-virtual -Wredundant-decls -Wfloat-equal -Wdouble-promotion "
          "-Wswitch-enum -Wnull-dereference")
# flags, and the numbers of the networks in user.cpp that are compiled with them; with optimisation, those with new warnings
LISTS = {
    "g++": [(f"-O2 -march=x86-64-v4 {STRICT} -Wduplicated-branches -Wduplicated-cond -Wlogical-op", "123"),
            (f"-O3 -march=x86-64-v3 {STRICT}", "1"), (f"-O1 {STRICT}", "1"),
            ("-O2 -march=native -Wall -Wextra", "1"), (f"-O0 {STRICT}", "1")],
    "clang++": [(f"-O1 -march=x86-64-v4 {STRICT}", "123"), ("-O2 -march=native -Wall -Wextra", "1")],
}


def main():
    root, compilers = Path(sys.argv[1]).resolve(), sys.argv[2:]
    noisy = compiled = 0
    with tempfile.TemporaryDirectory(prefix="alrao-warnings-") as work:
        build, prefix = Path(work) / "build", Path(work) / "usr"
        # In a separate folder: Meson runs CMake to inspect the system, which writes temporary files into the current folder.
        subprocess.run(["meson", "setup", build, root, f"--prefix={prefix}"], check=True, stdout=subprocess.DEVNULL, cwd=work)
        subprocess.run(["meson", "install", "-C", build, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        for compiler in compilers:
            for flags, nets in LISTS["clang++" if "clang" in compiler else "g++"]:
                for net in nets:
                    command = [compiler, "-std=c++20", *flags.split(), f"-DNET={net}", f"-I{prefix / 'include'}", "-c", USER,
                               "-o", Path(work) / "user.o"]
                    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                    compiled += 1
                    if done.stdout or done.returncode != 0:
                        noisy += 1
                        lines = done.stdout.splitlines()
                        print(f"{compiler} {flags}, network {net}: {len(lines)} lines", *lines[:40], sep="\n")
    print(f"{compiled} compilations, {noisy} with warnings")
    return 1 if noisy or not compiled else 0


if __name__ == "__main__":
    sys.exit(main())
