#!/usr/bin/env python3
"""Checks the library in a precompiled header: a program that trains compiles, and an invalid network gives the usual error.

usage: precompiled.py -- COMPILER FLAG...
"""
import subprocess
import sys
import tempfile
from pathlib import Path

UNIT = """
struct Net : alrao::Model<alrao::Input<2>, alrao::Residual<alrao::Dense<2>>, alrao::ReLU,
                          alrao::AveragedHead<alrao::SoftmaxClassifier<2>, 3>> {
    using Model::Model;
};
int main() {
    const std::vector<float> x{0, 1, 1, 0};
    const std::vector<std::int32_t> y{0, 1};
    const alrao::Dataset<float> data(x, y);
    Net net(alrao::Seed{1});
    alrao::AlraoOptimizer<Net> optimizer(net, alrao::LogUniform{1e-5, 10}, alrao::Seed{2});
    alrao::fit(net, optimizer, data, {.epochs = 2}, [](const alrao::EpochEnd&) {});
    return alrao::evaluate(net, data).loss > 0 ? 0 : 1;
}
"""
REFUSED = "using Net = alrao::Model<alrao::Input<8, 8, 1>, alrao::Dense<4>>;\nstatic_assert(sizeof(Net) > 0);\n"
REASON = "put Flatten"


def run(command):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)


def faults(compiler, folder):
    header, unit, refused = folder / "umbrella.hpp", folder / "unit.cpp", folder / "refused.cpp"
    header.write_text("#include <alrao/alrao.hpp>\n")
    unit.write_text(UNIT)
    refused.write_text(REFUSED)
    clang = any("clang" in part for part in compiler[:2])
    compiled = folder / ("umbrella.hpp.pch" if clang else "umbrella.hpp.gch")
    behind = ["-include-pch", compiled] if clang else ["-Winvalid-pch", "-include", header]
    made = run([*compiler, "-x", "c++-header", header, "-o", compiled])
    if made.returncode != 0:
        return ["the header does not compile alone:\n" + made.stderr]
    found = []
    good = run([*compiler, *behind, "-fsyntax-only", unit])
    if good.returncode != 0:
        found.append("a unit with the precompiled header does not compile:\n" + good.stderr)
    wrong = run([*compiler, *behind, "-fsyntax-only", refused])
    if wrong.returncode == 0 or REASON not in wrong.stderr or wrong.stderr.count(" error: ") != 1:
        found.append("an invalid network does not give the usual error with the precompiled header:\n" + wrong.stderr)
    return found


def main():
    compiler = sys.argv[sys.argv.index("--") + 1:]
    with tempfile.TemporaryDirectory() as folder:
        found = faults(compiler, Path(folder))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
