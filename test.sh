#!/usr/bin/env bash
# Builds and runs the tests; the last line says how many passed and failed.
#
# usage: ./test.sh [CONFIGURATION...]      one or more of those below, or `all`; without an argument: quick
#   quick           g++ at -O0 (kernels -O1), without whole networks and without the tests of `check`: unit
#                   tests, laws of the layers, programs that must not compile (g++ only), format, clang-tidy, consistency of
#                   lists, and one program that uses the installed library. At most 8 minutes on 2 processors
#
# `all` consists of these, about 65 minutes on 2 processors:
#   gcc             g++, release (kernels -O2, the rest -O1). Its flags do not include FMA, so matrix products use BLAS. Also the
#                   tests that run only once: examples, experiments, programs that must not compile (both compilers), each
#                   header alone, packaging, limits of compile time. The tests of products are repeated with OpenBLAS's kernels
#                   for other processors (OPENBLAS_CORETYPE), and with a BLAS that sums in another order
#   clang           clang 14, release (kernels -O2, the rest -O1), for this machine's instruction set: register tiles of the
#                   library if it has FMA. Without the folders that compute no products, which clang-sanitize tests
#   clang-sanitize  clang 14, address and undefined-behaviour sanitizers, for this machine's instruction set, without BLAS;
#                   runs the fuzzers for a short time
#   gcc-sanitize    g++, the same sanitizers, products by BLAS, only the folders that compute products. Without the checks for
#                   null and misaligned pointers, which take g++ 40 % of its time and are part of clang-sanitize
#   docs            the API pages only
#
# Not part of `all`, whose configurations cover the same code:
#   blas            g++, products by BLAS, for this machine's instruction set; only the folders that compute products
#   no-blas         g++, the same without BLAS
#
# ALRAO_TEST_MINUTES=N limits the time: a configuration that might take longer is not started. The end of the output lists them.
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
    gcc) echo "-Dtests=enabled -Dexamples=enabled -Dexperiments=enabled -Dnetworks=mobilenet_v2,small_vgg -Dbuildtype=release -Doptimization=1" ;;
    clang) echo "-Dtests=enabled -Dbuildtype=release -Doptimization=1 -Dnative=true -Dtests_of=numbers" ;;
    gcc-sanitize) echo "$sanitizers -Dtests_of=products -Dkernels=blas -Dcpp_args=['-g1','-fno-sanitize=null','-fno-sanitize=alignment']" ;;
    clang-sanitize) echo "$sanitizers -Dtests_of=memory -Dcpp_args=-g1 -Db_lundef=false -Dnative=true -Dblas=disabled" ;;
    blas) echo "$brief -Dkernels=blas -Dnative=true" ;;
    no-blas) echo "$brief -Dblas=disabled" ;;
    docs) echo "-Ddocs=enabled" ;;
    *) echo "no such configuration: $1 (configurations: quick $all blas no-blas)" >&2; exit 2 ;;
  esac
}

# Prints the setups of tests/meson.build that this processor supports.
other_products() {
  case $1 in gcc | blas) ;; *) return 0 ;; esac
  echo other_order
  local core
  for core in Prescott:pni Haswell:avx2 Zen:avx2 SkylakeX:avx512vl; do
    if grep -qw "${core#*:}" /proc/cpuinfo; then
      echo "${core%:*}"
    else
      echo "   OpenBLAS's kernels for ${core%:*} are not tested: this processor does not support ${core#*:}" >&2
    fi
  done
}

for name in $chosen; do options_of "$name" >/dev/null; done
packages=$packages_tests
case " $chosen " in *" docs "*) packages+=" $packages_docs" ;; esac
install_packages $packages

# Whether there is time for another configuration, which is assumed to take at most a third of the time of gcc, the largest one.
in_time() {
  [ -z "${ALRAO_TEST_MINUTES:-}" ] || [ "$gcc_seconds" = 0 ] || [ $((SECONDS + gcc_seconds / 3)) -le $((ALRAO_TEST_MINUTES * 60)) ]
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
  else  # finds files that were added since the last configuration
    meson setup --reconfigure "$build" >"$build/setup.log" 2>&1 ||
      { tail -n 20 "$build/setup.log"; echo "meson setup --reconfigure" >"$build/failed"; continue; }
  fi
  ninja -C "$build" -k 0 --quiet || echo "ninja" >"$build/failed"
  # Suites that do not depend on the build run in one configuration only.
  elsewhere="hygiene refusals packaging budget"
  case $name in quick | gcc) elsewhere= ;; esac
  slow=1
  case $name in *sanitize) slow=6 ;; esac
  # Runs the tests of a suite ('': all suites). If a program is missing, Meson runs no test at all, so the tests whose programs
  # exist are passed by name.
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
[ -z "$left_out" ] || echo "== not started, because of the limit ALRAO_TEST_MINUTES=$ALRAO_TEST_MINUTES:$left_out"
python3 tests/tools/tally.py "${builds[@]}"
