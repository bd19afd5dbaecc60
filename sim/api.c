/* SPDX-License-Identifier: Apache-2.0 */
/* The public header over the machine. */
#include "include/hypscope.h"

#include "cpu/pe.h"
#include "sim/boot.h"
#include "sim/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)HYPSCOPE_POWER_OFF == STOP_POWER_OFF && (int)HYPSCOPE_RESET == STOP_RESET
               && (int)HYPSCOPE_MAX_INSNS == STOP_MAX_INSNS && (int)HYPSCOPE_MAX_TIME == STOP_MAX_TIME
               && (int)HYPSCOPE_DEADLOCK == STOP_DEADLOCK && (int)HYPSCOPE_REQUESTED == STOP_INTERRUPTED
               && (int)HYPSCOPE_STRICT == STOP_STRICT && (int)HYPSCOPE_ERROR == STOP_ERROR, "the same numbers");

#define DEFAULT_MODEL "neoverse-n1"
#define DEFAULT_RAM (UINT64_C(1) << 30)

struct hypscope {
    struct machine *m;
    struct machine_config mc;
    char model[32];
};

static void say(char *err, size_t err_size, const char *msg)
{
    if (err != NULL && err_size != 0) {
        snprintf(err, err_size, "%s", msg);
    }
}

const char *hypscope_model(unsigned i)
{
    const struct machine_model *m = machine_models();
    for (; i != 0 && m->name != NULL; i--) {
        m++;
    }
    return m->name;
}

static void configure(struct machine_config *mc, const struct hypscope_config *c)
{
    *mc = (struct machine_config){
        .model = c->cpu != NULL ? c->cpu : DEFAULT_MODEL,
        .n_pes = c->pes != 0 ? c->pes : 1,
        .ram_size = c->ram_bytes != 0 ? c->ram_bytes : DEFAULT_RAM,
        .el = c->el != 0 ? c->el : 2,
        .ns_per_insn = c->ns_per_insn != 0 ? c->ns_per_insn : 1,
        .strict = c->strict != 0,
        .semihosting = c->semihosting != 0,
        .board = { .console_out = c->console, .console_opaque = c->opaque, .script_in = c->input, .script_opaque = c->opaque,
                   .rng_seed = c->seed },
        .opaque = c->opaque,
        .report = c->report,
    };
}

struct hypscope *hypscope_new(const struct hypscope_config *config, char *err, size_t err_size)
{
    struct hypscope_config c = { 0 };
    struct err e = { "out of memory" };
    if (config->size < sizeof(config->size) || config->size > sizeof(c)) {
        say(err, err_size, "hypscope_config.size: expected sizeof(struct hypscope_config)");
        return NULL;
    }
    memcpy(&c, config, config->size);
    struct hypscope *h = calloc(1, sizeof(*h));
    if (h != NULL) {
        configure(&h->mc, &c);
        snprintf(h->model, sizeof(h->model), "%s", h->mc.model);
        h->mc.model = h->model;
        h->m = machine_new(&h->mc, &e);
    }
    if (h == NULL || h->m == NULL) {
        say(err, err_size, e.msg);
        free(h);
        return NULL;
    }
    return h;
}

void hypscope_free(struct hypscope *h)
{
    if (h != NULL) {
        machine_free(h->m);
        free(h);
    }
}

int hypscope_boot(struct hypscope *h, const struct hypscope_boot *boot, char *err, size_t err_size)
{
    struct hypscope_boot b = { 0 };
    struct boot_info info;
    struct err e;
    if (boot->size < sizeof(boot->size) || boot->size > sizeof(b)) {
        say(err, err_size, "hypscope_boot.size: expected sizeof(struct hypscope_boot)");
        return -1;
    }
    memcpy(&b, boot, boot->size);
    if (b.kernel == NULL) {
        say(err, err_size, "hypscope_boot.kernel: expected a file name");
        return -1;
    }
    struct boot_config bc = {
        .model = h->model, .n_pes = h->mc.n_pes, .el = h->mc.el, .vhe = machine_model_has_vhe(h->model), .kernel = b.kernel,
        .initrd = b.initrd, .append = b.append, .dtb = b.dtb, .seed = h->mc.board.rng_seed,
    };
    if (!boot_load(machine_bus(h->m), &bc, &info, &e)) {
        say(err, err_size, e.msg);
        return -1;
    }
    machine_start(h->m, info.program.entry, info.dtb);
    boot_info_free(&info);
    return 0;
}

void hypscope_start(struct hypscope *h, uint64_t entry, uint64_t x0)
{
    machine_start(h->m, entry, x0);
}

enum hypscope_stop hypscope_run(struct hypscope *h, uint64_t max_insns, uint64_t max_time_ns)
{
    const struct machine_limits l = { max_insns, max_time_ns };
    return (enum hypscope_stop)machine_run(h->m, &l);
}

void hypscope_request_stop(struct hypscope *h)
{
    machine_request_stop(h->m);
}

void hypscope_type(struct hypscope *h, uint8_t byte)
{
    machine_console_input(h->m, byte);
}

uint64_t hypscope_insns(const struct hypscope *h)
{
    return machine_icount(h->m);
}

uint64_t hypscope_time_ns(const struct hypscope *h)
{
    return machine_time_ns(h->m);
}

unsigned hypscope_exit_code(const struct hypscope *h)
{
    return machine_exit_code(h->m);
}

uint32_t hypscope_hash(const struct hypscope *h)
{
    return machine_hash(h->m);
}

int hypscope_read(struct hypscope *h, uint64_t addr, void *data, size_t len)
{
    return bus_dma_read(machine_bus(h->m), addr, data, len) ? 0 : -1;
}

int hypscope_write(struct hypscope *h, uint64_t addr, const void *data, size_t len)
{
    return bus_dma_write(machine_bus(h->m), addr, data, len) ? 0 : -1;
}

uint64_t hypscope_reg(const struct hypscope *h, unsigned pe, unsigned n)
{
    const struct pe *p = machine_pe(h->m, pe);
    if (p == NULL || n > 32) {
        return 0;
    }
    return n == 32 ? p->pc : p->x[n == 31 ? X_SP : n];
}
