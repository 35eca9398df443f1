#!/usr/bin/env python3
"""Every layer that the library can run stands in the table of the laws.

usage: law_table.py SOURCE_ROOT

A layer that can run is one for which a header of include/alrao/ops specialises Op<...>, or HeadLoss<...>, and every struct of
include/alrao/layers that has a `name`. It is in the table if tests/laws/layer_table.hpp names it in one of its lists (FlatLayers, ImageLayers, Heads). Marks and layers that do
more (graph::Fork, graph::Pooled) are no layers: the networks of tests/laws/law_nets.hpp have them.
"""
import re
import sys
from pathlib import Path


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
    return 1 if missing or not layers else 0


if __name__ == "__main__":
    sys.exit(main())
