#!/usr/bin/env python3
"""Times programs beside each other: in turn, round by round, pinned, each a process of its own, and
prints medians, the ratio of the peer's best setting to ours round by round, and geometric means.

usage: beside.py BUILD_DIR TABLE... [--rounds N] [--seconds S] [--plain BUILD_DIR] [--threads 1 2] [--only WORD]

TABLE: steps-mlp, inference-mlp, steps-cnn, inference-cnn, steps-lstm; kernels: each kernel's program, which finds its peer
itself, on one thread; all: everything. Programs print `ms=NUMBER [mb=NUMBER] key=value ...`: the
median of a step or prediction, and memory above what the process had before. The peer is taken at the best of its
settings (threads, BLAS threads, malloc), as docs/performance.md explains.
--plain names a second build of ours, made without -march: it is timed too, beside the same peer.
--only takes the rows that have WORD in their names.
"""
import argparse
import dataclasses
import os
import statistics
import subprocess
import sys

OURS = {"OPENBLAS_NUM_THREADS": "1"}
TUNED = {"MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "8589934592"}


@dataclasses.dataclass
class Row:
    """What is timed: our program and the peer's, with the arguments that stand before threads and seconds."""
    name: str
    own: tuple
    peer: tuple


def cnn(net, mode, batch):
    arguments = (net, mode, str(batch))
    return Row(f"{net} b{batch}", ("bench_steps_cnn", *arguments), ("bench_peers_torch_cnn", *arguments))


def mlp(program, mode, batch):
    return Row(f"mlp b{batch}", (program, str(batch)), ("bench_peers_torch_mlp", mode, str(batch)))


def lstm(width):
    return Row(f"2 x lstm {width}", ("bench_steps_lstm", str(width), "train"), ("bench_peers_torch_lstm", str(width)))


TABLES = {
    "steps-mlp": [mlp("bench_steps_mlp", "train", 128)],
    "inference-mlp": [mlp("bench_inference_mlp", "predict", batch) for batch in (1, 64)],
    "steps-cnn": [cnn("small-vgg", "train", 64), cnn("vgg19", "train", 64), cnn("mobilenet-v2", "train", 64),
                  cnn("googlenet", "train", 32)],
    "steps-lstm": [lstm(200), lstm(650)],
    "inference-cnn": [cnn(net, "predict", batch) for net in ("vgg19", "mobilenet-v2") for batch in (1, 64)],
}
# One thread of everybody; oneDNN and OpenBLAS are in the same process.
KERNELS = [("gemm",), ("convolution", "3x3"), ("convolution", "1x1"), ("convolution", "depthwise"), ("convolution", "other"),
           ("winograd",), ("lstm",)]


def kernels(build):
    for name, *arguments in KERNELS:
        print(f"\n== bench_kernels_{name} {' '.join(arguments)}", flush=True)
        subprocess.run(["taskset", "-c", "0", f"{build}/bench/bench_kernels_{name}", *arguments], check=True,
                       env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"})


def torch_settings(threads):
    """Name -> (threads, environment) in which libtorch is at its best somewhere: BLAS alone, OpenMP alone, tuned
    malloc."""
    settings = {}
    for malloc, extra in (("", {}), (" malloc", TUNED)):
        settings[f"OMP1 OB1{malloc}"] = (1, {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **extra})
        if threads == 2:
            settings[f"OMP2 OB1{malloc}"] = (2, {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "1", **extra})
            settings[f"OMP1 OB2{malloc}"] = (1, {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "2", **extra})
    return settings


def run(command, cpus, environment):
    line = subprocess.run(["taskset", "-c", cpus, *command], env={**os.environ, **environment}, check=True,
                          capture_output=True, text=True).stdout
    return dict(pair.split("=", 1) for pair in line.split())


@dataclasses.dataclass
class Outcome:
    own: list
    peer: list
    setting: str
    own_memory: float | None
    peer_memory: float | None

    def ratios(self):
        return [p / o for p, o in zip(self.peer, self.own)]

    def ratio(self):
        return statistics.median(self.ratios())


def timed(build, peers, row, threads, rounds, seconds, seen):
    """Runs ours and each of the peer's settings in turn, `rounds` times."""
    cpus = "0" if threads == 1 else "0,1"
    settings = torch_settings(threads)
    own, other = [], {name: [] for name in settings}
    for _ in range(rounds):
        own.append(run([f"{build}/bench/{row.own[0]}", *row.own[1:], str(threads), str(seconds)], cpus, OURS))
        for name, (count, environment) in settings.items():
            other[name].append(run([f"{peers}/bench/{row.peer[0]}", *row.peer[1:], str(count), str(seconds)], cpus,
                                   environment))
    for result in [*own, *(result for results in other.values() for result in results)]:
        seen.update({key: value for key, value in result.items() if key not in ("ms", "mb")})

    def numbers(results, key):
        return [float(result[key]) for result in results if key in result]

    best = min(other, key=lambda name: statistics.median(numbers(other[name], "ms")))
    return Outcome(numbers(own, "ms"), numbers(other[best], "ms"), best,
                   max(numbers(own, "mb"), default=None), max(numbers(other[best], "mb"), default=None))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("tables", nargs="+", metavar="TABLE", choices=[*TABLES, "kernels", "all"])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--plain")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], choices=[1, 2])
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    for table in [*TABLES, "kernels"] if "all" in options.tables else options.tables:
        if table == "kernels":
            kernels(options.build)
        else:
            whole_programs(table, options)
    return 0


def whole_programs(table, options):
    """Prints one table of steps or predictions."""
    builds = [("", options.build)] + ([(" plain", options.plain)] if options.plain else [])
    print(f"\n== {table}\n{'what':22} {'threads':>7} {'ours ms':>9} {'peer ms':>9} {'ratio':>6}  {'[min .. max]':14} "
          f"{'MB':>6} {'peer MB':>7} {'ratio':>5}  peer's best setting")
    outcomes, seen = {}, {}
    for threads in options.threads:
        for mark, build in builds:
            means = []
            for row in TABLES[table]:
                if options.only not in row.name:
                    continue
                outcome = timed(build, options.build, row, threads, options.rounds, options.seconds, seen)
                outcomes[row.name + mark, threads] = outcome
                means.append(outcome.ratio())
                ratios = outcome.ratios()
                memory = f"{'':20}"
                if outcome.own_memory is not None and outcome.peer_memory is not None:
                    memory = (f"{outcome.own_memory:6.0f} {outcome.peer_memory:7.0f} "
                              f"{outcome.own_memory / outcome.peer_memory:5.2f}")
                print(f"{row.name + mark:22} {threads:7d} {statistics.median(outcome.own):9.3f} "
                      f"{statistics.median(outcome.peer):9.3f} {outcome.ratio():6.2f}  "
                      f"[{min(ratios):.2f} .. {max(ratios):.2f}] {memory}  {outcome.setting}", flush=True)
            if len(means) > 1:
                print(f"{'geometric mean' + mark:22} {threads:7d} {'':19} {statistics.geometric_mean(means):6.2f}")
    for (name, threads), outcome in outcomes.items():
        if threads == 2 and (name, 1) in outcomes:
            gain = statistics.median(outcomes[name, 1].own) / statistics.median(outcome.own)
            print(f"{name}: ours is {gain:.2f} times as fast with two threads")
    print(" ".join(f"{key}={value}" for key, value in sorted(seen.items())))


if __name__ == "__main__":
    sys.exit(main())
