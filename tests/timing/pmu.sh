#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The PMU in timed runs, by the program pmu.s: what its counters show at EL1 is what --stat counts for the world `host, EL1`; events
# that follow from the code alone are as many as the code makes; the instances agree; an overflow interrupts where it must.
set -u
. "${srcdir:-.}/tests/lib.sh"
need_image first
scratch
program=tests/timing/pmu.elf

words() { # words N...: 32 bits each, little endian
    for v; do
        # shellcheck disable=SC2059 # the format is made of numbers
        printf "$(printf '\\%03o\\%03o\\%03o\\%03o' $((v & 255)) $((v >> 8 & 255)) $((v >> 16 & 255)) $((v >> 24 & 255)))"
    done
}

run() { # run CORE ORDERS... [-- ARGS...]: registers into $dir/state, statistics into $dir/stat
    core=$1
    shift
    orders=
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        orders="$orders $1"
        shift
    done
    [ $# -gt 0 ] && shift
    # shellcheck disable=SC2086 # numbers
    words $orders >"$dir/orders"
    timeout 60 "$hypscope" run --quiet --no-console --cpu "$core" --timing "$core" --kernel "$program" --load "$dir/orders@0x44000000" \
        --at-exit state --stat="$dir/stat" --stat-format json "$@" >"$dir/state" 2>&1 || fail "$core: $(tail -n 1 "$dir/state")"
}

reg() { # reg N: decimal
    printf '%d\n' "0x$(sed -n "s/.*\\<X$1 *\\([0-9a-f]\\{16\\}\\).*/\\1/p" "$dir/state" | head -n 1)"
}

stat() { # stat NAME...: the sum of these counts of EL1
    total=0
    for name; do
        v=$(grep '^{"world":"host, EL1"' "$dir/stat" | sed "s/.*\"times\"//; s/\"$name\":/\n/" | sed -n '2s/^\([0-9]*\).*/\1/p')
        [ -n "$v" ] || { fail "--stat has no '$name' for EL1"; v=0; }
        total=$((total + v))
    done
    echo $total
}

is() { # is WHAT GOT EXPECTED
    [ "$2" = "$3" ] || fail "$core: $1: $2, expected $3"
}

for core in cortex-a53 cortex-a55 neoverse-n1; do
    # INST_RETIRED BR_RETIRED MEM_ACCESS L1D_CACHE EXC_TAKEN EXC_RETURN. By the code: 3076 loads, 3073 stores, two accesses of two lines,
    # two loads of a device; 3 * 1025 + 200 * 4 branches and two in vectors; two SVCs with their returns, and the HVC.
    run $core 0x8 0x21 0x13 0x4 0x9 0xa 0 0
    is INST_RETIRED "$(reg 19)" "$(stat insns)"
    is BR_RETIRED "$(reg 20)" 3877
    is "branches of --stat" "$(stat branches)" 3877
    is MEM_ACCESS "$(reg 21)" 6151
    is L1D_CACHE "$(reg 22)" 6149
    is EXC_TAKEN "$(reg 23)" 3
    is EXC_RETURN "$(reg 24)" 2
    is PMCCNTR_EL0 "$(reg 25)" "$(stat cycles)"
    cp "$dir/state" "$dir/first"
    run $core 0x8 0x21 0x13 0x4 0x9 0xa 0 0 -- --instance step
    cmp -s "$dir/first" "$dir/state" || fail "$core: stepping counts something else"
    # what is advertised: SW_INCR, those that this test reads, CHAIN
    ids="41ff073f a01e"
    [ $core = cortex-a53 ] || ids="41ff073f 30a01e"
    is "PMCEID0_EL0 and PMCEID1_EL0" "$(printf '%x %x' "$(reg 8)" "$(reg 9)")" "$ids"
    # BR_MIS_PRED CPU_CYCLES L1I_CACHE_REFILL L1I_TLB_REFILL L1D_CACHE_REFILL L1D_TLB_REFILL
    run $core 0x10 0x11 0x1 0x2 0x3 0x5 0 0
    is BR_MIS_PRED "$(reg 19)" "$(stat mispredicts)"
    is CPU_CYCLES "$(reg 20)" "$(stat cycles)"
    is L1I_CACHE_REFILL "$(reg 21)" "$(stat 'L1I refills')"
    is L1I_TLB_REFILL "$(reg 22)" "$(stat 'L1 ITLB refills')"
    is L1D_CACHE_REFILL "$(reg 23)" "$(stat 'L1D refills')"
    is L1D_TLB_REFILL "$(reg 24)" "$(stat 'L1 DTLB refills')"
    cp "$dir/state" "$dir/first"
    run $core 0x10 0x11 0x1 0x2 0x3 0x5 0 0 -- --instance step
    cmp -s "$dir/first" "$dir/state" || fail "$core: stepping counts something else"
    # L1I_CACHE L1D_CACHE_WB L2D_CACHE L2D_CACHE_REFILL L2D_CACHE_WB BR_MIS_PRED_RETIRED
    run $core 0x14 0x15 0x16 0x17 0x18 0x22 0 0
    is L1I_CACHE "$(reg 19)" "$(stat 'lines fetched')"
    is L1D_CACHE_WB "$(reg 20)" "$(stat 'L1D write-backs')"
    is L2D_CACHE "$(reg 21)" "$(stat 'L2 accesses' 'L1D write-backs')"
    is L2D_CACHE_REFILL "$(reg 22)" "$(stat 'L2 refills')"
    is L2D_CACHE_WB "$(reg 23)" "$(stat 'L2 write-backs')"
    is BR_MIS_PRED_RETIRED "$(reg 24)" "$(stat mispredicts)"
    # STALL_FRONTEND STALL_BACKEND L2D_TLB_REFILL L2D_TLB DTLB_WALK ITLB_WALK; the last two are not there before PMUv3p1. The HVC's own
    # entry is at EL2, the SVCs' at EL1.
    run $core 0x23 0x24 0x2d 0x2f 0x34 0x35 0 0
    is STALL_FRONTEND "$(reg 19)" "$(stat 'instruction fetch' 'instruction TLB' 'branch mispredicts' 'exception entry' 'exception return')"
    is STALL_BACKEND "$(reg 20)" "$(stat 'loads from L2' 'loads from memory' 'data TLB' 'store buffer' 'system registers' barriers 'device accesses')"
    is L2D_TLB_REFILL "$(reg 21)" "$(stat 'walks for fetches' 'walks for data')"
    is L2D_TLB "$(reg 22)" "$(stat 'main TLB accesses')"
    if [ $core = cortex-a53 ]; then
        is DTLB_WALK "$(reg 23)" 0
        is ITLB_WALK "$(reg 24)" 0
    else
        is DTLB_WALK "$(reg 23)" "$(stat 'walks for data')"
        is ITLB_WALK "$(reg 24)" "$(stat 'walks for fetches')"
    fi
done

# An overflow of the cycle counter is taken before the next instruction. In order, what the handler reads is then no more than the
# exception entry, the MRS itself, and what one instruction of the loop can be late (its load hits).
parameter() { # parameter CORE KEY
    sed -n "s/^$2 = \\([0-9]*\\) .*/\\1/p" "$srcdir/cpu/timing/$1.conf"
}
for core in cortex-a53 cortex-a55; do
    least=$(($(parameter $core exception) + $(parameter $core mrs_other)))
    for period in 1000 4099; do
        run $core 0x8 0 0 0 0 0 $period 1
        is "interrupts of the cycle counter" "$(reg 15)" 16
        late=$(reg 13)
        [ "$late" -ge $least ] && [ "$late" -le $((least + 5)) ] ||
            fail "$core: $late cycles from the overflow to the handler's MRS, expected $least to $((least + 5))"
        cp "$dir/state" "$dir/first"
        run $core 0x8 0 0 0 0 0 $period 1 -- --instance step
        cmp -s "$dir/first" "$dir/state" || fail "$core: stepping is interrupted elsewhere"
        # INST_RETIRED: the branch of the vector and the other MRS are before the reading
        run $core 0x8 0 0 0 0 0 $period 0
        is "interrupts of INST_RETIRED" "$(reg 15)" 16
        is "instructions from the overflow to the handler's MRS" "$(reg 13)" 2
        # MEM_ACCESS comes in bursts: 16 instructions late at most, which are four loads here
        run $core 0x13 0 0 0 0 0 $period 0
        is "interrupts of MEM_ACCESS" "$(reg 15)" 16
        [ "$(reg 13)" -le 4 ] || fail "$core: $(reg 13) accesses after the overflow"
        cp "$dir/state" "$dir/first"
        run $core 0x13 0 0 0 0 0 $period 0 -- --instance step
        cmp -s "$dir/first" "$dir/state" || fail "$core: stepping is interrupted elsewhere by MEM_ACCESS"
    done
done
exit $failed
