#!/usr/bin/env python3
"""Tests that cifar10 trains the network that --network names: each is trained for one epoch and saved, and the file must
hold as many parameters as the program printed.

usage: each_network.py CIFAR10 FOLDER NETWORK...          FOLDER: has a small data set; the models are saved there
"""
import json
import re
import struct
import subprocess
import sys
from pathlib import Path


def main():
    program, folder, *networks = sys.argv[1:]
    counts = set()
    for network in networks:
        path = Path(folder) / f"{network}.safetensors"
        printed = subprocess.run(
            [program, "--data", folder, "--network", network, "--epochs", "1", "--batch", "16", "--quiet",
             "--optimizer", "sgd", "--rate", "1e-3", "--save", path], check=True, capture_output=True, text=True).stdout
        announced = int(re.search(r"(\d+) parameters", printed)[1])
        with path.open("rb") as file:
            header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        saved = int(header["__metadata__"]["parameters"])
        print(f"{network}: announced {announced}, saved {saved}")
        if saved != announced:
            return 1
        counts.add(saved)
    return 0 if len(counts) == len(networks) > 1 else 1


if __name__ == "__main__":
    sys.exit(main())
