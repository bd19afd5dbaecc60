#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The fuzz targets without libFuzzer: the seed corpus and fixed mutations of it. The long form is tests/fuzz/run.
set -e
unset HYPSCOPE_COVER # what random code reaches, nothing asserts
here=${top_builddir:-.}/tests/fuzz
[ -x "$here/replay-load" ] || { echo "replay: not made with --enable-fuzz; use tests/fuzz/run"; exit 77; }
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
bash "${srcdir:-.}/tests/fuzz/make-corpus" "$corpus"
grep -v '^#' "${srcdir:-.}/tests/fuzz/targets" | while read -r name mutations _; do
    echo "$name"
    # what the command line's parser says about bad arguments does not matter here; a crash still ends this script
    "$here/replay-$name" --mutations "$mutations" --seed "${HYPSCOPE_SEED:-1}" "$corpus/$name"/* </dev/null >"$corpus/out" 2>"$corpus/err" ||
        { tail -n 20 "$corpus/err"; exit 1; }
    tail -n 1 "$corpus/out"
done
