/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gen-a64: reads the encoding tables (grammar: head of cpu/a64.tbl) and writes
 *   --ops FILE     the enum of rows and the X-macro lists
 *   --decode FILE  the rows as data and the decoder
 *   --v FILE       prototypes of the functions of format v
 * Ambiguous overlaps, unreachable rows and malformed patterns are errors.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_ROWS = 4096, MAX_EXCEPT = 8, BUCKETS = 256, BUCKET_LO = 21 };

struct except {
    uint32_t mask, value;
};

struct row {
    char name[48], format[32], feature[24], cost[24], mnemonic[64];
    uint32_t mask, value;
    unsigned fields;             /* bits by index into register_fields */
    struct except ex[MAX_EXCEPT];
    int n_ex;
    const char *file;
    int line;
};

static struct row rows[MAX_ROWS];
static int n_rows;

/* Fields that name registers: enum a64_field. rm4 is the four-bit Rm of "by element" forms. */
static const char *const register_fields[] = {"rd", "rn", "rm", "rm4", "ra", "rt", "rt2", "rs"};
enum { N_REGISTER_FIELDS = sizeof(register_fields) / sizeof(register_fields[0]) };

static void __attribute__((noreturn, format(printf, 3, 4)))
die(const char *file, int line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

static void note_field(struct row *r, const char *tok, long width)
{
    char name[16];
    size_t len = strcspn(tok, ":");
    snprintf(name, sizeof(name), "%.*s%s", (int)len, tok, width == 4 ? "4" : "");
    for (unsigned i = 0; i < N_REGISTER_FIELDS; i++) {
        if (strcasecmp(name, register_fields[i]) == 0) {
            r->fields |= 1u << i;
        }
    }
}

/* One pattern token at bit position *pos (bits above are done). */
static void parse_token(struct row *r, const char *tok, int *pos)
{
    if (tok[0] == '0' || tok[0] == '1') {
        for (const char *p = tok; *p != '\0'; p++) {
            if ((*p != '0' && *p != '1') || *pos == 0) {
                die(r->file, r->line, "bad literal `%s'", tok);
            }
            (*pos)--;
            r->mask |= UINT32_C(1) << *pos;
            r->value |= (uint32_t)(*p - '0') << *pos;
        }
        return;
    }
    const char *colon = strchr(tok, ':');
    if (colon == NULL || !isalpha((unsigned char)tok[0])) {
        die(r->file, r->line, "bad field `%s' (want name:width)", tok);
    }
    char *end;
    long width = strtol(colon + 1, &end, 10);
    if (width < 1 || width > *pos) {
        die(r->file, r->line, "field `%s' does not fit", tok);
    }
    note_field(r, tok, width);
    *pos -= (int)width;
    while (*end != '\0') {
        if (strncmp(end, "!=", 2) != 0 || r->n_ex == MAX_EXCEPT) {
            die(r->file, r->line, "bad constraint in `%s'", tok);
        }
        end += 2;
        struct except *e = &r->ex[r->n_ex++];
        for (long i = width - 1; i >= 0; i--, end++) {
            if (*end == '0' || *end == '1') {
                e->mask |= UINT32_C(1) << (*pos + i);
                e->value |= (uint32_t)(*end - '0') << (*pos + i);
            } else if (*end != 'x') {
                die(r->file, r->line, "constraint of `%s' needs %ld bits", tok, width);
            }
        }
    }
}

static void parse_line(const char *file, int line, char *text)
{
    char *hash = strchr(text, '#');
    if (hash != NULL) {
        *hash = '\0';
    }
    char *save = NULL;
    char *col[5];
    for (int i = 0; i < 5; i++) {
        col[i] = strtok_r(i == 0 ? text : NULL, " \t\r\n", &save);
        if (col[i] == NULL) {
            if (i == 0) {
                return;
            }
            die(file, line, "a row has six columns: NAME FORMAT FEATURE CLASS MNEMONIC PATTERN");
        }
    }
    if (n_rows == MAX_ROWS) {
        die(file, line, "too many rows");
    }
    struct row *r = &rows[n_rows++];
    r->file = file;
    r->line = line;
    snprintf(r->name, sizeof(r->name), "%s", col[0]);
    snprintf(r->format, sizeof(r->format), "%s", col[1]);
    snprintf(r->feature, sizeof(r->feature), "%s", strcmp(col[2], "-") == 0 ? "BASE" : col[2]);
    snprintf(r->cost, sizeof(r->cost), "%s", col[3]);
    snprintf(r->mnemonic, sizeof(r->mnemonic), "%s", col[4]);
    int pos = 32;
    for (char *t = strtok_r(NULL, " \t\r\n", &save); t != NULL; t = strtok_r(NULL, " \t\r\n", &save)) {
        parse_token(r, t, &pos);
    }
    if (pos != 0) {
        die(file, line, "the pattern of %s has %d bits, not 32", r->name, 32 - pos);
    }
    for (int i = 0; i < n_rows - 1; i++) {
        if (strcmp(rows[i].name, r->name) == 0) {
            die(file, line, "%s is already in %s:%d", r->name, rows[i].file, rows[i].line);
        }
    }
}

static void read_table(const char *file)
{
    FILE *f = fopen(file, "r");
    if (f == NULL) {
        perror(file);
        exit(1);
    }
    char buf[1024];
    for (int line = 1; fgets(buf, sizeof(buf), f) != NULL; line++) {
        parse_line(file, line, buf);
    }
    fclose(f);
}

/* Does an exception of `r` exclude every word that has `value` in `mask`? */
static bool excluded(const struct row *r, uint32_t mask, uint32_t value)
{
    for (int i = 0; i < r->n_ex; i++) {
        if ((r->ex[i].mask & ~mask) == 0 && (value & r->ex[i].mask) == r->ex[i].value) {
            return true;
        }
    }
    return false;
}

/* Find one word that both rows match, by trying the free bits that exceptions mention. */
static bool common_word(const struct row *a, const struct row *b)
{
    uint32_t fixed = a->mask | b->mask, base = a->value | b->value, free_bits = 0;
    for (int i = 0; i < a->n_ex; i++) {
        free_bits |= a->ex[i].mask & ~fixed;
    }
    for (int i = 0; i < b->n_ex; i++) {
        free_bits |= b->ex[i].mask & ~fixed;
    }
    uint32_t sub = free_bits;
    for (unsigned tries = 0; tries < 65536; tries++) {
        uint32_t w = base | sub;
        if (!excluded(a, UINT32_MAX, w) && !excluded(b, UINT32_MAX, w)) {
            return true;
        }
        if (sub == 0) {
            return false;
        }
        sub = (sub - 1) & free_bits;
    }
    return true;
}

static int by_specificity(const void *pa, const void *pb)
{
    int a = *(const int *)pa, b = *(const int *)pb;
    int ca = __builtin_popcount(rows[a].mask), cb = __builtin_popcount(rows[b].mask);
    return ca != cb ? cb - ca : a - b;
}

static void check_overlaps(void)
{
    int bad = 0;
    for (int i = 0; i < n_rows; i++) {
        for (int j = i + 1; j < n_rows; j++) {
            const struct row *a = &rows[i], *b = &rows[j];
            uint32_t both = a->mask & b->mask;
            if (((a->value ^ b->value) & both) != 0) {
                continue;
            }
            bool a_in_b = both == b->mask && a->mask != b->mask;
            bool b_in_a = both == a->mask && a->mask != b->mask;
            if (!a_in_b && !b_in_a && common_word(a, b)) {
                fprintf(stderr, "%s:%d: %s overlaps %s (%s:%d)\n", b->file, b->line, b->name, a->name, a->file, a->line);
                bad++;
            }
        }
    }
    if (bad != 0) {
        exit(1);
    }
}

static FILE *open_out(const char *path)
{
    FILE *f = fopen(path, "w");
    if (f == NULL) {
        perror(path);
        exit(1);
    }
    fprintf(f, "/* Generated by tools/gen-a64 from cpu/a64*.tbl: do not edit. */\n");
    return f;
}

/* The number of the row's cost class: classes are numbered as they first appear. */
static int cost_number(int row)
{
    int n = 0;
    for (int i = 0; i <= row; i++) {
        int j = 0;
        while (strcmp(rows[j].cost, rows[i].cost) != 0) {
            j++;
        }
        if (strcmp(rows[i].cost, rows[row].cost) == 0) {
            return n;
        }
        n += j == i;
    }
    return n;
}

/* enum a64_cost with COST_fp_add for fp.add, their names, and enum a64_field */
static void write_classes(FILE *f)
{
    fprintf(f, "#define A64_COSTS(X)");
    int next = 0;
    for (int i = 0; i < n_rows; i++) {
        if (cost_number(i) == next) {
            char id[sizeof(rows[i].cost)];
            snprintf(id, sizeof(id), "%s", rows[i].cost);
            for (char *p = id; *p != '\0'; p++) {
                *p = *p == '.' ? '_' : *p;
            }
            fprintf(f, " \\\n    X(%s, \"%s\")", id, rows[i].cost);
            next++;
        }
    }
    fprintf(f, "\nenum a64_cost {\n#define X(id, name) COST_##id,\n    A64_COSTS(X)\n#undef X\n    COST_COUNT\n};\n");
    fprintf(f, "enum a64_field {\n");
    for (unsigned i = 0; i < N_REGISTER_FIELDS; i++) {
        fprintf(f, "    FIELD_%s = %u,\n", register_fields[i], 1u << i);
    }
    fprintf(f, "};\n");
}

static void write_ops(const char *path)
{
    FILE *f = open_out(path);
    fprintf(f, "#ifndef A64_OPS_H\n#define A64_OPS_H\nenum a64_op {\n");
    for (int i = 0; i < n_rows; i++) {
        fprintf(f, "    OP_%s,\n", rows[i].name);
    }
    fprintf(f, "    OP_COUNT\n};\n#define A64_CORE_OPS(X)");
    for (int i = 0; i < n_rows; i++) {
        if (strcmp(rows[i].format, "v") != 0) {
            fprintf(f, " \\\n    X(%s)", rows[i].name);
        }
    }
    fprintf(f, "\n#define A64_FORMATS(X)");
    for (int i = 0; i < n_rows; i++) {
        bool seen = false;
        for (int j = 0; j < i && !seen; j++) {
            seen = strcmp(rows[j].format, rows[i].format) == 0;
        }
        if (!seen) {
            fprintf(f, " \\\n    X(%s)", rows[i].format);
        }
    }
    fprintf(f, "\n#define A64_ROW_FORMATS(X)");
    for (int i = 0; i < n_rows; i++) {
        fprintf(f, " \\\n    X(%s, %s)", rows[i].name, rows[i].format);
    }
    fprintf(f, "\n");
    write_classes(f);
    fprintf(f, "#endif\n");
    fclose(f);
}

static void write_v(const char *path)
{
    FILE *f = open_out(path);
    fprintf(f, "#ifndef A64_V_H\n#define A64_V_H\n#include <stdbool.h>\n#include <stdint.h>\nstruct pe;\n");
    for (int i = 0; i < n_rows; i++) {
        if (strcmp(rows[i].format, "v") == 0) {
            fprintf(f, "bool v_%s(struct pe *pe, uint32_t insn);\n", rows[i].name);
        }
    }
    fprintf(f, "#endif\n");
    fclose(f);
}

static void write_rows(FILE *f)
{
    for (int i = 0; i < n_rows; i++) {
        if (rows[i].n_ex != 0) {
            fprintf(f, "static const struct a64_except x%d[] = {", i);
            for (int k = 0; k < rows[i].n_ex; k++) {
                fprintf(f, "{0x%08x, 0x%08x},", rows[i].ex[k].mask, rows[i].ex[k].value);
            }
            fprintf(f, "};\n");
        }
    }
    fprintf(f, "const struct a64_row a64_rows[] = {\n");
    for (int i = 0; i < n_rows; i++) {
        const struct row *r = &rows[i];
        fprintf(f, "    {\"%s\", \"%s\", \"%s\", \"%s\", 0x%08x, 0x%08x, %d, 0x%x, FEAT_%s, %d, ", r->name, r->mnemonic,
                r->format, r->cost, r->mask, r->value, cost_number(i), r->fields, r->feature, r->n_ex);
        if (r->n_ex != 0) {
            fprintf(f, "x%d},\n", i);
        } else {
            fprintf(f, "0},\n");
        }
    }
    fprintf(f, "};\n");
}

/* Buckets by bits 28:21; in each the candidates, most specific first. */
static void write_buckets(FILE *f)
{
    static int list[MAX_ROWS];
    int start[BUCKETS + 1], total = 0;
    fprintf(f, "static const unsigned short cand[] = {\n");
    for (int b = 0; b < BUCKETS; b++) {
        int n = 0;
        uint32_t bm = UINT32_C(0xff) << BUCKET_LO, bv = (uint32_t)b << BUCKET_LO;
        for (int i = 0; i < n_rows; i++) {
            uint32_t m = rows[i].mask & bm;
            if ((rows[i].value & bm) == (bv & m)) {
                list[n++] = i;
            }
        }
        qsort(list, (size_t)n, sizeof(list[0]), by_specificity);
        start[b] = total;
        for (int k = 0; k < n; k++) {
            fprintf(f, "%d,", list[k]);
        }
        fprintf(f, "\n");
        total += n;
    }
    start[BUCKETS] = total;
    fprintf(f, "0};\nstatic const unsigned short first[] = {");
    for (int b = 0; b <= BUCKETS; b++) {
        fprintf(f, "%d,", start[b]);
    }
    fprintf(f, "};\n");
}

static void write_decode(const char *path)
{
    FILE *f = open_out(path);
    fprintf(f, "#include \"cpu/a64.h\"\n#include \"cpu/features.h\"\n#include \"a64-v.h\"\n");
    write_rows(f);
    write_buckets(f);
    fprintf(f,
            "int a64_decode_for(uint32_t insn, const struct features *feat)\n{\n"
            "    unsigned b = (insn >> %d) & 0xff;\n"
            "    for (unsigned i = first[b]; i < first[b + 1]; i++) {\n"
            "        const struct a64_row *r = &a64_rows[cand[i]];\n"
            "        if ((insn & r->mask) != r->value) {\n            continue;\n        }\n"
            "        bool out = false;\n"
            "        for (unsigned k = 0; k < r->n_except; k++) {\n"
            "            out |= (insn & r->except[k].mask) == r->except[k].value;\n        }\n"
            "        if (!out && (feat == 0 || feat_has(feat, r->feature))) {\n            return cand[i];\n        }\n"
            "    }\n    return -1;\n}\n"
            "int a64_decode(uint32_t insn)\n{\n    return a64_decode_for(insn, 0);\n}\n", BUCKET_LO);
    fprintf(f, "bool (*const a64_v_functions[])(struct pe *pe, uint32_t insn) = {\n");
    for (int i = 0; i < n_rows; i++) {
        if (strcmp(rows[i].format, "v") == 0) {
            fprintf(f, "    [%d] = v_%s,\n", i, rows[i].name);
        }
    }
    fprintf(f, "    [%d] = 0,\n};\n", n_rows);
    fclose(f);
}

int main(int argc, char **argv)
{
    const char *ops = NULL, *decode = NULL, *v = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--ops") == 0 && i + 1 < argc) {
            ops = argv[++i];
        } else if (strcmp(argv[i], "--decode") == 0 && i + 1 < argc) {
            decode = argv[++i];
        } else if (strcmp(argv[i], "--v") == 0 && i + 1 < argc) {
            v = argv[++i];
        } else if (argv[i][0] == '-') {
            fprintf(stderr, "usage: gen-a64 [--ops FILE] [--decode FILE] [--v FILE] TABLE...\n");
            return 2;
        } else {
            read_table(argv[i]);
        }
    }
    check_overlaps();
    if (ops != NULL) {
        write_ops(ops);
    }
    if (decode != NULL) {
        write_decode(decode);
    }
    if (v != NULL) {
        write_v(v);
    }
    return 0;
}
