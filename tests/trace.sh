#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Recording and reading traces by the command: recording changes nothing, equal runs give equal files, filters and conditions select what
# they say, failures of writing are told, files that are cut off are read up to there, and traces/FORMAT.md lists the kinds as they are.
set -u
. "${srcdir:-.}/tests/lib.sh"
scratch

# ---- the page and the table of kinds ----
"$hypscope" trace kinds --markdown >"$dir/kinds" || fail "trace kinds --markdown"
sed -n '/^<!-- kinds/,/^<!-- end/p' "${srcdir:-.}/traces/FORMAT.md" | sed '1d;$d' >"$dir/page"
cmp -s "$dir/kinds" "$dir/page" || fail "traces/FORMAT.md: its table of kinds is not that of hypscope trace kinds --markdown"

if ! "$hypscope" images | grep -q '^first '; then
    echo "no images in this build: only the page was compared"
    exit $failed
fi
run="run --image first --quiet --no-console --hash"

# ---- recording changes nothing ----
# shellcheck disable=SC2086 # several words
{
    "$hypscope" $run >"$dir/none.hash"
    for kinds in default all insn exception,eret; do
        "$hypscope" $run --trace "$dir/$kinds.trace" --trace-kinds $kinds >"$dir/$kinds.hash" || fail "$kinds: exit status $?"
        cmp -s "$dir/none.hash" "$dir/$kinds.hash" || fail "recording $kinds: another final state"
    done
    "$hypscope" $run --instance step --trace "$dir/step.trace" --trace-kinds all >"$dir/step.hash"
    cmp -s "$dir/none.hash" "$dir/step.hash" || fail "recording the stepping instance: another final state"
    cmp -s "$dir/all.trace" "$dir/step.trace" || fail "the instances give different traces"
    for kinds in default barrier; do
        for instance in fast step; do
            "$hypscope" $run --instance $instance --trace "$dir/$instance.trace" --trace-kinds $kinds >"$dir/$instance.hash" ||
                fail "$kinds: exit status $?"
            cmp -s "$dir/none.hash" "$dir/$instance.hash" || fail "recording $kinds: another final state"
        done
        cmp -s "$dir/fast.trace" "$dir/step.trace" || fail "$kinds: the instances give different traces"
    done
    "$hypscope" trace dump "$dir/fast.trace" | grep -q 'barrier kind=dsb' || fail "a trace of barriers has no DSB"
    "$hypscope" $run --trace "$dir/again.trace" --trace-kinds all >/dev/null
    cmp -s "$dir/all.trace" "$dir/again.trace" || fail "two recordings differ"
}
insns=$("$hypscope" run --image first --no-console 2>&1 >/dev/null | sed -n 's/.* after \([0-9]*\) instructions.*/\1/p')
got=$("$hypscope" trace info "$dir/all.trace" | awk '$2 == "insn" { print $1 }')
[ "$got" = "$insns" ] || fail "$got instructions recorded, $insns executed"

# ---- every event is in every recording that asks for it, in the same order ----
"$hypscope" trace dump --kinds exception,eret "$dir/all.trace" | sed 's/^ *[0-9]* *//' >"$dir/a"
"$hypscope" trace dump "$dir/exception,eret.trace" | sed 's/^ *[0-9]* *//' >"$dir/b"
[ -s "$dir/a" ] || fail "no exceptions"
cmp -s "$dir/a" "$dir/b" || fail "exceptions differ with the kinds recorded"
if command -v jq >/dev/null; then
    n=$("$hypscope" trace dump --json "$dir/all.trace" | jq -c 'select(.pc and .kind and (.icount|type) == "number")' | wc -l)
    all=$("$hypscope" trace info "$dir/all.trace" | awk '$1 == "records" { print $2 }')
    [ "$n" = "$all" ] || fail "$n objects of JSON for $all records"
fi

# ---- walks: a trace of walk alone, and one with walk_step, have all; one of tlb_fill those that it does not tell of ----
# Nothing but a walk enters a translation, so each tlb_fill stands for one walk. (One that enters it and finds no permission is told
# of by both: this image has none.)
of() { "$hypscope" trace dump --kinds "$2" "$dir/$1.trace" | wc -l; }
# shellcheck disable=SC2086
{
    "$hypscope" $run --trace "$dir/walk.trace" --trace-kinds walk,-walk_step >/dev/null || fail "walk alone: exit status $?"
    "$hypscope" $run --timing cortex-a55 --clock insns --timed-from event:walk:1000000 --trace "$dir/other.trace" >/dev/null 2>&1
    "$hypscope" $run --trace "$dir/until.trace" --trace-filter stop=event:walk:1000000 >/dev/null
}
walks=$(of walk walk,-walk_step) fills=$(of default tlb_fill) rest=$(of default walk)
[ "$walks" = "$(of all walk,-walk_step)" ] || fail "a trace of walks has $walks, one of everything another number"
if [ "$fills" -eq 0 ] || [ "$walks" -lt "$fills" ] || [ "$walks" != $((fills + rest)) ]; then
    fail "$walks walks, but $fills tlb_fill and $rest walks in the default trace"
fi
for f in other until; do # the same records when another observer, or a condition, wants all walks
    "$hypscope" trace diff --ignore time "$dir/default.trace" "$dir/$f.trace" >"$dir/out" || fail "$f: $(sed -n 3p "$dir/out")"
done

# ---- the header says what the guest can see, and what decides about times ----
printf x >"$dir/typed"
head -c 4096 /dev/zero >"$dir/disk"
options="--timing cortex-a55 --timed-from event:guest_entry:2 --timed-to event:guest_exit:3 --warm-up 1000 --drive $dir/disk,rw --input $dir/typed"
# shellcheck disable=SC2086
"$hypscope" $run $options --trace "$dir/header.trace" >/dev/null || fail "$options: exit status $?"
options=$(echo "$options" | sed "s,$dir/,,g")
"$hypscope" trace info "$dir/header.trace" | grep -qF -e " $options" || fail "the header lacks some of $options: $("$hypscope" trace info "$dir/header.trace")"

# ---- filters and conditions: when recording as when reading ----
for f in world=guest el=2,pe=0 class=el2cfg+vgic start=event:guest_entry:3 start=insns:5000,stop=insns:9000 stop=event:guest_exit; do
    # shellcheck disable=SC2086
    "$hypscope" $run --trace "$dir/f.trace" --trace-filter "$f" >"$dir/f.hash" || fail "$f: exit status $?"
    cmp -s "$dir/none.hash" "$dir/f.hash" || fail "$f: another final state"
    "$hypscope" trace dump "$dir/f.trace" | sed 's/^ *[0-9]* *//; s/ <[^>]*>//g' >"$dir/a"
    "$hypscope" trace dump --filter "$f" "$dir/default.trace" | sed 's/^ *[0-9]* *//; s/ <[^>]*>//g' >"$dir/b"
    [ -s "$dir/a" ] || fail "$f: nothing recorded"
    cmp -s "$dir/a" "$dir/b" || fail "$f: recording and reading differ"
done
# shellcheck disable=SC2086
"$hypscope" $run --trace "$dir/f.trace" --trace-kinds insn --trace-filter start=insns:5000,stop=insns:5099 >/dev/null
n=$("$hypscope" trace dump --kinds insn "$dir/f.trace" | awk '$NF && / insn /' | wc -l)
[ "$n" -ge 99 ] && [ "$n" -le 101 ] || fail "instructions 5000 to 5099: $n of them"
# shellcheck disable=SC2086
"$hypscope" $run --trace "$dir/f.trace" --trace-kinds insn --trace-filter start=pc:mmu_on,stop=pc:mmu_on+0x20 >/dev/null
"$hypscope" trace dump "$dir/f.trace" | head -n 3 | grep -q '<mmu_on> insn' || fail "start=pc: $("$hypscope" trace dump "$dir/f.trace" | head -n 1)"
from=$("$hypscope" trace dump --from-insn 7000 --count 1 "$dir/all.trace" | awk '{ print $2 }')
[ "$from" = 7000 ] || fail "--from-insn 7000: begins at $from"

bad 'frob: expected names of kinds' run --image first --trace "$dir/x" --trace-kinds frob
bad 'expected hyp, host or guest' run --image first --trace "$dir/x" --trace-filter world=moon
bad 'expected pe=, el=' run --image first --trace "$dir/x" --trace-filter frob
bad 'expected an address or a name' run --image first --trace "$dir/x" --trace-filter pc=nowhere
bad '--trace-kinds: expected --trace FILE' run --image first --trace-kinds all
bad 'cannot write' run --image first --trace "$dir/absent/x"
bad 'cannot open' trace dump "$dir/absent"
bad 'not a hypscope trace' trace info "$hypscope"
bad 'expected a command' trace
bad 'frob: unknown command' trace frob
bad 'unknown option' trace dump --frob "$dir/all.trace"

# ---- a guest that switches recording: mark 7, off, mark 8, on, mark 9, power off ----
words() {
    file=$1
    shift
    for w; do
        for shift in 0 8 16 24; do
            # shellcheck disable=SC2059 # the format is the byte
            printf "\\$(printf %03o $((0x$w >> shift & 255)))"
        done
    done >"$file"
}
words "$dir/marks" d449a0e0 d449be00 d449a100 d449be20 d449a120 d2b08000 f2800100 d4000003
"$hypscope" run --quiet --kernel "$dir/marks" --trace "$dir/m.trace" --trace-marks || fail "marks: exit status $?"
got=$("$hypscope" trace dump --kinds mark "$dir/m.trace" | sed 's/.*imm=\([0-9]*\).*/\1/' | tr '\n' ' ')
[ "$got" = '7 240 241 9 ' ] || fail "marks: $got"

# ---- failures of writing ----
if [ -e /dev/full ]; then
    # shellcheck disable=SC2086
    "$hypscope" $run --trace /dev/full --trace-kinds all >/dev/null 2>"$dir/err"
    [ $? = 1 ] || fail "a full disk: not status 1"
    grep -q '/dev/full: cannot write the trace' "$dir/err" || fail "a full disk: $(cat "$dir/err")"
fi
# shellcheck disable=SC2086,SC3045 # where ulimit has no -f this part is left out
(ulimit -f 4 2>/dev/null || exit 77; "$hypscope" $run --trace "$dir/short.trace" --trace-kinds all >/dev/null 2>"$dir/err")
status=$?
if [ $status != 77 ]; then
    [ $status = 1 ] || fail "a file of limited size: exit status $status"
    ends_in_error 'cut off' trace info "$dir/short.trace"
fi

# ---- cut off ----
head -c 3000 "$dir/all.trace" >"$dir/cut.trace"
ends_in_error 'cut off' trace dump "$dir/cut.trace"
# ---- scenarios: those that fail leave a trace, which is that of the same run by hypscope run; recording changes nothing ----
cat >"$dir/two.yaml" <<'YAML'
scenarios:
- name: never/said
  image: first
  expect: [ console: "No such text" ]
- name: powers off
  image: first
  expect: [ stop: power-off ]
YAML
for kinds in default all; do
    rm -rf "$dir/traces"
    "$hypscope" test -v --trace "$dir/traces" --trace-kinds $kinds "$dir/two.yaml" >"$dir/out"
    [ $? = 1 ] || fail "a scenario that fails: exit status $?"
    [ "$(ls "$dir/traces")" = two-never-said.trace ] || fail "traces of failures: $(ls "$dir/traces")"
    grep -q "its trace: $dir/traces/two-never-said.trace" "$dir/out" || fail "the report does not name the trace"
    "$hypscope" test -v "$dir/two.yaml" | grep -o 'hash [0-9a-f]*' >"$dir/a"
    grep -o 'hash [0-9a-f]*' "$dir/out" >"$dir/b"
    cmp -s "$dir/a" "$dir/b" || fail "recording $kinds changes scenarios"
    "$hypscope" run --image first --cpu neoverse-n1 --quiet --no-console --trace "$dir/run.trace" --trace-kinds $kinds >/dev/null
    "$hypscope" trace diff "$dir/run.trace" "$dir/traces/two-never-said.trace" >"$dir/out" || fail "of a scenario: $(sed -n 3p "$dir/out")"
    "$hypscope" test --trace "$dir/traces" --trace-kinds $kinds --trace-all "$dir/two.yaml" >/dev/null
    [ "$(cd "$dir/traces" && echo *)" = 'two-never-said.trace two-powers-off.trace' ] || fail "traces of all: $(ls "$dir/traces")"
done
# a condition in instructions, which no probe has to wait for
"$hypscope" test --trace "$dir/traces" --trace-kinds insn --trace-filter start=insns:5000,stop=insns:5009 "$dir/two.yaml" >/dev/null
[ "$("$hypscope" trace dump --kinds insn,-reg,-mem "$dir/traces/two-never-said.trace" | wc -l)" = 10 ] || fail "a scenario from 5000 to 5009"
bad 'expected --trace FOLDER beside it' test --trace-all "$dir/two.yaml"
bad 'not the points of a sweep' test --sweep --trace "$dir/traces" "$dir/two.yaml"
bad 'cannot make this folder' test --trace "$dir/two.yaml/x" "$dir/two.yaml"

exit $failed
