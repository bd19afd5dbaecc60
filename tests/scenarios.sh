#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The scenarios of our own images, and one file of sweeps. tests/run-scenarios runs all there are.
set -eu
. "${srcdir:-.}/tests/lib.sh"
scratch

need_image first

# shellcheck disable=SC2154 # make check sets it
for f in "$srcdir"/tests/scenarios/*.yaml; do
    case $f in
        */debian-*) continue ;;
        */sweep-hyp2011*) "$hypscope" test --sweep "$f" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; } ;;
        */sweep-*) continue ;;
        *) "$hypscope" test "$f" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; } ;;
    esac
    echo "$f: $(tail -n 1 "$dir/log")"
done
