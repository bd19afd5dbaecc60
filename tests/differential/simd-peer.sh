#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compares the Advanced SIMD instructions (not floating point) with another simulator, instruction by instruction on
# random and corner operands: V registers, base register, memory, FPSR.QC. Then which words are allocated, and the
# mnemonics with two disassemblers. Needs qemu-aarch64 10 or later and aarch64-linux-gnu-gcc; without them the result is
# 77, "skipped".
#
# usage: tests/differential/simd-peer.sh [--cases N] [--scan N] [--seed N]
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
here=$top/tests/differential
cases=1000   # of each row
scan=300000
seed=1
while [ $# -gt 0 ]; do
    case $1 in
        --cases) cases=$2; shift ;;
        --scan) scan=$2; shift ;;
        --seed) seed=$2; shift ;;
        *) sed -n '8s/^# //p' "$0" >&2; exit 2 ;;
    esac
    shift
done

cross=${CROSS_COMPILE:-aarch64-linux-gnu-}
cc=${CC:-gcc}
read -ra cflags <<< "${CFLAGS:--O2 -g}"
qemu=${QEMU_AARCH64:-qemu-aarch64}
for tool in "${cross}gcc" "${cross}objdump" "$qemu"; do
    command -v "$tool" >/dev/null || { echo "simd-peer: $tool is missing: skipped"; exit 77; }
done
major=$("$qemu" --version | sed -n 's/.*version \([0-9]*\).*/\1/p;q')
[ "$major" -ge 10 ] || { echo "simd-peer: $qemu is version $major, 10 is needed: skipped"; exit 77; }

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$cc" -O1 -o "$tmp/gen-a64" "$top/tools/gen-a64.c"
"$cc" -O1 -o "$tmp/gen-sysreg" "$top/tools/gen-sysreg.c"
"${cross}gcc" -O2 -ffreestanding -mgeneral-regs-only -nostdlib -static -o "$tmp/guest" "$here/simd-guest.c"

# build NAME TABLE...: the host program on these tables
build() {
    local name=$1 dir=$tmp/$1.d
    shift
    mkdir "$dir"
    "$tmp/gen-a64" --ops "$dir/a64-ops.h" --decode "$dir/a64-decode.c" --v "$dir/a64-v.h" "$@"
    "$tmp/gen-sysreg" "$top/cpu/sysreg.tbl" --ids "$dir/sysreg-ids.h" --table "$dir/sysreg-table.c"
    "$cc" -std=gnu11 "${cflags[@]}" -Wall -Wextra -I"$top" -I"$dir" -I"$here" -o "$tmp/$name" "$here/simd-host.c" \
        "$dir/a64-decode.c" "$top/cpu/sem-simd-"{same,diff,misc,shift,perm,ldst}.c "$top/cpu/sem-crypto.c" \
        "$top"/cpu/fp*.c "$top/cpu/sem-fp.c" "$top"/cpu/sem-simd-fp*.c
}

build ours "$top/cpu/a64-simd.tbl"
build all "$top"/cpu/a64*.tbl # the scan must know every row
result=0

"$tmp/ours" gen "$seed" "$cases" > "$tmp/cases"
"$qemu" -cpu max "$tmp/guest" < "$tmp/cases" | "$tmp/ours" check "$tmp/cases" || result=1
"$tmp/ours" faults "$seed" 100 || result=1

# a CPU with just the features of the models
"$tmp/all" scan "$seed" "$scan" > "$tmp/cases"
"$qemu" -cpu neoverse-n1 "$tmp/guest" < "$tmp/cases" | "$tmp/all" scan-check "$tmp/cases" || result=1

"$tmp/ours" words "$seed" 40 > "$tmp/words"
sed 's/^\([0-9a-f]*\).*/.inst 0x\1/' "$tmp/words" > "$tmp/words.s"
"${cross}gcc" -c -o "$tmp/words.o" "$tmp/words.s"
"${cross}objcopy" -O binary -j .text "$tmp/words.o" "$tmp/words.bin"
"${cross}objdump" -D -b binary -m aarch64 -M no-aliases "$tmp/words.bin" |
    awk '$1 ~ /^[0-9a-f]+:$/ { print $2, $3 }' > "$tmp/disassembly"
paste -d' ' "$tmp/words" "$tmp/disassembly" | awk '
    { n++; split($3, m, "|"); hit = 0; for (i in m) { if (m[i] == $5) { hit = 1 } } }
    $1 != $4 || !hit { bad++; if (bad < 20) { print $1 " " $2 ": objdump says " $5 } }
    END { print n " words, " bad + 0 " differ from objdump"; exit bad > 0 }' || result=1
if "$cc" -O1 -o "$tmp/disas" "$here/simd-disas.c" -lcapstone 2>/dev/null; then
    "$tmp/disas" < "$tmp/words" || result=1
else
    echo "simd-peer: Capstone is missing: not compared"
fi
exit $result
