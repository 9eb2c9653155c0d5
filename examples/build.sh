#!/usr/bin/env bash
# Rebuilds the prebuilt modules of the C programs in these examples.
#
# The toolchain comes from PyPI, see tools/toolchains.sh. The handler in `cache` is Rust; it is built
# by `cargo xtask guests build`.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"

# shellcheck source=../tools/toolchains.sh
source ../tools/toolchains.sh

for source in */*.c; do
    module=${source%.c}.wasm
    (cd "$(dirname "$source")" && zig_cc -target wasm32-wasi -o "$(basename "$module")" "$(basename "$source")")
    chmod 644 "$module"
done
