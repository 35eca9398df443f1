#!/usr/bin/env bash
# Runs clang-tidy with the repository's .clang-tidy; the exit status is 1 if there is a finding, 77 without clang-tidy.
#
# usage: tests/tools/tidy.sh FILE... -- FLAG...       paths are relative to the root of the repository
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v clang-tidy-14 >/dev/null || { echo "clang-tidy-14 is not installed"; exit 77; }
exec clang-tidy-14 --quiet "$@"
