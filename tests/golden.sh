#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The embedded images on each model do what the golden traces of traces/golden say. tools/update-golden rewrites these.
set -eu
. "${srcdir:-.}/tests/lib.sh"
need_image first
# shellcheck disable=SC2154
HYPSCOPE=$hypscope "$srcdir/tools/update-golden" --check --images

# what the comparison is worth: another model, another image and a trace that is cut off are seen
golden=$srcdir/traces/golden
for other in kvm414-neoverse-n1 kvm56-cortex-a72; do
    if "$hypscope" trace diff "$golden/kvm414-cortex-a72.trace" "$golden/$other.trace" >/dev/null; then
        echo "kvm414-cortex-a72 and $other do not differ"
        exit 1
    fi
done
