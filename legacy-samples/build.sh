#!/usr/bin/env bash
# Rebuilds the prebuilt modules of the samples, and their expected outputs, from source.
#
#   build.sh [SAMPLE...]              rebuild <sample>/<sample>.wasm (all samples by default)
#   build.sh --expected [SAMPLE...]   regenerate the expected outputs from native runs
#   build.sh --check [SAMPLE...]      rebuild both elsewhere, list what differs, exit 1 if anything does
#
# The toolchains come from PyPI and npm, see tools/toolchains.sh.
set -euo pipefail

readonly SAMPLES=(hello recordb sitegen texttools wordfreq)

sources=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
readonly sources scratch

# shellcheck source=../tools/toolchains.sh
source "$sources/../tools/toolchains.sh"

# --- modules ------------------------------------------------------------------------------

# build_wasm SAMPLE OUTPUT. Sources are named relative to the sample's folder, so that no path
# of this machine can end up in the module.
build_wasm() {
    cd "$sources/$1"
    case $(language "$1") in
        c) zig_cc -target wasm32-wasi -o "$2" ./*.c ;;
        go) GOOS=wasip1 GOARCH=wasm go_build -o "$2" . ;;
        assemblyscript) asc "$1.ts" --optimize --outFile "$2" ;;
    esac
    # The compilers disagree about whether a module is executable.
    chmod 644 "$2"
}

build_native() {
    cd "$sources/$1"
    case $(language "$1") in
        c) zig_cc -o "$2" ./*.c ;;
        go) go_build -o "$2" . ;;
    esac
}

language() {
    if [[ -e $sources/$1/go.mod ]]; then
        echo go
    elif [[ -e $sources/$1/$1.ts ]]; then
        echo assemblyscript
    else
        echo c
    fi
}

# --- expected outputs ---------------------------------------------------------------------

# toml_value FILE KEY: what follows `KEY = `. The files keep each value on one line.
toml_value() {
    sed -n "s/^$2 = //p" "$1"
}

# toml_strings FILE KEY: the strings of an array or inline table, one a line. They hold no
# quotes, commas or spaces; the keys of an inline table become KEY=VALUE.
toml_strings() {
    toml_value "$1" "$2" | tr -d '[]{}" ' | tr ',' '\n' | sed '/^$/d'
}

# run_native PROGRAM COMMAND_FILE OUTPUT: runs in an empty directory, which stands for the
# root of the module's file system, and checks the exit status that COMMAND_FILE promises.
run_native() {
    local program=$1 command=$2 output=$3 root=$scratch/root folder stdin status=0
    local -a arguments variables
    folder=$(dirname "$command")
    mapfile -t arguments < <(toml_strings "$command" args)
    mapfile -t variables < <(toml_strings "$command" env)
    stdin=$(toml_strings "$command" stdin)
    mkdir "$root"
    (cd "$root" && exec env -i "${variables[@]}" "$program" "${arguments[@]}") \
        <"${stdin:+$folder/}${stdin:-/dev/null}" >"$output" || status=$?
    rm -rf "$root"
    if [[ $status != "$(toml_value "$command" exit_code)" ]]; then
        echo "build.sh: $command: the native program exits with $status" >&2
        return 1
    fi
}

# build_expected SAMPLE FOLDER: every `[run.]cmd.toml` gives a `[run.]expected.stdout`.
build_expected() {
    local sample=$1 folder=$2 command name
    if [[ $(language "$sample") == assemblyscript ]]; then
        node "$sources/$sample/expected.mjs" >"$folder/expected.stdout"
        return
    fi
    (build_native "$sample" "$scratch/native") || return
    for command in "$sources/$sample"/*cmd.toml; do
        name=${command##*/}
        run_native "$scratch/native" "$command" "$folder/${name%cmd.toml}expected.stdout" || return
    done
}

# --- comparison ---------------------------------------------------------------------------

# check SAMPLE: rebuilds into scratch space and names the files that are not as committed.
check() {
    local sample=$1 rebuilt file differs=0
    rebuilt=$scratch/$sample
    mkdir "$rebuilt"
    # `check` is called where a failure is awaited, and there `set -e` has no effect.
    (build_wasm "$sample" "$rebuilt/$sample.wasm") || return
    build_expected "$sample" "$rebuilt" || return
    for file in "$rebuilt"/*; do
        if ! cmp -s "$file" "$sources/$sample/$(basename "$file")"; then
            echo "differs: $sample/$(basename "$file")"
            differs=1
        fi
    done
    return $differs
}

# --- command line -------------------------------------------------------------------------

usage() {
    sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

known_sample() {
    local sample
    for sample in "${SAMPLES[@]}"; do
        [[ $sample == "$1" ]] && return
    done
    echo "build.sh: no sample is called $1 (there are: ${SAMPLES[*]})" >&2
    return 2
}

main() {
    local mode=wasm sample failed=0
    case ${1:-} in
        --expected | --check) mode=${1#--} && shift ;;
        -h | --help) usage && exit ;;
        -*) usage >&2 && exit 2 ;;
    esac
    [[ $# -gt 0 ]] || set -- "${SAMPLES[@]}"
    for sample; do
        known_sample "$sample"
    done
    for sample; do
        echo "$mode $sample" >&2
        case $mode in
            wasm) (build_wasm "$sample" "$sources/$sample/$sample.wasm") ;;
            expected) build_expected "$sample" "$sources/$sample" ;;
            check) check "$sample" || failed=1 ;;
        esac
    done
    return $failed
}

main "$@"
