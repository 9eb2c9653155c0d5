#!/usr/bin/env bash
# Rebuilds the prebuilt modules of the differential programs, and what the Go program prints.
#
#   build.sh [PROGRAM...]             rebuild the modules (all by default): c/<program>.wasm, go/go.wasm
#   build.sh --expected               regenerate go/expected.stdout from a native run
#   build.sh --check [PROGRAM...]     rebuild all that elsewhere, list what differs, exit 1 if anything does
#
# The toolchains come from PyPI, see tools/toolchains.sh.
set -euo pipefail

sources=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
readonly sources scratch

# shellcheck source=../../tools/toolchains.sh
source "$sources/../../tools/toolchains.sh"

# --- programs -----------------------------------------------------------------------------

# Every C file is a program, but for what they share.
programs() {
    local file
    for file in "$sources"/c/*.c; do
        file=${file##*/}
        [[ $file == observe.c ]] || echo "${file%.c}"
    done
    echo go
}

# module PROGRAM: where its module is, below a folder like this one.
module() {
    if [[ $1 == go ]]; then echo go/go.wasm; else echo "c/$1.wasm"; fi
}

# build_wasm PROGRAM FOLDER. Sources are named relative to their own folder, so that no path of
# this machine can end up in the module.
build_wasm() {
    local output
    output=$2/$(module "$1")
    mkdir -p "$(dirname "$output")"
    if [[ $1 == go ]]; then
        (cd "$sources/go" && GOOS=wasip1 GOARCH=wasm go_build -o "$output" .)
    else
        (cd "$sources/c" && zig_cc -Os -target wasm32-wasi -o "$output" "$1.c" observe.c)
    fi || return
    # The compilers disagree about whether a module is executable.
    chmod 644 "$output"
}

# build_expected FOLDER: runs the Go program natively, in an empty directory that stands for the
# root of the module's file system.
build_expected() {
    local root=$scratch/root
    mkdir -p "$1/go" "$root"
    (cd "$sources/go" && go_build -o "$scratch/native" .) || return
    (cd "$root" && exec env -i "$scratch/native") >"$1/go/expected.stdout" || return
    rmdir "$root"
}

# --- comparison ---------------------------------------------------------------------------

same() {
    cmp -s "$scratch/rebuilt/$1" "$sources/$1" && return
    echo "differs: $1"
    return 1
}

# check PROGRAM: rebuilds into scratch space and names the files that are not as committed.
check() {
    local differs=0
    # `check` is called where a failure is awaited, and there `set -e` has no effect.
    build_wasm "$1" "$scratch/rebuilt" || return
    same "$(module "$1")" || differs=1
    if [[ $1 == go ]]; then
        build_expected "$scratch/rebuilt" || return
        same go/expected.stdout || differs=1
    fi
    return $differs
}

# --- command line -------------------------------------------------------------------------

usage() {
    sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

main() {
    local mode=wasm program failed=0
    local -a known
    mapfile -t known < <(programs)
    case ${1:-} in
        --expected | --check) mode=${1#--} && shift ;;
        -h | --help) usage && exit ;;
        -*) usage >&2 && exit 2 ;;
    esac
    if [[ $mode == expected ]]; then
        build_expected "$sources"
        return
    fi
    [[ $# -gt 0 ]] || set -- "${known[@]}"
    for program; do
        if [[ " ${known[*]} " != *" $program "* ]]; then
            echo "build.sh: no program is called $program (there are: ${known[*]})" >&2
            return 2
        fi
    done
    for program; do
        echo "$mode $program" >&2
        case $mode in
            wasm) build_wasm "$program" "$sources" ;;
            check) check "$program" || failed=1 ;;
        esac
    done
    return $failed
}

main "$@"
