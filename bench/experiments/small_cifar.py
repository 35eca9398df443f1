#!/usr/bin/env python3
"""Writes a small data set in the format of CIFAR-10: each class has a colour, with noise.

usage: small_cifar.py FOLDER [IMAGES_PER_FILE]
"""
import random
import sys
from pathlib import Path


def records(count, seed):
    numbers = random.Random(seed)
    content = bytearray()
    for _ in range(count):
        label = numbers.randrange(10)
        content.append(label)
        for colour in ((label % 2) * 120, (label // 2 % 3) * 80, (label // 6) * 120):
            content += bytes(colour + 40 + numbers.randrange(40) for _ in range(1024))
    return bytes(content)


def main():
    folder = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, 6):
        (folder / f"data_batch_{number}.bin").write_bytes(records(count, number))
    (folder / "test_batch.bin").write_bytes(records(count, 6))


if __name__ == "__main__":
    main()
