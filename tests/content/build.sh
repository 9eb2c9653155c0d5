#!/usr/bin/env bash
# Rebuilds the prebuilt modules of the tests and benchmarks of content.
#
#   build.sh            rebuild tests/content/hash.wasm and tools/bench/guest/content.wasm
#   build.sh --check    rebuild them elsewhere, list what differs, exit 1 if anything does
#
# The compiler comes from PyPI, see tools/toolchains.sh.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
readonly root scratch

# shellcheck source=../../tools/toolchains.sh
source "$root/tools/toolchains.sh"

readonly programs=(tests/content/hash tools/bench/guest/content)

# build PROGRAM FOLDER. The source is named relative to its own folder, so that no path of this
# machine can end up in the module.
build() {
    local output=$2/$1.wasm
    mkdir -p "$(dirname "$output")"
    (cd "$root/$(dirname "$1")" && zig_cc -target wasm32-wasi -o "$output" "${1##*/}.c") || return
    # The compilers disagree about whether a module is executable.
    chmod 644 "$output"
}

case ${1:-} in
    "")
        for program in "${programs[@]}"; do build "$program" "$root"; done
        ;;
    --check)
        differs=0
        for program in "${programs[@]}"; do
            build "$program" "$scratch"
            if ! cmp -s "$scratch/$program.wasm" "$root/$program.wasm"; then
                echo "differs: $program.wasm"
                differs=1
            fi
        done
        exit $differs
        ;;
    *)
        sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac
