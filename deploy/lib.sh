# Helpers of the set-up scripts; sourced, not run.

say() { printf '%s\n' "$*" >&2; }

# fail SENTENCE: the last line a person sees says what is wrong and what to do.
fail() { say "setup: $*"; exit 1; }

# slowly WHAT COMMAND…: run it with its output in a log, a line every five seconds, and the log's end when it fails.
slowly() {
    local what=$1 log started=$SECONDS next=5 job status=0
    shift
    log=$(mktemp)
    say "setup: $what …"
    "$@" >"$log" 2>&1 </dev/null &
    job=$!
    # Interrupting the set-up ends its job too.
    trap 'kill "$job" 2>/dev/null; rm -f "$log"; exit 130' INT TERM
    while kill -0 "$job" 2>/dev/null; do
        sleep 0.2
        if ((SECONDS - started >= next)); then
            say "setup: $what … $((SECONDS - started)) s"
            next=$((next + 5))
        fi
    done
    wait "$job" || status=$?
    trap - INT TERM
    if ((status != 0)); then tail -n 25 "$log" >&2; fi
    rm -f "$log"
    return "$status"
}

is_debian() { [ -e /etc/debian_version ] && command -v apt-get >/dev/null; }
is_root() { [ "$(id -u)" = 0 ]; }

# Another apt or dpkg at work is waited for, up to ten minutes.
_apt_get() {
    local deadline=$((SECONDS + 600)) output status
    while :; do
        status=0
        output=$(DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" 2>&1) || status=$?
        printf '%s\n' "$output"
        ((status == 0)) && return 0
        if ((SECONDS > deadline)) || ! grep -qE 'Could not get lock|Unable to (lock|acquire)|held by process' <<<"$output"; then return "$status"; fi
        sleep 2
    done
}

_apt_install() { _apt_get update && _apt_get install -y --no-install-recommends "$@"; }

# install_packages WHY PACKAGE…: Debian's packages as root. Returns 1 where that is not possible.
install_packages() {
    local why=$1
    shift
    is_root && is_debian || return 1
    slowly "installing $* ($why)" _apt_install "$@"
}
