#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --stat: every count of the worlds adds up to the run's, of an exit's phases to the exit's, of a phase's state classes to the phase's;
# stalls are part of the cycles; the classes are those of --phases; both instances, a trace and --phases beside it change nothing.
set -u
. "${srcdir:-.}/tests/lib.sh"
need_image first
scratch

run() { # run NAME ARGS...: the report into $dir/NAME
    name=$1
    shift
    timeout 60 "$hypscope" run --quiet --no-console --cpu $core --timing $core --image $image --stat="$dir/$name" --stat-format json "$@" \
        >"$dir/out" 2>&1 || fail "$image, $core: $*: $(tail -n 1 "$dir/out")"
}

# Sums, of each count by its name, told line by line: what does not add up
cat >"$dir/sums" <<'END'
function text(key) { return match($0, "\"" key "\":\"[^\"]*\"") ? substr($0, RSTART + length(key) + 4, RLENGTH - length(key) - 5) : "" }
function whole(id) { known[id] = 1 }
function part_of(id) { wanted[id] = 1; to = id }
{
    to = ""
    if (/^{"run":/) { id = "run"; whole(id) }
    else if (/^{"world":/) { id = ""; part_of("run"); worlds++ }
    else if (/^{"exit":/) { id = "exit " text("exit"); whole(id); exits++ }
    else if (/^{"phase":/) { id = text("phase") " of " text("of"); whole(id); part_of("exit " text("of")); phases++ }
    else if (/^{"class":/) { id = ""; part_of(text("in") " of " text("of")); classes++ }
    else { print "a line of no kind: " $0 }
    line = $0
    stalls = cycles = 0
    in_stalls = 0
    while (match(line, /"[a-zA-Z0-9 -]*":([0-9]+|\{)/)) {
        pair = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        key = pair; sub(/":.*/, "", key); key = substr(key, 2)
        n = pair; sub(/.*":/, "", n)
        if (n == "{") { in_stalls = key == "stalls"; group = key; continue }
        if (key == "times") { group = ""; continue }
        if (in_stalls) stalls += n
        if (key == "cycles") cycles = n
        counts[key] = 1
        if (id != "") has[id, group key] += n
        if (to != "") sum[to, group key] += n
        names[group key] = 1
    }
    if (stalls > cycles + 0) print "more stalls than cycles: " $0
}
END {
    for (id in known) {
        if (id in wanted) {
            for (k in names) if (has[id, k] != sum[id, k]) print id ": " k ": the parts have " sum[id, k] + 0 " of " has[id, k] + 0
        } else if (id ~ /^exit/) print id ": no phases"
    }
    for (id in wanted) if (!(id in known)) print id ": parts of nothing"
    for (k in names) n++
    if (n != 40) print n " counts, expected 40"
    if (worlds < 2 || exits < least || phases < exits || classes < 2 * phases) print worlds " worlds, " exits " exits, " phases " phases, " classes " classes"
}
END

# Cycles of each class: of --phases; of all classes in the report
by_phases() {
    sed -n 's/^{"event":"class","name":"\([^"]*\)".*"cycles":\([0-9]*\).*/\1|\2/p' "$1" | sort
}
by_stat() {
    sed -n 's/^{"class":"\([^"]*\)".*"times":[0-9]*,"cycles":\([0-9]*\),.*/\1|\2/p' "$1" |
        awk -F '|' '{ n[$1] += $2 } END { for (k in n) print k "|" n[k] }' | sort
}

for core in cortex-a53 cortex-a55 neoverse-n1; do
    for image in first nvhe vhe kvm414; do
        case $image in
            vhe) [ $core = cortex-a53 ] && continue ;;
        esac
        "$hypscope" images | grep -q "^$image " || { fail "no image $image"; continue; }
        run one
        awk -v least=2 -f "$dir/sums" "$dir/one" >"$dir/wrong"
        [ -s "$dir/wrong" ] && fail "$image, $core: $(head -n 5 "$dir/wrong")"
        run two --instance step
        cmp -s "$dir/one" "$dir/two" || fail "$image, $core: stepping reports something else"
        run two --trace "$dir/trace" --trace-kinds all
        cmp -s "$dir/one" "$dir/two" || fail "$image, $core: with a trace the report is another"
        run two --phases="$dir/phases" --phases-table --phases-format json
        cmp -s "$dir/one" "$dir/two" || fail "$image, $core: with --phases the report is another"
        [ -n "$(by_phases "$dir/phases")" ] && [ "$(by_phases "$dir/phases")" = "$(by_stat "$dir/one")" ] ||
            fail "$image, $core: the classes are not those of --phases"
    done
done

# a hypercall in kvm414's way, without VHE: the host handles it below EL2; its registers are state of classes, at the exit and at the entry
core=cortex-a53
image=kvm414
run one
for phase in exit entry; do
    for class in 'GP registers' 'EL1 system' 'EL2 configuration' VGIC control; do
        grep -q "^{\"class\":\"$class\",\"in\":\"$phase\",\"of\":\"HVC\"," "$dir/one" || fail "no $class in the $phase of HVC"
    done
    grep -q "^{\"class\":\"host below EL2\",\"in\":\"$phase\"" "$dir/one" && fail "the host is in a phase '$phase'"
done
grep '^{"class":' "$dir/one" | grep '"in":"host","of":"HVC"' | grep -qv '^{"class":"host below EL2"' && fail "more than the host in the phase of the host"

# text: of each exit its tables, shares of the whole 100.0%, no trailing blanks, lines that fit
timeout 60 "$hypscope" run --quiet --no-console --cpu $core --timing $core --image $image --stat="$dir/text" >"$dir/out" 2>&1
[ "$(grep -c '^exit ' "$dir/text")" = "$(grep -c '^{"exit"' "$dir/one")" ] || fail "not a table for each exit"
[ "$(grep -c '^exit ' "$dir/text")" = "$(grep -c '^  whole .* 100\.0%' "$dir/text")" ] || fail "not a line 'whole' for each exit"
grep -q ' $' "$dir/text" && fail "blanks at the end of a line"
grep -q '\.00 ' "$dir/text" && fail "a count with digits behind the point that say nothing"
awk 'length($0) > 140' "$dir/text" | grep . && fail "lines too long"
exit $failed
