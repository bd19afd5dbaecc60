#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compares the floating-point instructions with another simulator, instruction by instruction on random and corner
# operands under all FPCR settings. Needs qemu-aarch64 (10 or later: 7.2 is wrong in some conversions) and
# aarch64-linux-gnu-gcc; without them the result is 77, "skipped".
#
# usage: tests/differential/fp-peer.sh [--rounds N] [--cases N] [--seed N] [--filter TEXT] [--no-fast]
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
here=$top/tests/differential
rounds=4
cases=300000
seed=1
filter=
defs=()
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --cases) cases=$2; shift ;;
        --seed) seed=$2; shift ;;
        --filter) filter=$2; shift ;;
        --no-fast) defs+=(-DHYPSCOPE_FP_NO_FAST) ;;
        *) sed -n '7s/^# //p' "$0" >&2; exit 2 ;;
    esac
    shift
done

cross=${CROSS_COMPILE:-aarch64-linux-gnu-}
cc=${CC:-gcc}
qemu=${QEMU_AARCH64:-qemu-aarch64}
for tool in "${cross}gcc" "${cross}objdump" "$qemu"; do
    command -v "$tool" >/dev/null || { echo "fp-peer: $tool is missing: skipped"; exit 77; }
done
major=$("$qemu" --version | sed -n 's/.*version \([0-9]*\).*/\1/p;q')
[ "$major" -ge 10 ] || { echo "fp-peer: $qemu is version $major, 10 is needed: skipped"; exit 77; }

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
tables=("$top/cpu/a64-fp.tbl" "$top/cpu/a64-simd-fp.tbl")

awk -f "$here/fp-rows.awk" "${tables[@]}" > "$tmp/fp-rows.inc"
awk '!/^[ \t]*(#|$)/ { print "bool v_" $1 "(struct pe *pe, uint32_t insn);" }' "${tables[@]}" > "$tmp/a64-v.h"
# The register numbers do not matter here.
echo 'enum sr_id { SR_HCR_EL2, SR_COUNT };' > "$tmp/sysreg-ids.h"

"${cross}gcc" -O2 -static -o "$tmp/fp-guest" "$here/fp-guest.c"
# shellcheck disable=SC2086
"$cc" -std=gnu11 ${CFLAGS:--O2 -g} "${defs[@]}" -I"$top" -I"$tmp" -I"$here" -o "$tmp/fp-diff" "$here/fp-diff.c" "$here/values.c" \
    "$top"/cpu/fp*.c "$top"/cpu/sem-fp.c "$top"/cpu/sem-simd-fp*.c

# compare WHAT MNEMONICS WORDS: "word mnemonic" lines against the disassembly of the binary. A row that is missing
# counts when the mnemonic is one of floating point; those of features that no model has are known.
compare() {
    "${cross}objdump" -D -b binary -m aarch64 -M no-aliases "$3" |
        awk '$1 ~ /^[0-9a-f]+:$/ { print $2, $3 }' > "$tmp/disassembly"
    paste -d' ' "$2" "$tmp/disassembly" | awk -v what="$1" '
        BEGIN {
            fp = "^(f|scvtf|ucvtf|urecpe|ursqrte)"
            known = "^(fcadd|fcmla|fjcvtzs|fml[as]l2?|frint(32|64)[xz])$"
        }
        { n++; split($2, m, "|"); hit = 0; for (i in m) { if (m[i] == $4) { hit = 1 } } }
        $1 != $3 { hit = 0 }
        $2 == "-" { hit = $4 !~ fp || $4 ~ known }
        !hit { bad++; if (bad < 20) { print what ": " $1 " is " $4 ", not " $2 } }
        END { print what ": " n " words, " bad + 0 " differ"; exit bad != 0 }'
}

status=0
"$tmp/fp-diff" words "$seed" 40 > "$tmp/words"
sed 's/^\([0-9a-f]*\).*/.inst 0x\1/' "$tmp/words" > "$tmp/words.s"
"${cross}gcc" -c -o "$tmp/words.o" "$tmp/words.s"
"${cross}objcopy" -O binary -j .text "$tmp/words.o" "$tmp/words.bin"
cut -d' ' -f1,2 "$tmp/words" > "$tmp/mnemonics"
compare "rows" "$tmp/mnemonics" "$tmp/words.bin" || status=1
"$tmp/fp-diff" space > "$tmp/space.bin"
"$tmp/fp-diff" classify > "$tmp/mnemonics"
compare "encoding space" "$tmp/mnemonics" "$tmp/space.bin" || status=1

for ((i = 0; i < rounds; i++)); do
    args=("$((seed + i))" 5000 "$cases" "$filter")
    "$tmp/fp-diff" gen "${args[@]}" | "$qemu" -cpu max "$tmp/fp-guest" > "$tmp/answer" ||
        { echo "fp-peer: the peer failed"; status=1; }
    "$tmp/fp-diff" check "${args[@]}" < "$tmp/answer" || status=1
done
exit $status
