#!/usr/bin/env python3
"""Everything that a user can choose from stands in docs/catalogue.md.

usage: catalogue.py SOURCE_ROOT

That is: layers and heads (include/alrao/ops specialises Op<...> or HeadLoss<...> for them), compositions, inputs, rules, schedules, averaging
policies, initialisations, callbacks (the classes that have their header's name), networks of the zoo.
"""
import re
import sys
from pathlib import Path

# Where names of a kind are declared, and how. Rules are what stands in the namespace `rule`.
DECLARED = {
    "layer": ("ops", r"struct\s+(?:Op|HeadLoss)<\s*(?:::)?(?:alrao::)?(?!graph::|Classifier\b)(\w+)"),
    "composition": ("layers/composition.hpp", r"^struct (Branch|Shortcut|Residual|Concat|Repeat);"),
    "input": ("layers/input.hpp", r"^struct (\w+) \{"),
    "head": ("layers/heads.hpp", r"^struct ((?:Softmax|Gaussian|Averaged)\w+) \{"),
    "rule": ("learn/rule.hpp", r"^struct (?!Checked)(\w+) \{(?=(?:(?!^\};).)*void validate)"),
    "schedule": ("learn/schedule.hpp", r"^struct (\w+) \{"),
    "averaging": ("learn/model_averaging.hpp", r"^struct (?!Checked)(\w+) \{"),
    "initialisation": ("model/initialization.hpp", r"^struct (\w+Initialization)"),
    "callback": ("train/callbacks", r"^(?:class|struct) (\w+) \{"),
    "network": ("zoo", r"^struct (\w+) : Model<"),
}


def main():
    root, missing, count = Path(sys.argv[1]), [], 0
    page = set(re.findall(r"\w+", (root / "docs/catalogue.md").read_text()))
    for kind, (where, pattern) in DECLARED.items():
        place = root / "include/alrao" / where
        headers = [place] if place.is_file() else sorted(place.rglob("*.hpp"))
        names = {name for header in headers for name in re.findall(pattern, header.read_text(), re.M | re.S)}
        if kind == "callback":
            files = {header.stem.replace("_", "") for header in headers}
            names = {name for name in names if name.lower() in files}
        if not names:
            missing.append(f"{kind}: nothing found in include/alrao/{where}: has it moved?")
        missing += [f"{kind} {name}: docs/catalogue.md does not name it" for name in sorted(names - page)]
        count += len(names)
    print("\n".join(missing) or f"{count} names, all in the catalogue")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
