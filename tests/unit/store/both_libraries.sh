#!/usr/bin/env bash
# Debian's RocksDB and the Release build take turns at one directory.   both_libraries.sh RELEASE_PROGRAM DEBIAN_PROGRAM
set -euo pipefail
release=$1 debian=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
said=$("$release" write "$folder/db" 0; "$debian" write "$folder/db" 1; "$release" write "$folder/db" 2; "$debian" check "$folder/db" 3)
echo "$said"
# Two libraries they must be, or nothing was shown.
[ "$(echo "$said" | grep -c 'release build')" = 2 ] && [ "$(echo "$said" | grep -c "Debian's library")" = 2 ]
