#!/usr/bin/env python3
"""Runs a libFuzzer program for a limited number of inputs, starting from seeds that are created here, the same ones each time.

usage: run.py cifar|idx|safetensors|text FUZZER [RUNS]

For a longer search: run.py NAME FUZZER 10000000. Inputs that fail are written to the working directory.
"""
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

# The first byte of an input tells the fuzz program how to use the rest.


def cifar_seeds():
    def record(labels, size):
        return bytes(labels) + bytes(i * 7 % 256 for i in range(size))
    yield b"\x00" + record([3], 3072) * 2
    yield b"\x01" + record([4, 9], 3072)
    yield b"\x02" + record([19, 99], 3072)
    yield b"\x80" + record([10], 20)
    yield b"\x83" + record([255], 3072)
    yield b"\x00" + record([3], 3071)


def idx_seeds():
    sizes = {0x08: "B", 0x09: "b", 0x0B: "h", 0x0C: "i", 0x0D: "f", 0x0E: "d"}

    def idx(kind, extents, count=None):
        values = 1
        for extent in extents:
            values *= extent
        values = values if count is None else count
        return struct.pack(">BBBB", 0, 0, kind, len(extents)) + struct.pack(f">{len(extents)}I", *extents) + \
            struct.pack(f">{values}{sizes[kind]}", *range(values))
    for kind in sizes:
        yield b"\x00" + idx(kind, [2, 3, 4])
        yield b"\x01" + idx(kind, [5])
    yield b"\x00" + idx(0x08, [2, 3], 5)
    yield b"\x01" + idx(0x08, [0xFFFFFFFF, 0xFFFFFFFF], 4)
    whole = gzip.compress(idx(0x08, [10, 10]), mtime=0)
    for content in (whole, whole[:-3], whole + whole, whole[:-8] + bytes(8)):
        yield b"\x00" + content


def safetensors_seeds():
    def header(**entries):
        return json.dumps({name.replace("_", "."): entry for name, entry in entries.items()}).encode()

    def tensor(dtype, shape, begin, end):
        return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}
    two = header(a=tensor("F32", [2, 3], 0, 24), b_weight=tensor("U8", [4], 24, 28))
    texts = json.dumps({"__metadata__": {"format": "alrao", "\u00e9\n": "\\u0000"}, "x": tensor("F64", [1], 0, 8)}).encode()
    for head, data in ((two, bytes(28)), (two, bytes(27)), (texts, bytes(8)), (b"{}", b""),
                       (header(a=tensor("F32", [2**62, 4], 0, 0)), b""),
                       (header(a=tensor("I64", [], 0, 8), b=tensor("BF16", [0, 3], 8, 8)), bytes(8)),
                       (header(a=tensor("F32", [1], 0, 4), b=tensor("F32", [1], 2, 6)), bytes(6))):
        yield b"\x01" + head + b"\n" + data
        yield b"\x00" + struct.pack("<Q", len(head)) + head + data
    yield b"\x00" + struct.pack("<Q", 2**63) + b"{}"


def text_seeds():
    texts = (b"one two <unk>\n\nthree two\n", "\ufeffaé€\U0001f600e\u0301\r\n".encode(), b"a\xff\x00b",
             b"\xed\xa0\x80", b" \t\r\n", b"abcabcabcabc")
    for rules in range(0, 32, 5):
        for text in texts:
            yield bytes([rules]) + text


SEEDS = {"cifar": cifar_seeds, "idx": idx_seeds, "safetensors": safetensors_seeds, "text": text_seeds}
LONGEST = {"cifar": 8192, "idx": 2048, "safetensors": 2048, "text": 512}


def main():
    name, fuzzer, runs = sys.argv[1], Path(sys.argv[2]).resolve(), sys.argv[3] if len(sys.argv) > 3 else "5000"
    with tempfile.TemporaryDirectory(prefix="alrao-fuzz-") as folder:
        for number, seed in enumerate(SEEDS[name]()):
            Path(folder, f"{number:02}").write_bytes(seed)
        child = subprocess.run([fuzzer, f"-runs={runs}", "-seed=1", f"-max_len={LONGEST[name]}", "-malloc_limit_mb=64",
                                "-timeout=20", "-print_final_stats=1", folder],
                               stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "LC_ALL": "C"})
    lines = child.stdout.splitlines()
    print("\n".join(lines[-12:] if child.returncode == 0 else lines[-200:]))
    return child.returncode


if __name__ == "__main__":
    sys.exit(main())
