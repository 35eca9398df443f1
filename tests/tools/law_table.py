#!/usr/bin/env python3
"""Checks that the table of tests/laws contains every layer, and that tests name everything else that a user can choose.

usage: law_table.py SOURCE_ROOT

Layers are the types for which a header in include/alrao/ops specialises Op<...> or HeadLoss<...>, and the structs in
include/alrao/layers that have a `name`. The table is formed by the lists of tests/laws/layer_table.hpp (FlatLayers, ImageLayers,
Heads). Types of the namespace graph (marks such as graph::Fork, and graph::Pooled) are not layers; the networks of
tests/laws/law_nets.hpp contain them.

Rules, schedules, averaging policies, initialisations and callbacks (as found by catalogue.py) must occur in a file X_test.cpp or
in a header of tests/laws.
"""
import re
import sys
from pathlib import Path

from catalogue import names_of


def main():
    root = Path(sys.argv[1])
    layers = set()
    for header in sorted((root / "include/alrao/ops").rglob("*.hpp")):
        layers |= set(re.findall(r"struct\s+(?:Op|HeadLoss)<\s*(?:::)?(?:alrao::)?(?!graph::|(?:Classifier|Layer)\b)(\w+)", header.read_text()))
    for header in sorted((root / "include/alrao/layers").rglob("*.hpp")):
        layers |= set(re.findall(r'^    static constexpr std::string_view name = "(\w+)";', header.read_text(), re.M))
    table = (root / "tests/laws/layer_table.hpp").read_text()
    lists = " ".join(re.findall(r"using (?:\w*Layers|Heads) =\s*meta::List<(.*?)>;", table, re.DOTALL))
    known = set(re.findall(r"\b(\w+)\b", lists))
    missing = sorted(layers - known)
    for layer in missing:
        print(f"{layer}: specialised in include/alrao/ops, but not listed in tests/laws/layer_table.hpp")
    if not layers:
        print("no specialisation of Op<...> was found")
    print(f"{len(layers)} layers, {len(missing)} not in the table")

    tests = [*(root / "tests").rglob("*_test.cpp"), *(root / "tests/laws").glob("*.hpp")]
    tested = {word for path in tests for word in re.findall(r"\w+", path.read_text())}
    for kind in ("rule", "schedule", "averaging", "initialisation", "callback"):
        for name in sorted(set(names_of(root, kind)) - tested):
            print(f"{kind} {name}: no test names it")
            missing.append(name)
    return 1 if missing or not layers else 0


if __name__ == "__main__":
    sys.exit(main())
