# SPDX-License-Identifier: Apache-2.0
# Turns rows of the encoding tables into C initialisers for fp-diff.c: name, feature, mnemonic, pattern.
/^[ \t]*(#|$)/ { next }
{
    pattern = ""
    for (i = 6; i <= NF; i++) {
        pattern = pattern (i > 6 ? " " : "") $i
    }
    printf "    { \"%s\", \"%s\", \"%s\", \"%s\", v_%s },\n", $1, $3, $5, pattern, $1
}
