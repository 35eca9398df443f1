#!/usr/bin/env python3
"""Checks that all names that a user can choose from have a description, and writes a page that lists them.

usage: catalogue.py SOURCE_ROOT                 fails if a description is missing
       catalogue.py SOURCE_ROOT --write PAGE    also writes the page "All names": first sentence and header of each name

These are layers and heads, compositions, inputs, rules, schedules, averaging policies, initialisations, callbacks (classes named
like their header), and networks of the zoo. The description is the comment (`///`) above the struct. docs/catalogue.md shows the
most used of them in programs.
"""
import re
import sys
from pathlib import Path

# For each kind of name: the header or folder of its declarations, and their pattern.
DECLARED = {
    "layer": ("layers", r'^    static constexpr std::string_view name = "(\w+)";'),
    "composition": ("layers/composition.hpp", r"^struct (Branch|Shortcut|Residual|Concat|Repeat);"),
    "input": ("layers/input.hpp", r"^struct (\w+) \{"),
    "head": ("layers/heads.hpp", r"^struct ((?:Softmax|Gaussian|Averaged)\w+) \{"),
    "rule": ("learn/rule.hpp", r"^struct (?!Checked)(\w+) \{(?=(?:(?!^\};).)*void validate)"),
    "rule that measures its rate": ("learn/prodigy.hpp", r"^struct (\w+) \{(?=(?:(?!^\};).)*double rate = 1;\s+///)"),
    "schedule-free rule": ("learn/schedule_free.hpp", r"^struct (\w+) \{(?=(?:(?!^\};).)*double rate = )"),
    "distance over gradients": ("learn/dog.hpp", r"^struct (LDog) \{"),
    "rates": ("learn/measured_rates.hpp", r"^struct (\w+)"),
    "average of the parameters": ("learn/weight_average.hpp", r"^struct (\w+) \{"),
    "schedule": ("learn/schedule.hpp", r"^struct (\w+) \{"),
    "averaging": ("learn/model_averaging.hpp", r"^struct (?!Checked)(\w+) \{"),
    "initialisation": ("model/initialization.hpp", r"^struct (\w+Initialization|ScaledHead) \{"),
    "callback": ("train/callbacks", r"^(?:class|struct) (\w+) \{"),
    "network": ("zoo", r"^struct (\w+) : Model<"),
}



def names_of(root, kind):
    where, pattern = DECLARED[kind]
    place = root / "include/alrao" / where
    headers = [place] if place.is_file() else sorted(place.rglob("*.hpp"))
    found = {name: header for header in headers for name in re.findall(pattern, header.read_text(), re.M | re.S)}
    if kind == "callback":
        files = {header.stem.replace("_", "") for header in headers}
        found = {name: header for name, header in found.items() if name.lower() in files}
    return found


def sentence_above(name, text):
    """The first sentence of the comment above the definition (or else a declaration) of a struct."""
    comments = re.findall(rf"((?:^ *///[^\n]*\n)+)(?:^ *(?:template|requires)\b[^\n]*\n)*^ *(?:struct|class) {name}\b", text, re.M)
    if not comments:
        return None
    lines = [line.strip().removeprefix("///").strip() for line in comments[-1].splitlines()]
    paragraph = " ".join(lines[:lines.index("")] if "" in lines else lines)
    return re.split(r"(?<=[.])\s+(?=[A-Z])", paragraph)[0] or None


def main():
    root, missing, rows = Path(sys.argv[1]), [], []
    heads = names_of(root, "head")
    for kind, (where, _) in DECLARED.items():
        names = {name: header for name, header in names_of(root, kind).items() if kind != "layer" or name not in heads}
        if not names:
            missing.append(f"{kind}: no declaration was found in include/alrao/{where}; it may have moved")
        for name, header in sorted(names.items()):
            sentence = sentence_above(name, header.read_text())
            path = header.relative_to(root / "include").as_posix()
            if not sentence:
                missing.append(f"{kind} {name}: {path} has no comment above it")
            rows.append((kind, name, sentence or "", path))
    if len(sys.argv) > 3 and sys.argv[2] == "--write":
        table = "".join(f"| `{name}` | {kind} | {sentence.replace('|', chr(92) + '|')} | `<{path}>` |\n"
                        for kind, name, sentence, path in rows)
        Path(sys.argv[3]).write_text("# All names\n\nThis page is generated from the comments in the headers.\n\n"
                                     "| name | kind | description | header |\n|---|---|---|---|\n" + table)
    print("\n".join(missing) or f"{len(rows)} names, all described")
    return 1 if missing or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
