/* SPDX-License-Identifier: Apache-2.0 */
/* Checked memory accesses: everything that the fast paths leave out. */
#include "cpu/core.h"
#include "cpu/ldst.h"
#include "cpu/utlb.h"

#include <string.h>

/* The SCTLR of the regime in use */
static uint64_t sctlr_now(const struct pe *pe)
{
    return pe->regs.sctlr;
}

/* BigEndian(): SCTLR_ELx.E0E at EL0, else EE, which is also that of LDTR and STTR */
static bool big_endian(const struct pe *pe)
{
    return bit64(sctlr_now(pe), pe->el == 0 ? 24 : 25);
}

/* Privilege of an access: LDTR/STTR act as EL0 unless PSTATE.UAO or at EL2 outside the host regime
   (AArch64.IsUnprivAccessPriv) */
static unsigned access_el(const struct pe *pe, unsigned flags)
{
    if ((flags & MEM_UNPRIV) == 0 || pe->uao || (pe->el == 2 && !pe_host_mode(pe))) {
        return pe->el;
    }
    return 0;
}

static bool alignment_fault(struct pe *pe, uint64_t va, bool write)
{
    struct mmu_fault f = {.type = FAULT_ALIGNMENT, .level = -1, .write = write};
    return pe_raise_abort(pe, va, pe->ls_iss, &f, false);
}

/* A misaligned access to Device memory: the fault is stage 2's when only stage 2 made it Device */
static bool device_alignment_fault(struct pe *pe, uint64_t va, bool write, const struct mmu_res *r)
{
    struct mmu_fault f = {.type = FAULT_ALIGNMENT, .level = -1, .write = write, .stage2 = r->device_by_s2, .ipa = r->ipa};
    return pe_raise_abort(pe, va, pe->ls_iss, &f, false);
}

/* ---- an external abort that was asked for ---- */

void pe_arm_abort(struct pe *pe, const struct pe_abort *a)
{
    pe->abort = a != NULL ? *a : (struct pe_abort){.armed = false};
    utlb_flush_all(pe->upool);
}

/* Does the armed range touch the page of this translation? */
static bool abort_page(const struct pe *pe, uint64_t va, uint64_t pa)
{
    uint64_t page = (pe->abort.physical ? pa : va) & PAGE_MASK;
    return pe->abort.armed && page <= pe->abort.last && (page | 0xfff) >= pe->abort.first;
}

/* An access to [va, va+len), within a page. false: it is the one, and the abort is raised. */
static bool abort_check(struct pe *pe, uint64_t va, uint64_t pa, unsigned len, bool write)
{
    uint64_t a = pe->abort.physical ? pa : va;
    if (!pe->abort.armed || (pe->abort.access & (write ? 2 : 1)) == 0 || a > pe->abort.last || a + len - 1 < pe->abort.first) {
        return true;
    }
    struct pe_abort was = pe->abort;
    pe_arm_abort(pe, NULL);
    if (was.as_serror) {
        pe_pend_serror(pe, was.iss);
        return true;
    }
    struct mmu_fault f = {.type = FAULT_EXTERNAL, .level = -1, .write = write};
    return pe_raise_abort(pe, va, pe->ls_iss, &f, false);
}

/* Put a translation into one side of a set, for an access of that kind; into the other side only where that is free. */
static void put(struct utlb_d *e, uint64_t *pa_at, bool mine, uint64_t tag, const uint8_t *host, unsigned at, uint64_t pa)
{
    if (mine || e->tag == utlb_invalid(at)) {
        *e = (struct utlb_d){.tag = tag, .host = (uintptr_t)host};
        utlb_lines(e)->missing = UINT64_MAX;
        *pa_at = pa;
    }
}

/* Open the fast paths of a set to a page of RAM. */
static void open_page(struct pe *pe, struct utlb_set *set, uint64_t va, uint64_t pa, uint8_t *host, uint64_t tag, unsigned perm,
                      bool write)
{
    unsigned at = utlb_index(va);
    uint8_t *flags = bus_page_flags(pe->bus, pa);
    if ((perm & PERM_R) != 0) {
        put(&set->r[at], &set->pa_r[at], !write, tag, host, at, pa);
    }
    if ((perm & PERM_W) != 0 && (*flags & (PAGE_CODE | PAGE_MONITOR)) == 0) {
        put(&set->w[at], &set->pa_w[at], write, tag, host, at, pa);
        *flags |= PAGE_WRITTEN;
    }
    utlb_mark_used(pe->upool, set);
}

/* Remember a translation for the fast paths when nothing about it needs a look. */
static void fill(struct pe *pe, unsigned el, uint64_t va, const struct mmu_res *r, bool write)
{
    struct utlb_set *set = el == pe->el ? pe->dt : pe_unpriv_set(pe);
    uint64_t pa = r->pa & PAGE_MASK;
    uint8_t *host = bus_ram(pe->bus, pa, 4096);
    if (host == NULL || big_endian(pe) || (pe->debug_mode & 4) != 0 || unlikely(abort_page(pe, va, r->pa))) {
        return;
    }
    uint64_t tag = (va & PAGE_MASK) ^ (r->device || bit64(sctlr_now(pe), 1) ? UTLB_ALIGNED : 0);
    open_page(pe, set, va, pa, host, tag, r->perm, write);
}

bool mem_refill(struct pe *pe, uint64_t va, bool write)
{
    struct utlb_set *set = pe->dt;
    const struct utlb_d *e = write ? &set->w[utlb_index(va)] : &set->r[utlb_index(va)];
    /* 32 bytes is the widest access; one that may leave the page, and one that was refused with the right tag, are not for here */
    if ((va & 0xfff) > 4096 - 32 || e->tag == (va & PAGE_MASK) || !pe->upool->plain[set - pe->upool->set] || pe->abort.armed) {
        return false;
    }
    struct mmu_req req = {.va = va, .acc = write ? ACC_WRITE : ACC_READ, .el = pe->el, .pan = pe->pan && pe->el != 0};
    struct mmu_plain res;
    if (!mmu_translate_plain(pe->tlb, pe->bus, &pe->mfeat, &pe->regs, utlb_plan(pe), &req, &res) || res.device) {
        return false;
    }
    uint64_t pa = res.pa & PAGE_MASK;
    uint8_t *host = bus_ram(pe->bus, pa, 4096);
    if (host == NULL) {
        return false;
    }
    open_page(pe, set, va, pa, host, va & PAGE_MASK, res.perm, write);
    return e->tag == (va & PAGE_MASK);
}

/* Translate the page of va for an access. `misaligned` accesses must not be to Device memory, and that fault comes before a
   permission fault (AArch64.S1Translate, AArch64.S2Translate). false: exception raised. */
static bool translate(struct pe *pe, uint64_t va, enum mmu_acc acc, unsigned flags, bool misaligned, struct mmu_res *res)
{
    unsigned el = access_el(pe, flags);
    struct mmu_req req = {.va = va, .acc = (uint8_t)acc, .el = (uint8_t)el, .pan = pe->pan && el != 0};
    mmu_translate(pe->tlb, pe->bus, pe->id, &pe->mfeat, &pe->regs, &req, res);
    bool reached = res->fault.type == FAULT_NONE || (res->fault.type == FAULT_PERMISSION && !res->fault.s1ptw);
    /* the order is: alignment by stage 1's memory type, stage 1 permission, alignment by stage 2's, stage 2 permission (R_XCHFJ) */
    bool s1_first = res->fault.type == FAULT_PERMISSION && !res->fault.stage2 && res->device_by_s2;
    if (unlikely(misaligned && reached && res->device && !s1_first)) {
        return device_alignment_fault(pe, va, acc != ACC_READ, res);
    }
    if (unlikely(res->fault.type != FAULT_NONE)) {
        return pe_raise_abort(pe, va, pe->ls_iss, &res->fault, false);
    }
    pe->last_pa = res->pa;
    fill(pe, el, va, res, acc == ACC_WRITE);
    return true;
}

static bool external_abort(struct pe *pe, uint64_t va, bool write)
{
    struct mmu_fault f = {.type = FAULT_EXTERNAL, .level = -1, .write = write};
    return pe_raise_abort(pe, va, pe->ls_iss, &f, false);
}

static bool device_access(struct pe *pe, uint64_t va, uint64_t pa, unsigned size, bool write, uint8_t *buf)
{
    pe_sync_clock(pe);
    for (unsigned done = 0; done < size;) {
        unsigned k = size - done > 8 ? 8 : size - done;
        /* pieces of an access that is not a power of two or not aligned (Normal memory type on a device) */
        while ((k & (k - 1)) != 0 || ((pa + done) & (k - 1)) != 0) {
            k--;
        }
        uint64_t v = 0;
        memcpy(&v, buf + done, k);
        bool ok = write ? bus_write(pe->bus, pa + done, k, pe->id, v) : bus_read(pe->bus, pa + done, k, pe->id, &v);
        if (!ok) {
            return external_abort(pe, va, write);
        }
        if (unlikely((pe->rec_kinds & REC_BIT(REC_MMIO)) != 0)) {
            pe_record(pe, REC_MMIO, pe->el, write, pe_pc(pe), pa + done, v, k, 0);
        }
        memcpy(buf + done, &v, k);
        done += k;
    }
    return true;
}

/* One piece within a page, translated already */
static bool piece(struct pe *pe, uint64_t va, uint64_t pa, unsigned size, bool write, uint8_t *buf)
{
    uint8_t *host = bus_ram(pe->bus, pa, size);
    if (unlikely(host == NULL)) {
        return device_access(pe, va, pa, size, write, buf);
    }
    if (!write) {
        memcpy(buf, host, size);
        return true;
    }
    uint8_t *flags = bus_page_flags(pe->bus, pa);
    memcpy(host, buf, size);
    if (unlikely((*flags & PAGE_MONITOR) != 0)) {
        monitors_note_write(pe, pe, pa, size);
    }
    if (unlikely((*flags & PAGE_CODE) != 0)) {
        code_write(pe, pa, size);
    }
    *flags |= PAGE_WRITTEN;
    return true;
}

/* Alignment rules that come before translation (AArch64.CheckAlignment) */
static bool check_alignment(struct pe *pe, uint64_t va, unsigned size, unsigned flags, bool write)
{
    if ((va & (size - 1)) != 0 && ((flags & MEM_ATOMIC) != 0 || bit64(sctlr_now(pe), 1))) {
        return alignment_fault(pe, va, write);
    }
    return true;
}

static bool access_bytes(struct pe *pe, uint64_t va, unsigned size, unsigned flags, bool write, uint8_t *buf)
{
    struct mmu_res r[2];
    enum mmu_acc acc = write ? ACC_WRITE : ACC_READ;
    if (!check_alignment(pe, va, size, flags, write)) {
        return false;
    }
    unsigned first = 4096 - (unsigned)(va & 0xfff);
    if (first > size) {
        first = size;
    }
    bool misaligned = (va & (size - 1)) != 0;
    if (!translate(pe, va, acc, flags, misaligned, &r[0]) ||
        (first < size && !translate(pe, va + first, acc, flags, misaligned, &r[1]))) {
        return false;
    }
    if (unlikely((pe->debug_mode & 4) != 0) && !debug_check_access(pe, va, size, write, access_el(pe, flags) != pe->el)) {
        return false;
    }
    if (unlikely(pe->abort.armed) && (!abort_check(pe, va, r[0].pa, first, write) ||
                                      (first < size && !abort_check(pe, va + first, r[1].pa, size - first, write)))) {
        return false;
    }
    return piece(pe, va, r[0].pa, first, write, buf) &&
           (first == size || piece(pe, va + first, r[1].pa, size - first, write, buf + first));
}

static void swap_bytes(uint8_t *b, unsigned size)
{
    for (unsigned i = 0; i < size / 2; i++) {
        uint8_t t = b[i];
        b[i] = b[size - 1 - i];
        b[size - 1 - i] = t;
    }
}

bool mem_read(struct pe *pe, uint64_t va, unsigned size, unsigned flags, uint64_t *val)
{
    uint8_t buf[8] = {0};
    unsigned at = utlb_index(va);
    const struct utlb_d *e = &pe->dt->r[at];
    if (likely((va & PAGE_MASK) == utlb_page(e) && (va & (size - 1)) == 0 && (flags & MEM_UNPRIV) == 0)) {
        memcpy(buf, utlb_host(e, va), size);
        pe->last_pa = pe->dt->pa_r[at] | (va & 0xfff);
    } else {
        if (!access_bytes(pe, va, size, flags, false, buf)) {
            return false;
        }
        if (unlikely(big_endian(pe))) {
            swap_bytes(buf, size);
        }
    }
    memcpy(val, buf, 8);
    return true;
}

bool mem_write(struct pe *pe, uint64_t va, unsigned size, unsigned flags, uint64_t val)
{
    uint8_t buf[8];
    memcpy(buf, &val, 8);
    const struct utlb_d *e = &pe->dt->w[utlb_index(va)];
    if (likely((va & PAGE_MASK) == utlb_page(e) && (va & (size - 1)) == 0 && (flags & MEM_UNPRIV) == 0)) {
        memcpy(utlb_host(e, va), buf, size);
        return true;
    }
    if (unlikely(big_endian(pe))) {
        swap_bytes(buf, size);
    }
    return access_bytes(pe, va, size, flags, true, buf);
}

bool mem_read128(struct pe *pe, uint64_t va, unsigned flags, union vreg *val)
{
    union vreg v;
    if (!access_bytes(pe, va, 16, flags, false, v.b)) {
        return false;
    }
    if (unlikely(big_endian(pe))) {
        swap_bytes(v.b, 16);
    }
    *val = v;
    return true;
}

bool mem_write128(struct pe *pe, uint64_t va, unsigned flags, const union vreg *val)
{
    union vreg v = *val;
    if (unlikely(big_endian(pe))) {
        swap_bytes(v.b, 16);
    }
    return access_bytes(pe, va, 16, flags, true, v.b);
}

static bool probe(struct pe *pe, uint64_t va, unsigned size, unsigned flags, enum mmu_acc acc, uint64_t *pa)
{
    struct mmu_res r;
    /* WnR of an alignment fault: a read of the address would have it too (NoFault: write = !read && write) */
    if (!check_alignment(pe, va, size, flags, acc != ACC_RW)) {
        return false;
    }
    unsigned at = utlb_index(va);
    if (likely((va & PAGE_MASK) == pe->dt->w[at].tag && (acc == ACC_WRITE || (va & PAGE_MASK) == pe->dt->r[at].tag))) {
        *pa = pe->dt->pa_w[at] | (va & 0xfff);
        return true;
    }
    if (!translate(pe, va, acc, flags, false, &r)) {
        return false;
    }
    if (unlikely(pe->abort.armed) && !abort_check(pe, va, r.pa, size, true)) {
        return false;
    }
    *pa = r.pa;
    return true;
}

bool mem_probe_write(struct pe *pe, uint64_t va, unsigned size, unsigned flags, uint64_t *pa)
{
    return probe(pe, va, size, flags, ACC_WRITE, pa);
}

bool mem_probe_rw(struct pe *pe, uint64_t va, unsigned size, unsigned flags, uint64_t *pa)
{
    return probe(pe, va, size, flags, ACC_RW, pa);
}

bool mem_check_sp(struct pe *pe)
{
    if ((pe->x[X_SP] & 15) == 0) {
        return true;
    }
    /* CheckSPAlignment(): SCTLR_ELx.SA, or SA0 at EL0 */
    uint64_t sctlr = sctlr_now(pe);
    if (!bit64(sctlr, pe->el == 0 ? 4 : 3)) {
        return true;
    }
    return pe_raise(pe, pe_default_target(pe), EC_SP_ALIGN, 0);
}

bool mem_cache_op(struct pe *pe, uint64_t va, bool inval)
{
    struct mmu_res r;
    if (!inval && utlb_page(&pe->dt->r[utlb_index(va)]) == (va & PAGE_MASK)) {
        return true; /* a page that may be read may be cleaned */
    }
    pe->ls_iss = 1u << 8; /* ISS.CM */
    bool ok = translate(pe, va, inval ? ACC_CM_WRITE : ACC_CM_READ, 0, false, &r);
    pe->ls_iss = 0;
    /* AArch64.DC(): of these only DC IVAC meets watchpoints, as a write of the whole line ("Data Cache Invalidate Watchpoint Size") */
    if (ok && inval && unlikely((pe->debug_mode & 4) != 0) &&
        !debug_check_access(pe, va & ~UINT64_C(63), 64, true, false)) {
        pe->exc.iss |= 1u << 8;
        pe->exc.far = va;
        return false;
    }
    return ok;
}

/* A fault gives the address in the register, not that of the block (FAR_EL1, "data cache maintenance or other DC instruction"). */
static bool zva_fault(struct pe *pe, uint64_t arg)
{
    pe->exc.far = arg;
    return false;
}

bool ldst_zva(struct pe *pe, uint64_t arg)
{
    uint64_t va = arg & ~UINT64_C(63);
    const struct utlb_d *e = &pe->dt->w[utlb_index(va)];
    if (likely((va & PAGE_MASK) == e->tag)) {
        memset(utlb_host(e, va), 0, 64);
        return true;
    }
    struct mmu_res r;
    if (!translate(pe, va, ACC_WRITE, 0, false, &r)) {
        return zva_fault(pe, arg);
    }
    if (r.device) {
        (void)alignment_fault(pe, va, true); /* DC ZVA to any type of Device memory */
        return zva_fault(pe, arg);
    }
    if ((pe->debug_mode & 4) != 0 && !debug_check_access(pe, va, 64, true, false)) {
        return false;
    }
    if (unlikely(pe->abort.armed) && !abort_check(pe, va, r.pa, 64, true)) {
        return zva_fault(pe, arg);
    }
    uint8_t buf[64] = {0};
    return piece(pe, va, r.pa, 64, true, buf) || zva_fault(pe, arg);
}
