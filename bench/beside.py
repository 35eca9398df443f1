#!/usr/bin/env python3
"""Compares the library with other libraries (peers). Runs programs in turn, in several rounds, pinned to processors, each
in a separate process. Prints the median times, the ratio of each peer in its best setting to the library, computed
round by round, and geometric means of the ratios. A ratio above 1 means that the library is faster.

usage: beside.py BUILD_DIR TABLE... [--python PATH] [--rounds N] [--seconds S] [--limit S] [--plain BUILD_DIR]
                 [--threads 1 2] [--only WORD] [--resume]

TABLE: steps-mlp, inference-mlp, steps-cnn, inference-cnn, steps-lstm; kernels, which runs the programs bench_kernels_* on
one thread (each measures the library and its peers); or all, for all of these.
Peers: libtorch, if the build found it; with --python PATH, where PATH is a Python interpreter that can import torch,
also PyTorch, eager and with torch.compile. Each peer runs in its best setting (docs/performance.md): a short run of each
setting determines the best one or two, which then take part in the rounds.
--plain DIR  a second build directory of the library, built without -march; it is compared with the same peers.
--rounds N   number of rounds.
--seconds S  duration of a measurement.
--limit S    ends the rounds of a row after S seconds, but not before three rounds.
--only WORD  measures only rows whose names contain WORD.
--resume     prints rows that BUILD_DIR/beside.json contains for the same options and programs, instead of measuring them.
             Each measured row is saved in this file.
Programs print `ms=NUMBER [mb=NUMBER] parameters=NUMBER [loss=NUMBER] key=value ...`: the median milliseconds of a step or
prediction, the increase of memory in megabytes, the number of parameters, and the first loss. All programs of a row must
have the same number of parameters and similar losses.
"""
import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import settings
from programs import Libtorch, Ours, Row, Torch, parsed
from settings import Failed


def steps(net, batch):
    return Row(f"{net}, batch {batch}", net, "train", batch)


def predictions(net):
    return [Row(f"{net}, predict {batch}", net, "predict", batch) for batch in (1, 64)]


TABLES = {
    "steps-mlp": [steps("mlp", 128)],
    "inference-mlp": predictions("mlp"),
    "steps-cnn": [steps("small-vgg", 64), steps("vgg19", 64), steps("mobilenet-v2", 64), steps("googlenet", 32)],
    "steps-lstm": [steps("lstm-200", 20), steps("lstm-650", 20)],
    "inference-cnn": [*predictions("vgg19"), *predictions("mobilenet-v2")],
}
KERNELS = [("gemm",), ("convolution", "3x3"), ("convolution", "1x1"), ("convolution", "depthwise"), ("convolution", "other"),
           ("winograd",), ("lstm",)]


def cpus_of(threads):
    return "0" if threads == 1 else "0,1"


@dataclasses.dataclass
class Outcome:
    """The result of a program in its best setting: the milliseconds of each round, the largest number of megabytes, the
    setting, and all fields that its first run printed."""
    ms: list
    mb: float | None
    setting: str
    facts: dict

    @property
    def median(self):
        return statistics.median(self.ms)


class Timers:
    """The timers of a program in a row, one for each setting. Creates a timer when its setting is first measured."""

    def __init__(self, program, row, threads):
        self.program, self.row, self.threads = program, row, threads
        self.open = {}

    def measure(self, setting, seconds):
        if setting not in self.open:
            self.open[setting] = self.program.timer(self.row, setting, cpus_of(self.threads))
        return self.open[setting].measure(seconds)

    def keep(self, chosen):
        """Closes the timers of all settings that are not in `chosen`."""
        for setting in [setting for setting in self.open if setting not in chosen]:
            self.open.pop(setting).close()


class Contestant:
    """A program with the settings in which it takes part in the rounds of a row. The constructor finds these settings."""

    def __init__(self, program, row, threads, seconds, notes):
        self.program, self.timers, self.notes = program, Timers(program, row, threads), notes
        self.by_blas = True
        if isinstance(program, Ours):
            start, _ = program.choices(row, threads)
            self.by_blas = self.timers.measure(start, 0.01).get("products") == "BLAS"
            start, choices = program.choices(row, threads, self.by_blas)
        else:
            start, choices = program.choices(row, threads)
        self.chosen, failures = settings.search(start, choices,
                                                lambda s: float(self.timers.measure(s, seconds)["ms"]))
        for setting, failure in failures:
            notes.add(f"{program.name} failed with the setting {program.describe(setting, self.by_blas)}: {failure}")
        self.timers.keep(self.chosen)
        self.results = {setting: [] for setting in self.chosen}

    def round(self, seconds):
        for setting in list(self.chosen):
            try:
                self.results[setting].append(self.timers.measure(setting, seconds))
            except Failed as failure:
                self.chosen.remove(setting)
                self.notes.add(f"{self.program.name} failed during the rounds with the setting "
                               f"{self.program.describe(setting, self.by_blas)}: {failure}")

    def outcome(self):
        """Returns the outcome of the best setting, or None if the program failed in all settings."""
        def ms(setting):
            return [float(result["ms"]) for result in self.results[setting]]

        if not self.chosen:
            return None
        best = min(self.chosen, key=lambda setting: statistics.median(ms(setting)))
        results = self.results[best]
        memory = [float(result["mb"]) for result in results if "mb" in result]
        return Outcome(ms(best), max(memory, default=None), self.program.describe(best, self.by_blas), results[0])


def check_subject(row, own, other, name):
    """Ends the program if the peer has another number of parameters, or a first loss that differs by a factor of 2."""
    if own.facts["parameters"] != other.facts["parameters"]:
        sys.exit(f"{row.name}: the library has {own.facts['parameters']} parameters, {name} has {other.facts['parameters']}")
    if "loss" in own.facts:
        ours, theirs = float(own.facts["loss"]), float(other.facts["loss"])
        if not 0.5 < ours / theirs < 2:
            sys.exit(f"{row.name}: the first loss of the library is {ours}, that of {name} is {theirs}")


def measure(row, threads, programs, options, notes):
    """Measures a row. Returns a dictionary from the name of each program to its outcome, or to None if it failed."""
    with contextlib.ExitStack() as stack:
        contestants = []
        for program in programs:
            contestant = Contestant(program, row, threads, options.seconds / 3, notes)
            stack.callback(contestant.timers.keep, [])
            contestants.append(contestant)
        start = time.monotonic()
        for number in range(options.rounds):
            if number >= 3 and time.monotonic() - start > options.limit:
                break
            for contestant in contestants:
                contestant.round(options.seconds)
        outcomes = {contestant.program.name: contestant.outcome() for contestant in contestants}
    own = outcomes[programs[0].name]
    if own is None:
        sys.exit(f"{row.name}: the program of the library failed: {' '.join(notes)}")
    for name, outcome in outcomes.items():
        if outcome is not None:
            check_subject(row, own, outcome, name)
    return outcomes


class Saved:
    """The outcomes that were saved in a file. The key of a row contains the options, the core type in the environment and
    the modification times of the programs."""

    def __init__(self, path, resumes):
        self.path = pathlib.Path(path)
        self.rows = json.loads(self.path.read_text()) if resumes and self.path.exists() else {}

    @staticmethod
    def key(table, row, threads, programs, options):
        files = sorted({file for program in programs for file in program.files(row)})
        for file in files:
            if not os.path.exists(file):
                sys.exit(f"beside.py: {file} does not exist; build it first")
        stamps = [f"{file} {os.stat(file).st_mtime_ns}" for file in files]
        return json.dumps([table, row.name, threads, options.rounds, options.seconds, options.limit,
                           os.environ.get(settings.CORE_TYPE), stamps])

    def find(self, key):
        found = self.rows.get(key)
        if found is None:
            return None
        return {name: outcome and Outcome(**outcome) for name, outcome in found.items()}

    def add(self, key, outcomes):
        self.rows[key] = {name: outcome and dataclasses.asdict(outcome) for name, outcome in outcomes.items()}
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps(self.rows, indent=1))
        partial.replace(self.path)


def cells(own, peer):
    """Returns the cells of a peer: milliseconds, ratio, megabytes, setting."""
    if peer is None:
        return ["-", "-", "-", "failed"]
    ratios = [p / o for p, o in zip(peer.ms, own.ms)]
    memory = "-" if peer.mb is None else f"{peer.mb:.0f}"
    return [f"{peer.median:.3f}", f"{statistics.median(ratios):.2f} [{min(ratios):.2f} .. {max(ratios):.2f}]", memory,
            peer.setting]


def whole_programs(table, options, peers, saved, core_types, notes):
    """Prints one table of steps or predictions."""
    builds = [Ours(options.build, "", core_types)]
    if options.plain:
        builds.append(Ours(options.plain, " plain", core_types))
    names = [peer.name for peer in peers]
    print(f"\n== {table}\n")
    print("| network | threads | ours, ms | MB | setting |" + "".join(f" {name}, ms | ratio | MB | setting |" for name in names))
    print("|---|--:|--:|--:|---|" + "--:|--:|--:|---|" * len(names), flush=True)
    own_times, facts = {}, {}
    for threads in options.threads:
        for ours in builds:
            ratios = {name: [] for name in names}
            for row in TABLES[table]:
                if options.only not in row.name:
                    continue
                programs = [ours, *peers]
                key = saved.key(table, row, threads, programs, options)
                outcomes = saved.find(key)
                if outcomes is None:
                    outcomes = measure(row, threads, programs, options, notes)
                    saved.add(key, outcomes)
                own = outcomes[ours.name]
                own_times[row.name + ours.mark, threads] = own.median
                line = [row.name + ours.mark, str(threads), f"{own.median:.3f}", f"{own.mb:.0f}", own.setting]
                for name in names:
                    peer = outcomes[name]
                    line += cells(own, peer)
                    if peer is not None:
                        ratios[name].append(statistics.median(p / o for p, o in zip(peer.ms, own.ms)))
                        facts[name] = peer.facts.get("peer")
                facts[ours.name] = own.facts.get("ours")
                print(f"| {' | '.join(line)} |", flush=True)
            if max(map(len, ratios.values()), default=0) > 1:
                means = [f" | {statistics.geometric_mean(r):.2f} | | |" if r else " | | | |" for r in ratios.values()]
                print(f"| geometric mean{ours.mark} | {threads} | | | |" + "".join(means))
    print()
    for (name, threads), ms in own_times.items():
        if threads == 2 and (name, 1) in own_times:
            print(f"{name}: the library is {own_times[name, 1] / ms:.2f} times as fast with two threads as with one")
    print(" ".join(f"{key}={value}" for key, value in facts.items()), flush=True)


def best_core_type(program, core_types):
    """Returns the core type with which OpenBLAS computes a matrix product fastest, measured by bench_kernels_gemm."""
    times = {}
    for core in core_types:
        setting = settings.Setting(1, core=core)
        done = subprocess.run(["taskset", "-c", "0", program, "blas"], env=setting.environment(), capture_output=True,
                              text=True)
        if done.returncode != 0:
            print(f"OpenBLAS failed with core type {core}")
            continue
        result = parsed(done.stdout)
        times[core] = float(result["ms"])
        print(f"OpenBLAS, core type {core}: kernels {result['core']}, {times[core]:.1f} ms for 1024 x 1024 x 1024")
    return min(times, key=times.get, default=settings.UNSET)


def kernels(build, core_types):
    """Runs the programs bench_kernels_* with one thread for each library. oneDNN and OpenBLAS are called in the same
    process."""
    print("\n== kernels", flush=True)
    core, gemm = settings.UNSET, f"{build}/bench/bench_kernels_gemm"
    if os.path.exists(gemm):
        core = best_core_type(gemm, core_types)
    print(f"The programs run with OPENBLAS_CORETYPE {core}", flush=True)
    for name, *arguments in KERNELS:
        program = f"{build}/bench/bench_kernels_{name}"
        print(f"\n== {os.path.basename(program)} {' '.join(arguments)}", flush=True)
        if os.path.exists(program):
            subprocess.run(["taskset", "-c", "0", program, *arguments], check=True,
                           env=settings.Setting(1, core=core).environment())
        else:
            print("this program was not built; it requires BLAS")


def find_peers(options, core_types):
    peers = []
    if os.path.exists(f"{options.build}/bench/bench_peers_torch_mlp"):
        peers.append(Libtorch(options.build, core_types))
    if options.python:
        if subprocess.run([options.python, "-c", "import torch"], capture_output=True).returncode != 0:
            sys.exit(f"beside.py: {options.python} cannot import torch")
        peers += [Torch(options.python, compiles, f"{options.build}/peers") for compiles in (False, True)]
    return peers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("tables", nargs="+", metavar="TABLE", choices=[*TABLES, "kernels", "all"])
    parser.add_argument("--python")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--limit", type=float, default=30)
    parser.add_argument("--plain")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], choices=[1, 2])
    parser.add_argument("--only", default="")
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    types, left_out = settings.core_types()
    notes, peers = set(left_out), find_peers(options, types)
    saved = Saved(f"{options.build}/beside.json", options.resume)
    print(f"core types of OpenBLAS: {', '.join(types)}; peers: {', '.join(peer.name for peer in peers) or 'none'}")
    for table in [*TABLES, "kernels"] if "all" in options.tables else options.tables:
        start = time.monotonic()
        if table == "kernels":
            kernels(options.build, types)
        else:
            whole_programs(table, options, peers, saved, types, notes)
        print(f"{table}: {(time.monotonic() - start) / 60:.1f} minutes", flush=True)
    for note in sorted(notes):
        print(note)
    return 0


if __name__ == "__main__":
    sys.exit(main())
