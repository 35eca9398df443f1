#!/usr/bin/env python3
"""Checks that the table of tests/laws contains every layer, and that tests name everything else that a user can choose.

usage: law_table.py SOURCE_ROOT

Layers are the types for which a header in include/alrao/ops specialises Op<...> or HeadLoss<...>, and the structs in
include/alrao/layers that have a `name`. The table is formed by the lists of tests/laws/layer_table.hpp (FlatLayers, ImageLayers,
Heads). Types of the namespace graph (marks such as graph::Fork, and graph::Pooled) are not layers; the networks of
tests/laws/law_nets.hpp contain them.

Rules, schedules, averaging policies, initialisations and callbacks (as found by catalogue.py) must occur in a file X_test.cpp or
in a header of tests/laws.

The laws of check_layer, check_rule, check_head, check_averaging and check_data_source are strings in the namespaces layer_law,
rule_law, ... of include/alrao/check. The comment of the concept lists them after "Laws, which check_layer": each item begins
with the string of a law, and there is one item for each law.
"""
import re
import sys
from pathlib import Path

from catalogue import names_of


def laws_of(root):
    """The laws that are tested: {"layer": [sentence, ...], ...}."""
    laws = {}
    for header in sorted((root / "include/alrao/check").rglob("*.hpp")):
        for subject, body in re.findall(r"namespace (\w+)_law \{(.*?)\}  // namespace", header.read_text(), re.DOTALL):
            laws[subject] = ["".join(re.findall(r'"([^"]*)"', text))
                             for text in re.findall(r"string_view \w+\s*=(.*?);", body, re.DOTALL)]
    return laws


def listed_in(root):
    """The laws that comments list: {"layer": [item, ...], ...}."""
    lists = {}
    for header in sorted((root / "include/alrao").rglob("*.hpp")):
        block = re.search(r"/// Laws, which check_(\w+) [^\n]*\n///\n((?:///   [^\n]*\n)+)", header.read_text())
        if block:
            text = " ".join(line.removeprefix("///").strip() for line in block[2].splitlines())
            lists[block[1]] = [item.strip() for item in re.split(r"(?:^|\s)- ", text) if item.strip()]
    return lists


def differences(root):
    laws, lists = laws_of(root), listed_in(root)
    if not laws:
        yield "include/alrao/check has no laws"
    for subject, sentences in laws.items():
        items = lists.get(subject, [])
        for sentence in sentences:
            if not any(item.startswith(sentence) for item in items):
                yield f'check_{subject} tests "{sentence}", but no item of the list "Laws, which check_{subject}" begins with it'
        for item in items:
            if not any(item.startswith(sentence) for sentence in sentences):
                yield f'"{item}" is listed as a law, but check_{subject} does not test it'


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
        print(f"{layer}: a layer of include/alrao, but not listed in tests/laws/layer_table.hpp")
    if not layers:
        print("no specialisation of Op<...> was found")
    print(f"{len(layers)} layers, {len(missing)} not in the table")

    tests = [*(root / "tests").rglob("*_test.cpp"), *(root / "tests/laws").glob("*.hpp")]
    tested = {word for path in tests for word in re.findall(r"\w+", path.read_text())}
    for kind in ("rule", "schedule", "averaging", "initialisation", "callback"):
        for name in sorted(set(names_of(root, kind)) - tested):
            print(f"{kind} {name}: no test contains this name")
            missing.append(name)
    faults = list(differences(root))
    for fault in faults:
        print(fault)
    return 1 if missing or faults or not layers else 0


if __name__ == "__main__":
    sys.exit(main())
