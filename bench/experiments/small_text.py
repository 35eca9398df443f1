#!/usr/bin/env python3
"""Writes three small texts in the format of the Penn Treebank: sentences made of a few words.

usage: small_text.py FOLDER [SENTENCES]
"""
import random
import sys
from pathlib import Path

SUBJECTS, VERBS, OBJECTS = ("the bank", "a court", "the <unk>"), ("sold", "bought"), ("N shares", "the company", "bonds")


def sentences(count, seed):
    numbers = random.Random(seed)
    return "".join(f" {numbers.choice(SUBJECTS)} {numbers.choice(VERBS)} {numbers.choice(OBJECTS)} \n" for _ in range(count))


def main():
    folder = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    folder.mkdir(parents=True, exist_ok=True)
    for seed, (name, part) in enumerate((("train", count), ("valid", count // 3), ("test", count // 3))):
        (folder / f"ptb.{name}.txt").write_text(sentences(part, seed))


if __name__ == "__main__":
    main()
