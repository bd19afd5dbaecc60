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

#define CALLBACK_USES_NO_REGISTERS 0
#define CPUS_MAX                   64

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                           void (*cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t id, void *data), void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, void (*cb)(unsigned vcpu, void *data),
                                            int flags, void *data);
int qemu_plugin_num_vcpus(void);

/* The interface calls back with no more than an id, so this is the one place with file-scope state. */
static uint64_t counts[CPUS_MAX];
static char out_path[4096];

EXPORT int qemu_plugin_version = 2;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_plugin_info *info, int argc, char **argv);

/* A callback, because the interface's inline counters corrupt a machine of several CPUs under -icount (QEMU 10.0). */
static void executed(unsigned vcpu, void *data)
{
    (void)data;
    counts[vcpu % CPUS_MAX]++;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t n = qemu_plugin_tb_n_insns(tb);

    (void)id;
    for (size_t i = 0; i < n; i++) {
        qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(tb, i), executed, CALLBACK_USES_NO_REGISTERS,
                                               NULL);
    }
}

static void ended(qemu_plugin_id_t id, void *data)
{
    FILE *out = fopen(out_path, "w");
    int cpus = qemu_plugin_num_vcpus();
    uint64_t sum = 0;

    (void)id;
    (void)data;
    if (out == NULL) {
        return;
    }
    for (int i = 0; i < cpus && i < CPUS_MAX; i++) {
        sum += counts[i];
    }
    fprintf(out, "%" PRIu64, sum);
    for (int i = 0; i < cpus && i < CPUS_MAX; i++) {
        fprintf(out, " %" PRIu64, counts[i]);
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
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
    return 0;
}
