#!/usr/bin/env bash
# From a bare Debian 12 to a comparison: installs what is missing, builds examples/fashion_mnist for this machine and trains
# the same network with Alrao (no learning rate), Adam and SGD at three rates, all annealed. Further arguments go to the program.
set -euo pipefail
cd "$(dirname "$0")"
. tests/tools/packages.sh

install_packages $packages_programs
build=build/quickstart
if [ ! -f $build/build.ninja ]; then
  meson setup $build -Dnative=true -Dbuildtype=release -Dexamples=enabled
fi
ninja -C $build examples/fashion_mnist
export OPENBLAS_NUM_THREADS=1       # the library's own threads split the products
case " $*" in *" --schedule"*) ;; *) set -- --schedule linear "$@" ;; esac
exec $build/examples/fashion_mnist --compare "$@"
