#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Several PEs with a timing model: the program (smp.s) does its work, equal runs are equal in state and counts, in both instances, with a
# trace, and in parts; lines move between the L1 caches of PEs; a PE alone has no traffic of that kind.
set -u
. "${srcdir:-.}/tests/lib.sh"
need_image first
scratch

run() { # run NAME ARGS...
    name=$1
    shift
    timeout 60 "$hypscope" run --quiet --no-console --cpu $core --timing $core --kernel tests/timing/smp.elf --at-exit state,hash \
        --stat="$dir/$name.stat" --stat-format json "$@" >"$dir/$name.state" 2>&1 || fail "$*: $(tail -n 1 "$dir/$name.state")"
}

same() { # same WHAT NAME NAME
    cmp -s "$dir/$2.state" "$dir/$3.state" || fail "$core: $1: another state"
    cmp -s "$dir/$2.stat" "$dir/$3.stat" || fail "$core: $1: other counts"
}

reg() {
    printf '%d\n' "0x$(sed -n "s/.*\\<X$1 *\\([0-9a-f]\\{16\\}\\).*/\\1/p" "$dir/one.state" | head -n 1)"
}

count() {
    sed -n "s/^{\"run\":\"all\",.*\"$1\":\\([0-9]*\\),.*/\\1/p" "$dir/one.stat"
}

for core in cortex-a53 cortex-a55 neoverse-n1; do
    for n in 1 2 4; do
        run one --smp $n
        [ "$(reg 22)" = $n ] || fail "$core: $(reg 22) PEs of $n"
        [ "$(reg 20)" = $((50 * n)) ] || fail "$core, $n PEs: $(reg 20) under the lock"
        [ "$(reg 21)" = $((50 * n)) ] || fail "$core, $n PEs: $(reg 21) by exclusives"
        moved=$(count 'lines from other cores')
        if [ $n = 1 ]; then
            [ "$moved" = 0 ] || fail "$core: a PE alone has $moved lines from others"
        else
            [ "$moved" -gt $((10 * n)) ] || fail "$core, $n PEs: only $moved lines from other cores"
        fi
        run two --smp $n
        same "$n PEs, twice" one two
        run two --smp $n --instance step
        same "$n PEs, stepping" one two
        run two --smp $n --trace "$dir/trace" --trace-kinds all
        same "$n PEs, with a trace" one two
        run one --smp $n --timed-from insns:1500 --warm-up 500
        run two --smp $n --timed-from insns:1500 --warm-up 500
        same "$n PEs, timed in part, twice" one two
        run two --smp $n --timed-from insns:1500 --warm-up 500 --instance step
        same "$n PEs, timed in part, stepping" one two
    done
done
exit $failed
