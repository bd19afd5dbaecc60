/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Big-endian data of EL0 and EL1 (SCTLR_ELx.E0E and EE), and translation tables of the EL1&0 regime in that order. Instructions are
 * little-endian whatever these say. EL2 itself stays little-endian: it is the harness.
 */
#include "mmu.h"

extern const struct piece pieces_endian[], pieces_endian_lse[];

enum { EE = 25, E0E = 24 };

static u64 memory[8] __attribute__((aligned(64)));

static void data_order(const struct world *w, const struct piece *s)
{
    for (; s->name != NULL; s++) {
        for (unsigned order = 0; order < 4; order++) {
            struct probe p;
            u64 bits = (order & 1 ? BIT(E0E) : 0) | (order & 2 ? BIT(EE) : 0);
            for (unsigned i = 0; i < ARRAY_LEN(memory); i++) {
                memory[i] = UINT64_C(0x8796a5b4c3d2e1f0) + i * UINT64_C(0x0101010101010101);
            }
            probe_init(&p, w->el, s->code);
            p.hcr = w->hcr;
            WR(sctlr_el1, SCTLR_EL1_BASE | bits);
            p.sctlr_el2 |= w->hcr & BIT(HCR_E2H) ? bits & BIT(E0E) : 0;
            WR(cptr_el2, w->hcr & BIT(HCR_E2H) ? 0x300000 : 0x33ff);
            p.x[0] = UINT64_C(0x1122334455667788);
            p.x[1] = UINT64_C(0x99aabbccddeeff01);
            p.x[2] = (u64)(uintptr_t)memory;
            p.x[4] = UINT64_C(0xf0e1d2c3b4a59687);
            struct outcome o = probe_go(&p);
            say("endian.%s.%s.%s%s", w->name, s->name, order & 1 ? "e0e" : "", order & 2 ? "ee" : "");
            say_outcome(&p, &o, 0);
            say(" %x %x %x", p.x[0], p.x[1], p.x[4]);
            for (unsigned i = 0; i < 4; i++) {
                say(" %x", memory[i]);
            }
            say("\n");
        }
    }
}

/* ---- tables ---- */

static void swap_tables(u64 table, unsigned granule, int level)
{
    u64 *e = (u64 *)(uintptr_t)table;
    for (unsigned i = 0; i < 1u << (granule - 3); i++) {
        if (e[i] != 0 && level < 3 && (e[i] & 3) == 3) {
            swap_tables(e[i] & ((BIT(48) - 1) & ~(BIT(granule) - 1)), granule, level + 1);
        }
        e[i] = __builtin_bswap64(e[i]);
    }
}

static const struct look {
    const char *name;
    const u32 *code;
    unsigned els, offset;
} looks[] = {
    { "ldr", acc_ldr, 3, CODE_OFF }, { "str", acc_str, 3, STORE_OFF }, { "at_s1e1r", acc_at_s1e1r, 4, 0 }, { "at_s1e0w", acc_at_s1e0w, 4, 0 },
    { "br", acc_br, 3, CODE_OFF },
};

static struct config config;

static void one_table(struct config *c, unsigned n, bool big, u64 *leaf, u64 va)
{
    for (unsigned i = 0; i < ARRAY_LEN(looks); i++) {
        for (unsigned el = 0; el < 3; el++) {
            struct probe p;
            u64 alias = mmu_alias(el < 2), was = *leaf;
            if ((looks[i].els >> el & 1) == 0) {
                continue;
            }
            mmu_flush();
            probe_init(&p, el, looks[i].code);
            p.pc += alias;
            p.lr += alias;
            p.hcr = c->hcr;
            p.x[2] = va + looks[i].offset;
            p.x[0] = UINT64_C(0x0102030405060708);
            struct outcome o = probe_go(&p);
            u64 now = *leaf;
            *leaf = was;
            say("tables.%d.%s.el%d", n, looks[i].name, el);
            say_outcome(&p, &o, 0);
            say(" leaf=%x", big ? __builtin_bswap64(now) : now);
            say(o.el == 0 && looks[i].offset != STORE_OFF ? " %x\n" : "\n", el == 2 ? p.x[0] & ~UINT64_C(0xe00) : p.x[0]);
        }
    }
}

/* Stage 1 in either order, below a stage 2 that is little-endian or none */
static void table_order(unsigned n)
{
    static const unsigned granules[] = { PAGE_4K, PAGE_64K, PAGE_16K };
    struct config *c = &config;
    unsigned granule = granules[rng_below(has_vhe() ? 3 : 2)];
    bool s2 = rng_below(2) != 0, big = rng_below(4) != 0, hafdbs = has_vhe() && rng_below(2);
    u64 va = (DATA & 0x3f000000) | UINT64_C(0x1200000000) | (rng() & 0xff0000), pa = DATA | (rng() & 0xff0000);
    static const u64 attrs[] = { 0x40 | BIT(10), 0xc0 | BIT(10), 0x40, BIT(10), 0xc0 | BIT(10) | BIT(51), 0x80 | BIT(10) | BIT(51) };
    u64 attr = attrs[rng_below(ARRAY_LEN(attrs))] | 0x300;
    mmu_clean_config(c, s2 ? EL10_S2 : EL10, granule);
    u64 *leaf = map_leaf(&c->s1, va, pa, attr, 3);
    if (s2) {
        u64 page = BIT(c->s2.granule);
        map_page(&c->s2, pa & ~(page - 1), pa & ~(page - 1), BIT(10) | 0x300 | 15 << 2 | 0xc0);
    }
    c->tcr |= hafdbs ? BIT(39) | BIT(40) : 0;
    c->sctlr |= (big ? BIT(EE) : 0) | (rng() & BIT(E0E));
    if (big) {
        swap_tables(c->s1.root, granule, c->s1.start);
        swap_tables(c->way_back.root, PAGE_4K, 1);
    }
    mmu_install(c);
    one_table(c, n, big, leaf, va);
    base_state();
}

void mmu_endian(void)
{
    for (unsigned k = 0; k < N_WORLDS; k++) {
        const struct world *w = &worlds[k];
        if (world_missing(w) || w->el == 2) {
            continue;
        }
        data_order(w, pieces_endian);
        if (has_vhe()) {
            data_order(w, pieces_endian_lse);
        }
    }
    base_state();
    data_init();
    for (unsigned n = 0; n < 60; n++) {
        table_order(n);
    }
}
