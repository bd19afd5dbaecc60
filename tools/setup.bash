# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What tools/quickstart and tools/test have in common: install packages, build out of tree in build/.
# The script that sources this sets `me`, the name in front of its messages.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${HYPSCOPE_BUILD:-$top/build}
jobs=$(nproc 2>/dev/null || echo 2)

build_packages=(gcc libc6-dev make autoconf automake libtool pkg-config libcapstone-dev check zlib1g-dev libdeflate-dev libfdt-dev
                libyaml-dev binutils-aarch64-linux-gnu)

say() { echo "$me: $*"; }
die() { echo "$me: $*" >&2; exit 1; }

# install_packages PACKAGE...: installs the ones that are missing; says nothing when there are none.
install_packages() {
    local p missing=() root=() log
    for p in "$@"; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$p" 2>/dev/null | grep -q '^ii' || missing+=("$p")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "this is not a Debian system; install by hand: ${missing[*]}"
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "run as root, or install by hand: apt-get install ${missing[*]}"
        root=(sudo)
    fi
    say "installing ${missing[*]}"
    log=$(mktemp)
    local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y)
    if ! "${apt[@]}" install --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
        # no package lists yet, or old ones
        "${apt[@]}" update >>"$log" 2>&1 || { tail -n 5 "$log" >&2; die "apt-get update failed"; }
        "${apt[@]}" install --no-install-recommends "${missing[@]}" >>"$log" 2>&1 ||
            { tail -n 15 "$log" >&2; die "apt-get install failed"; }
    fi
    rm -f "$log"
}

# run_logged LOG WHAT COMMAND...: runs quietly; on failure shows the end of the log.
run_logged() {
    local log=$1 what=$2
    shift 2
    "$@" >"$log" 2>&1 && return 0
    echo "--- the end of $log" >&2
    grep -n -E '(error|Error|undefined reference|warning: unused)' "$log" | head -n 20 >&2 || true
    tail -n 20 "$log" >&2
    die "$what failed"
}

# Configures when needed and builds everything.
build_tree() { # build_tree [CONFIGURE OPTION...]
    local start=$SECONDS
    mkdir -p "$build"
    if [ ! -e "$top/configure" ]; then
        say "making configure"
        (cd "$top" && run_logged "$build/autoreconf.log" autoreconf autoreconf -fi)
    fi
    if [ ! -e "$build/Makefile" ]; then
        say "configuring in $build"
        (cd "$build" && run_logged configure.out configure "$top/configure" -q "$@")
    fi
    say "building with $jobs jobs"
    run_logged "$build/make.log" "the build" make -C "$build" -j"$jobs"
    say "built in $((SECONDS - start)) s"
}
