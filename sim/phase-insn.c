/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/phase-insn.h"

#include "cpu/operands.h"
#include "cpu/sysreg.h"

_Static_assert((int)SRC_COUNT == (int)PHASES_CLASSES, "the classes of events.def are those of the register table");

static void access_registers(const struct operands *o, struct phases_insn *out)
{
    const struct opd_mem *m = &o->mem;
    if (!m->access || m->load == m->store || m->n_data == 0) {
        return; /* PRFM, and atomics, which move no state */
    }
    out->kind = m->load ? PHASES_LOAD : PHASES_STORE;
    out->fp = m->data[0] >= OPD_V0 && m->data[0] < OPD_V0 + 32;
    out->bytes = (uint8_t)(m->bytes / m->n_data);
    for (unsigned i = 0; i < m->n_data && i < ARRAY_LEN(out->rt) && !out->fp; i++) {
        out->rt[out->n++] = m->data[i] < OPD_V0 ? m->data[i] : 31; /* OPD_ZR is 31, as the base SP never is data */
    }
}

static void system_register(const struct operands *o, bool redirected, struct phases_insn *out)
{
    int idx = sysreg_lookup((uint16_t)o->sysreg);
    bool read = o->op == OP_MRS;
    if (o->sysreg >> 14 == 3 && (o->sysreg >> 7 & 15) == 4 && (o->sysreg >> 3 & 15) == 2) {
        return; /* a field of PSTATE (NZCV, DAIF, PAN ...), which belongs to what runs */
    }
    out->kind = o->sysreg >> 14 == 1 ? PHASES_SYS : read ? PHASES_MRS : PHASES_MSR;
    out->cls = (uint8_t)(idx < 0 ? SRC_op : sysreg_class_of(sysreg_redirected((unsigned)idx, redirected)));
    for (unsigned i = 0; i < o->n_src && !read; i++) {
        if (o->src[i].reg < 31) {
            out->rt[0] = o->src[i].reg;
        }
    }
    for (unsigned i = 0; i < o->n_dst && read; i++) {
        if (o->dst[i].reg < 31) {
            out->rt[0] = o->dst[i].reg;
        }
    }
    out->n = 1;
}

void phase_insn(void *opaque, uint32_t opcode, bool redirected, struct phases_insn *out)
{
    struct operands o;
    (void)opaque;
    *out = (struct phases_insn){.kind = PHASES_OTHER, .rt = {31, 31}};
    if (!operands_of(opcode, NULL, &o)) {
        return;
    }
    switch (o.op) {
    case OP_ISB: case OP_DSB: case OP_DMB: case OP_ESB:
        out->kind = PHASES_BARRIER;
        return;
    case OP_ORR_X_sr:
        if ((opcode & 0xffe0ffe0) == 0xaa0003e0) { /* MOV Xd, Xm */
            out->kind = PHASES_MOVE;
            out->n = 1;
            out->rt[0] = opcode & 31;
            out->from = opcode >> 16 & 31;
        }
        return;
    default:
        break;
    }
    if (o.sysreg >= 0) {
        system_register(&o, redirected, out);
    } else {
        access_registers(&o, out);
    }
}
