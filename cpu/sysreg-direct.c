/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which system registers MRS and MSR may take for plain storage now: what
 * sysreg_read() and sysreg_write() would find out each time about privilege,
 * traps and redirection, found out once for each state that decides it.
 */
#include "cpu/sysreg-int.h"

#define HCR_E2H BIT64(34)
#define KEY_SP  4u      /* PSTATE.SP; the EL is below, HCR_EL2's bits are above */
#define KEY_USE 8u

/* The row that an access reaches, NULL: it is UNDEFINED, or a trap may be in its way. */
static const struct sysreg *reached(const struct pe *pe, unsigned idx, bool write)
{
    const struct sysreg *r = &sysreg_table[idx];
    if ((pe->sr_acc[idx] >> (2 * pe->el + write) & 1) == 0) {
        return NULL;
    }
    if (pe->el == 2) {
        if (pe_e2h(pe)) {
            return r->e2h != SR_NONE ? &sysreg_table[r->e2h] : r;
        }
        return r->alias ? NULL : r;
    }
    uint64_t mask = r->trap_mask[write];
    return mask != ~UINT64_C(0) && (pe->sr[SR_HCR_EL2] & mask) == 0 ? r : NULL;
}

/* Stack pointers that are not in use are in sr[]. SP_EL0 is UNDEFINED while it is in use, SP_EL1 is another EL's at EL2. */
static bool idle_sp(const struct pe *pe, unsigned sr)
{
    return (sr == SR_SP_EL0 && pe->sp_sel != 0) || (sr == SR_SP_EL1 && pe->el == 2);
}

static unsigned direct_read(const struct pe *pe, unsigned idx)
{
    const struct sysreg *r = reached(pe, idx, false);
    return r != NULL && (r->rd == NULL || idle_sp(pe, r->sr)) ? r->sr : SR_NONE;
}

static unsigned direct_write(const struct pe *pe, unsigned idx)
{
    const struct sysreg *r = reached(pe, idx, true);
    if (r == NULL || (r->wr != NULL && !idle_sp(pe, r->sr))) {
        return SR_NONE;
    }
    return r->dirty == 0 || (pe->el == 2 && sysreg_lower_only(r->sr)) ? r->sr : SR_NONE;
}

static void make(const struct pe *pe, struct sysreg_direct *d)
{
    for (unsigned i = SR_NONE + 1; i < SR_COUNT; i++) {
        d->rd[i] = (uint16_t)direct_read(pe, i);
        d->wr[i] = (uint16_t)direct_write(pe, i);
    }
}

void sysreg_direct_reset(struct pe *pe)
{
    pe->direct_hcr = 0;
    for (unsigned i = SR_NONE + 1; i < SR_COUNT; i++) {
        for (unsigned w = 0; w < 2; w++) {
            uint64_t mask = sysreg_table[i].trap_mask[w];
            pe->direct_hcr |= mask != ~UINT64_C(0) ? mask : 0;
        }
    }
    for (unsigned k = 0; k < SYSREG_DIRECT; k++) {
        pe->direct_key[k] = 0;
    }
}

void sysreg_direct_select(struct pe *pe)
{
    uint64_t key = pe->sr[SR_HCR_EL2] & (pe->el == 2 ? HCR_E2H : pe->direct_hcr);
    key |= pe->el | (pe->sp_sel != 0 ? KEY_SP : 0) | KEY_USE;
    unsigned k = pe->direct_last[pe->el];
    if (likely(pe->direct_key[k] == key)) {
        pe->direct = &pe->direct_pool[k];
        return;
    }
    k = 0;
    while (k < SYSREG_DIRECT && pe->direct_key[k] != key) {
        k++;
    }
    if (unlikely(k == SYSREG_DIRECT)) {
        k = pe->direct_next;
        pe->direct_next = (k + 1) % SYSREG_DIRECT;
        pe->direct_key[k] = key;
        make(pe, &pe->direct_pool[k]);
    }
    pe->direct_last[pe->el] = (uint8_t)k;
    pe->direct = &pe->direct_pool[k];
}
