#!/usr/bin/env python3
"""Builds and runs the host program of host/ with the library as users get it.

usage: consume.py subproject|pkg-config|cmake|cmake-sources|install SOURCE_ROOT [brief]   ($CXX: the compiler, default g++)

brief   pkg-config: only units without options and with -march=native

The library is installed into a prefix, the prefix is moved, and the host is built against the moved prefix.
"""
import itertools
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HOST = Path(__file__).resolve().parent / "host"
CXX = shlex.split(os.environ.get("CXX", "g++"))
MOVED = "moved/usr"


def run(*command, **more):
    return subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL, **more)


def refused(*command):
    return subprocess.run([str(part) for part in command], capture_output=True).returncode != 0


def install(root, work, *options):
    """Installs into a prefix and moves it. No installed file may contain the original path."""
    build, prefix = work / "build", work / "first/usr"
    for old in (build, work / "first", work / "moved"):
        shutil.rmtree(old, ignore_errors=True)
    run("meson", "setup", build, root, f"--prefix={prefix}", *options, stdout=subprocess.DEVNULL)
    run("meson", "install", "-C", build, "--quiet")
    shutil.move(work / "first", work / "moved")
    for path in (work / MOVED / "share").rglob("*"):
        if path.is_file() and str(work / "first") in path.read_text():
            raise SystemExit(f"{path} contains the original prefix")
    return work / MOVED


def by_subproject(root, work):
    """Uses the source tree as a subproject, which must build no tests and examples."""
    shutil.copytree(HOST, work / "host")
    (work / "host/subprojects").mkdir()
    (work / "host/subprojects/alrao").symlink_to(root)
    (work / "host/subprojects/alrao.wrap").write_text(
        "[wrap-file]\ndirectory = alrao\n[provide]\nalrao = alrao_dep\nalrao-io = alrao_io_dep\n")
    run("meson", "setup", work / "build", work / "host")
    targets = run("meson", "introspect", "--targets", work / "build", capture_output=True, text=True).stdout
    if "doctest_main" in targets or "fashion_mnist" in targets:
        raise SystemExit("the subproject builds its own programs")
    run("meson", "test", "-C", work / "build", "--print-errorlogs")
    if refused("meson", "setup", work / "no-blas", work / "host", "-Dalrao:blas=disabled"):
        raise SystemExit("the subproject does not accept -Dalrao:blas=disabled")


def by_pkg_config(root, work):
    """Uses a compiler and pkg-config only. The units of the program have different instruction sets, and the host switches
    on xtensor's use of xsimd."""
    prefix = install(root, work)
    os.environ["PKG_CONFIG_PATH"] = str(prefix / "share/pkgconfig")

    def flags(which, name="alrao"):
        return shlex.split(run("pkg-config", which, name, capture_output=True, text=True).stdout)

    for name in ("alrao", "alrao-io"):
        if flags("--modversion", name) != [version_of(root)]:
            raise SystemExit(f"{name}.pc and meson.build have different versions")
    run(*CXX, "-std=c++20", "-Wall", "-Wextra", "-Werror", *flags("--cflags", "alrao-io"), HOST / "files.cpp",
        "-o", work / "files", *flags("--libs", "alrao-io"))
    run(work / "files", cwd=work)

    sets = {"plain": [], "native": ["-march=native"], "plain_xsimd": ["-DXTENSOR_USE_XSIMD"],
            "native_xsimd": ["-march=native", "-DXTENSOR_USE_XSIMD"]}
    if "brief" in sys.argv[3:]:
        sets = {name: sets[name] for name in ("plain", "native")}
    for (name, arguments), unit in itertools.product(sets.items(), ("main", "other")):
        run(*CXX, "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", *arguments, *flags("--cflags"),
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


def version_of(root):
    return json.loads(run("meson", "introspect", "--projectinfo", root / "meson.build", capture_output=True, text=True).stdout)["version"]


def cmakes():
    """The first cmake in PATH, and the system's if it has another version."""
    found = {}
    for program in (shutil.which("cmake"), "/usr/bin/cmake"):
        if program and Path(program).exists():
            found.setdefault(run(program, "--version", capture_output=True, text=True).stdout.split()[2], program)
    return list(found.values())


def build_by(cmake, build, *options, target="all"):
    """Configures the host, builds one of its targets and runs the program."""
    run(cmake, "-S", HOST, "-B", build, f"-DCMAKE_CXX_COMPILER={CXX[-1]}", "-G", "Ninja", *options, stdout=subprocess.DEVNULL)
    run(cmake, "--build", build, "--target", target, stdout=subprocess.DEVNULL)
    for program in ("host", "files"):
        if target in ("all", program):
            run(build / program, cwd=build)


def by_cmake(root, work):
    """Uses find_package, with versions that it must accept or reject, for installations by Meson and by CMake."""
    first, *others = cmakes()
    prefix = install(root, work)
    found = f"-DCMAKE_PREFIX_PATH={prefix}"
    build_by(first, work / "host", found)
    for number, cmake in enumerate(others):
        build_by(cmake, work / f"host-{number}", found, target="files")
    for wrong in ("WANTED=0.1", "WANTED=0.3", "WANTED=1.0", "WANTED=0.0.9", "COMPONENTS=oi", "CMAKE_DISABLE_FIND_PACKAGE_ZLIB=ON"):
        if not refused(first, "-S", HOST, "-B", work / "refused", found, f"-D{wrong}", "-G", "Ninja"):
            raise SystemExit(f"find_package(alrao) accepts {wrong}")
        shutil.rmtree(work / "refused")
    install(root, work, "-Dblas=disabled")
    config = (prefix / "share/cmake/alrao/alraoConfig.cmake").read_text()
    if "ALRAO_WITHOUT_BLAS" not in config:
        raise SystemExit("-Dblas=disabled does not reach the consumer")
    run(first, "-S", HOST, "-B", work / "no-blas", found, "-G", "Ninja", stdout=subprocess.DEVNULL)

    shutil.rmtree(prefix)
    run(first, "-S", root, "-B", work / "sources", f"-DCMAKE_INSTALL_PREFIX={prefix}", "-DALRAO_KERNELS=own", stdout=subprocess.DEVNULL)
    run(first, "--install", work / "sources", stdout=subprocess.DEVNULL)
    installed = {path.relative_to(prefix / "include") for path in (prefix / "include").rglob("*.hpp")}
    if installed != {path.relative_to(root / "include") for path in (root / "include").rglob("*.hpp")}:
        raise SystemExit("cmake --install omits headers")
    if f'set(PACKAGE_VERSION "{version_of(root)}")' not in (prefix / "share/cmake/alrao/alraoConfigVersion.cmake").read_text():
        raise SystemExit("CMakeLists.txt and meson.build have different versions")
    build_by(first, work / "by-cmake", found, target="files")
    if "ALRAO_KERNELS_OWN" not in (work / "by-cmake/build.ninja").read_text():
        raise SystemExit("-DALRAO_KERNELS=own does not reach the consumer")


def by_cmake_sources(root, work):
    """Uses FetchContent and add_subdirectory: same targets, no own programs built, nothing installed with the host."""
    first, *others = cmakes()
    sources = f"-DSOURCES={root}"
    build_by(first, work / "fetch", sources)
    for number, cmake in enumerate([first, *others]):
        build_by(cmake, work / f"below-{number}", sources, "-DBY=subdirectory", "-DALRAO_BLAS=OFF", target="files")
        rules = (work / f"below-{number}/build.ninja").read_text()
        if "ALRAO_WITHOUT_BLAS" not in rules or "openblas" in rules:
            raise SystemExit("-DALRAO_BLAS=OFF does not reach the host")
    run(first, "--install", work / "fetch", "--prefix", work / "prefix", stdout=subprocess.DEVNULL)
    if (work / "prefix").exists():
        raise SystemExit("the library is installed with its host")
    for wrong in (("-DALRAO_KERNELS=blas", "-DALRAO_BLAS=OFF"), ("-DALRAO_KERNELS=fast",)):
        if not refused(first, "-S", HOST, "-B", work / "refused", sources, *wrong, "-G", "Ninja"):
            raise SystemExit(f"{' '.join(wrong)} is accepted, but must not be")


def by_install(root, work):
    """The command in README, without options, which must compile nothing."""
    run("meson", "setup", work / "build", root, f"--prefix={work / 'prefix'}", stdout=subprocess.DEVNULL)
    targets = json.loads(run("meson", "introspect", "--targets", work / "build", capture_output=True, text=True).stdout)
    if targets:
        raise SystemExit(f"a fresh build has targets: {', '.join(target['name'] for target in targets)}")
    said = run("meson", "install", "-C", work / "build", capture_output=True, text=True).stdout
    if "[1/" in said or not (work / "prefix/include/alrao/alrao.hpp").exists():
        raise SystemExit(f"meson install does more than install:\n{said}")


def main():
    channel, root = sys.argv[1], Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory(prefix="alrao-packaging-") as work:
        os.chdir(work)      # Meson runs CMake to inspect the system, which writes temporary files into the current folder
        {"subproject": by_subproject, "pkg-config": by_pkg_config, "cmake": by_cmake, "cmake-sources": by_cmake_sources,
         "install": by_install}[channel](root, Path(work))
    print(f"{channel}: built from outside and run")


if __name__ == "__main__":
    main()
