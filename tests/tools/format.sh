#!/usr/bin/env bash
# Compares every C++ file of the repository with .clang-format; the exit status is 1 if one differs, 77 without clang-format 16.
#
# usage: tests/tools/format.sh [--apply]      --apply rewrites the files that differ
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v clang-format-16 >/dev/null || { echo "clang-format-16 is not installed"; exit 77; }
mode=(--dry-run --Werror)
[ "${1:-}" != --apply ] || mode=(-i)
find bench examples include tests \( -name '*.hpp' -o -name '*.cpp' -o -name '*.hpp.in' -o -name '*.cpp.in' \) -print0 |
  xargs -0 -n 40 -P "$(nproc)" clang-format-16 "${mode[@]}"
