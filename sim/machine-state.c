/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's state for people, and as one number. */
#include "sim/machine-int.h"

#include "cpu/models.h"
#include "cpu/sysreg.h"

#include <inttypes.h>
#include <string.h>
#include <zlib.h>

static void print_pstate(const struct pe *pe, FILE *f)
{
    uint32_t nzcv = pe_nzcv(pe);
    fprintf(f, "  PC   %016" PRIx64 "  PSTATE EL%u%c %c%c%c%c DAIF=%c%c%c%c%s%s%s%s\n", pe_pc(pe), pe->el, pe->sp_sel ? 'h' : 't',
            nzcv >> 31 & 1 ? 'N' : 'n', nzcv >> 30 & 1 ? 'Z' : 'z', nzcv >> 29 & 1 ? 'C' : 'c', nzcv >> 28 & 1 ? 'V' : 'v',
            pe->daif & PSTATE_D ? 'D' : '-', pe->daif & PSTATE_A ? 'A' : '-', pe->daif & PSTATE_I ? 'I' : '-',
            pe->daif & PSTATE_F ? 'F' : '-', pe->pan ? " PAN" : "", pe->uao ? " UAO" : "", pe->ss ? " SS" : "", pe->il ? " IL" : "");
}

static void print_general(const struct pe *pe, FILE *f)
{
    for (unsigned i = 0; i < 31; i++) {
        fprintf(f, "  X%-3u %016" PRIx64 "%s", i, pe->x[i], i % 4 == 3 ? "\n" : "");
    }
    fprintf(f, "  SP   %016" PRIx64 "\n", pe->x[X_SP]);
    for (unsigned i = 0; i < 32; i++) {
        fprintf(f, "  V%-3u %016" PRIx64 "%016" PRIx64 "%s", i, pe->v[i].d[1], pe->v[i].d[0], i % 2 == 1 ? "\n" : "");
    }
    fprintf(f, "  FPCR %08x FPSR %08x\n", pe->fpcr, pe->fpsr);
}

static void print_system(const struct pe *pe, FILE *f)
{
    unsigned column = 0;
    for (unsigned i = 0; i < SR_COUNT; i++) {
        if (!sysreg_has_storage(pe, i)) {
            continue;
        }
        uint64_t v = pe->sr[i];
        if (i >= SR_SP_EL0 && i <= SR_SP_EL0 + 2) {
            v = pe_get_sp(pe, i - SR_SP_EL0);
        }
        fprintf(f, "  %-18s %016" PRIx64 "%s", sysreg_name(i), v, ++column % 3 == 0 ? "\n" : "");
    }
    fprintf(f, "%s", column % 3 != 0 ? "\n" : "");
}

void machine_print_state(const struct machine *m, FILE *f)
{
    fprintf(f, "time %" PRIu64 " ns, %" PRIu64 " instructions\n", machine_time_ns(m), machine_icount(m));
    for (unsigned i = 0; i < m->n_pes; i++) {
        const struct pe *pe = m->pes[i];
        fprintf(f, "PE %u (%s): %s, %" PRIu64 " instructions\n", i, pe->model->name,
                !pe->powered_on                                  ? "off"
                : pe->waiting_wfi                                ? "waiting (WFI)"
                : pe->waiting_wfe                                ? "waiting (WFE)"
                                                                 : "running",
                machine_pe_icount(m, i));
        if (pe->powered_on) {
            print_pstate(pe, f);
            print_general(pe, f);
            print_system(pe, f);
        }
    }
}

static uint32_t add(uint32_t crc, const void *p, size_t len)
{
    return (uint32_t)crc32_z(crc, p, len);
}

static uint32_t add64(uint32_t crc, uint64_t v)
{
    uint8_t b[8];
    for (unsigned i = 0; i < 8; i++) {
        b[i] = (uint8_t)(v >> (8 * i));
    }
    return add(crc, b, sizeof(b));
}

static uint32_t hash_pe(const struct pe *pe, uint32_t crc)
{
    for (unsigned i = 0; i < 31; i++) {
        crc = add64(crc, pe->x[i]);
    }
    for (unsigned i = 0; i < 32; i++) {
        crc = add64(add64(crc, pe->v[i].d[0]), pe->v[i].d[1]);
    }
    crc = add64(crc, (uint64_t)pe->fpcr << 32 | pe->fpsr);
    crc = add64(crc, pe_pc(pe));
    crc = add64(crc, pe_spsr_value(pe));
    for (unsigned i = 0; i < SR_COUNT; i++) {
        bool sp = i >= SR_SP_EL0 && i <= SR_SP_EL0 + 2;
        crc = add64(crc, sp ? pe_get_sp(pe, i - SR_SP_EL0) : pe->sr[i]);
    }
    crc = add64(crc, (uint64_t)pe->mon_armed | (uint64_t)pe->event_reg << 1 | (uint64_t)pe->serror_pending << 2 |
                         (uint64_t)pe->powered_on << 3 | (uint64_t)pe->waiting_wfi << 4 | (uint64_t)pe->waiting_wfe << 5 |
                         (uint64_t)pe->gic_signals << 8);
    crc = add64(crc, pe->mon_armed ? pe->mon_pa : 0);
    crc = add64(crc, pe_icount(pe));
    return tlb_digest(pe->tlb, crc);
}

/* Pages that hold only zeros count like pages that were never written. */
static uint32_t hash_ram(const struct ram *r, uint32_t crc)
{
    static const uint8_t zero[4096];
    for (uint64_t i = 0; i < r->size >> 12; i++) {
        const uint8_t *page = r->host + (i << 12);
        if ((r->flags[i] & PAGE_WRITTEN) != 0 && memcmp(page, zero, sizeof(zero)) != 0) {
            crc = add(add64(crc, i), page, sizeof(zero));
        }
    }
    return crc;
}

uint32_t machine_hash(const struct machine *m)
{
    uint32_t crc = add64(0, m->time_ns);
    for (unsigned i = 0; i < m->n_pes; i++) {
        crc = hash_pe(m->pes[i], crc);
    }
    crc = hash_ram(&m->bus.ram, crc);
    crc = gic_digest(m->gic, crc);
    return board_digest(m->board, crc);
}
