#!/usr/bin/env python3
"""Compares values of -march. Compiles the programs for training steps and predictions of the MLP with each, measures them
in turn, pinned to one processor, and prints a table of median milliseconds. With flags that do not enable FMA, OpenBLAS
computes the products; it runs with the fastest core type of those in bench/settings.py.

usage: march.py [--rounds N] [--seconds S] [--compiler g++]      run from the repository's root
"""
import argparse
import pathlib
import statistics
import subprocess
import tempfile

import settings

FLAGS = ["", "-march=x86-64-v2", "-march=x86-64-v3", "-march=x86-64-v4", "-march=native"]
PROGRAMS = {"step, batch 128": ("steps", "128"), "prediction, batch 1": ("inference", "1")}


def compiled(compiler, folder, flag, target):
    libraries = subprocess.run(["pkg-config", "--libs", "openblas"], check=True, capture_output=True, text=True).stdout
    subprocess.run([compiler, "-std=c++20", "-O2", *flag.split(), "-Iinclude", f"bench/{folder}/mlp.cpp", "-o", target,
                    "-pthread", *libraries.split()], check=True)


def milliseconds(program, batch, seconds, core):
    line = subprocess.run(["taskset", "-c", "0", program, batch, "1", str(seconds)], check=True, capture_output=True,
                          text=True, env=settings.Setting(1, core=core).environment()).stdout
    return float(dict(pair.split("=", 1) for pair in line.split())["ms"])


def best_core_type(program, batch, seconds):
    types, _ = settings.core_types()
    if len(types) == 1:
        return types[0]
    return min(types, key=lambda core: milliseconds(program, batch, seconds, core))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--compiler", default="g++")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        times, cores = {}, {}
        for flag in FLAGS:
            for name, (kind, _) in PROGRAMS.items():
                program = str(pathlib.Path(folder) / f"{kind}{flag}")
                compiled(options.compiler, kind, flag, program)
                times[flag, name] = []
                cores[flag, name] = best_core_type(program, PROGRAMS[name][1], options.seconds)
        for _ in range(options.rounds):
            for flag in FLAGS:
                for name, (kind, batch) in PROGRAMS.items():
                    times[flag, name].append(milliseconds(str(pathlib.Path(folder) / f"{kind}{flag}"), batch,
                                                          options.seconds, cores[flag, name]))
    print(f"| flags | {' | '.join(f'{name}, ms' for name in PROGRAMS)} |")
    print("|---|" + "---|" * len(PROGRAMS))
    for flag in FLAGS:
        cells = [f"{statistics.median(times[flag, name]):.3f}" for name in PROGRAMS]
        print(f"| `{f'-O2 {flag}'.strip()}` | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
