#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Traces of single instructions: Tarmac by its grammar, against the program's bytes and the state at the end of the run; the
# table of phases adds up; diff names the instruction of a flipped bit, a missing barrier and an exit too many.
set -u
. "${srcdir:-.}/tests/lib.sh"
scratch

need_image kvm414

# not_tarmac FILE: lines beyond the grammar that Tarmac readers take without a warning
not_tarmac() {
    grep -vE -e '^[0-9]+ clk IT \([0-9]+\) [0-9a-f]{16}:[0-9a-f]{12}_NS [0-9a-f]{8} O EL(0t|1t|1h|2t|2h)_n : [a-z.]' \
        -e '^[0-9]+ clk R X([0-9]|[12][0-9]|30) [0-9a-f]{16}$' \
        -e '^[0-9]+ clk R SP_EL[012] [0-9a-f]{16}$' \
        -e '^[0-9]+ clk R V([0-9]|[12][0-9]|3[01]) [0-9a-f]{32}$' \
        -e '^[0-9]+ clk R (cpsr|FPCR|FPSR) [0-9a-f]{8}$' \
        -e '^[0-9]+ clk R ([ACDEFHIMORPSV]|L[^_]|T[CPT])[A-Za-z0-9_]+_EL[0-3]([0-9]?) [0-9a-f]{16}$' \
        -e '^[0-9]+ clk M[RW]1 [0-9a-f]{16} [0-9a-f]{2}$' \
        -e '^[0-9]+ clk M[RW]2 [0-9a-f]{16} [0-9a-f]{4}$' \
        -e '^[0-9]+ clk M[RW]4 [0-9a-f]{16} [0-9a-f]{8}$' \
        -e '^[0-9]+ clk M[RW]8 [0-9a-f]{16} [0-9a-f]{16}$' \
        -e '^[0-9]+ clk M[RW]16 [0-9a-f]{16} [0-9a-f]{16} [0-9a-f]{16}$' \
        -e '^[0-9]+ clk E [0-9a-f]{16} [0-9a-f]{8} CoreEvent_[A-Za-z0-9_]+$' \
        -e '^[0-9]+ clk (INFO_EXCEPTION_REASON|SIGNAL|TTW|CACHE) ' "$1"
}

for run in kvm414:cortex-a72 kvm56:neoverse-n1 vhe:neoverse-n1; do
    image=${run%:*} cpu=${run#*:}
    "$hypscope" run --quiet --no-console --image "$image" --cpu "$cpu" --at-exit state --trace "$dir/$image" --trace-kinds all </dev/null \
        >"$dir/$image.state" || fail "$image: exit status $?"
    "$hypscope" trace export --format tarmac -o "$dir/$image.tarmac" "$dir/$image" || fail "$image: export"
    not_tarmac "$dir/$image.tarmac" >"$dir/bad" && fail "$image: not Tarmac: $(head -n 3 "$dir/bad")"
    # counts go on one by one, time does not fall, each instruction of the trace is there
    awk '$3 == "IT" { if ($4 != "(" n++ ")") bad = 1 } { if ($1 + 0 < t) bad = 1; t = $1 + 0 } END { exit bad }' "$dir/$image.tarmac" ||
        fail "$image: counts or times do not go on"
    [ "$(grep -c ' IT ' "$dir/$image.tarmac")" = "$("$hypscope" trace info "$dir/$image" | awk '$2 == "insn" { print $1 }')" ] ||
        fail "$image: another number of instructions"
    # the last value of each register is the one that the machine ends with
    # (X0 has the answer of the last call to the firmware, which no instruction wrote)
    awk '$3 == "R" && $4 ~ /^[XV][0-9]+$/ && $4 != "X0" { v[$4] = $5 } END { for (r in v) print r, v[r] }' "$dir/$image.tarmac" |
        LC_ALL=C sort >"$dir/last"
    grep -oE '\<(X[0-9]+ +[0-9a-f]{16}|V[0-9]+ +[0-9a-f]{32})\>' "$dir/$image.state" | tr -s ' ' | LC_ALL=C sort >"$dir/end"
    [ "$(wc -l <"$dir/last")" -gt 30 ] && [ -z "$(LC_ALL=C comm -23 "$dir/last" "$dir/end")" ] ||
        fail "$image: registers end otherwise: $(LC_ALL=C comm -23 "$dir/last" "$dir/end" | head -n 3)"
    # the opcodes are those of the program
    elf=$top_builddir/hyp/images/$image.elf
    if command -v aarch64-linux-gnu-objdump >/dev/null && [ -e "$elf" ]; then
        aarch64-linux-gnu-objdump -d "$elf" | awk '/^ +[0-9a-f]+:\t/ { sub(/:/, "", $1); print $1, $2 }' >"$dir/code"
        awk 'NR == FNR { code[$1] = $2; next }
            $3 == "IT" { split($5, a, ":"); va = a[1]; sub(/^0+/, "", va); if (va in code) { seen++; if (code[va] != $6) bad = 1 } }
            END { exit bad || seen < 1000 }' "$dir/code" "$dir/$image.tarmac" || fail "$image: other opcodes than in $image.elf"
    fi
done

# records of a PE are in order of instructions, time and cycles, whatever counts them: an instruction's effects are not earlier than what
# happened during it
ordered='
    function member(name) { return match($0, "\"" name "\":[0-9]+") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) + 0 : -1 }
    { pe = member("pe"); i = member("icount"); t = member("time_ns"); c = member("cycle")
      if (i < 0 || t < 0 || c < 0) { print "no count, time or cycle: " $0; exit 1 }
      if (i < insns[pe] || t < time[pe] || c < cycle[pe]) { print "earlier than the one before: " $0; exit 1 }
      insns[pe] = i; time[pe] = t; cycle[pe] = c }
    END { if (NR < 1000) print NR " records" }'
for options in '--image kvm414 --cpu cortex-a72' '--image kvm56 --cpu neoverse-n1 --timing cortex-a55' \
    '--image vhe --cpu neoverse-n1 --timing neoverse-n1 --clock insns' '--image nvhe --cpu neoverse-n1 --smp 2 --timing cortex-a72'; do
    # shellcheck disable=SC2086 # several words
    "$hypscope" run --quiet --no-console $options --trace "$dir/order" --trace-kinds all </dev/null >/dev/null 2>&1
    bad=$("$hypscope" trace dump --json "$dir/order" | awk "$ordered")
    [ -z "$bad" ] || fail "$options: $bad"
done

# phases: rows add up, to the instructions between exits and entries that the list of switches counts
sums='
    function member(name) { if (match($0, "\"" name "\":[0-9]+")) return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3); return 0 }
    /"event":"class"/ { class += member("insns") }
    /"event":"symbol"/ { symbol += member("insns") }
    /"event":"whole"/ { whole = member("insns"); n = member("switches") }
    END { if (class != whole || symbol != whole || n == 0) exit 1; print n, whole }'
for image in kvm414 kvm56 vhe; do
    "$hypscope" trace phases --format json "$dir/$image" >"$dir/phases" || fail "$image: phases"
    awk "$sums" "$dir/phases" >"$dir/sum" || fail "$image: the rows do not add up: $(cat "$dir/phases")"
    "$hypscope" trace switches --format json "$dir/$image" |
        awk '/"event":"reason"/ { match($0, /"handled":[0-9]+/); n += substr($0, RSTART + 10, RLENGTH - 10)
                                  match($0, /"host_insns":[0-9]+/); i += substr($0, RSTART + 13, RLENGTH - 13) } END { print n, i }' >"$dir/list"
    cmp -s "$dir/sum" "$dir/list" || fail "$image: $(cat "$dir/sum") in phases, $(cat "$dir/list") in the list of switches"
    ! grep -q 'not in the trace' "$dir/phases" || fail "$image: instructions are missing"
done
# the table of a run is that of its trace, and looking changes nothing
for run in kvm414:cortex-a72 vhe:neoverse-n1; do
    image=${run%:*} cpu=${run#*:}
    "$hypscope" trace phases --format json "$dir/$image" >"$dir/later"
    "$hypscope" run --quiet --no-console --hash --image "$image" --cpu "$cpu" --phases="$dir/live" --phases-format json </dev/null >"$dir/a"
    "$hypscope" run --quiet --no-console --hash --image "$image" --cpu "$cpu" </dev/null >"$dir/b"
    cmp "$dir/live" "$dir/later" || fail "$image: another table in the run"
    cmp "$dir/a" "$dir/b" || fail "$image: looking at phases changes the run"
done
"$hypscope" run --image first --phases --trace "$dir/x" </dev/null >/dev/null 2>"$dir/err"
[ $? = 2 ] && grep -q 'not together with --trace' "$dir/err" || fail "--phases with --trace: $(cat "$dir/err")"

exit $failed
