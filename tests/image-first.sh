#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The embedded image "first" runs on each model: what it says, which exits the switch list counts, and that two runs
# and a run without the list end alike.
set -eu
. "${srcdir:-.}/tests/lib.sh"
scratch

need_image first

reasons='DABT read, translation fault:1
DABT write, translation fault:2
FP access:1
HVC:6
IRQ:1
SMC:1
WFI:1
sysreg read ID_AA64PFR0_EL1:1'

for cpu in cortex-a72 neoverse-n1; do
    run="$hypscope run --image first --cpu $cpu --quiet --hash"
    $run --switches="$dir/a" --switches-format json >"$dir/out" </dev/null
    $run --switches="$dir/b" --switches-format json >"$dir/out2" </dev/null
    $run >"$dir/out3" </dev/null
    cmp "$dir/a" "$dir/b"
    cmp "$dir/out" "$dir/out2"
    cmp "$dir/out" "$dir/out3"
    grep -q 'the guest powered off after 13 exits and 1 FP traps' "$dir/out"
    grep -q 'guest: EL0 ran and came back by SVC' "$dir/out"
    seen=$(sed -n 's/^{"event":"reason","reason":"\([^"]*\)","exits":\([0-9]*\),.*/\1:\2/p' "$dir/a" | LC_ALL=C sort)
    if [ "$seen" != "$reasons" ]; then
        echo "$cpu: exits by reason:"
        echo "$seen"
        echo "expected:"
        echo "$reasons"
        exit 1
    fi
    entries=$(grep -c '"event":"enter"' "$dir/a")
    exits=$(grep -c '"event":"exit"' "$dir/a")
    [ "$entries" = 14 ] && [ "$exits" = 14 ]
done
