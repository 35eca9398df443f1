#!/usr/bin/env bash
# Builds and runs the tests; the last line says how many passed and failed.
#
# usage: ./test.sh [CONFIGURATION...]      one or more of those below, or `all`; without an argument: quick
#   quick           g++ at -O0 (kernels -O1), without whole networks: unit tests, the laws of the layers, what must not compile
#                   (by g++), format, clang-tidy, the lists, and one consumer of the installed library. At most 8 minutes on
#                   2 processors
#
# and those of `all`, at most 50 minutes on 2 processors:
#   gcc             g++, release (kernels -O2, the rest -O1); without FMA in its flags products go to BLAS. And once: examples, experiments,
#                   refusals by both compilers, each header alone, packaging, the budget of compile time. The programs run
#                   again by OpenBLAS's kernels of other processors (OPENBLAS_CORETYPE) and by a BLAS that sums in other orders
#   clang           clang 14, release (kernels -O2, the rest -O1), for this machine's instruction set: own tiles where it has FMA
#   clang-sanitize  clang 14, address and undefined-behaviour sanitizers, for this machine's instruction set, no BLAS at all;
#                   runs the fuzzers briefly
#   gcc-sanitize    g++, the same sanitizers, products by BLAS: the folders in which products are computed; no checks for null
#                   or misaligned pointers, which clang-sanitize has and which cost g++ 40 % of its time
#   docs            the API pages, and nothing else
# and beyond `all`, which covers both in other configurations:
#   blas            g++, products by BLAS for this machine's instruction set: the folders in which products are computed
#   no-blas         g++, no BLAS at all: the same
#
# ALRAO_TEST_MINUTES=N: a configuration is not begun when it might end later than that. Which ones were left out is said at the end.
set -euo pipefail
cd "$(dirname "$0")"
. tests/tools/packages.sh

all="docs gcc clang clang-sanitize gcc-sanitize"
chosen=${*:-quick}
[ "$chosen" != all ] || chosen=$all

compiler_of() { case $1 in clang*) echo clang++-14 ;; *) echo g++ ;; esac; }
options_of() {
  local brief="-Dtests=enabled -Dbuildtype=plain -Doptimization=1 -Dtests_of=products"
  local sanitizers="-Dtests=enabled -Dbuildtype=plain -Doptimization=0 -Db_sanitize=address,undefined"
  case $1 in
    quick) echo "-Dtests=enabled -Dbuildtype=plain -Doptimization=0 -Dtests_of=quick" ;;
    gcc) echo "-Dtests=enabled -Dexamples=enabled -Dexperiments=enabled -Dbuildtype=release -Doptimization=1" ;;
    clang) echo "-Dtests=enabled -Dbuildtype=release -Doptimization=1 -Dnative=true" ;;
    gcc-sanitize) echo "$sanitizers -Dtests_of=products -Dkernels=blas -Dcpp_args=['-g1','-fno-sanitize=null','-fno-sanitize=alignment']" ;;
    clang-sanitize) echo "$sanitizers -Dtests_of=memory -Dcpp_args=-g1 -Db_lundef=false -Dnative=true -Dblas=disabled" ;;
    blas) echo "$brief -Dkernels=blas -Dnative=true" ;;
    no-blas) echo "$brief -Dblas=disabled" ;;
    docs) echo "-Ddocs=enabled" ;;
    *) echo "no such configuration: $1 (know quick $all blas no-blas)" >&2; exit 2 ;;
  esac
}

# The setups of tests/meson.build that this processor can run.
other_products() {
  case $1 in gcc | blas) ;; *) return 0 ;; esac
  echo other_order
  local core
  for core in Prescott:pni Haswell:avx2 Zen:avx2 SkylakeX:avx512vl; do
    if grep -qw "${core#*:}" /proc/cpuinfo; then
      echo "${core%:*}"
    else
      echo "   without OpenBLAS's kernels for ${core%:*}: this processor has no ${core#*:}" >&2
    fi
  done
}

for name in $chosen; do options_of "$name" >/dev/null; done
packages=$packages_tests
case " $chosen " in *" docs "*) packages+=" $packages_docs" ;; esac
install_packages $packages

# After gcc, the largest, another configuration takes at most two fifths of its time (58 minutes of all seven, once: 17 of gcc,
# 11 to 12 of each other that has all tests).
in_time() {
  [ -z "${ALRAO_TEST_MINUTES:-}" ] || [ "$gcc_seconds" = 0 ] || [ $((SECONDS + gcc_seconds * 2 / 5)) -le $((ALRAO_TEST_MINUTES * 60)) ]
}

builds=()
left_out=
gcc_seconds=0
for name in $chosen; do
  in_time || { left_out+=" $name"; continue; }
  began=$SECONDS
  build=build/$name
  builds+=("$build")
  mkdir -p "$build"
  rm -f "$build/failed" "$build/status" "$build"/meson-logs/testlog*.json
  echo "== $name: build ($(date +%T))"
  if [ ! -f "$build/build.ninja" ]; then
    CXX=$(compiler_of "$name") meson setup "$build" -Dwerror=true $(options_of "$name") >"$build/setup.log" 2>&1 ||
      { tail -n 20 "$build/setup.log"; echo "meson setup" >"$build/failed"; continue; }
  else  # finds files that were added since
    meson setup --reconfigure "$build" >"$build/setup.log" 2>&1 ||
      { tail -n 20 "$build/setup.log"; echo "meson setup --reconfigure" >"$build/failed"; continue; }
  fi
  ninja -C "$build" -k 0 --quiet || echo "ninja" >"$build/failed"
  # What looks at the tree, not at a build, runs in one configuration.
  elsewhere="hygiene refusals packaging budget"
  case $name in quick | gcc) elsewhere= ;; esac
  slow=1
  case $name in *sanitize) slow=6 ;; esac
  # Runs the tests of a suite (of all: ''). Meson runs nothing at all where one program is missing: then those that are there are named.
  run_tests() {
    local suite=$1 present=() asked=()
    shift
    [ -z "$suite" ] || asked=(--suite "$suite")
    for other in $elsewhere; do asked+=(--no-suite "$other"); done
    [ ! -f "$build/failed" ] || mapfile -t present < <(meson introspect --tests "$build" | python3 -c '
import json, os, sys
suite, elsewhere = sys.argv[1], set(sys.argv[2].split())
for test in json.load(sys.stdin):
    suites = {name.split(":")[-1] for name in test["suite"]}
    if os.path.exists(test["cmd"][0]) and (not suite or suite in suites) and not suites & elsewhere:
        print(test["name"])' "$suite" "$elsewhere")
    meson test -C "$build" --no-rebuild --quiet --print-errorlogs --timeout-multiplier $slow "${asked[@]}" "$@" "${present[@]}" ||
      echo "$?" >"$build/status"
  }
  echo "== $name: run ($(date +%T))"
  run_tests ''
  for setup in $(other_products "$name"); do
    echo "== $name: run, $setup ($(date +%T))"
    run_tests products --setup "$setup"
  done
  [ "$name" != gcc ] || gcc_seconds=$((SECONDS - began))
done
[ -z "$left_out" ] || echo "== left out, since the time of ALRAO_TEST_MINUTES=$ALRAO_TEST_MINUTES was used up:$left_out"
python3 tests/tools/tally.py "${builds[@]}"
