#!/usr/bin/env bash
# Installs the packages that are missing on Debian 12, builds examples/fashion_mnist for this machine, and runs it: it trains
# the same network with Alrao (no learning rate), Adam, and SGD at three rates, and prints one table. The arguments of this
# script are passed to the program: ./quickstart.sh --help lists them.
set -euo pipefail
cd "$(dirname "$0")"
. tests/tools/packages.sh

install_packages $packages_programs
build=build/quickstart
if [ ! -f $build/build.ninja ]; then
  meson setup $build -Dnative=true -Dbuildtype=release -Dexamples=enabled
fi
ninja -C $build examples/fashion_mnist
export OPENBLAS_NUM_THREADS=1       # the library splits matrix products over threads itself
exec $build/examples/fashion_mnist "$@"
