#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What help, manual pages and READMEs name is there: each option that a command takes is in its help and in the manual, and the
# reverse; files of the tree, images, CPU models and cores that the texts name exist.
set -u
. "${srcdir:-.}/tests/lib.sh"
scratch
top=${srcdir:-.}

# taken FILE...: the long options in the tables for getopt_long
taken() {
    grep -ohE '\{ ?"[a-z][a-z-]*", (no|required|optional)_argument' "$@" | sed 's/^[^"]*"/--/; s/".*//' | grep -vx -e --help | LC_ALL=C sort -u
}

# named: the options that a text on standard input names, one a line
named() {
    sed 's/\\-/-/g' | grep -oE -e '--[a-z][a-z-]*' | grep -vx -e --help | LC_ALL=C sort -u
}

# described: the options whose lines in a help text begin with them, or with a short one
described() {
    grep -E -e '^  +(-[a-z], )?--' | sed 's/  *[^-, ].*//' | named
}

# missing WHAT A B: each line of A is in B
missing() {
    LC_ALL=C comm -23 "$2" "$3" | while read -r o; do
        echo "$1: $o"
    done >"$dir/missing"
    [ -s "$dir/missing" ] && fail "$(cat "$dir/missing")"
}

# agree COMMAND PAGE FILE...: the options of hypscope COMMAND, which FILE... parses
agree() {
    command=$1 page=$2
    shift 2
    taken "$@" >"$dir/taken"
    [ -s "$dir/taken" ] || fail "$command: no table of options in $*"
    : >"$dir/help"
    case $command in
    trace)
        for c in $("$hypscope" trace --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
            "$hypscope" trace "$c" --help >>"$dir/help" || fail "trace $c --help: status $?"
        done
        echo --markdown >>"$dir/taken"  # of kinds, which has no table
        ;;
    *) "$hypscope" "$command" --help >"$dir/help" || fail "$command --help: status $?" ;;
    esac
    LC_ALL=C sort -u "$dir/taken" >"$dir/taken.s"
    described <"$dir/help" >"$dir/described"
    named <"$dir/help" >"$dir/named"
    named <"$top/doc/$page" >"$dir/page"
    missing "taken by $command, not in its help" "$dir/taken.s" "$dir/named"
    missing "in the help of $command, not taken" "$dir/described" "$dir/taken.s"
    missing "taken by $command, not in doc/$page" "$dir/taken.s" "$dir/page"
    cat "$dir/taken.s" >>"$dir/all"
}

: >"$dir/all"
agree run hypscope.1 "$top/sim/cli-opts.c"
agree test hypscope.1 "$top/sim/cli-test.c"
agree timing hypscope.1 "$top/sim/cli-timing.c"
agree trace hypscope-trace.1 "$top"/sim/cli-trace*.c
LC_ALL=C sort -u "$dir/all" >"$dir/all.s"
for page in hypscope.1 hypscope-trace.1; do
    named <"$top/doc/$page" >"$dir/page"
    missing "in doc/$page, taken by no command" "$dir/page" "$dir/all.s"
done

# ---- names in the texts ----
texts=$(cd "$top" && ls ./*.md ./*/*.md ./tests/*/*.md)

# each PATTERN: file:word for what matches in the texts
each() {
    (cd "$top" && grep -oE -e "$1" $texts)
}

each '`(bench|cpu|doc|gic|hyp|include|mmu|sim|tests|tools|traces)/[A-Za-z0-9_./-]+[ `]' | tr -d '` ' | LC_ALL=C sort -u >"$dir/files"
[ "$(wc -l <"$dir/files")" -gt 50 ] || fail "hardly a file named in: $texts"
while IFS=: read -r text file; do
    case $file in
    *NAME* | *CORE* | *MODEL*) continue ;; # stands for several
    esac
    # in the sources, made by the build, a name before its .c and .h, or seen from the text's own folder
    [ -e "$top/$file" ] || [ -e "$top_builddir/$file" ] || [ -e "$top/$file.c" ] || [ -e "$top/${text%/*}/$file" ] ||
        fail "$text: there is no $file"
done <"$dir/files"

(cd "$top" && grep -roE --include='*.[ch]' '\b(cpu|doc|gic|hyp|mmu|sim|tests|tools|traces)/[A-Za-z0-9_-]+\.(md|1|yaml|sh)\b' cpu gic hyp mmu sim traces tests) |
    LC_ALL=C sort -u >"$dir/files"
while IFS=: read -r text file; do
    [ -e "$top/$file" ] || fail "$text: there is no $file"
done <"$dir/files"

if "$hypscope" images | grep -q '^first '; then
    "$hypscope" images | awk '{ print $1 }' >"$dir/known"
    each '--image [a-z][a-z0-9-]*' | LC_ALL=C sort -u | while IFS=: read -r text word; do
        grep -qx -e "${word#--image }" "$dir/known" || echo "$text: $word: no such image"
    done >"$dir/unknown"
    [ -s "$dir/unknown" ] && fail "$(cat "$dir/unknown")"
fi
"$hypscope" models | awk '{ print $1 }' >"$dir/known"
"$hypscope" timing --help | sed -n 's/^Cores: *//p' | tr ' ' '\n' >"$dir/cores"
each '--(cpu|timing) [a-z][a-z0-9-]*' | LC_ALL=C sort -u | while IFS=: read -r text word; do
    case $word in
    --cpu*) known=$dir/known ;;
    *) known=$dir/cores ;;
    esac
    grep -qx -e "${word#* }" "$known" || [ "$word" = '--timing off' ] || echo "$text: $word: no such core"
done >"$dir/unknown"
[ -s "$dir/unknown" ] && fail "$(cat "$dir/unknown")"

# options of configure
grep -ohE -e '--(enable|disable|with|without)-[a-z0-9]+' "$top"/*.md "$top"/*/*.md | LC_ALL=C sort -u | while read -r o; do
    grep -qE -e "AC_ARG_(ENABLE|WITH)\(\[${o#--*-}\]" "$top/configure.ac" || echo "$o: configure has no such option"
done >"$dir/unknown"
[ -s "$dir/unknown" ] && fail "$(cat "$dir/unknown")"

# the cores in the help of --timing are those that there are
"$hypscope" run --image first --timing none-such 2>&1 | sed -n 's/.*one of: //p' >"$dir/cores"
"$hypscope" run --help | grep -qF "have a model: $(cat "$dir/cores")" || fail "run --help: cores with a model are: $(cat "$dir/cores")"

exit $failed
