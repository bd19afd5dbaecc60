/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advanced SIMD integer operations on one element, and the loops over the
 * elements of a register, for one element size. No include guard: simd.h
 * includes this file once for each size, with these set:
 *
 *   ESIZE            element size in bits; LANE the member of union vreg
 *   UNS, SGN         the element's unsigned and signed type
 *   PRO              an unsigned type, not narrower than int, that holds it
 *   WUNS, WSGN, WLANE  the same for elements of twice the size (ESIZE < 64)
 *
 * OP: result = f(d, a, b): d is the old destination, a comes from Rn, b from
 * Rm, the immediate or the indexed element. *qc is set when the result
 * saturates. WOP (long and wide): d and n are wide, a and b narrow.
 * NOP (narrowing): a and b are wide, the result is narrow.
 */
#define CAT2(a, b) a##_##b
#define CAT1(a, b) CAT2(a, b)
#define FN(name) CAT1(name, ESIZE)
#define UNUSED __attribute__((unused))
#define OP(name) static inline UNS FN(e_##name)(UNS d UNUSED, UNS a UNUSED, UNS b UNUSED, uint32_t *qc UNUSED)
#define LANES (128 / ESIZE)
#define UMAX ((UNS)~(UNS)0)
#define SMAX ((SGN)(UMAX >> 1))
#define SMIN ((SGN)(-SMAX - 1))
#define ALL_ONES_IF(cond) ((UNS)((cond) ? UMAX : 0))

typedef UNS FN(simd_op)(UNS d, UNS a, UNS b, uint32_t *qc);

/* ---- add, subtract, multiply ---- */
OP(add) { return (UNS)(a + b); }
OP(sub) { return (UNS)(a - b); }
OP(neg) { return (UNS)(0 - a); }
OP(abs) { return (SGN)a < 0 ? (UNS)(0 - a) : a; }
OP(mul) { return (UNS)((PRO)a * b); }
OP(mla) { return (UNS)(d + (PRO)a * b); }
OP(mls) { return (UNS)(d - (PRO)a * b); }
OP(sabd) { return (SGN)a > (SGN)b ? (UNS)(a - b) : (UNS)(b - a); }
OP(uabd) { return a > b ? (UNS)(a - b) : (UNS)(b - a); }
OP(saba) { return (UNS)(d + FN(e_sabd)(d, a, b, qc)); }
OP(uaba) { return (UNS)(d + FN(e_uabd)(d, a, b, qc)); }

/* ---- compare, minimum, maximum ---- */
OP(cmeq) { return ALL_ONES_IF(a == b); }
OP(cmgt) { return ALL_ONES_IF((SGN)a > (SGN)b); }
OP(cmge) { return ALL_ONES_IF((SGN)a >= (SGN)b); }
OP(cmhi) { return ALL_ONES_IF(a > b); }
OP(cmhs) { return ALL_ONES_IF(a >= b); }
OP(cmtst) { return ALL_ONES_IF((a & b) != 0); }
OP(cmeq0) { return ALL_ONES_IF(a == 0); }
OP(cmgt0) { return ALL_ONES_IF((SGN)a > 0); }
OP(cmge0) { return ALL_ONES_IF((SGN)a >= 0); }
OP(cmlt0) { return ALL_ONES_IF((SGN)a < 0); }
OP(cmle0) { return ALL_ONES_IF((SGN)a <= 0); }
OP(smax) { return (SGN)a > (SGN)b ? a : b; }
OP(smin) { return (SGN)a < (SGN)b ? a : b; }
OP(umax) { return a > b ? a : b; }
OP(umin) { return a < b ? a : b; }

/* ---- count ---- */
OP(clz) { return (UNS)(a == 0 ? ESIZE : __builtin_clzll(a) - (64 - ESIZE)); }
/* CountLeadingSignBits: equal neighbours from the top, the sign itself not counted */
OP(cls) { return (UNS)(__builtin_clzll((UNS)(a ^ (PRO)a << 1) | 1) - (64 - ESIZE)); }

/* ---- saturating: SignedSatQ, UnsignedSatQ ---- */
OP(sqadd)
{
    SGN r;
    if (unlikely(__builtin_add_overflow((SGN)a, (SGN)b, &r))) {
        *qc = 1;
        return (UNS)((SGN)a < 0 ? SMIN : SMAX);
    }
    return (UNS)r;
}

OP(sqsub)
{
    SGN r;
    if (unlikely(__builtin_sub_overflow((SGN)a, (SGN)b, &r))) {
        *qc = 1;
        return (UNS)((SGN)a < 0 ? SMIN : SMAX);
    }
    return (UNS)r;
}

OP(uqadd)
{
    UNS r;
    if (unlikely(__builtin_add_overflow(a, b, &r))) {
        *qc = 1;
        return UMAX;
    }
    return r;
}

OP(uqsub)
{
    if (unlikely(a < b)) {
        *qc = 1;
        return 0;
    }
    return (UNS)(a - b);
}

/* signed accumulator, unsigned addend */
OP(suqadd)
{
    SGN r;
    if (unlikely(__builtin_add_overflow((SGN)d, a, &r))) {
        *qc = 1;
        return (UNS)SMAX;
    }
    return (UNS)r;
}

/* unsigned accumulator, signed addend */
OP(usqadd)
{
    UNS r;
    if (unlikely(__builtin_add_overflow(d, (SGN)a, &r))) {
        *qc = 1;
        return (SGN)a < 0 ? 0 : UMAX;
    }
    return r;
}

OP(sqneg)
{
    if (unlikely((SGN)a == SMIN)) {
        *qc = 1;
        return (UNS)SMAX;
    }
    return (UNS)(0 - a);
}

OP(sqabs) { return (SGN)a < 0 ? FN(e_sqneg)(d, a, b, qc) : a; }

/* ---- shift by register: the low byte of b, signed; negative shifts right ---- */
OP(sshl)
{
    int sh = (int8_t)b;
    if (sh >= 0) {
        return sh >= ESIZE ? 0 : (UNS)((PRO)a << sh);
    }
    return (UNS)((SGN)a >> (-sh >= ESIZE ? ESIZE - 1 : -sh));
}

OP(ushl)
{
    int sh = (int8_t)b;
    if (sh >= ESIZE || sh <= -ESIZE) {
        return 0;
    }
    return (UNS)(sh >= 0 ? (PRO)a << sh : (PRO)a >> -sh);
}

OP(srshl)
{
    int sh = (int8_t)b;
    if (sh >= ESIZE || sh <= -ESIZE) {
        return 0; /* to the right: the rounding constant carries into the sign */
    }
    if (sh >= 0) {
        return (UNS)((PRO)a << sh);
    }
    return (UNS)(((SGN)a >> -sh) + (((SGN)a >> (-sh - 1)) & 1));
}

OP(urshl)
{
    int sh = (int8_t)b;
    if (sh >= ESIZE || sh < -ESIZE) {
        return 0;
    }
    if (sh >= 0) {
        return (UNS)((PRO)a << sh);
    }
    UNS half = (UNS)(a >> (-sh - 1));
    return (UNS)((half >> 1) + (half & 1));
}

/* Shift left by sh >= 0 with signed saturation. */
static inline UNS FN(sat_shl_s)(UNS a, int sh, uint32_t *qc)
{
    if (sh < ESIZE) {
        UNS r = (UNS)((PRO)a << sh);
        if (((SGN)r >> sh) == (SGN)a) {
            return r;
        }
    } else if (a == 0) {
        return 0;
    }
    *qc = 1;
    return (UNS)((SGN)a < 0 ? SMIN : SMAX);
}

/* Shift left by sh >= 0 with unsigned saturation. */
static inline UNS FN(sat_shl_u)(UNS a, int sh, uint32_t *qc)
{
    if (sh < ESIZE) {
        UNS r = (UNS)((PRO)a << sh);
        if ((r >> sh) == a) {
            return r;
        }
    } else if (a == 0) {
        return 0;
    }
    *qc = 1;
    return UMAX;
}

OP(sqshl) { return (int8_t)b >= 0 ? FN(sat_shl_s)(a, (int8_t)b, qc) : FN(e_sshl)(d, a, b, qc); }
OP(uqshl) { return (int8_t)b >= 0 ? FN(sat_shl_u)(a, (int8_t)b, qc) : FN(e_ushl)(d, a, b, qc); }
OP(sqrshl) { return (int8_t)b >= 0 ? FN(sat_shl_s)(a, (int8_t)b, qc) : FN(e_srshl)(d, a, b, qc); }
OP(uqrshl) { return (int8_t)b >= 0 ? FN(sat_shl_u)(a, (int8_t)b, qc) : FN(e_urshl)(d, a, b, qc); }

/* signed operand, unsigned result */
OP(sqshlu)
{
    if (unlikely((SGN)a < 0)) {
        *qc = 1;
        return 0;
    }
    return FN(sat_shl_u)(a, b, qc);
}

/* ---- shift by immediate: b is 1..ESIZE to the right (hence two steps), 0..ESIZE-1 to the left ---- */
OP(sshr) { return (UNS)((SGN)a >> (b - 1) >> 1); }
OP(ushr) { return (UNS)(a >> (b - 1) >> 1); }
OP(ssra) { return (UNS)(d + ((SGN)a >> (b - 1) >> 1)); }
OP(usra) { return (UNS)(d + (a >> (b - 1) >> 1)); }
OP(srshr) { return (UNS)(((SGN)a >> (b - 1) >> 1) + (((SGN)a >> (b - 1)) & 1)); }
OP(urshr) { return (UNS)((a >> (b - 1) >> 1) + ((a >> (b - 1)) & 1)); }
OP(srsra) { return (UNS)(d + FN(e_srshr)(d, a, b, qc)); }
OP(ursra) { return (UNS)(d + FN(e_urshr)(d, a, b, qc)); }
OP(shl) { return (UNS)((PRO)a << b); }
OP(sri) { return (UNS)((d & ~(UMAX >> (b - 1) >> 1)) | (a >> (b - 1) >> 1)); }
OP(sli) { return (UNS)((d & ~((PRO)UMAX << b)) | (PRO)a << b); }

#if ESIZE < 64
/* ---- halving ---- */
OP(shadd) { return (UNS)(((WSGN)(SGN)a + (SGN)b) >> 1); }
OP(uhadd) { return (UNS)(((WUNS)a + b) >> 1); }
OP(srhadd) { return (UNS)(((WSGN)(SGN)a + (SGN)b + 1) >> 1); }
OP(urhadd) { return (UNS)(((WUNS)a + b + 1) >> 1); }
OP(shsub) { return (UNS)(((WSGN)(SGN)a - (SGN)b) >> 1); }
OP(uhsub) { return (UNS)(((WUNS)a - b) >> 1); }
#endif

#if ESIZE == 8
/* PolynomialMult, low half */
OP(pmul)
{
    UNS r = 0;
    for (unsigned i = 0; i < 8; i++) {
        r ^= (UNS)((a << i) & -(b >> i & 1));
    }
    return r;
}
#endif

#if ESIZE == 16 || ESIZE == 32
/* ---- doubling multiply, high half. The pseudocode's sums are halved here, so that 64 bits hold them. ---- */
static inline UNS FN(sat_high)(WSGN half_sum, uint32_t *qc)
{
    WSGN r = half_sum >> (ESIZE - 1);
    if (unlikely(r != (SGN)r)) {
        *qc = 1;
        return (UNS)(r < 0 ? SMIN : SMAX);
    }
    return (UNS)r;
}

#define HALF_ROUND ((WSGN)1 << (ESIZE - 2))
OP(sqdmulh) { return FN(sat_high)((WSGN)(SGN)a * (SGN)b, qc); }
OP(sqrdmulh) { return FN(sat_high)((WSGN)(SGN)a * (SGN)b + HALF_ROUND, qc); }
/* (WSGN) d << (ESIZE - 1) is written as a product: d may be negative */
OP(sqrdmlah) { return FN(sat_high)((WSGN)(SGN)d * ((WSGN)1 << (ESIZE - 1)) + (WSGN)(SGN)a * (SGN)b + HALF_ROUND, qc); }
OP(sqrdmlsh) { return FN(sat_high)((WSGN)(SGN)d * ((WSGN)1 << (ESIZE - 1)) - (WSGN)(SGN)a * (SGN)b + HALF_ROUND, qc); }
#undef HALF_ROUND
#endif

/* ---- loops ---- */

/* r[i] = f(r[i], n[i], m[i] or b) for `count` elements. In place: each element is read before it is written. `from`, a
   constant, says which of m and b: a test of m itself would keep the loop from being vectorised. */
static simd_inline void FN(map)(union vreg *r, const union vreg *n, const union vreg *m, UNS b, enum simd_from from,
                                unsigned count, uint32_t *qc, FN(simd_op) *f)
{
#pragma GCC ivdep
    for (unsigned i = 0; i < count; i++) {
        r->LANE[i] = f(r->LANE[i], n->LANE[i], from == FROM_RM ? m->LANE[i] : b, qc);
    }
}

/* Adjacent pairs of the 16 bytes of v: 8 bytes. */
static simd_inline uint64_t FN(pairs)(const union vreg *v, FN(simd_op) *f)
{
    union simd_half r;
    for (unsigned i = 0; i < LANES / 2; i++) {
        r.LANE[i] = f(0, v->LANE[2 * i], v->LANE[2 * i + 1], NULL);
    }
    return r.d[0];
}

/* One value from the first `count` elements. */
static simd_inline UNS FN(reduce)(const union vreg *v, unsigned count, FN(simd_op) *f)
{
    UNS r = v->LANE[0];
    for (unsigned i = 1; i < count; i++) {
        r = f(0, r, v->LANE[i], NULL);
    }
    return r;
}

/* a0 b0 a1 b1 ...: ZIP */
static simd_inline void FN(interleave)(union vreg *r, const union simd_half *a, const union simd_half *b)
{
    for (unsigned i = 0; i < LANES / 2; i++) {
        r->LANE[2 * i] = a->LANE[i];
        r->LANE[2 * i + 1] = b->LANE[i];
    }
}

/* Every second element of v from `part` on: UZP */
static simd_inline uint64_t FN(every_second)(const union vreg *v, unsigned part)
{
    union simd_half r;
    for (unsigned i = 0; i < LANES / 2; i++) {
        r.LANE[i] = v->LANE[2 * i + part];
    }
    return r.d[0];
}

/* TRN */
static simd_inline void FN(transpose)(union vreg *r, const union vreg *n, const union vreg *m, unsigned part)
{
    for (unsigned i = 0; i < LANES / 2; i++) {
        r->LANE[2 * i] = n->LANE[2 * i + part];
        r->LANE[2 * i + 1] = m->LANE[2 * i + part];
    }
}

#if ESIZE < 64
#define WOP(name)                                                                              \
    static inline WUNS FN(w_##name)(WUNS d UNUSED, WUNS n UNUSED, UNS a UNUSED, UNS b UNUSED,  \
                                    uint32_t *qc UNUSED)
#define NOP(name) static inline UNS FN(n_##name)(WUNS a UNUSED, WUNS b UNUSED, uint32_t *qc UNUSED)
#define WMAX ((WSGN)((WUNS)~(WUNS)0 >> 1))
#define WMIN ((WSGN)(-WMAX - 1))

typedef WUNS FN(simd_wop)(WUNS d, WUNS n, UNS a, UNS b, uint32_t *qc);
typedef UNS FN(simd_nop)(WUNS a, WUNS b, uint32_t *qc);

/* ---- long and wide ---- */
WOP(saddl) { return (WUNS)((WSGN)(SGN)a + (SGN)b); }
WOP(uaddl) { return (WUNS)((WUNS)a + b); }
WOP(ssubl) { return (WUNS)((WSGN)(SGN)a - (SGN)b); }
WOP(usubl) { return (WUNS)((WUNS)a - b); }
WOP(saddw) { return (WUNS)(n + (WUNS)(SGN)b); }
WOP(uaddw) { return (WUNS)(n + b); }
WOP(ssubw) { return (WUNS)(n - (WUNS)(SGN)b); }
WOP(usubw) { return (WUNS)(n - b); }
WOP(sadalp) { return (WUNS)(d + (WUNS)((WSGN)(SGN)a + (SGN)b)); }
WOP(uadalp) { return (WUNS)(d + (WUNS)((WUNS)a + b)); }
WOP(sabdl) { return (WUNS)((SGN)a > (SGN)b ? (WSGN)(SGN)a - (SGN)b : (WSGN)(SGN)b - (SGN)a); }
WOP(uabdl) { return FN(e_uabd)(0, a, b, qc); }
WOP(sabal) { return (WUNS)(d + FN(w_sabdl)(d, n, a, b, qc)); }
WOP(uabal) { return (WUNS)(d + FN(w_uabdl)(d, n, a, b, qc)); }
WOP(smull) { return (WUNS)((WSGN)(SGN)a * (SGN)b); }
WOP(umull) { return (WUNS)((WUNS)a * b); }
WOP(smlal) { return (WUNS)(d + FN(w_smull)(d, n, a, b, qc)); }
WOP(umlal) { return (WUNS)(d + FN(w_umull)(d, n, a, b, qc)); }
WOP(smlsl) { return (WUNS)(d - FN(w_smull)(d, n, a, b, qc)); }
WOP(umlsl) { return (WUNS)(d - FN(w_umull)(d, n, a, b, qc)); }
WOP(sshll) { return (WUNS)((WUNS)(SGN)a << b); }
WOP(ushll) { return (WUNS)((WUNS)a << b); }

#if ESIZE > 8
WOP(sqdmull)
{
    WSGN p = (WSGN)(SGN)a * (SGN)b, r;
    if (unlikely(__builtin_add_overflow(p, p, &r))) {
        *qc = 1;
        return (WUNS)WMAX; /* only SMIN * SMIN gets here */
    }
    return (WUNS)r;
}

WOP(sqdmlal)
{
    WSGN r;
    if (unlikely(__builtin_add_overflow((WSGN)d, (WSGN)FN(w_sqdmull)(d, n, a, b, qc), &r))) {
        *qc = 1;
        return (WUNS)((WSGN)d < 0 ? WMIN : WMAX);
    }
    return (WUNS)r;
}

WOP(sqdmlsl)
{
    WSGN r;
    if (unlikely(__builtin_sub_overflow((WSGN)d, (WSGN)FN(w_sqdmull)(d, n, a, b, qc), &r))) {
        *qc = 1;
        return (WUNS)((WSGN)d < 0 ? WMIN : WMAX);
    }
    return (WUNS)r;
}
#else
/* PolynomialMult */
WOP(pmull)
{
    WUNS r = 0;
    for (unsigned i = 0; i < 8; i++) {
        r ^= (WUNS)((a << i) & -(b >> i & 1));
    }
    return r;
}
#endif

/* ---- narrowing ---- */
NOP(addhn) { return (UNS)((WUNS)(a + b) >> ESIZE); }
NOP(subhn) { return (UNS)((WUNS)(a - b) >> ESIZE); }
NOP(raddhn) { return (UNS)((WUNS)(a + b + ((WUNS)1 << (ESIZE - 1))) >> ESIZE); }
NOP(rsubhn) { return (UNS)((WUNS)(a - b + ((WUNS)1 << (ESIZE - 1))) >> ESIZE); }
NOP(xtn) { return (UNS)a; }

NOP(sqxtn)
{
    if (unlikely((WSGN)a != (SGN)a)) {
        *qc = 1;
        return (UNS)((WSGN)a < 0 ? SMIN : SMAX);
    }
    return (UNS)a;
}

NOP(uqxtn)
{
    if (unlikely(a > UMAX)) {
        *qc = 1;
        return UMAX;
    }
    return (UNS)a;
}

NOP(sqxtun)
{
    if (unlikely((WSGN)a < 0 || (WSGN)a > UMAX)) {
        *qc = 1;
        return (WSGN)a < 0 ? 0 : UMAX;
    }
    return (UNS)a;
}

/* b is 1..ESIZE */
NOP(shrn) { return (UNS)(a >> b); }
NOP(rshrn) { return (UNS)((a >> b) + (a >> (b - 1) & 1)); }
#define SROUND ((WUNS)(((WSGN)a >> b) + ((WSGN)a >> (b - 1) & 1)))
#define UROUND ((WUNS)((a >> b) + (a >> (b - 1) & 1)))
NOP(sqshrn) { return FN(n_sqxtn)((WUNS)((WSGN)a >> b), 0, qc); }
NOP(uqshrn) { return FN(n_uqxtn)((WUNS)(a >> b), 0, qc); }
NOP(sqshrun) { return FN(n_sqxtun)((WUNS)((WSGN)a >> b), 0, qc); }
NOP(sqrshrn) { return FN(n_sqxtn)(SROUND, 0, qc); }
NOP(uqrshrn) { return FN(n_uqxtn)(UROUND, 0, qc); }
NOP(sqrshrun) { return FN(n_sqxtun)(SROUND, 0, qc); }
#undef SROUND
#undef UROUND

/* ---- loops ---- */

/* r[i] = f(r[i], n[i], a[i], m[i] or b): r and n wide */
static simd_inline void FN(map_long)(union vreg *r, const union vreg *n, const union simd_half *a,
                                     const union simd_half *m, UNS b, enum simd_from from, uint32_t *qc,
                                     FN(simd_wop) *f)
{
#pragma GCC ivdep
    for (unsigned i = 0; i < LANES / 2; i++) {
        r->WLANE[i] = f(r->WLANE[i], n->WLANE[i], a->LANE[i], from == FROM_RM ? m->LANE[i] : b, qc);
    }
}

/* 8 bytes of f(n[i], m[i] or b): n and m wide */
static simd_inline uint64_t FN(map_narrow)(const union vreg *n, const union vreg *m, WUNS b, enum simd_from from,
                                           uint32_t *qc, FN(simd_nop) *f)
{
    union simd_half r;
    for (unsigned i = 0; i < LANES / 2; i++) {
        r.LANE[i] = f(n->WLANE[i], from == FROM_RM ? m->WLANE[i] : b, qc);
    }
    return r.d[0];
}

/* r[i] = f(r[i], pair i of n): SADDLP and its kin */
static simd_inline void FN(map_pairs_long)(union vreg *r, const union vreg *n, FN(simd_wop) *f)
{
#pragma GCC ivdep
    for (unsigned i = 0; i < LANES / 2; i++) {
        r->WLANE[i] = f(r->WLANE[i], 0, n->LANE[2 * i], n->LANE[2 * i + 1], NULL);
    }
}

#undef WOP
#undef NOP
#undef WMAX
#undef WMIN
#undef WUNS
#undef WSGN
#undef WLANE
#endif

#undef CAT2
#undef CAT1
#undef FN
#undef UNUSED
#undef OP
#undef LANES
#undef UMAX
#undef SMAX
#undef SMIN
#undef ALL_ONES_IF
#undef ESIZE
#undef LANE
#undef UNS
#undef SGN
#undef PRO
