#!/usr/bin/env bash
# Wraps every sample and runs it on a host that this project did not write, without preopens.
#
#   run.sh MONAKA_WRAP     the binary to wrap with
#
# Needs bash and Python 3 with venv; the host comes from PyPI at the version pinned here and lives
# outside the checkout in $MONAKA_TOOLCHAINS.
set -euo pipefail

readonly WASMTIME_VERSION=50.0.1

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
toolchains=${MONAKA_TOOLCHAINS:-${XDG_CACHE_HOME:-$HOME/.cache}/monaka-wrap/toolchains}
venv=$toolchains/python-wasmtime-$WASMTIME_VERSION
readonly here toolchains venv

# The marker is written last, so an interrupted installation is simply repeated.
if [[ ! -e $venv/installed ]]; then
    echo "installing wasmtime $WASMTIME_VERSION into $venv" >&2
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "wasmtime==$WASMTIME_VERSION"
    touch "$venv/installed"
fi

exec "$venv/bin/python" "$here/run.py" "$1" "$here/../../legacy-samples"
