#!/usr/bin/env bash
# Compares every C++ file of the repository with .clang-format; the exit status is 1 if one differs.
#
# usage: tests/tools/format.sh [--apply]      --apply rewrites the files that differ
set -euo pipefail
cd "$(dirname "$0")/../.."
mode=(--dry-run --Werror)
[ "${1:-}" != --apply ] || mode=(-i)
git ls-files -z '*.hpp' '*.cpp' '*.hpp.in' '*.cpp.in' | xargs -0 -n 40 -P "$(nproc)" clang-format-16 "${mode[@]}"
