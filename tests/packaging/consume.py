#!/usr/bin/env python3
"""Builds and runs the host program of host/ against the library as a stranger would get it.

usage: consume.py subproject|pkg-config|cmake SOURCE_ROOT        ($CXX: the compiler, default g++)

The library is installed into a prefix, the prefix is moved, and the host is built from where it went.
"""
import itertools
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HOST = Path(__file__).resolve().parent / "host"
CXX = shlex.split(os.environ.get("CXX", "g++"))
GHOSTS = ["-Wno-uninitialized", "-Wno-maybe-uninitialized"]     # g++ 12 warns of its own vector intrinsics (GCC bug 105593)
MOVED = "moved/usr"


def run(*command, **more):
    return subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL, **more)


def refused(*command):
    return subprocess.run([str(part) for part in command], capture_output=True).returncode != 0


def install(root, work, *options):
    """An installed and moved prefix; nothing of it may remember where it stood first."""
    build, prefix = work / "build", work / "first/usr"
    for old in (build, work / "first", work / "moved"):
        shutil.rmtree(old, ignore_errors=True)
    off = [f"-D{what}=disabled" for what in ("tests", "examples", "bench", "docs")]
    run("meson", "setup", build, root, f"--prefix={prefix}", *off, *options, stdout=subprocess.DEVNULL)
    run("meson", "install", "-C", build, "--quiet")
    shutil.move(work / "first", work / "moved")
    for path in (work / MOVED / "share").rglob("*"):
        if path.is_file() and str(work / "first") in path.read_text():
            raise SystemExit(f"{path} remembers the prefix it was installed to")
    return work / MOVED


def by_subproject(root, work):
    """The source tree as a subproject: nothing of ours but the library itself is built."""
    shutil.copytree(HOST, work / "host")
    (work / "host/subprojects").mkdir()
    (work / "host/subprojects/alrao").symlink_to(root)
    (work / "host/subprojects/alrao.wrap").write_text("[wrap-file]\ndirectory = alrao\n[provide]\nalrao = alrao_dep\n")
    run("meson", "setup", work / "build", work / "host")
    targets = run("meson", "introspect", "--targets", work / "build", capture_output=True, text=True).stdout
    if "doctest_main" in targets or "fashion_mnist" in targets:
        raise SystemExit("the subproject builds programs of its own")
    run("meson", "test", "-C", work / "build", "--print-errorlogs")
    if refused("meson", "setup", work / "no-blas", work / "host", "-Dalrao:blas=disabled"):
        raise SystemExit("the subproject does not take -Dalrao:blas=disabled")


def by_pkg_config(root, work):
    """A compiler and pkg-config, nothing else; units of one program need not agree on the instruction set, and the host may
    switch xtensor's xsimd on."""
    prefix = install(root, work)
    os.environ["PKG_CONFIG_PATH"] = str(prefix / "share/pkgconfig")

    def flags(which):
        return shlex.split(run("pkg-config", which, "alrao", capture_output=True, text=True).stdout)

    sets = {"plain": [], "native": ["-march=native"], "plain_xsimd": ["-DXTENSOR_USE_XSIMD"],
            "native_xsimd": ["-march=native", "-DXTENSOR_USE_XSIMD"]}
    for (name, arguments), unit in itertools.product(sets.items(), ("main", "other")):
        run(*CXX, "-std=c++20", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror", *GHOSTS, *arguments, *flags("--cflags"),
            "-c", HOST / f"{unit}.cpp", "-o", work / f"{unit}_{name}.o")
    for first, second in itertools.product(sets, sets):
        if ("xsimd" in first or "xsimd" in second) and first != second:
            continue
        program = work / f"{first}-{second}"
        run(*CXX, work / f"main_{first}.o", work / f"other_{second}.o", "-o", program, *flags("--libs"))
        run(program)
    os.environ["PKG_CONFIG_PATH"] = str(install(root, work, "-Dblas=disabled") / "share/pkgconfig")
    if "-DALRAO_WITHOUT_BLAS" not in flags("--cflags") or "-lopenblas" in flags("--libs"):
        raise SystemExit("-Dblas=disabled does not reach the consumer")
    run(*CXX, "-std=c++20", *flags("--cflags"), HOST / "main.cpp", HOST / "other.cpp", "-o", work / "no-blas", *flags("--libs"))
    run(work / "no-blas")


def by_cmake(root, work):
    """find_package, with the versions it must accept and those it must not."""
    prefix = install(root, work)
    found = f"-DCMAKE_PREFIX_PATH={prefix}"
    run("cmake", "-S", HOST, "-B", work / "host", found, f"-DCMAKE_CXX_COMPILER={CXX[-1]}", "-G", "Ninja")
    run("cmake", "--build", work / "host")
    run("ctest", "--test-dir", work / "host", "--output-on-failure", "--no-tests=error")
    for version in ("0.2", "1.0", "0.0.9"):
        if not refused("cmake", "-S", HOST, "-B", work / "refused", found, f"-DWANTED={version}", "-G", "Ninja"):
            raise SystemExit(f"find_package(alrao {version}) is satisfied with 0.1")
    install(root, work, "-Dblas=disabled")
    config = (prefix / "share/cmake/alrao/alraoConfig.cmake").read_text()
    if "ALRAO_WITHOUT_BLAS" not in config:
        raise SystemExit("-Dblas=disabled does not reach the consumer")
    run("cmake", "-S", HOST, "-B", work / "no-blas", found, "-G", "Ninja", stdout=subprocess.DEVNULL)


def main():
    channel, root = sys.argv[1], Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory(prefix="alrao-packaging-") as work:
        {"subproject": by_subproject, "pkg-config": by_pkg_config, "cmake": by_cmake}[channel](root, Path(work))
    print(f"{channel}: built from outside and run")


if __name__ == "__main__":
    main()
