/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advanced SIMD load/store of multiple and of single structures.
 *
 * Memory is accessed element by element, as the pseudocode does (alignment,
 * faults and devices see elements), unless the micro-TLB says that nothing needs
 * a look. Registers and the base change after all elements have been accessed.
 */
#include "cpu/simd.h"
#include "cpu/utlb.h"

#include <string.h>

/* The structures of one instruction in memory order */
union simd_block {
    uint64_t d[8];
    uint32_t s[16];
    uint16_t h[32];
    uint8_t b[64];
};

static inline unsigned base_reg(uint32_t insn)
{
    return simd_rn(insn) == 31 ? X_SP : simd_rn(insn);
}

/* The address, after CheckSPAlignment. false: exception raised. */
static inline bool base_address(struct pe *pe, uint32_t insn, uint64_t *va)
{
    if (simd_rn(insn) == 31 && unlikely((pe->x[X_SP] & 15) != 0) && !mem_check_sp(pe)) {
        return false;
    }
    *va = pe->x[base_reg(insn)];
    return true;
}

/* Post-index: Xm, or with Rm = 31 the number of bytes transferred */
static simd_inline void write_back(struct pe *pe, uint32_t insn, uint64_t va, unsigned bytes, bool post)
{
    if (post) {
        pe->x[base_reg(insn)] = va + (simd_rm(insn) == 31 ? bytes : pe->x[simd_rm(insn)]);
    }
}

/* Host address of [va, va+bytes) when it may be read (written) without looking; else NULL */
static inline const void *host_read(const struct pe *pe, uint64_t va, unsigned bytes)
{
    const struct utlb_d *e = &pe->dt->r[utlb_index(va)];
    return likely(va - e->tag <= 4096 - bytes) ? utlb_host(e, va) : NULL;
}

static inline void *host_write(const struct pe *pe, uint64_t va, unsigned bytes)
{
    const struct utlb_d *e = &pe->dt->w[utlb_index(va)];
    return likely(va - e->tag <= 4096 - bytes) ? utlb_host(e, va) : NULL;
}

static bool must_check read_elements(struct pe *pe, uint64_t va, unsigned size, unsigned bytes, union simd_block *to)
{
    for (unsigned i = 0; i < bytes >> size; i++) {
        uint64_t v;
        if (!mem_read(pe, va + (i << size), 1u << size, MEM_ALIGN_ELEM, &v)) {
            return false;
        }
        switch (size) {
        case 0: to->b[i] = (uint8_t)v; break;
        case 1: to->h[i] = (uint16_t)v; break;
        case 2: to->s[i] = (uint32_t)v; break;
        default: to->d[i] = v; break;
        }
    }
    return true;
}

static bool must_check write_elements(struct pe *pe, uint64_t va, unsigned size, unsigned bytes,
                                      const union simd_block *from)
{
    for (unsigned i = 0; i < bytes >> size; i++) {
        uint64_t v;
        switch (size) {
        case 0: v = from->b[i]; break;
        case 1: v = from->h[i]; break;
        case 2: v = from->s[i]; break;
        default: v = from->d[i]; break;
        }
        if (!mem_write(pe, va + (i << size), 1u << size, MEM_ALIGN_ELEM, v)) {
            return false;
        }
    }
    return true;
}

static must_check bool read_block(struct pe *pe, uint64_t va, unsigned size, unsigned bytes, union simd_block *to)
{
    const void *host = host_read(pe, va, bytes);
    if (host != NULL) {
        memcpy(to, host, bytes);
        return true;
    }
    return read_elements(pe, va, size, bytes, to);
}

static must_check bool write_block(struct pe *pe, uint64_t va, unsigned size, unsigned bytes,
                                   const union simd_block *from)
{
    void *host = host_write(pe, va, bytes);
    if (host != NULL) {
        memcpy(host, from, bytes);
        return true;
    }
    return write_elements(pe, va, size, bytes, from);
}

static inline unsigned ls_size(uint32_t insn) { return bits32(insn, 11, 10); }

/* Register s of an instruction: they wrap around after V31 */
static inline union vreg *ls_reg(struct pe *pe, uint32_t insn, unsigned s)
{
    return &pe->v[(simd_rd(insn) + s) & 31];
}

/* ---- LD1, ST1 of 1 to 4 registers: memory order is register order ---- */

/* Between V[t], V[t + 1] ... and 8 or 16 bytes each in host memory */
static simd_inline void registers_from(struct pe *pe, uint32_t insn, unsigned regs, const char *from)
{
    for (unsigned r = 0; r < regs; r++) {
        if (simd_q(insn) != 0) {
            memcpy(ls_reg(pe, insn, r), from + 16 * r, 16);
        } else {
            uint64_t d;
            memcpy(&d, from + 8 * r, 8);
            simd_store(ls_reg(pe, insn, r), d, 0);
        }
    }
}

static simd_inline void registers_to(struct pe *pe, uint32_t insn, unsigned regs, char *to)
{
    for (unsigned r = 0; r < regs; r++) {
        if (simd_q(insn) != 0) {
            memcpy(to + 16 * r, ls_reg(pe, insn, r), 16);
        } else {
            memcpy(to + 8 * r, ls_reg(pe, insn, r), 8);
        }
    }
}

static __attribute__((noinline)) bool load_registers_slow(struct pe *pe, uint32_t insn, unsigned regs, bool post)
{
    unsigned bytes = regs * 8 << simd_q(insn);
    union simd_block buf;
    uint64_t va;
    if (!base_address(pe, insn, &va) || !read_elements(pe, va, ls_size(insn), bytes, &buf)) {
        return false;
    }
    registers_from(pe, insn, regs, (const char *)&buf);
    write_back(pe, insn, va, bytes, post);
    return true;
}

static __attribute__((noinline)) bool store_registers_slow(struct pe *pe, uint32_t insn, unsigned regs, bool post)
{
    unsigned bytes = regs * 8 << simd_q(insn);
    union simd_block buf;
    uint64_t va;
    if (!base_address(pe, insn, &va)) {
        return false;
    }
    registers_to(pe, insn, regs, (char *)&buf);
    if (!write_elements(pe, va, ls_size(insn), bytes, &buf)) {
        return false;
    }
    write_back(pe, insn, va, bytes, post);
    return true;
}

/* SP as base needs CheckSPAlignment only when it is not aligned */
static inline bool sp_misaligned(uint32_t insn, uint64_t va)
{
    return unlikely(simd_rn(insn) == 31 && (va & 15) != 0);
}

static simd_inline bool load_registers(struct pe *pe, uint32_t insn, unsigned regs, bool post)
{
    unsigned bytes = regs * 8 << simd_q(insn);
    uint64_t va = pe->x[base_reg(insn)];
    const char *host = host_read(pe, va, bytes);
    if (unlikely(host == NULL) || sp_misaligned(insn, va)) {
        return load_registers_slow(pe, insn, regs, post);
    }
    registers_from(pe, insn, regs, host);
    write_back(pe, insn, va, bytes, post);
    return true;
}

static simd_inline bool store_registers(struct pe *pe, uint32_t insn, unsigned regs, bool post)
{
    unsigned bytes = regs * 8 << simd_q(insn);
    uint64_t va = pe->x[base_reg(insn)];
    char *host = host_write(pe, va, bytes);
    if (unlikely(host == NULL) || sp_misaligned(insn, va)) {
        return store_registers_slow(pe, insn, regs, post);
    }
    registers_to(pe, insn, regs, host);
    write_back(pe, insn, va, bytes, post);
    return true;
}

/* ---- LD2..LD4, ST2..ST4: element e of register s is at e * n + s ---- */
static simd_inline void split(union vreg *v, const union simd_block *from, unsigned n, unsigned size, unsigned bytes)
{
    for (unsigned e = 0; e < bytes >> size; e++) {
        for (unsigned s = 0; s < n; s++) {
            switch (size) {
            case 0: v[s].b[e] = from->b[e * n + s]; break;
            case 1: v[s].h[e] = from->h[e * n + s]; break;
            case 2: v[s].s[e] = from->s[e * n + s]; break;
            default: v[s].d[e] = from->d[e * n + s]; break;
            }
        }
    }
}

static simd_inline void merge(union simd_block *to, const union vreg *v, unsigned n, unsigned size, unsigned bytes)
{
    for (unsigned e = 0; e < bytes >> size; e++) {
        for (unsigned s = 0; s < n; s++) {
            switch (size) {
            case 0: to->b[e * n + s] = v[s].b[e]; break;
            case 1: to->h[e * n + s] = v[s].h[e]; break;
            case 2: to->s[e * n + s] = v[s].s[e]; break;
            default: to->d[e * n + s] = v[s].d[e]; break;
            }
        }
    }
}

static simd_inline bool load_structures(struct pe *pe, uint32_t insn, unsigned n, bool post)
{
    unsigned reg_bytes = 8u << simd_q(insn), size = ls_size(insn);
    union simd_block buf;
    union vreg v[4] = { { .d = { 0, 0 } } };
    uint64_t va;
    if (!base_address(pe, insn, &va) || !read_block(pe, va, size, n * reg_bytes, &buf)) {
        return false;
    }
    switch (size) { /* so that each loop has a constant size */
    case 0: split(v, &buf, n, 0, reg_bytes); break;
    case 1: split(v, &buf, n, 1, reg_bytes); break;
    case 2: split(v, &buf, n, 2, reg_bytes); break;
    default: split(v, &buf, n, 3, reg_bytes); break;
    }
    for (unsigned s = 0; s < n; s++) {
        *ls_reg(pe, insn, s) = v[s];
    }
    write_back(pe, insn, va, n * reg_bytes, post);
    return true;
}

static simd_inline bool store_structures(struct pe *pe, uint32_t insn, unsigned n, bool post)
{
    unsigned reg_bytes = 8u << simd_q(insn), size = ls_size(insn);
    union simd_block buf;
    union vreg v[4];
    uint64_t va;
    if (!base_address(pe, insn, &va)) {
        return false;
    }
    for (unsigned s = 0; s < n; s++) {
        v[s] = *ls_reg(pe, insn, s);
    }
    switch (size) {
    case 0: merge(&buf, v, n, 0, reg_bytes); break;
    case 1: merge(&buf, v, n, 1, reg_bytes); break;
    case 2: merge(&buf, v, n, 2, reg_bytes); break;
    default: merge(&buf, v, n, 3, reg_bytes); break;
    }
    if (!write_block(pe, va, size, n * reg_bytes, &buf)) {
        return false;
    }
    write_back(pe, insn, va, n * reg_bytes, post);
    return true;
}

/* ---- single structures: one element of each register; its index is Q:S:size without the bits below the size ---- */
static inline unsigned lane_index(uint32_t insn, unsigned size)
{
    return (simd_q(insn) << 3 | bits32(insn, 12, 10)) >> size;
}

static simd_inline bool load_lane(struct pe *pe, uint32_t insn, unsigned size, unsigned n, bool post)
{
    unsigned index = lane_index(insn, size);
    uint64_t va, value[4];
    if (!base_address(pe, insn, &va)) {
        return false;
    }
    for (unsigned s = 0; s < n; s++) {
        if (!mem_read(pe, va + (s << size), 1u << size, MEM_ALIGN_ELEM, &value[s])) {
            return false;
        }
    }
    for (unsigned s = 0; s < n; s++) {
        simd_set_element(ls_reg(pe, insn, s), size, index, value[s]);
    }
    write_back(pe, insn, va, n << size, post);
    return true;
}

static simd_inline bool store_lane(struct pe *pe, uint32_t insn, unsigned size, unsigned n, bool post)
{
    unsigned index = lane_index(insn, size);
    uint64_t va;
    if (!base_address(pe, insn, &va)) {
        return false;
    }
    for (unsigned s = 0; s < n; s++) {
        uint64_t v = simd_element(ls_reg(pe, insn, s), size, index);
        if (!mem_write(pe, va + (s << size), 1u << size, MEM_ALIGN_ELEM, v)) {
            return false;
        }
    }
    write_back(pe, insn, va, n << size, post);
    return true;
}

/* LDnR */
static simd_inline bool load_replicate(struct pe *pe, uint32_t insn, unsigned n, bool post)
{
    unsigned size = ls_size(insn);
    uint64_t va, value[4];
    if (!base_address(pe, insn, &va)) {
        return false;
    }
    for (unsigned s = 0; s < n; s++) {
        if (!mem_read(pe, va + (s << size), 1u << size, MEM_ALIGN_ELEM, &value[s])) {
            return false;
        }
    }
    for (unsigned s = 0; s < n; s++) {
        uint64_t d = simd_replicate(value[s], size);
        simd_store(ls_reg(pe, insn, s), d, simd_q(insn) != 0 ? d : 0);
    }
    write_back(pe, insn, va, n << size, post);
    return true;
}

/* ---- the encodings: last argument, post-index ---- */
bool v_ld1_x1(struct pe *pe, uint32_t insn) { return load_registers(pe, insn, 1, false); }
bool v_ld1_x1_post(struct pe *pe, uint32_t insn) { return load_registers(pe, insn, 1, true); }
bool v_ld1_x2(struct pe *pe, uint32_t insn) { return load_registers(pe, insn, 2, false); }
bool v_ld1_x2_post(struct pe *pe, uint32_t insn) { return load_registers(pe, insn, 2, true); }
bool v_ld1_x3(struct pe *pe, uint32_t insn) { return load_registers(pe, insn, 3, false); }
bool v_ld1_x3_post(struct pe *pe, uint32_t insn) { return load_registers(pe, insn, 3, true); }
bool v_ld1_x4(struct pe *pe, uint32_t insn) { return load_registers(pe, insn, 4, false); }
bool v_ld1_x4_post(struct pe *pe, uint32_t insn) { return load_registers(pe, insn, 4, true); }
bool v_ld2_m(struct pe *pe, uint32_t insn) { return load_structures(pe, insn, 2, false); }
bool v_ld2_m_post(struct pe *pe, uint32_t insn) { return load_structures(pe, insn, 2, true); }
bool v_ld2_m_2d(struct pe *pe, uint32_t insn) { return load_structures(pe, insn, 2, false); }
bool v_ld2_m_2d_post(struct pe *pe, uint32_t insn) { return load_structures(pe, insn, 2, true); }
bool v_ld3_m(struct pe *pe, uint32_t insn) { return load_structures(pe, insn, 3, false); }
bool v_ld3_m_post(struct pe *pe, uint32_t insn) { return load_structures(pe, insn, 3, true); }
bool v_ld3_m_2d(struct pe *pe, uint32_t insn) { return load_structures(pe, insn, 3, false); }
bool v_ld3_m_2d_post(struct pe *pe, uint32_t insn) { return load_structures(pe, insn, 3, true); }
bool v_ld4_m(struct pe *pe, uint32_t insn) { return load_structures(pe, insn, 4, false); }
bool v_ld4_m_post(struct pe *pe, uint32_t insn) { return load_structures(pe, insn, 4, true); }
bool v_ld4_m_2d(struct pe *pe, uint32_t insn) { return load_structures(pe, insn, 4, false); }
bool v_ld4_m_2d_post(struct pe *pe, uint32_t insn) { return load_structures(pe, insn, 4, true); }
bool v_st1_x1(struct pe *pe, uint32_t insn) { return store_registers(pe, insn, 1, false); }
bool v_st1_x1_post(struct pe *pe, uint32_t insn) { return store_registers(pe, insn, 1, true); }
bool v_st1_x2(struct pe *pe, uint32_t insn) { return store_registers(pe, insn, 2, false); }
bool v_st1_x2_post(struct pe *pe, uint32_t insn) { return store_registers(pe, insn, 2, true); }
bool v_st1_x3(struct pe *pe, uint32_t insn) { return store_registers(pe, insn, 3, false); }
bool v_st1_x3_post(struct pe *pe, uint32_t insn) { return store_registers(pe, insn, 3, true); }
bool v_st1_x4(struct pe *pe, uint32_t insn) { return store_registers(pe, insn, 4, false); }
bool v_st1_x4_post(struct pe *pe, uint32_t insn) { return store_registers(pe, insn, 4, true); }
bool v_st2_m(struct pe *pe, uint32_t insn) { return store_structures(pe, insn, 2, false); }
bool v_st2_m_post(struct pe *pe, uint32_t insn) { return store_structures(pe, insn, 2, true); }
bool v_st2_m_2d(struct pe *pe, uint32_t insn) { return store_structures(pe, insn, 2, false); }
bool v_st2_m_2d_post(struct pe *pe, uint32_t insn) { return store_structures(pe, insn, 2, true); }
bool v_st3_m(struct pe *pe, uint32_t insn) { return store_structures(pe, insn, 3, false); }
bool v_st3_m_post(struct pe *pe, uint32_t insn) { return store_structures(pe, insn, 3, true); }
bool v_st3_m_2d(struct pe *pe, uint32_t insn) { return store_structures(pe, insn, 3, false); }
bool v_st3_m_2d_post(struct pe *pe, uint32_t insn) { return store_structures(pe, insn, 3, true); }
bool v_st4_m(struct pe *pe, uint32_t insn) { return store_structures(pe, insn, 4, false); }
bool v_st4_m_post(struct pe *pe, uint32_t insn) { return store_structures(pe, insn, 4, true); }
bool v_st4_m_2d(struct pe *pe, uint32_t insn) { return store_structures(pe, insn, 4, false); }
bool v_st4_m_2d_post(struct pe *pe, uint32_t insn) { return store_structures(pe, insn, 4, true); }
bool v_ld1_b(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 0, 1, false); }
bool v_ld1_b_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 0, 1, true); }
bool v_ld1_h(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 1, 1, false); }
bool v_ld1_h_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 1, 1, true); }
bool v_ld1_s(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 2, 1, false); }
bool v_ld1_s_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 2, 1, true); }
bool v_ld1_d(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 3, 1, false); }
bool v_ld1_d_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 3, 1, true); }
bool v_ld2_b(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 0, 2, false); }
bool v_ld2_b_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 0, 2, true); }
bool v_ld2_h(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 1, 2, false); }
bool v_ld2_h_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 1, 2, true); }
bool v_ld2_s(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 2, 2, false); }
bool v_ld2_s_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 2, 2, true); }
bool v_ld2_d(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 3, 2, false); }
bool v_ld2_d_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 3, 2, true); }
bool v_ld3_b(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 0, 3, false); }
bool v_ld3_b_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 0, 3, true); }
bool v_ld3_h(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 1, 3, false); }
bool v_ld3_h_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 1, 3, true); }
bool v_ld3_s(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 2, 3, false); }
bool v_ld3_s_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 2, 3, true); }
bool v_ld3_d(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 3, 3, false); }
bool v_ld3_d_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 3, 3, true); }
bool v_ld4_b(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 0, 4, false); }
bool v_ld4_b_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 0, 4, true); }
bool v_ld4_h(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 1, 4, false); }
bool v_ld4_h_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 1, 4, true); }
bool v_ld4_s(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 2, 4, false); }
bool v_ld4_s_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 2, 4, true); }
bool v_ld4_d(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 3, 4, false); }
bool v_ld4_d_post(struct pe *pe, uint32_t insn) { return load_lane(pe, insn, 3, 4, true); }
bool v_st1_b(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 0, 1, false); }
bool v_st1_b_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 0, 1, true); }
bool v_st1_h(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 1, 1, false); }
bool v_st1_h_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 1, 1, true); }
bool v_st1_s(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 2, 1, false); }
bool v_st1_s_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 2, 1, true); }
bool v_st1_d(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 3, 1, false); }
bool v_st1_d_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 3, 1, true); }
bool v_st2_b(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 0, 2, false); }
bool v_st2_b_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 0, 2, true); }
bool v_st2_h(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 1, 2, false); }
bool v_st2_h_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 1, 2, true); }
bool v_st2_s(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 2, 2, false); }
bool v_st2_s_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 2, 2, true); }
bool v_st2_d(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 3, 2, false); }
bool v_st2_d_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 3, 2, true); }
bool v_st3_b(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 0, 3, false); }
bool v_st3_b_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 0, 3, true); }
bool v_st3_h(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 1, 3, false); }
bool v_st3_h_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 1, 3, true); }
bool v_st3_s(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 2, 3, false); }
bool v_st3_s_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 2, 3, true); }
bool v_st3_d(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 3, 3, false); }
bool v_st3_d_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 3, 3, true); }
bool v_st4_b(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 0, 4, false); }
bool v_st4_b_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 0, 4, true); }
bool v_st4_h(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 1, 4, false); }
bool v_st4_h_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 1, 4, true); }
bool v_st4_s(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 2, 4, false); }
bool v_st4_s_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 2, 4, true); }
bool v_st4_d(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 3, 4, false); }
bool v_st4_d_post(struct pe *pe, uint32_t insn) { return store_lane(pe, insn, 3, 4, true); }
bool v_ld1r(struct pe *pe, uint32_t insn) { return load_replicate(pe, insn, 1, false); }
bool v_ld1r_post(struct pe *pe, uint32_t insn) { return load_replicate(pe, insn, 1, true); }
bool v_ld2r(struct pe *pe, uint32_t insn) { return load_replicate(pe, insn, 2, false); }
bool v_ld2r_post(struct pe *pe, uint32_t insn) { return load_replicate(pe, insn, 2, true); }
bool v_ld3r(struct pe *pe, uint32_t insn) { return load_replicate(pe, insn, 3, false); }
bool v_ld3r_post(struct pe *pe, uint32_t insn) { return load_replicate(pe, insn, 3, true); }
bool v_ld4r(struct pe *pe, uint32_t insn) { return load_replicate(pe, insn, 4, false); }
bool v_ld4r_post(struct pe *pe, uint32_t insn) { return load_replicate(pe, insn, 4, true); }
