#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The command line: bad input gives one line that names what was wrong and exit status 2; ways to end give their
# documented statuses; input, output and device trees go where they are told to; the terminal is left as it was.
set -u
. "${srcdir:-.}/tests/lib.sh"
scratch

# words FILE HEX...: a file of little-endian 32-bit words
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

# ends STATUS TEXT ARGS...: exit STATUS and TEXT on standard error
ends() {
    want=$1 text=$2
    shift 2
    "$hypscope" run "$@" >"$dir/out" 2>"$dir/err" </dev/null
    status=$?
    [ $status = "$want" ] || fail "$*: exit status $status, not $want"
    grep -qF -e "$text" "$dir/err" || fail "$*: no '$text' in: $(cat "$dir/err")"
}

words "$dir/spin" 14000000                              # b .
words "$dir/wfi" d503207f 17ffffff                      # wfi; b .-4
words "$dir/off" d2b08000 f2800100 d4000003             # PSCI SYSTEM_OFF by SMC
words "$dir/off-hvc" d2b08000 f2800100 d4000002
words "$dir/reset" d2b08000 f2800120 d4000003           # PSCI SYSTEM_RESET
words "$dir/nothing" d2800001 f9400022                  # a load from address 0
words "$dir/exit7" 10000081 52800300 d45e0000 d503201f 00020026 0 7 0       # semihosting SYS_EXIT with 7
words "$dir/echo" d2a12001 52806022 b9003022 b9401823 3727ffe3 b9400024 b9000024 7101c49f 54ffff61 \
    d2b08000 f2800100 d4000003                          # sends back what the UART receives, up to a q
k=$dir/off

# ---- bad input ----
bad 'expected a command'
bad 'nonsense: unknown command' nonsense
bad 'nothing to run' run
bad '--frob: unknown option' run --kernel "$k" --frob
bad "expected a value" run --kernel
bad 'extra: expected an option' run --kernel "$k" extra
bad 'expected 1 to 8 PEs' run --kernel "$k" --smp 0
bad 'expected 1 to 8 PEs' run --kernel "$k" --smp 9
bad 'expected 1 to 8 PEs' run --kernel "$k" --smp -1
bad 'expected 1 to 8 PEs' run --kernel "$k" --smp 2x
bad '--mem 1000: expected a multiple of a page' run --kernel "$k" --mem 1000
bad '--mem 4097: expected a multiple of a page' run --kernel "$k" --mem 4097
bad '--mem lots' run --kernel "$k" --mem lots
bad 'expected 1M to 255G' run --kernel "$k" --mem 0
bad 'expected 1M to 255G' run --kernel "$k" --mem 1024G
bad '--mem 99999999999999999999G' run --kernel "$k" --mem 99999999999999999999G
bad 'expected one of: cortex-a72, neoverse-n1' run --kernel "$k" --cpu pentium
bad '--el 3: expected 1 or 2' run --kernel "$k" --el 3
bad '--ns-per-insn 0' run --kernel "$k" --ns-per-insn 0
bad '--max-insns many' run --kernel "$k" --max-insns many
bad '--max-seconds -1' run --kernel "$k" --max-seconds -1
bad '--timeout 0' run --kernel "$k" --timeout 0
bad '--load x: expected FILE@ADDRESS' run --kernel "$k" --load x
bad '--module x: expected kernel=FILE' run --kernel "$k" --module x
bad '--at-exit nothing: expected state' run --kernel "$k" --at-exit nothing
bad '--switches-format xml: expected text or json' run --kernel "$k" --switches-format xml
bad '--image none-such: unknown' run --image none-such
bad "--kernel $dir/absent: cannot open" run --kernel "$dir/absent"
bad '--kernel .: is a directory' run --kernel .
: >"$dir/empty"
bad "--kernel $dir/empty: empty" run --kernel "$dir/empty"
bad "--initrd $dir/absent: cannot open" run --kernel "$k" --initrd "$dir/absent"
bad "--dtb $k: not a valid device tree" run --kernel "$k" --dtb "$k"
bad "--dtb $dir/empty: not a valid device tree" run --kernel "$k" --dtb "$dir/empty"
bad "--drive $dir/absent: cannot open" run --kernel "$k" --drive "$dir/absent"
bad "--drive $k: 12 bytes" run --kernel "$k" --drive "$k"
bad "--input $dir/absent: cannot open" run --kernel "$k" --input "$dir/absent"
bad "--symbols $k" run --kernel "$k" --symbols "$k"
bad "--load $k: needs 0x1000" run --kernel "$k" --load "$k@0x1000"
bad 'overlaps --kernel' run --kernel "$k" --load "$k@0x40080000"
bad "--console $dir: cannot write" run --kernel "$k" --console "$dir"
bad "--dump-dtb $dir: cannot write" run --kernel "$k" --dump-dtb "$dir"
bad "--switches=$dir: cannot write" run --kernel "$k" "--switches=$dir"
dd if=/dev/zero of="$dir/big" bs=1024 count=1024 2>/dev/null
bad '--seed x: expected a number' run --kernel "$k" --seed x
bad '--rtc 0: expected seconds since 1970-01-01' run --kernel "$k" --rtc 0
bad '--quantum 0: expected 1 to 100000000' run --kernel "$k" --quantum 0
bad '--input-to x: expected uart or virtio' run --kernel "$k" --input-to x
bad '--kaslr-seed x: expected a number' run --kernel "$k" --kaslr-seed x
bad '--instance slow: expected fast or step' run --kernel "$k" --instance slow
bad '@+x: expected FILE, or FILE@+OFFSET' run --kernel "$k" --symbols "$k@+x"
bad "--module $dir/absent: cannot open" run --kernel "$k" --module "kernel=$dir/absent"
bad '--drive .: not a regular file' run --kernel "$k" --drive .
{ printf 'QFI\373'; head -c 1020 "$dir/big"; } >"$dir/qcow2"
bad "--drive $dir/qcow2: a qcow2 image, expected a raw one" run --kernel "$k" --drive "$dir/qcow2"
{ printf 'MZ\0\0zimg\100\0\0\0\100\0\0\0\0\0\0\0\0\0\0\0zstd'; head -c 100 "$dir/big"; } >"$dir/zboot"
bad "--kernel $dir/zboot: EFI zboot image packed with 'zstd', expected gzip" run --kernel "$dir/zboot"
if "$hypscope" images | grep -q '^first '; then
    bad 'run: expected either --kernel or --image' run --kernel "$k" --image first
    # what is found out only when the scenario begins
    printf 'image: first\nexpect:\n  - event: execute guest_exit\n  - event: execute guest_enter\n  - never: { kind: execute }\n' >"$dir/x.scn"
    ends_in_error "$dir/x.scn:5: expected a symbol after \`execute'" test "$dir/x.scn"
    printf 'image: first\nexpect: [ { check: no_such_thing == 1 } ]\n' >"$dir/x.scn"
    ends_in_error "$dir/x.scn:2: \`no_such_thing': expected a register, a definition or a symbol" test "$dir/x.scn"
    printf 'image: first\ndefine: { a: b, b: a }\nexpect: [ { check: a == 1 } ]\n' >"$dir/x.scn"
    ends_in_error "$dir/x.scn:3: \`a': expected a definition that does not need itself" test "$dir/x.scn"
    printf 'image: first\ndo: [ { irq: 3, at: guest_exit } ]\nexpect: [ { stop: any } ]\n' >"$dir/x.scn"
    ends_in_error "$dir/x.scn:2: INTID 3: expected 16 to " test "$dir/x.scn"
    printf 'image: none-such\nexpect: [ { stop: any } ]\n' >"$dir/x.scn"
    ends_in_error "$dir/x.scn:1: \`none-such': expected an image that comes with the command" test "$dir/x.scn"
    printf 'kernel: absent\nexpect: [ { stop: any } ]\n' >"$dir/x.scn"
    ends_in_error "$dir/absent: cannot open" test "$dir/x.scn"
fi
bad '--at-exit nothing: expected state, hash' run --kernel "$k" --at-exit nothing
bad "$dir: expected a folder with *.yaml files" test "$dir"
bad '--clock: says' run --kernel "$k" --clock insns
bad '--stat: counts' run --kernel "$k" --stat
bad '--stat: counts' run --kernel "$k" --stat-format json
bad '--timed-from: says which part' run --kernel "$k" --timed-from insns:5
bad '--warm-up: is what comes' run --kernel "$k" --timing cortex-a53 --warm-up all
bad '--timed-from pc:nowhere: expected' run --kernel "$k" --timing cortex-a53 --timed-from pc:nowhere
bad '--timing nonsense: no timing model' run --kernel "$k" --timing nonsense
bad "--timing-file: $dir/absent: No such file" run --kernel "$k" --timing-file "$dir/absent"
bad '--trace-kinds: expected --trace FILE' run --kernel "$k" --trace-kinds exc
bad '--trace-kinds frob: expected names' run --kernel "$k" --trace "$dir/trace" --trace-kinds frob
bad '--trace-filter pc=nowhere: expected an address or a name' run --kernel "$k" --trace "$dir/trace" --trace-filter pc=nowhere
bad '--phases: not together with --trace' run --kernel "$k" --phases --trace "$dir/trace"
bad "--windows-bits X: expected letters of D, A, I and F" run --kernel "$k" --windows-bits X
bad "--drive $k: expected at most" run --kernel "$k" --drive a --drive a --drive a --drive a --drive "$k"
bad '--module: goes into the generated device tree' run --kernel "$k" --dtb "$k" --module ramdisk=x
bad "$dir/absent: cannot open" test "$dir/absent"
bad 'test: expected files or folders' test
bad 'trace: expected a command' trace
bad 'trace frob: unknown command' trace frob
bad 'trace export: expected --format' trace export "$k"
bad "$k: 12 bytes: too short for a trace" trace info "$k"
bad "--symbol main: $dir/big is no ELF for AArch64" timing --symbol main "$dir/big"
bad "--kernel $dir/big: needs" run --kernel "$dir/big" --mem 1M
bad "--initrd $dir/big: needs" run --kernel "$k" --initrd "$dir/big" --mem 1M
{ cat "$k" "$dir/big"; } | gzip -c | head -c 600 >"$dir/short.gz"
bad "--kernel $dir/short.gz: truncated gzip" run --kernel "$dir/short.gz"

# ---- help and lists ----
for words in '--help' 'run --help' 'test -h' 'timing -h' 'trace -h' 'models' 'images' 'version' '--version' 'images --help' 'models -h'; do
    # shellcheck disable=SC2086 # several words
    "$hypscope" $words >"$dir/out" 2>"$dir/err" || fail "$words: exit status $?"
    [ -s "$dir/out" ] || fail "$words: says nothing"
    [ -s "$dir/err" ] && fail "$words: something on standard error"
done
"$hypscope" models | grep -q '^cortex-a72 ' || fail "models: no cortex-a72"
if [ -e /dev/full ]; then
    "$hypscope" run --help >/dev/full 2>/dev/null
    [ $? = 1 ] || fail "help onto a full disk: not status 1"
fi

# ---- ends ----
ends 0 'the guest powered off after 3 instructions' --kernel "$dir/off"
ends 0 'the guest powered off' --kernel "$dir/off" --cpu cortex-a72 --smp 8 --mem 1M
ends 0 'the guest powered off' --kernel "$dir/off-hvc" --el 1
ends 120 'asked for a reset' --kernel "$dir/reset"
ends 121 'stopped by --max-insns after 5000 instructions' --kernel "$dir/spin" --max-insns 5k
ends 122 'stopped by --max-seconds after 2000000 instructions, 0.002000 s' --kernel "$dir/spin" --max-seconds 0.002
ends 123 'every PE waits' --kernel "$dir/wfi"
ends 124 'stopped by --timeout' --kernel "$dir/spin" --timeout 0.3
ends 125 'nothing there' --kernel "$dir/nothing" --strict
ends 7 'the guest powered off' --kernel "$dir/exit7" --semihosting
# the host's disk is full: said when the run is over, which goes as it would have gone
if [ -e /dev/full ]; then
    for o in --switches=/dev/full --windows=/dev/full --phases=/dev/full \
        '--timing cortex-a53 --stat=/dev/full' '--trace /dev/full'; do
        # shellcheck disable=SC2086 # several words
        ends 1 'cannot write' --kernel "$dir/off" --quiet $o
        [ "$(wc -l <"$dir/err")" = 1 ] || fail "$o: not one line: $(cat "$dir/err")"
    done
fi

finish_signal() { # finish_signal NAME NUMBER
    "$hypscope" run --kernel "$dir/spin" >"$dir/out" 2>"$dir/err" </dev/null &
    pid=$!
    sleep 0.5
    kill -s "$1" $pid
    wait $pid
    status=$?
    [ $status = $((128 + $2)) ] || fail "SIG$1: exit status $status"
    [ "$(wc -l <"$dir/err")" = 1 ] || fail "SIG$1: not one line: $(cat "$dir/err")"
}
finish_signal TERM 15
finish_signal HUP 1

# ---- what goes where ----
printf 'hello q' >"$dir/in"
"$hypscope" run --kernel "$dir/echo" --input "$dir/in" --hash --quiet >"$dir/a" || fail "echo: exit status $?"
"$hypscope" run --kernel "$dir/echo" --input - --hash --quiet <"$dir/in" >"$dir/b" || fail "echo from a pipe: exit status $?"
"$hypscope" run --kernel "$dir/echo" --input "$dir/in" --hash --quiet --console "$dir/con" >"$dir/c" || fail "echo to a file: $?"
grep -q '^hello qhash [0-9a-f]\{8\}$' "$dir/a" || fail "echo: $(cat "$dir/a")"
cmp "$dir/a" "$dir/b" || fail "two equal runs differ"
[ "$(cat "$dir/con")" = 'hello q' ] || fail "console file: $(cat "$dir/con")"
cat "$dir/con" "$dir/c" | cmp - "$dir/a" || fail "console to a file and to standard output differ"
printf 'hello' >"$dir/in"
"$hypscope" run --kernel "$dir/echo" --input "$dir/in" --no-console --max-seconds 0.01 --at-exit state >"$dir/a" 2>"$dir/err"
[ $? = 122 ] || fail "input without an end of the guest"
grep -q 'PC\|pc' "$dir/a" || fail "--at-exit state: $(head -c 200 "$dir/a")"
grep -q hello "$dir/a" && fail "--no-console: a console"
"$hypscope" run --kernel "$dir/off" --quiet >"$dir/a" 2>&1
[ -s "$dir/a" ] && fail "--quiet: $(cat "$dir/a")"

"$hypscope" run --kernel "$dir/off" --quiet --dump-dtb "$dir/a.dtb" --append one --smp 3 || fail "--dump-dtb"
"$hypscope" run --kernel "$dir/off" --quiet --dtb "$dir/a.dtb" --dump-dtb "$dir/b.dtb" --append 'two words' || fail "--dtb"
if command -v fdtget >/dev/null 2>&1; then
    [ "$(fdtget "$dir/b.dtb" /chosen bootargs)" = 'two words' ] || fail "--append into --dtb"
    [ "$(fdtget "$dir/b.dtb" /cpus/cpu@2 enable-method)" = psci ] || fail "--dtb was not the one given"
fi

# ---- the terminal ----
if ! script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
    echo "the terminal is not tested: no program script, or no pseudo-terminals here"
else
    cat >"$dir/tty.sh" <<END
exec 3<&0
stty -a >$dir/before
$hypscope run --kernel $dir/spin <&3 & pid=\$!
sleep 0.7
stty -a >$dir/during
kill -s TERM \$pid
wait \$pid
stty -a >$dir/after
stty sane
END
    (sleep 3) | script -qec "sh $dir/tty.sh" /dev/null >"$dir/out" 2>&1
    grep -q -e -icanon "$dir/during" || fail "the terminal is not raw while a machine runs: $(cat "$dir/out")"
    cmp -s "$dir/before" "$dir/after" || fail "the terminal is not as it was: $(diff "$dir/before" "$dir/after")"
fi

# the schedule of straight-line code: a chain of ADD takes a cycle each, independent ones half a cycle
bad "expected one file of instructions, or --words" timing
bad "--words zz" timing --words zz
bad "no timing model 'cortex-x9'" timing --timing cortex-x9 --words d503201f
bad "timing --bogus: unknown option" timing --bogus
bad "cannot open: No such file" timing "$dir/absent"
bad "--iterations 0" timing --iterations 0 --words d503201f
printf 'core x\n[pipeline]\nmodel = odd\n' >"$dir/core.conf"
bad "$dir/core.conf:3: a parameter is KEY = VALUE | STATUS | SOURCE: WHERE" timing --timing-file "$dir/core.conf" --words d503201f
"$hypscope" timing --timing cortex-a53 --words 8b020000 >"$dir/out" || fail "timing: exit status $?"
grep -q '^cortex-a53: 1 instructions, .* 1\.00 an iteration' "$dir/out" || fail "timing: a chain of ADD: $(cat "$dir/out")"
words "$dir/adds" 8b020020 8b020023
"$hypscope" timing --timing cortex-a53 "$dir/adds" >"$dir/out" || fail "timing: exit status $?"
grep -q ' 1\.00 an iteration, 2\.00 instructions a cycle' "$dir/out" || fail "timing: two ADDs: $(cat "$dir/out")"

exit $failed
