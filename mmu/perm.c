/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do what: AArch64.S1CheckPermissions, AArch64.S2CheckPermissions; and the numbers of faults. */
#include "mmu/walk.h"

/* ESR_ELx.WnR: 1 for cache maintenance and address translation instructions; for an atomic 0 when a read alone would
   have faulted. */
bool perm_default_wnr(const struct mmu_req *q)
{
    return q->acc != ACC_READ && q->acc != ACC_FETCH && q->acc != ACC_RW;
}

bool perm_allows(const struct mmu_req *q, unsigned perm, bool *write)
{
    *write = perm_default_wnr(q);
    switch (q->acc) {
    case ACC_READ:
    case ACC_AT_READ:
        return (perm & PERM_R) != 0;
    case ACC_WRITE:
    case ACC_AT_WRITE:
    case ACC_CM_WRITE:
        return (perm & PERM_W) != 0;
    case ACC_FETCH:
        return (perm & PERM_X) != 0;
    case ACC_RW:
        *write = (perm & PERM_R) != 0;
        return (perm & PERM_R) != 0 && (perm & PERM_W) != 0;
    case ACC_CM_READ:
        /* Cleaning from a privileged level cannot have a permission fault. */
        return q->el != 0 || (perm & PERM_R) != 0;
    default:
        return false;
    }
}

unsigned mmu_fsc(const struct mmu_fault *f)
{
    unsigned level = (unsigned)f->level & 3;
    switch (f->type) {
    case FAULT_ADDRESS_SIZE:
        return f->level == -1 ? 0x29 : level;
    case FAULT_TRANSLATION:
        return f->level == -1 ? 0x2b : 0x04 | level;
    case FAULT_ACCESS_FLAG:
        return 0x08 | level;
    case FAULT_PERMISSION:
        return 0x0c | level;
    case FAULT_ALIGNMENT:
        return 0x21;
    case FAULT_EXTERNAL_WALK:
        return f->level == -1 ? 0x13 : 0x14 | level;
    case FAULT_TLB_CONFLICT:
        return 0x30;
    case FAULT_UNSUPPORTED_EXCLUSIVE:
        return 0x35;
    case FAULT_EXTERNAL:
    default:
        return 0x10;
    }
}
