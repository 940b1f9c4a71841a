#!/usr/bin/env bash
# Every tracked source is as clang-format 14 leaves it.   format.sh ROOT [--fix]
set -euo pipefail
cd "$1"
mode=(--dry-run -Werror)
[ "${2:-}" != --fix ] || mode=(-i)
git ls-files -z '*.h' '*.cc' | xargs -0 -P 2 -n 40 clang-format-14 "${mode[@]}"
