#!/usr/bin/env python3
"""Runs the scoreboard, which compares the default of the library with tuned and with other fixed optimizers.

usage: scoreboard.py PROGRAM [--results FILE] [--problems NAME...] [--shifts NAME...] [--methods NAME...] [--jobs N] [--fresh]
       scoreboard.py --report [--results FILE]

PROGRAM is build/bench/experiments/scoreboard. Each finished run is a line of FILE (default: scoreboard.csv); a stopped
comparison continues with the runs that are not in it. The data of CIFAR-10 and Penn Treebank are in $ALRAO_DATA.
--report prints the tables of docs/experiments/scoreboard.md. The protocol is described there.
"""
import argparse
import csv
import math
import os
import random
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

COLUMNS = ["setting", "problem", "shift", "method", "rate", "seed", "steps", "validation", "test", "accuracy", "seconds",
           "centre", "copies", "failure"]
DEVELOPMENT = ["fashion-mlp", "fashion-cnn", "text-lstm", "table-friedman"]
DEFAULT = "alrao"
RIVALS = ["nadamw-fixed", "adam", "prodigy", "ldog", "schedule-free-sgd", "schedule-free-adamw", "published",
          "published-linear"]
# Rates of the tuned optimizers: powers of the square root of 10.
GRIDS = {"nadamw": range(-8, 1), "sgd": range(-6, 4), "momentum": range(-8, 2)}
SEEDS = {"usual": {"default": 10, "rival": 10, "tuned": 3}, "shifted": {"default": 3, "rival": 3, "tuned": 1}}
REPLICATES = 2000


def rate_of(power):
    return float(f"{10 ** (power / 2):.3g}")


# ---- running ---------------------------------------------------------------------------------------------------------


def listed(program, kind):
    lines = subprocess.run([program, "--list"], check=True, capture_output=True, text=True).stdout.splitlines()
    return [line.split()[1] for line in lines if line.startswith(kind + " ")]


def key(row):
    return row["problem"], row["shift"], row["method"], f"{float(row['rate']):g}", row["seed"]


def read(path):
    if not Path(path).exists():
        return []
    with open(path, newline="") as file:
        return [row for row in csv.DictReader(file) if row["failure"] is not None]


def planned(problems, shifts, methods):
    """All runs, the usual forms first, and for each number of seeds all problems before the next seed."""
    runs = []
    for shift in shifts:
        counts = SEEDS["usual" if shift == "usual" else "shifted"]
        for problem in problems:
            for method in methods or [DEFAULT, *RIVALS, *GRIDS]:
                kind = "tuned" if method in GRIDS else "default" if method == DEFAULT else "rival"
                rates = [rate_of(power) for power in GRIDS[method]] if method in GRIDS else [0.0]
                for seed in range(1, counts[kind] + 1):
                    runs += [(shift != "usual", seed, problem, shift, method, rate) for rate in rates]
    return sorted(runs, key=lambda run: run[:2])


def run_all(options):
    program = options.program
    problems = options.problems or listed(program, "problem")
    if problems == ["development"]:
        problems = DEVELOPMENT
    shifts = options.shifts or sorted(listed(program, "shift"), key=lambda shift: shift != "usual")
    done = {key(row) for row in read(options.results)}
    setting = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=Path(__file__).parent, capture_output=True,
                             text=True).stdout.strip() or "unknown"
    if not Path(options.results).exists():
        with open(options.results, "w", newline="") as file:
            csv.writer(file).writerow(COLUMNS)
    lock = Lock()
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    todo = [run for run in planned(problems, shifts, options.methods)
            if (run[2], run[3], run[4], f"{run[5]:g}", str(run[1])) not in done]
    print(f"{len(todo)} runs to do, {len(done)} in {options.results}", file=sys.stderr)
    finished = 0

    def run_one(run):
        nonlocal finished
        _, seed, problem, shift, method, rate = run
        command = [program, "--problem", problem, "--shift", shift, "--method", method, "--seed", str(seed)]
        if rate:
            command += ["--rate", f"{rate:g}"]
        result = subprocess.run(command, capture_output=True, text=True, env=environment)
        if result.returncode not in (0, 3):
            raise RuntimeError(f"{' '.join(command)}: {result.stderr.strip()}")
        row = [problem, shift, method, f"{rate:g}", str(seed)]
        if result.returncode == 3:  # the problem has no such form
            row += [""] * 7 + ["none"]
        else:
            row += next(csv.reader([result.stdout]))[5:]
        with lock:
            with open(options.results, "a", newline="") as file:
                csv.writer(file).writerow([setting, *row])
            finished += 1
            if finished % 100 == 0:
                print(f"{finished} of {len(todo)}", file=sys.stderr)

    with ThreadPoolExecutor(options.jobs) as pool:
        for _ in pool.map(run_one, todo):
            pass


# ---- report ----------------------------------------------------------------------------------------------------------


def loss(row, column):
    """The loss of a run; infinite if it failed."""
    if row["failure"]:
        return math.inf
    value = float(row[column])
    return value if math.isfinite(value) else math.inf


class Table:
    """The losses of one form of a problem."""

    def __init__(self, rows):
        self.test, self.validation = {}, {}
        for row in rows:
            name = (row["method"], float(row["rate"]))
            self.test.setdefault(name, []).append(loss(row, "test"))
            self.validation.setdefault(name, []).append(loss(row, "validation"))

    def best(self):
        """The tuned optimizer and rate with the lowest mean validation loss."""
        tuned = {name: statistics.mean(losses) for name, losses in self.validation.items() if name[0] in GRIDS}
        return min(tuned, key=tuned.get) if tuned else None

    def curve(self, method, test):
        return sorted((rate, statistics.mean(losses)) for (name, rate), losses in test.items() if name == method)

    def factor(self, wanted, best, test):
        """How far from its best rate the tuned optimizer may be set before its test loss exceeds `wanted`: the geometric
        mean of both sides, linear in log rate between the rates of the grid."""
        method, rate = best
        curve = self.curve(method, test)
        middle = [at for at, _ in curve].index(rate)
        if curve[middle][1] >= wanted:
            return 1.0
        total = 0.0
        for side in (curve[middle:], curve[middle::-1]):
            for (near, low), (far, high) in zip(side, side[1:]):
                gap = abs(math.log(far / near))
                if high >= wanted:
                    share = (wanted - low) / (high - low) if math.isfinite(high) else 0.5
                    total += gap * share
                    break
                total += gap
        return math.exp(total / 2)

    def resampled(self, generator):
        return {name: generator.choices(losses, k=len(losses)) for name, losses in self.test.items()}


def interval(values):
    ordered = sorted(values)
    return ordered[int(0.05 * len(ordered))], ordered[min(int(0.95 * len(ordered)), len(ordered) - 1)]


def shown(losses):
    if not losses:
        return "-"
    failed = sum(math.isinf(value) for value in losses)
    if failed:
        return f"{failed} of {len(losses)} failed"
    text = f"{statistics.mean(losses):.4g}"
    return text + (f" ± {statistics.stdev(losses):.2g}" if len(losses) > 1 else "")


def print_report(options):
    rows = [row for row in read(options.results) if row["failure"] != "none"]
    forms = {}
    for row in rows:
        forms.setdefault((row["problem"], row["shift"]), []).append(row)
    tables = {form: Table(part) for form, part in forms.items()}
    method = options.default
    rivals = [rival for rival in RIVALS if any((rival, 0.0) in table.test for table in tables.values())]
    print(f"Settings: {', '.join(sorted({row['setting'] for row in rows}))}. {len(rows)} runs.\n")
    print(f"| problem | form | tuned | loss | {method} | f (90 %) | {' | '.join(rivals)} |")
    print("|---|---|---|---|---|---|" + "---|" * len(rivals))
    generator = random.Random(1)
    factors, replicates, wins = {}, {}, {rival: [0, 0, []] for rival in rivals}
    for form, table in sorted(tables.items(), key=lambda item: (item[0][1] != "usual", item[0])):
        best = table.best()
        ours = table.test.get((method, 0.0))
        if not ours or not best:
            continue
        factors[form] = table.factor(statistics.mean(ours), best, table.test)
        replicates[form] = []
        for _ in range(REPLICATES if len(ours) > 1 else 0):
            test = table.resampled(generator)
            replicates[form].append(table.factor(statistics.mean(test[(method, 0.0)]), best, test))
        low, high = interval(replicates[form]) if replicates[form] else (math.nan, math.nan)
        cells = []
        for rival in rivals:
            losses = table.test.get((rival, 0.0), [])
            cells.append(shown(losses))
            if losses:
                ratio = statistics.mean(ours) / statistics.mean(losses)
                wins[rival][0] += ratio < 1
                wins[rival][1] += 1
                wins[rival][2].append(ratio)
        print(f"| {form[0]} | {form[1]} | {best[0]} {best[1]:g} | {shown(table.test[best])} | {shown(ours)} | "
              f"{factors[form]:.2f} ({low:.2f} .. {high:.2f}) | {' | '.join(cells)} |")
    for kind, chosen in (("usual forms", [f for f in factors if f[1] == "usual"]),
                         ("usual forms, problems not used for development",
                          [f for f in factors if f[1] == "usual" and f[0] not in DEVELOPMENT]),
                         ("shifted forms", [f for f in factors if f[1] != "usual"])):
        if not chosen:
            continue
        values = [factors[form] for form in chosen]
        medians = [statistics.median(column) for column in zip(*(replicates[form] for form in chosen))]
        low, high = interval(medians) if medians else (math.nan, math.nan)
        worst = max(chosen, key=factors.get)
        print(f"\n{kind}: median f {statistics.median(values):.2f} (90 %: {low:.2f} .. {high:.2f}), worst "
              f"{factors[worst]:.2f} ({worst[0]}, {worst[1]}), {len(chosen)} forms")
    ours = [row for row in rows if row["method"] == method]
    print(f"\nfailed runs of {method}: {sum(bool(row['failure']) for row in ours)} of {len(ours)}")
    print("\n| rival | better than it | ratio of losses, median |\n|---|---|---|")
    for rival, (won, count, ratios) in wins.items():
        finite = [ratio for ratio in ratios if math.isfinite(ratio)]
        print(f"| {rival} | {won} of {count} | {statistics.median(finite):.3f} |" if finite else f"| {rival} | - | - |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?")
    parser.add_argument("--results", default="scoreboard.csv")
    parser.add_argument("--problems", nargs="*", help="or: development")
    parser.add_argument("--shifts", nargs="*")
    parser.add_argument("--methods", nargs="*")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--fresh", action="store_true", help="delete the results first")
    parser.add_argument("--default", default=DEFAULT, help="the method that is compared in the report")
    options = parser.parse_args()
    if not options.program and not options.report:
        parser.error("PROGRAM or --report is needed")
    if options.fresh:
        Path(options.results).unlink(missing_ok=True)
    if options.program:
        options.program = str(Path(options.program).resolve())  # a bare name would be looked up in PATH
        run_all(options)
    if options.report:
        print_report(options)


if __name__ == "__main__":
    main()
