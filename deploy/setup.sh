#!/usr/bin/env bash
# Makes `.venv` from `requirements.lock` on a bare Debian with Python 3.11. Run again it costs a moment: a stamp tells that all is there.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/lib.sh

stamp=.venv/.mendline-setup
wanted=$(cat requirements.lock deploy/uv.lock deploy/setup.sh | sha256sum)
is_done() { [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; }
if is_done; then exit 0; fi

# One set-up at a time: `make run` and `make test` may be started together.
if command -v flock >/dev/null; then
    exec 9<deploy/setup.sh
    flock -n 9 || { say "setup: waiting for another set-up of this checkout"; flock 9; }
    if is_done; then exit 0; fi
fi

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "this machine is $(uname -s) $(uname -m); the locked packages are for Linux on x86_64"

find_python() {
    local candidate
    for candidate in python3.11 python3 /usr/bin/python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}
if ! python=$(find_python); then
    install_packages "Python 3.11 is missing" python3.11 python3.11-venv || fail "Python 3.11 is missing; as root: apt-get install python3.11 python3.11-venv"
    python=$(find_python) || fail "Python 3.11 is missing and Debian's package did not bring it; install Python 3.11 and run this again"
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    install_packages "the venv module is missing" python3.11-venv || fail "Python's venv module is missing; as root: apt-get install python3.11-venv"
fi

if ! .uv/bin/uv --version 2>/dev/null | grep -qF "$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' deploy/uv.lock)"; then
    rm -rf .uv
    slowly "making .uv" "$python" -m venv .uv
    slowly "installing uv" .uv/bin/python -m pip install --disable-pip-version-check --no-input --require-hashes -r deploy/uv.lock || fail "uv could not be installed; check that the package index can be reached"
fi
export UV_NO_PROGRESS=1
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    slowly "making .venv" .uv/bin/uv venv --clear --python "$python" .venv
fi
rm -f "$stamp"
slowly "installing the locked packages into .venv (about 3 GB)" .uv/bin/uv pip sync --python .venv/bin/python --require-hashes requirements.lock ||
    fail "the locked packages could not be installed; the lines above say why. Check the package index and free disk space (5 GB), then run this again"
printf '%s' "$wanted" >"$stamp"
say "setup: done in $SECONDS s"
