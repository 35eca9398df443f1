#!/usr/bin/env python3
"""Every layer that the library can run stands in the table of the laws, and every other choice of a user in some test.

usage: law_table.py SOURCE_ROOT

A layer that can run is one for which a header of include/alrao/ops specialises Op<...>, or HeadLoss<...>, and every struct of
include/alrao/layers that has a `name`. It is in the table if tests/laws/layer_table.hpp names it in one of its lists (FlatLayers, ImageLayers, Heads). Marks and layers that do
more (graph::Fork, graph::Pooled) are no layers: the networks of tests/laws/law_nets.hpp have them.

Rules, schedules, averaging policies, initialisations and callbacks (as catalogue.py finds them) must be named in a file
X_test.cpp, or in a header of tests/laws.
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
        print(f"{layer}: include/alrao/ops runs it, tests/laws/layer_table.hpp does not list it")
    if not layers:
        print("no specialisation of Op<...> was found")
    print(f"{len(layers)} layers, {len(missing)} without laws")

    tests = [*(root / "tests").rglob("*_test.cpp"), *(root / "tests/laws").glob("*.hpp")]
    tested = {word for path in tests for word in re.findall(r"\w+", path.read_text())}
    for kind in ("rule", "schedule", "averaging", "initialisation", "callback"):
        for name in sorted(set(names_of(root, kind)) - tested):
            print(f"{kind} {name}: no test names it")
            missing.append(name)
    return 1 if missing or not layers else 0


if __name__ == "__main__":
    sys.exit(main())
