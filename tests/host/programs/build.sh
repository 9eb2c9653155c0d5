#!/usr/bin/env bash
# Rebuilds the prebuilt modules of the programs in this folder.
#
#   build.sh [PROGRAM...]   all by default
#
# The toolchain comes from PyPI, see tools/toolchains.sh.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"

# shellcheck source=../../../tools/toolchains.sh
source ../../../tools/toolchains.sh

# The programs that were named, or all.
programs() {
    if (($# > 0)); then printf '%s\n' "$@"; else basename --suffix=.c -- *.c; fi
}

for program in $(programs "$@"); do
    zig_cc -target wasm32-wasi -o "$program.wasm" "$program.c"
    chmod 644 "$program.wasm"
done
