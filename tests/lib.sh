# shellcheck shell=sh disable=SC2034 # the scripts that read this use what is set here
# SPDX-License-Identifier: Apache-2.0
# What the scripts of make check share. Read by `. "${srcdir:-.}/tests/lib.sh"`.

# shellcheck disable=SC2154 # make check sets it
hypscope=$top_builddir/hypscope
failed=0

fail() {
    echo "FAIL: $*"
    failed=1
}

# A folder of the test's own, $dir, gone at its end
scratch() {
    dir=tests/$(basename "$0" .sh).tmp
    rm -rf "$dir"
    mkdir -p "$dir"
    trap 'rm -rf "$dir"' EXIT
}

# need_image NAME: without embedded images there is nothing to test
need_image() {
    "$hypscope" run --help >/dev/null || exit 1
    if ! "$hypscope" images | grep -q "^$1 "; then
        echo "no images in this build"
        exit 77
    fi
}

# ends_in_error TEXT ARGS...: exit 2 and one line on standard error with TEXT in it
ends_in_error() {
    text=$1
    shift
    "$hypscope" "$@" >"$dir/out" 2>"$dir/err" </dev/null
    status=$?
    [ $status = 2 ] || fail "$*: exit status $status, not 2"
    [ "$(wc -l <"$dir/err")" = 1 ] || fail "$*: not one line: $(cat "$dir/err")"
    grep -qF -e "$text" "$dir/err" || fail "$*: no '$text' in: $(cat "$dir/err")"
}

# bad TEXT ARGS...: the same with nothing on standard output
bad() {
    ends_in_error "$@"
    [ -s "$dir/out" ] && fail "$*: something on standard output"
}
