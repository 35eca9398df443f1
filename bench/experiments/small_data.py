#!/usr/bin/env python3
"""Writes a small data set in the format of Fashion-MNIST: each class is a bright bar at one height, with noise.

usage: small_data.py FOLDER [TRAINING_IMAGES [TEST_IMAGES]]
"""
import random
import struct
import sys
from pathlib import Path


def write(folder, stem, count, seed):
    numbers = random.Random(seed)
    images, labels = bytearray(), bytearray()
    for _ in range(count):
        label = numbers.randrange(10)
        labels.append(label)
        for y in range(28):
            light = 200 if 2 * label + 4 <= y < 2 * label + 7 else 20
            images += bytes(max(0, min(255, light + int(numbers.gauss(0, 20)))) for _ in range(28))
    (folder / f"{stem}-images-idx3-ubyte").write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, count, 28, 28) + images)
    (folder / f"{stem}-labels-idx1-ubyte").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, count) + labels)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, "train", int(sys.argv[2]) if len(sys.argv) > 2 else 600, 1)
    write(folder, "t10k", int(sys.argv[3]) if len(sys.argv) > 3 else 200, 2)


if __name__ == "__main__":
    main()
