#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compares EL0 with qemu-aarch64 (10 or later: 7.2 is wrong in some conversions): every row of the encoding table at
# random, blocks of instructions, and random words. Without arguments: the runs that belong to the tests, with a fixed
# seed. Arguments are those of the program el0 (--help). Without the peer, or without a compiler for it, only the
# regression cases are replayed and the result is 77, "skipped".
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
el0=${top_builddir:-${HYPSCOPE_BUILD:-$top/build}}/tests/differential/el0
[ -x "$el0" ] || { echo "el0: $el0 is not built: skipped"; exit 77; }

cross=${CROSS_COMPILE:-aarch64-linux-gnu-}
qemu=${QEMU_AARCH64:-qemu-aarch64}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

compare() {
    "$el0" --explained "$here/el0-explained.txt" --regressions "$here/el0-regressions.txt" --qemu "$qemu" \
        --guest "$tmp/little" "$@"
}

without_peer() {
    qemu=none
    for model in neoverse-n1 cortex-a72 max; do
        compare --model "$model"
    done
    compare --big-endian
    echo "el0: $1: the comparison is skipped"
    exit 77
}
command -v "$qemu" >/dev/null || without_peer "$qemu is missing"
command -v "${cross}gcc" >/dev/null || without_peer "${cross}gcc is missing"
major=$("$qemu" --version | sed -n 's/.*version \([0-9]*\).*/\1/p;q')
[ "$major" -ge 10 ] || without_peer "$qemu is version $major, 10 is needed"

# at an address that no operand points to
for order in little big; do
    "${cross}gcc" "-m$order-endian" -O2 -ffreestanding -fno-stack-protector -nostdlib -static \
        -Wl,-Ttext-segment=0x5a5a50000000 -o "$tmp/$order" "$here/el0-guest.c"
done

if [ $# -gt 0 ]; then
    compare "$@"
    exit
fi
status=0
compare || status=1
compare --big-endian --qemu "${qemu}_be" --guest "$tmp/big" --cases 100 --space 0 || status=1
compare --model cortex-a72 --cases 100 --space 10000 || status=1
# Pointer authentication: no peer has it without FEAT_PAuth2, which makes no difference to what succeeds.
compare --model max --peer-cpu neoverse-v1,sve=off,pauth-qarma5=on --space 0 \
    --rows 'PAC* AUT* XPAC* BRA* BLRA* RETA* LDRA*' || status=1
exit $status
