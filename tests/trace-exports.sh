#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `hypscope trace export` and `switches` on traces of the embedded images, read by programs of others: jq for the JSON,
# sigrok-cli and (when it is there) vcd2fst of gtkwave for the VCD; the rules of the other texts by grep and awk.
set -u
. "${srcdir:-.}/tests/lib.sh"
scratch
missing=

need_image kvm56
for tool in jq sigrok-cli; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
done

record() { # record NAME ARGS...
    name=$1
    shift
    "$hypscope" run --quiet --trace "$dir/$name.trace" "$@" </dev/null >"$dir/$name.out" || fail "$name: exit status $?"
}

export_as() { # export_as FORMAT NAME
    "$hypscope" trace export --format "$1" -o "$dir/$2.$1" "$dir/$2.trace" || fail "$2: export --format $1"
}

# Spans nest and time goes on: on each track every E closes the last B that is open, none stays open, and ts never falls.
nesting='
[.traceEvents[] | select(.ph == "B" or .ph == "E")] | group_by([.pid, .tid])[]
| reduce .[] as $e ({open: 0, bad: 0, ts: 0, n: 0};
    (if $e.ts < .ts then .bad += 1 else . end) | .ts = $e.ts | .n += 1
    | if $e.ph == "B" then .open += 1 else .open -= 1 end | if .open < 0 then .bad += 1 else . end)
| select(.bad != 0 or .open != 0)'

chrome() {
    export_as chrome "$1"
    jq -e . "$dir/$1.chrome" >/dev/null || fail "$1: jq does not read the JSON"
    [ -z "$(jq -c "$nesting" "$dir/$1.chrome")" ] || fail "$1: spans do not nest"
    # a span for each stay in the guest, and a name for each track
    entries=$("$hypscope" trace switches --format json "$dir/$1.trace" | jq -s '[.[] | select(.event == "enter")] | length')
    spans=$(jq '[.traceEvents[] | select(.ph == "B" and .tid == 1 and (.name | startswith("guest ")))] | length' "$dir/$1.chrome")
    [ "$entries" -gt 0 ] && [ "$entries" = "$spans" ] || fail "$1: $entries entries, $spans spans in a guest"
    nameless=$(jq '([.traceEvents[] | select(.ph == "M" and .name == "thread_name") | [.pid, .tid]]) as $named
        | [.traceEvents[] | select(.ph != "M") | [.pid, .tid]] - $named | length' "$dir/$1.chrome")
    [ "$nameless" = 0 ] || fail "$1: $nameless events on tracks without a name"
}

# "time signal value" of each change of the one-bit signals in a VCD file; x and what does not change left out
changes='
$1 == "$var" { name[$4] = $5; bits[$4] = $3 }
/^#/ { t = substr($1, 2) + 0 }
/^[01x]/ { c = substr($1, 2); v = substr($1, 1, 1) }
/^b/ { c = $2; v = substr($1, 2); if (v ~ /x/) v = "x" }
/^[01xb]/ { if (wide || bits[c] == 1) { if (v != last[c] && v != "x") print t, name[c], v; last[c] = v } }'

vcd() {
    export_as vcd "$1"
    if command -v vcd2fst >/dev/null; then
        if vcd2fst -v "$dir/$1.vcd" -f "$dir/fst" >/dev/null 2>&1 && fst2vcd -f "$dir/fst" -o "$dir/back.vcd" >/dev/null 2>&1; then
            awk -v wide=1 "$changes" "$dir/$1.vcd" | LC_ALL=C sort >"$dir/ours"
            awk -v wide=1 "$changes" "$dir/back.vcd" | LC_ALL=C sort >"$dir/theirs"
            [ -s "$dir/ours" ] && cmp -s "$dir/ours" "$dir/theirs" || fail "$1: vcd2fst reads other changes"
        else
            fail "$1: vcd2fst does not read the VCD"
        fi
    fi
    # sigrok has no signals of more than one bit, one sample a nanosecond, and 0 for x
    awk '!/^b/ && (!/^.var/ || $3 == 1)' "$dir/$1.vcd" >"$dir/bits.vcd"
    if ! sigrok-cli -i "$dir/bits.vcd" -I vcd -O csv >"$dir/csv" 2>"$dir/err"; then
        fail "$1: sigrok-cli does not read the VCD: $(head -n 1 "$dir/err")"
        return
    fi
    awk -F, '/^; Channels/ { sub(/.*: /, ""); n = split($0, name, ", "); next }
        /^[01](,[01])*$/ { for (i = 1; i <= n; i++) { if ($i != last[i] + 0) print t + 0, name[i], $i; last[i] = $i } t++ }' \
        "$dir/csv" | LC_ALL=C sort >"$dir/theirs"
    awk "$changes" "$dir/$1.vcd" | awk '{ if ($3 != last[$2] + 0) print; last[$2] = $3 }' | LC_ALL=C sort >"$dir/ours"
    [ -s "$dir/ours" ] && cmp -s "$dir/ours" "$dir/theirs" || fail "$1: sigrok-cli reads other changes"
}

# Each line after the head is one of three of the kernel; entries and exits take turns
ftrace() {
    export_as ftrace "$1"
    prefix='^ *vcpu-[0-9]+ +\[[0-9]{3}\] d\.\.\.\. +[0-9]+\.[0-9]{6}: '
    sed '/^#/d' "$dir/$1.ftrace" >"$dir/lines"
    grep -vE -e "${prefix}kvm_entry: PC: 0x[0-9a-f]{16}\$" \
        -e "${prefix}kvm_exit: (IRQ|TRAP|SERROR): HSR_EC: 0x00[0-9a-f]{2} \([A-Z][A-Za-z0-9_]+\), PC: 0x[0-9a-f]{16}\$" \
        -e "${prefix}kvm_guest_fault: ipa 0x[0-9a-f]+, hsr 0x[0-9a-f]{6,8}, hxfar 0x[0-9a-f]+, pc 0x[0-9a-f]{14,16}\$" "$dir/lines" &&
        fail "$1: lines that the kernel does not print"
    awk '/kvm_guest_fault/ { next } { e = /kvm_entry/; if (NR > 1 && e == last) bad = 1; last = e } END { exit bad }' "$dir/lines" ||
        fail "$1: entries and exits do not take turns"
    [ "$(grep -c kvm_exit "$dir/lines")" = "$("$hypscope" trace switches --format json "$dir/$1.trace" | grep -c '"event":"exit"')" ] ||
        fail "$1: another number of exits"
    awk '{ sub(/:$/, "", $4); if ($4 + 0 < t) bad = 1; t = $4 + 0 } END { exit bad }' "$dir/lines" || fail "$1: not in order of time"
}

# The rows of the table add up to its last line, and to the list of switches
kvmstat() {
    export_as kvmstat "$1"
    awk '/us \( \+-/ { n += $2; share += $3 } /^Total Samples:/ { split($2, a, /[:,]/); total = a[2] }
        END { exit !(n > 0 && n == total && share > 99.9 && share < 100.1) }' "$dir/$1.kvmstat" || fail "$1: the table does not add up"
    handled=$("$hypscope" trace switches --format json "$dir/$1.trace" | sed -n 's/.*"event":"reason".*"handled":\([0-9]*\),.*/\1/p' |
        awk '{ n += $1 } END { print n }')
    grep -q "^Total Samples:$handled, " "$dir/$1.kvmstat" || fail "$1: not $handled samples"
}

record kvm56 --image kvm56 --cpu neoverse-n1
record kvm414 --image kvm414 --cpu cortex-a72
record nvhe --image nvhe --cpu cortex-a72
record kvmflow --image kvmflow --cpu neoverse-n1
for name in kvm56 kvm414 nvhe kvmflow; do
    case $missing in *jq*) ;; *) chrome "$name" ;; esac
    case $missing in *sigrok*) ;; *) vcd "$name" ;; esac
    ftrace "$name"
    kvmstat "$name"
done

# the list of switches of a trace is that of the run
"$hypscope" run --quiet --image kvm56 --cpu neoverse-n1 --switches="$dir/live" </dev/null >/dev/null
"$hypscope" trace switches -o "$dir/later" "$dir/kvm56.trace"
cmp "$dir/live" "$dir/later" || fail "kvm56: another list of switches than in the run"

# a trace that is cut off gives what is good of it, and says so
head -c 2000 "$dir/kvm56.trace" >"$dir/cut.trace"
"$hypscope" trace export --format ftrace -o "$dir/cut.ftrace" "$dir/cut.trace" 2>"$dir/err" && fail "a trace that is cut off: exit status 0"
[ "$(wc -l <"$dir/err")" = 1 ] || fail "a trace that is cut off: $(cat "$dir/err")"

if [ -n "$missing" ]; then
    echo "SKIPPED what needs:$missing"
    [ $failed = 0 ] && exit 77
fi
exit $failed
