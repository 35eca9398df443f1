#!/usr/bin/env python3
"""Times programs beside each other: in turn, round by round, pinned, each a process of its own, and
prints medians and the ratio of the peer's best setting to ours, round by round.

usage: beside.py BUILD_DIR TABLE [--rounds N] [--seconds S] [--plain BUILD_DIR] [--threads 1 2]

--plain names a second build of ours, made without -march: it is timed too, beside the same peer.

TABLE is one of: steps-mlp, inference-mlp. Programs print `ms=NUMBER key=value ...`; the peer is taken at the best
of its settings (threads, BLAS threads, malloc), as docs/performance.md explains.
"""
import argparse
import itertools
import os
import statistics
import subprocess
import sys

TUNED = {"MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "8589934592"}


def torch_settings(threads):
    """Environments in which libtorch is at its best somewhere: BLAS alone, OpenMP alone, tuned malloc."""
    settings = {}
    for malloc, extra in (("", {}), (" malloc", TUNED)):
        settings[f"OMP1 OB1{malloc}"] = (1, {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **extra})
        if threads == 2:
            settings[f"OMP2 OB1{malloc}"] = (2, {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "1", **extra})
            settings[f"OMP1 OB2{malloc}"] = (1, {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "2", **extra})
    return settings


def run(command, threads, environment):
    cpus = "0" if threads == 1 else "0,1"
    line = subprocess.run(["taskset", "-c", cpus, *command], env={**os.environ, **environment},
                          check=True, capture_output=True, text=True).stdout
    return dict(pair.split("=", 1) for pair in line.split())


def rows(builds, table, seconds, thread_counts):
    for threads, (mark, build, peers) in itertools.product(thread_counts, builds):
        ours = {"OPENBLAS_NUM_THREADS": "1"}
        for batch in ((128,) if table == "steps-mlp" else (1, 64)):
            mode = "train" if table == "steps-mlp" else "predict"
            folder = "steps" if mode == "train" else "inference"
            own = [f"{build}/bench/bench_{folder}_mlp", str(batch), str(threads), str(seconds)]
            peer = [f"{peers}/bench/bench_peers_torch_mlp", mode, str(batch), str(threads), str(seconds)]
            yield f"MLP {mode} b{batch}{mark}", threads, (own, ours), {
                name: ([*peer[:3], str(count), peer[4]], environment)
                for name, (count, environment) in torch_settings(threads).items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("table", choices=["steps-mlp", "inference-mlp"])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--plain")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], choices=[1, 2])
    options = parser.parse_args()
    builds = [("", options.build, options.build)]
    if options.plain:
        builds.append((" plain", options.plain, options.build))
    print(f"{'what':20} {'threads':>7} {'ours ms':>9} {'peer ms':>9} {'ratio':>6}  {'[min .. max]':16} peer's best setting")
    for name, threads, (own, own_environment), peers in rows(
            builds, options.table, options.seconds, options.threads):
        own_times, peer_times, seen = [], {key: [] for key in peers}, {}
        for _ in range(options.rounds):
            result = run(own, threads, own_environment)
            own_times.append(float(result.pop("ms")))
            seen.update(result)
            for key, (command, environment) in peers.items():
                result = run(command, threads, environment)
                peer_times[key].append(float(result.pop("ms")))
                seen.update(result)
        best = min(peer_times, key=lambda key: statistics.median(peer_times[key]))
        ratios = [p / o for p, o in zip(peer_times[best], own_times)]
        print(f"{name:20} {threads:7d} {statistics.median(own_times):9.3f} "
              f"{statistics.median(peer_times[best]):9.3f} {statistics.median(ratios):6.2f}  "
              f"[{min(ratios):.2f} .. {max(ratios):.2f}]   {best}")
    print(" ".join(f"{key}={value}" for key, value in sorted(seen.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
