/* SPDX-License-Identifier: Apache-2.0 */
/* Loads and stores: the careful path. */
#include "cpu/ldst.h"
#include "cpu/utlb.h"

#include <string.h>

enum ls_mode { M_off, M_ur, M_post, M_pre, M_reg, M_t, M_lit, M_np };

struct ls_info {
    uint8_t size;        /* bytes of one register in memory */
    uint8_t mode;
    bool valid, load, vec, pair, sign, reg64;
};

#define SIGNED(T) ((T)-1 < (T)1)
#define INFO(name, M, T, ...) [OP_##name##_##M] = {.valid = true, .size = sizeof(T), .mode = M_##M, __VA_ARGS__},
#define I_LD(name, M, T, R) INFO(name, M, T, .load = true, .sign = SIGNED(T), .reg64 = sizeof(R) == 8 && (SIGNED(R) || sizeof(T) == 8))
#define I_ST(name, M, T, R) INFO(name, M, T, .reg64 = sizeof(T) == 8)
#define I_VLD(name, M, T, R) INFO(name, M, T, .load = true, .vec = true)
#define I_VST(name, M, T, R) INFO(name, M, T, .vec = true)
#define I_LDP(name, M, T, R) INFO(name, M, T, .load = true, .pair = true, .sign = SIGNED(T), .reg64 = true)
#define I_STP(name, M, T, R) INFO(name, M, T, .pair = true)
#define I_VLDP(name, M, T, R) INFO(name, M, T, .load = true, .vec = true, .pair = true)
#define I_VSTP(name, M, T, R) INFO(name, M, T, .vec = true, .pair = true)

static const struct ls_info infos[OP_COUNT] = {
    LS_ALL_LOADS(I_LD) LS_ALL_STORES(I_ST) LS_ALL_VLOADS(I_VLD) LS_ALL_VSTORES(I_VST)
    LP_ALL_LOADS(I_LDP) LP_ALL_STORES(I_STP) LP_ALL_VLOADS(I_VLDP) LP_ALL_VSTORES(I_VSTP)
    LL_LOADS(I_LD) LL_VLOADS(I_VLD)
};

static uint64_t address(const struct pe *pe, const struct slot *s, const struct ls_info *i)
{
    uint64_t base = pe->x[s->rn];
    int64_t imm = i->pair ? (int16_t)s->aux : s->imm;
    switch (i->mode) {
    case M_post:
        return base;
    case M_reg:
        return base + extend_reg(pe->x[s->rm], s->ra, s->aux);
    case M_lit:
        return pe->page_va + (uint64_t)imm;
    default:
        return base + (uint64_t)imm;
    }
}

struct ldst_where ldst_where(const struct pe *pe, const struct slot *s, unsigned op)
{
    const struct ls_info *i = &infos[op];
    return (struct ldst_where){ .va = address(pe, s, i), .bytes = i->pair ? 2u * i->size : i->size, .load = i->load };
}

/* ISS[23:14] of a data abort that a hypervisor may emulate: single general register, no write-back (ISV rules of
   ISS encoding for a Data Abort) */
static uint32_t iss_of(const struct slot *s, const struct ls_info *i)
{
    if (i->vec || i->pair || i->mode == M_pre || i->mode == M_post) {
        return 0;
    }
    uint32_t srt = s->rd > 30 ? 31 : s->rd;
    uint32_t sas = (uint32_t)__builtin_ctz(i->size);
    return 1u << 24 | sas << 22 | (uint32_t)i->sign << 21 | srt << 16 | (uint32_t)i->reg64 << 15;
}

static bool load_one(struct pe *pe, uint64_t va, const struct ls_info *i, unsigned flags, union vreg *out)
{
    out->d[0] = out->d[1] = 0;
    if (i->size == 16) {
        return mem_read128(pe, va, flags, out);
    }
    return mem_read(pe, va, i->size, flags, &out->d[0]);
}

static bool store_one(struct pe *pe, uint64_t va, const struct ls_info *i, unsigned flags, unsigned reg)
{
    if (!i->vec) {
        return mem_write(pe, va, i->size, flags, pe->x[reg]);
    }
    if (i->size == 16) {
        return mem_write128(pe, va, flags, &pe->v[reg]);
    }
    return mem_write(pe, va, i->size, flags, pe->v[reg].d[0]);
}

static void write_reg(struct pe *pe, const struct ls_info *i, unsigned reg, const union vreg *v)
{
    if (i->vec) {
        pe->v[reg] = *v;
        return;
    }
    uint64_t x = v->d[0];
    if (i->sign) {
        x = (uint64_t)sext64(x, i->size * 8u);
    }
    pe->x[reg] = i->reg64 ? x : (uint32_t)x;
}

static bool transfer(struct pe *pe, const struct slot *s, const struct ls_info *i, uint64_t va)
{
    unsigned flags = i->mode == M_t ? MEM_UNPRIV : 0;
    if (!i->load) {
        return store_one(pe, va, i, flags, s->rd) && (!i->pair || store_one(pe, va + i->size, i, flags, s->ra));
    }
    union vreg a, b;
    if (!load_one(pe, va, i, flags, &a) || (i->pair && !load_one(pe, va + i->size, i, flags, &b))) {
        return false;
    }
    write_reg(pe, i, s->rd, &a);
    if (i->pair) {
        write_reg(pe, i, s->ra, &b);
    }
    return true;
}

bool ldst_slow(struct pe *pe, const struct slot *s, unsigned op)
{
    const struct ls_info *i = &infos[op];
    if (i->vec && pe->fp_trap != 0) {
        return pe_fp_trap(pe);
    }
    if (s->rn == X_SP && i->mode != M_lit && !mem_check_sp(pe)) {
        return false;
    }
    uint64_t va = address(pe, s, i);
    pe->ls_iss = iss_of(s, i);
    bool ok = transfer(pe, s, i, va);
    pe->ls_iss = 0;
    if (!ok) {
        return false;
    }
    if (i->mode == M_pre) {
        pe->x[s->rn] = va;
    } else if (i->mode == M_post) {
        pe->x[s->rn] = va + (uint64_t)(int64_t)(i->pair ? (int16_t)s->aux : s->imm);
    }
    return true;
}
