#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs that are timed in part: --timed-from, --timed-to, --warm-up. Equal runs are equal, in both instances, with and without a trace of
# every instruction; time and cycles never go back; with a clock of instructions the architecture notices nothing; what is counted
# is what the part between has, to the instruction; and a model that was warmed up all along counts as one that counted all along.
set -u
. "${srcdir:-.}/tests/lib.sh"
need_image first
scratch
core=cortex-a53

run() { # run NAME ARGS...: state into $dir/NAME.state, counts into $dir/NAME.stat
    name=$1
    shift
    timeout 60 "$hypscope" run --quiet --no-console --timing $core --at-exit state,hash --stat="$dir/$name.stat" --stat-format json "$@" \
        >"$dir/$name.state" 2>&1 || fail "$*: $(tail -n 1 "$dir/$name.state")"
}

same() { # same WHAT NAME NAME
    cmp -s "$dir/$2.state" "$dir/$3.state" || fail "$1: another state"
    cmp -s "$dir/$2.stat" "$dir/$3.stat" || fail "$1: other counts"
}

count() { # count NAME KEY: of the whole run
    sed -n "s/^{\"run\":\"all\",.*\"$2\":\\([0-9]*\\),.*/\\1/p" "$dir/$1.stat" | head -n 1
}

total() { # total NAME: instructions at the end
    sed -n '1s/.*ns, \([0-9]*\) instructions.*/\1/p' "$dir/$1.state"
}

span() { # span IMAGE ARGS...: the laws for these conditions
    image=$1
    shift
    run one --image "$image" "$@"
    run two --image "$image" "$@"
    same "$image $*, twice" one two
    run two --image "$image" "$@" --instance step
    same "$image $*, stepping" one two
    run two --image "$image" "$@" --trace "$dir/trace" --trace-kinds all
    same "$image $*, with a trace" one two
    "$hypscope" trace dump --json --kinds exception,eret "$dir/trace" | sed 's/.*"time_ns":\([0-9]*\),"cycle":\([0-9]*\),.*/\1 \2/' |
        awk '$1 + 0 < t || $2 + 0 < c { exit 1 } { t = $1 + 0; c = $2 + 0; n++ } END { exit n == 0 }' ||
        fail "$image $*: time or cycles go back"
    run two --image "$image" "$@" --clock insns
    cmp -s "$dir/two.state" "$dir/$image.state" || fail "$image $*: with a clock of instructions not as without a model"
}

for image in first nvhe vhe; do
    timeout 60 "$hypscope" run --quiet --no-console --image $image --at-exit state,hash >"$dir/$image.state" 2>&1
    span $image --timed-from event:guest_entry
    span $image --timed-from insns:3000 --timed-to insns:7000 --warm-up 2000
    span $image --timed-from event:guest_exit:2 --timed-to event:guest_entry:4
    span $image --timed-from time:2500 --warm-up all --timed-to event:guest_exit:3
    span $image --timed-to event:eret:5
done
span first --timed-from pc:guest_enter:2 --timed-to pc:guest_exit:3
span first --timed-from pc:guest_exit --warm-up 300

run part --image first --timed-from insns:5000 --timed-to insns:9000
[ "$(count part insns)" = 4000 ] || fail "5000 to 9000: $(count part insns) instructions"
run part --image first --timed-from insns:5000 --warm-up 1000
[ "$(count part insns)" = $(($(total part) - 5000)) ] || fail "from 5000: $(count part insns) of $(total part) instructions"
run part --image first --timed-from event:guest_entry --warm-up 1000
run all --image first --timed-from event:guest_entry
[ "$(count part insns)" = $(($(count all insns) - 1000)) ] || fail "cycles count $(count part insns) instructions, after 1000 of $(count all insns)"

run a --image first --clock insns --timed-to insns:5000
run b --image first --clock insns --timed-to insns:9000
run c --image first --clock insns --timed-from insns:5000 --timed-to insns:9000 --warm-up all
for key in cycles insns branches mispredicts 'L1D refills' 'L1I refills' 'loads from memory' 'walk steps' loads stores; do
    [ "$(count c "$key")" = $(($(count b "$key") - $(count a "$key"))) ] ||
        fail "$key: $(count c "$key") warmed up, $(count b "$key") - $(count a "$key") counted"
done

for bad in cycle:5 event:insn pc:nowhere insns; do
    ends_in_error "--timed-from $bad: expected insns:N" run --image first --timing $core --timed-from $bad
done
ends_in_error "--timed-to: says which part" run --image first --timed-to insns:5
ends_in_error "--warm-up some: expected none, all" run --image first --timing $core --timed-from insns:5 --warm-up some
ends_in_error "expected --timed-from WHEN beside it" run --image first --timing $core --warm-up 5
timeout 60 "$hypscope" run --quiet --no-console --image first --timing $core --timed-from event:guest_entry:100000 2>&1 |
    grep -q 'timed-from event:guest_entry:100000: it never came to that' || fail "a condition that is never met is not told of"
exit $failed
