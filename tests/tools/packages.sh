# Source this file. install_packages NAME... installs those of the named Debian packages that are missing.

packages_library="g++ meson ninja-build pkg-config libxtensor-dev libxsimd-dev libopenblas-dev"
packages_programs="$packages_library libxtensor-blas-dev zlib1g-dev nlohmann-json3-dev libcli11-dev dataset-fashion-mnist"
packages_tests="$packages_programs libgsl-dev libeigen3-dev doctest-dev python3 cmake clang-14 libclang-rt-14-dev clang-format-16 clang-tidy-14"
packages_docs="g++ meson ninja-build doxygen doxygen-awesome-css"

install_packages() {
  local missing=() name run=()
  for name in "$@"; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "apt-get was not found; please install the software of these Debian packages: ${missing[*]}" >&2
    return 0
  fi
  [ "$(id -u)" = 0 ] || run=(sudo)
  echo "installing ${#missing[@]} packages: ${missing[*]}"
  "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    "${run[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
