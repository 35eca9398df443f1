#!/usr/bin/env python3
"""Prints the expected values of tests/tensor/philox_test.cpp, computed by an independent implementation."""
import math

M32 = 0xFFFFFFFF


def philox(counter, key):
    x, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * x[0], 0xCD9E8D57 * x[2]
        x = [(b >> 32) ^ x[1] ^ k[0], b & M32, (a >> 32) ^ x[3] ^ k[1], a & M32]
        k = [(k[0] + 0x9E3779B9) & M32, (k[1] + 0xBB67AE85) & M32]
    return x


class Cursor:
    def __init__(self, seed, stream):
        self.key, self.stream, self.at = (seed & M32, seed >> 32), stream, 0

    def bits(self):
        i = self.at // 2
        four = philox((i & M32, i >> 32, self.stream & M32, self.stream >> 32), self.key)
        half = 2 * (self.at % 2)
        self.at += 1
        return four[half + 1] << 32 | four[half]

    def uniform(self):
        return ((self.bits() >> 12) * 2 + 1) * 2.0**-53

    def normal(self):
        radius = math.sqrt(-2 * math.log(self.uniform()))
        return radius * math.cos(2 * math.pi * self.uniform())

    def below(self, n):
        while True:
            drawn = self.bits()
            if drawn >= 2**64 % n:
                return drawn % n


if __name__ == "__main__":
    assert [f"{w:08x}" for w in philox((0,) * 4, (0,) * 2)] == "6627e8d5 e169c58d bc57ac4c 9b00dbd8".split()
    seed = 0x0123456789ABCDEF
    c = Cursor(seed, 2 << 48 | 7)
    print("uniform", [c.uniform().hex() for _ in range(5)])
    c = Cursor(seed, 1 << 48)
    print("normal ", [repr(c.normal()) for _ in range(5)])
    c = Cursor(seed, 3 << 48)
    order = list(range(10))
    for left in range(10, 1, -1):
        j = c.below(left)
        order[left - 1], order[j] = order[j], order[left - 1]
    print("shuffle", order)
    c = Cursor(seed, 5)
    print("below  ", [c.below(3 << 62) for _ in range(6)], c.at)
