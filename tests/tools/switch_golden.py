#!/usr/bin/env python3
"""Writes tests/golden/switch_reference.hpp from switch_reference.json: python3 tests/tools/switch_golden.py"""
import json
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent.parent / "golden"


def rows(table):
    lines = []
    for row in table:
        line = "    "
        for value in row:
            text = f"{value!r}, "
            if len(line + text) > 100:
                lines.append(line.rstrip())
                line = "    "
            line += text
        lines.append(line.rstrip())
    return "\n".join(lines)


reference = json.loads((GOLDEN / "switch_reference.json").read_text())
out = [
    "#pragma once",
    "",
    "// Written by tests/tools/switch_golden.py from switch_reference.json: log-likelihoods [step][copy],",
    "// and log-posteriors [step + 1][copy], beginning with the prior, of the authors' Switch in float64.",
    "",
    "namespace golden {",
]
for sequence in reference["sequences"]:
    name, copies, steps = sequence["name"].split("_")[0], sequence["n_models"], sequence["n_steps"]
    out += [
        "",
        f"// {sequence['name']}: {sequence['description']}",
        f"inline constexpr int {name}_copies = {copies};",
        f"inline constexpr int {name}_steps = {steps};",
        f"inline constexpr double {name}_theta = {sequence['theta']!r};",
        f"inline constexpr double {name}_log_likelihoods[] = {{",
        rows(sequence["loglik"]),
        "};",
        f"inline constexpr double {name}_log_posteriors[] = {{",
        rows(sequence["logposterior_f64"]),
        "};",
    ]
out += ["", "}  // namespace golden", ""]
(GOLDEN / "switch_reference.hpp").write_text("\n".join(out))
