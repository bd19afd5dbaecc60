#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `hypscope trace explain` and `diff` on traces of the embedded images: what the architecture says must be said, a program
# that is linked in another order is the same, and bad input gives one line.
set -u
. "${srcdir:-.}/tests/lib.sh"
scratch

need_image kvm414

record() { # record FILE ARGS...
    file=$1
    shift
    "$hypscope" run --quiet --no-console --trace "$dir/$file" "$@" </dev/null >/dev/null || fail "$file: exit status $?"
}

# says FILE WHICH TEXT...: the explanation has each text
says() {
    file=$1 which=$2
    shift 2
    "$hypscope" trace explain "$dir/$file" "$which" >"$dir/out" || fail "explain $file $which: exit status $?"
    for text; do
        grep -qF -e "$text" "$dir/out" || fail "explain $file $which: no '$text' in: $(cat "$dir/out")"
    done
}

# exit_for FILE TEXT: exit:N of the first guest exit whose line in the list has the text
exit_for() {
    "$hypscope" trace explain --list "$dir/$1" | grep -F -e "$2" | sed -n 's/.*, \(exit:[0-9]*\)$/\1/p' | head -n 1
}

record kvm --image kvm414 --cpu cortex-a72 --trace-kinds default,walk
record vhe --image vhe --cpu neoverse-n1 --trace-kinds default,walk
record first --image first --cpu cortex-a72

# an access to the IPA of the device that the guest has no memory at (GUEST_MMIO_IPA): both stages, and where it ended
says kvm "$(exit_for kvm 'DABT write')" 'DABT write 8 bytes from x2, translation fault L1' '<guest_mmio_write>' 'guest with VMID 1' \
    'HCR_EL2.VM (bit 0) is 1' 'VA 0xffffff800a000000, IPA 0xa000000 by HPFAR_EL2' 'walked in the regime EL1&0' \
    'for IPA 0xa000000: invalid, bit 0 is 0' 'it ends: translation fault of stage 2, level 1' 'at 0xffffff8040000150'
says kvm "$(exit_for kvm WFI)" 'HCR_EL2.TWI (bit 13) is 1'
says kvm "$(exit_for kvm IRQ)" 'HCR_EL2.IMO (bit 4) is 1' 'vector +0x480' 'pending: INTID 27 '
says kvm "$(exit_for kvm 'FP access')" 'CPTR_EL2.TFP (CPTR_EL2 is 0x37ff'
says kvm exit:1 'HVC goes to EL2'
says vhe "$(exit_for vhe 'sysreg write TCR_EL1')" 'HCR_EL2.TVM (bit 26) is 1'
says vhe "$(exit_for vhe 'sysreg read ID_AA64PFR0_EL1')" 'HCR_EL2.TID3 (bit 18) is 1'
says vhe "$(exit_for vhe 'FP access')" 'CPTR_EL2.FPEN'
says first "$(exit_for first SMC)" 'HCR_EL2.TSC (bit 19) is 1'
says first "$(exit_for first DABT)" 'no step of the walk is in the trace'
# what the README shows, whose long lines end in ...
record readme --cpu cortex-a72 --image kvm414 --trace-kinds default,walk
"$hypscope" trace explain "$dir/readme" exit:6 >"$dir/out"
sed -n '/^    record [0-9]*: DABT/,/^$/s/^    \(..*\)/\1/p' "${srcdir:-.}/README.md" | sed 's/ *\.\.\.$//' >"$dir/shown"
[ "$(wc -l <"$dir/shown")" = "$(wc -l <"$dir/out")" ] || fail "the README's explanation has another number of lines: $(cat "$dir/shown")"
while IFS= read -r line; do
    grep -qF -e "$line" "$dir/out" || fail "the README shows what is not printed: $line"
done <"$dir/shown"
# an exception that EL1 takes itself
n=$("$hypscope" trace explain --list "$dir/first" | awk '/SVC/ { print $1; exit }')
says first "$n" 'taken to EL1' 'EL1 takes what nothing sends to EL2'
# each line of the list is one exception of the trace
[ "$("$hypscope" trace explain --list "$dir/kvm" | wc -l)" = "$("$hypscope" trace dump --kinds exception "$dir/kvm" | wc -l)" ] ||
    fail "the list of exceptions"

# bad TEXT ARGS...: exit status 2, one line on standard error with TEXT in it
bad() {
    text=$1
    shift
    "$hypscope" trace "$@" >"$dir/out" 2>"$dir/err" </dev/null
    status=$?
    [ $status = 2 ] || fail "trace $*: exit status $status, not 2"
    [ "$(wc -l <"$dir/err")" = 1 ] || fail "trace $*: not one line: $(cat "$dir/err")"
    grep -qF -e "$text" "$dir/err" || fail "trace $*: no '$text' in: $(cat "$dir/err")"
}
bad 'no such exception' explain "$dir/kvm" exit:1000
bad 'expected the number of a record' explain "$dir/kvm" seven
bad 'FILE and WHICH' explain "$dir/kvm"
bad 'two files' diff "$dir/kvm"
bad 'expected time or count' diff --ignore colour "$dir/kvm" "$dir/kvm"
bad 'expected names of kinds' diff --kinds nonsense "$dir/kvm" "$dir/kvm"
bad '--format svg' export --format svg "$dir/kvm"
bad 'no instructions in it' export --format tarmac -o "$dir/x" "$dir/kvm"
bad 'no instructions with their effects' phases "$dir/kvm"
bad 'unknown option' switches --moved "$dir/kvm"
bad 'cannot open' switches "$dir/none"
for command in info dump switches phases explain diff export; do
    "$hypscope" trace $command --help | grep -q "^usage: hypscope trace $command" || fail "trace $command --help"
done

# diff: the same run is the same, another model is not
record kvm.again --image kvm414 --cpu cortex-a72 --trace-kinds default,walk
"$hypscope" trace diff "$dir/kvm" "$dir/kvm.again" >"$dir/out" || fail "two equal runs: $(head -n 3 "$dir/out")"
grep -q '^the same: [0-9]* records$' "$dir/out" || fail "two equal runs: $(cat "$dir/out")"
"$hypscope" trace diff "$dir/kvm" "$dir/vhe" >/dev/null
[ $? = 1 ] || fail "two designs do not differ"

# the image linked in two orders: every function is elsewhere, and only that
if command -v aarch64-linux-gnu-ld >/dev/null; then
    objects=$(ls "$top_builddir"/hyp/images/lib/*.guest.o "$top_builddir"/hyp/images/kvm-common/*.guest.o \
        "$top_builddir"/hyp/images/kvm414/*.guest.o)
    link() { # link FILE OBJECT...
        file=$1
        shift
        # shellcheck disable=SC2154 # make check sets it
        aarch64-linux-gnu-ld -z max-page-size=4096 --build-id=none -T "$srcdir/hyp/images/lib/image.ld" -o "$dir/$file" "$@" ||
            fail "cannot link $file"
    }
    # shellcheck disable=SC2086 # a list of files
    link a.elf $objects
    # shellcheck disable=SC2046,SC2086
    link b.elf $(printf '%s\n' $objects | sort -r)
    kinds=exc,sysreg,irq,barrier,mask,wait,world
    for f in a b; do
        record $f.trace --kernel "$dir/$f.elf" --symbols "$dir/$f.elf" --cpu cortex-a72 --trace-kinds $kinds
    done
    "$hypscope" trace diff "$dir/a.trace" "$dir/b.trace" >"$dir/out" && fail "linked in another order: no address moved"
    "$hypscope" trace diff --moved --symbols-a "$dir/a.elf" --symbols-b "$dir/b.elf" "$dir/a.trace" "$dir/b.trace" >"$dir/out" ||
        fail "linked in another order: $(head -n 12 "$dir/out")"
else
    echo "SKIPPED the image linked in two orders: no aarch64-linux-gnu-ld"
fi
exit $failed
