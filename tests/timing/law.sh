#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# With the clock forced to instructions a timing model only counts: the fast, stepping and timed instances end in the same
# state, bit for bit. With a clock of cycles the timed instance and its stepping form do, and a run that was cut is one that
# was not.
set -u
. "${srcdir:-.}/tests/lib.sh"

state() { # state ARGS...: the registers and the hash at the end
    timeout 60 "$hypscope" run --quiet --no-console --at-exit state,hash "$@" 2>&1
}

same() { # same WHAT A B
    if [ -z "$2" ] || [ "$2" != "$3" ]; then
        fail "$1"
    fi
}

for image in $("$hypscope" images | awk '{print $1}'); do
    fast=$(state --image "$image")
    same "$image: step is not fast" "$fast" "$(state --image "$image" --instance step)"
    for core in cortex-a53 cortex-a55 neoverse-n1; do
        counted="--image $image --timing $core --clock insns"
        # shellcheck disable=SC2086 # options
        same "$image: $core with a clock of instructions is not fast" "$fast" "$(state $counted)"
        # shellcheck disable=SC2086
        same "$image: the same, stepping" "$fast" "$(state $counted --instance step)"
        timed=$(state --image "$image" --timing "$core")
        same "$image: $core twice" "$timed" "$(state --image "$image" --timing "$core")"
        same "$image: $core with a report" "$timed" "$(state --image "$image" --timing "$core" --stat=/dev/null)"
        same "$image: $core, stepping" "$timed" "$(state --image "$image" --timing "$core" --instance step)"
    done
done
exit $failed
