#!/bin/sh
# Makes gen/, the Go of proto/. Needs protoc; its two plugins are the ones that go.mod pins.
set -eu
cd "$(dirname "$0")"
protos=$(cd ../../proto && find guanxi -name '*.proto' | sort)

# The protos name no Go packages: where their Go lives is this module's affair.
packages=''
for proto in $protos; do
  folder=$(dirname "$proto")
  packages="${packages}M$proto=example.com/guanxi-client/gen/$folder,"
done

mkdir -p gen
# shellcheck disable=SC2086
protoc -I ../../proto \
  --plugin="$(go tool -n protoc-gen-go)" --plugin="$(go tool -n protoc-gen-go-grpc)" \
  --go_out=. --go_opt="${packages}module=example.com/guanxi-client" \
  --go-grpc_out=. --go-grpc_opt="${packages}module=example.com/guanxi-client" $protos
