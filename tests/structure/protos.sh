#!/usr/bin/env bash
# Lints the protos and compares them with proto/pinned.binpb, the descriptors of what was promised.
#   protos.sh ROOT lint       buf's STANDARD rules
#   protos.sh ROOT breaking   what is stored stays readable in bytes and JSON (WIRE_JSON), what is asked stays the same in source (FILE)
#   protos.sh ROOT pin        promises what the files say now
set -euo pipefail
cd "$1"
buf=$PWD/build/venv/bin/buf
protos=$(cd proto && find guanxi -name '*.proto' | sort)

describe() { protoc -I proto --include_imports --descriptor_set_out="$1" $protos; }
# In the folder proto: what the files say against what was promised.
compare() {
  "$buf" breaking . --exclude-imports --against pinned.binpb --path guanxi/event --config '{"version":"v2","breaking":{"use":["WIRE_JSON"]}}' &&
  "$buf" breaking . --exclude-imports --against pinned.binpb --path guanxi/v1 --config '{"version":"v2","breaking":{"use":["FILE"]}}'
}

case "$2" in
  lint) "$buf" lint proto ;;
  pin) describe proto/pinned.binpb ;;
  breaking)
    (cd proto && compare)
    # A check that cannot fail is none: without one field of an event the same command must object.
    broken=$(mktemp -d)
    trap 'rm -rf "$broken"' EXIT
    cp -r proto "$broken/proto"
    sed -i '0,/^  string [a-z_]* = [0-9]*;/{//d}' "$broken/proto/guanxi/event/v1/trade.proto"
    ! cmp -s proto/guanxi/event/v1/trade.proto "$broken/proto/guanxi/event/v1/trade.proto"
    cd "$broken/proto"
    if compare >/dev/null; then echo "a removed field was not noticed" >&2; exit 1; fi
    echo "no breaking change; a removed field is noticed" ;;
  *) echo "usage: protos.sh ROOT lint|breaking|pin" >&2; exit 2 ;;
esac
