/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin for the peer simulator (QEMU's plugin interface, version 2 and newer): counts executed instructions,
 * per vCPU, and writes the counts to the file named by its argument out=FILE when the machine ends.
 *
 * The interface's header is not packaged with QEMU, so what is used of it is declared here.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_info;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_scoreboard;
typedef struct {
    struct qemu_plugin_scoreboard *score;
    size_t offset;
} qemu_plugin_u64;

enum { INLINE_ADD_U64 = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                           void (*cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t id, void *data), void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn, int op, qemu_plugin_u64 entry,
                                                         uint64_t imm);
struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t element_bytes);
uint64_t qemu_plugin_u64_get(qemu_plugin_u64 entry, unsigned vcpu);
uint64_t qemu_plugin_u64_sum(qemu_plugin_u64 entry);
int qemu_plugin_num_vcpus(void);

/* The interface calls back with no more than an id, so this is the one place with file-scope state. */
static qemu_plugin_u64 count;
static char out_path[4096];

EXPORT int qemu_plugin_version = 2;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_plugin_info *info, int argc, char **argv);

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t n = qemu_plugin_tb_n_insns(tb);

    (void)id;
    for (size_t i = 0; i < n; i++) {
        qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(qemu_plugin_tb_get_insn(tb, i), INLINE_ADD_U64, count, 1);
    }
}

static void ended(qemu_plugin_id_t id, void *data)
{
    FILE *out = fopen(out_path, "w");

    (void)id;
    (void)data;
    if (out == NULL) {
        return;
    }
    fprintf(out, "%" PRIu64, qemu_plugin_u64_sum(count));
    for (int i = 0; i < qemu_plugin_num_vcpus(); i++) {
        fprintf(out, " %" PRIu64, qemu_plugin_u64_get(count, (unsigned)i));
    }
    fprintf(out, "\n");
    fclose(out);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_plugin_info *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "out=", 4) == 0) {
            snprintf(out_path, sizeof(out_path), "%s", argv[i] + 4);
        }
    }
    if (out_path[0] == '\0') {
        fprintf(stderr, "count-insns: wants out=FILE\n");
        return -1;
    }
    count.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
    return 0;
}
