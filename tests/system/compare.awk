# SPDX-License-Identifier: Apache-2.0
# Compares what the harness printed on two machines:
#
#   awk -v model=MODEL -v shown=N -f compare.awk explained.txt OURS PEER
#
# Lines are "case result" under "# group NAME". Differences that a line of explained.txt covers are counted, the others are printed
# (the first N of each group). The last lines are, for each group: "= GROUP comparisons equal explained unexplained". A line of
# explained.txt that covered something is reported as "~ number count".
function fail(text) {
    print "compare: " text
    broken = 1
    exit 2
}

# Do the words of two results differ only in the bits of mask (16 hexadecimal digits)?
function only_bits(a, b, mask,    n, m, x, y, i) {
    n = split(a, x, " ")
    m = split(b, y, " ")
    if (n != m) {
        return 0
    }
    for (i = 1; i <= n; i++) {
        if (x[i] != y[i] && !only_bits_word(x[i], y[i], mask)) {
            return 0
        }
    }
    return 1
}
function only_bits_word(x, y, mask,    i, p, q, m, d) {
    # NAME=VALUE: the names must agree
    if (match(x, /^[a-z0-9.]+=/) && substr(x, 1, RLENGTH) == substr(y, 1, RLENGTH)) {
        y = substr(y, RLENGTH + 1)
        x = substr(x, RLENGTH + 1)
    }
    if (x !~ /^[0-9a-f]+$/ || y !~ /^[0-9a-f]+$/) {
        return 0
    }
    x = sprintf("%16s", x)
    y = sprintf("%16s", y)
    for (i = 1; i <= 16; i++) {
        p = digit(substr(x, i, 1))
        q = digit(substr(y, i, 1))
        m = digit(substr(mask, i, 1))
        for (d = 1; d <= 8; d *= 2) {
            if (int(p / d) % 2 != int(q / d) % 2 && int(m / d) % 2 == 0) {
                return 0
            }
        }
    }
    return 1
}
function digit(c) {
    return c == " " ? 0 : index("0123456789abcdef", c) - 1
}

# explained.txt: GROUP/CASE ; OURS ; PEER ; WHO ; RULE, the first three extended regular expressions for the whole text
FILENAME == ARGV[1] {
    if ($0 ~ /^[ \t]*(#|$)/) {
        next
    }
    n = split($0, f, / *; */)
    if (n < 5 || f[4] !~ /^(ours|peer|both)$/) {
        fail("explained.txt:" FNR ": a line is MODEL:GROUP/CASE ; OURS ; PEER ; ours|peer|both ; rule")
    }
    rules++
    if (f[2] ~ /^bits /) {
        mask[rules] = f[2]
        gsub(/^bits |_/, "", mask[rules])
        if (length(mask[rules]) != 16) {
            fail("explained.txt:" FNR ": bits wants 16 digits")
        }
    }
    where[rules] = FNR
    re_case[rules] = "^(" f[1] ")$"
    re_ours[rules] = "^(" f[2] ")$"
    re_peer[rules] = "^(" f[3] ")$"
    next
}
FNR == 1 {
    side = FILENAME == ARGV[2] ? 1 : 2
    group = ""
}
{
    sub(/\r$/, "")
}
/^# group / {
    group = $3
    if (side == 1) {
        groups[++n_groups] = group
    }
    next
}
/^# end/ {
    ended[side] = 1
}
/^#/ || /^$/ {
    if ($0 ~ /stray/) {
        print "compare: " (side == 1 ? "ours" : "peer") " " $0
    }
    next
}
{
    i = index($0, " ")
    name = group "/" substr($0, 1, i - 1)
    value = substr($0, i + 1)
    if (side == 1) {
        if (name in ours) {
            fail("two cases are called " name)
        }
        ours[name] = value
        order[++cases] = name
        of[cases] = group
    } else {
        if (name in peer) {
            fail("two cases are called " name)
        }
        peer[name] = value
        if (!(name in ours)) {
            judge(group, name, "(nothing)", value)
        }
    }
}

# A result that ends in "rule=no" is wrong whatever the other says: the harness knows the rule.
function judge(g, name, a, b,    r, key) {
    total[g]++
    if (a == b && a !~ / rule=no$/) {
        equal[g]++
        return
    }
    key = model ":" name
    for (r = 1; r <= rules && a !~ / rule=no$/; r++) {
        if (key !~ re_case[r]) {
            continue
        }
        if ((r in mask) ? only_bits(a, b, mask[r]) : a ~ re_ours[r] && b ~ re_peer[r]) {
            used[r]++
            explained[g]++
            return
        }
    }
    unexplained[g]++
    if (unexplained[g] <= shown) {
        printf "%s %s\n    ours %s\n    peer %s\n", model, name, a, b
    }
}

END {
    if (broken) {
        exit 2
    }
    for (i = 1; i <= cases; i++) {
        name = order[i]
        judge(of[i], name, ours[name], (name in peer) ? peer[name] : "(nothing)")
    }
    for (i = 1; i <= n_groups; i++) {
        g = groups[i]
        if (unexplained[g] > shown) {
            printf "%s %s: %d more unexplained differences\n", model, g, unexplained[g] - shown
        }
    }
    for (s = 1; s <= 2; s++) {
        if (!ended[s]) {
            print "compare: " (s == 1 ? "our" : "the peer's") " run did not reach its end"
            unexplained[groups[n_groups]]++
        }
    }
    for (r = 1; r <= rules; r++) {
        if (used[r]) {
            print "~ " where[r] " " used[r]
        }
    }
    for (i = 1; i <= n_groups; i++) {
        g = groups[i]
        printf "= %s %d %d %d %d\n", g, total[g], equal[g], explained[g], unexplained[g]
    }
}
