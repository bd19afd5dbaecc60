# SPDX-License-Identifier: Apache-2.0
# From gen-sysreg's list, a header with every register and SYS instruction of cpu/sysreg.tbl:
# awk -f regs.awk LIST >regs.h
BEGIN {
    print "/* SPDX-License-Identifier: Apache-2.0 */"
    print "/* Generated from cpu/sysreg.tbl; do not edit. */"
}
{
    n++
    name[n] = $1; enc[n] = $2; cls[n] = $3
    row[n] = sprintf("    { \"%s\", %s, { %d, %d, %d }, CLS_%s },", $1, $2, $4, $5, $6, $3)
    printf "#define ENC_%s %s\n", $1, $2
    if (!($3 in seen)) {
        seen[$3] = ++classes
        order[classes] = $3
    }
}
END {
    printf "enum reg_class {"
    for (i = 1; i <= classes; i++) {
        printf " CLS_%s,", order[i]
    }
    print " };"
    printf "#define N_REGS %d\n#ifdef REGS_TABLE\n", n
    print "const struct reg_row regs[N_REGS] = {"
    for (i = 1; i <= n; i++) {
        print row[i]
    }
    print "};\n#endif"
}
