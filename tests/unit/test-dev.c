/* SPDX-License-Identifier: Apache-2.0 */
/* The devices as a driver sees them: through the bus of a whole board, with the interrupt lines and the clock watched. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/le.h"
#include "sim/board.h"
#include "sim/dev-virtio.h"

#define UART BOARD_UART_BASE
#define RTC BOARD_RTC_BASE
#define S UINT64_C(1000000000)

static struct bus bus;
static struct clock clk;
static struct board *board;
static struct err err;
static bool level[128];         /* by INTID */
static unsigned edges[128];
static char out[256];
static unsigned n_out;
static const char *script;
static char path[] = "test-dev-XXXXXX";

static void set_line(void *opaque, unsigned pe, unsigned intid, bool l)
{
    (void)opaque;
    ck_assert_uint_eq(pe, 0);
    edges[intid] += l && !level[intid];
    level[intid] = l;
}

static void put(void *opaque, uint8_t byte)
{
    (void)opaque;
    out[n_out++] = (char)byte;
    out[n_out] = '\0';
}

static int get(void *opaque)
{
    (void)opaque;
    return *script != '\0' ? *script++ : -1;
}

static void make_board(const struct board_config *cfg)
{
    struct irq_line irq = { .set = set_line };
    board = board_new(&bus, &clk, &irq, cfg, &err);
    ck_assert_msg(board != NULL, "%s", err.msg);
}

static void setup(void)
{
    ck_assert(bus_init(&bus, BOARD_RAM_BASE, 1 << 20));
    clk = (struct clock){ 0 };
    memset(level, 0, sizeof(level));
    memset(edges, 0, sizeof(edges));
    n_out = 0;
    board = NULL;
    strcpy(path, "test-dev-XXXXXX");
}

static void teardown(void)
{
    board_free(board);
    bus_free(&bus);
    unlink(path);
}

static void plain_board(void)
{
    make_board(&(struct board_config){ .console_out = put });
}

static uint32_t rd(uint64_t pa)
{
    uint64_t v;
    ck_assert(bus_read(&bus, pa, 4, 0, &v));
    return (uint32_t)v;
}

static void wr(uint64_t pa, uint32_t v)
{
    ck_assert(bus_write(&bus, pa, 4, 0, v));
}

/* ---- PL011: DR 0, RSR 4, FR 18, IBRD 24, FBRD 28, LCR_H 2c, CR 30, IFLS 34, IMSC 38, RIS 3c, MIS 40, ICR 44 ---- */

START_TEST(uart_resets_as_in_the_manual)
{
    plain_board();
    ck_assert_uint_eq(rd(UART + 0x30), 0x300);
    ck_assert_uint_eq(rd(UART + 0x34), 0x12);
    ck_assert_uint_eq(rd(UART + 0x18) & 0xf8, 0x90);    /* TXFE, RXFE */
    static const uint8_t id[8] = { 0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
    for (unsigned i = 0; i < 8; i++) {
        ck_assert_uint_eq(rd(UART + 0xfe0 + 4 * i), id[i]);
    }
    uint64_t v;
    ck_assert(bus_read(&bus, UART + 0x31, 1, 0, &v));
    ck_assert_msg(v == 3, "the second byte of UARTCR alone");
}
END_TEST

START_TEST(uart_transmits_and_interrupts)
{
    plain_board();
    ck_assert(bus_write(&bus, UART, 1, 0, 'h'));
    wr(UART, 'i');
    ck_assert_str_eq(out, "hi");
    ck_assert_uint_eq(rd(UART + 0x3c), 0x20);
    ck_assert(!level[INTID_SPI_UART]);
    wr(UART + 0x38, 0x20);
    ck_assert(level[INTID_SPI_UART]);
    ck_assert_uint_eq(rd(UART + 0x40), 0x20);
    wr(UART + 0x44, 0x20);
    ck_assert(!level[INTID_SPI_UART]);
}
END_TEST

START_TEST(uart_receives_by_trigger_level_and_timeout)
{
    plain_board();
    wr(UART + 0x24, 13);
    wr(UART + 0x28, 1);         /* 115384 baud: a bit is 8677 ns */
    wr(UART + 0x2c, 0x70);      /* 8 bits, FIFO */
    wr(UART + 0x34, 2 << 3);    /* half full: 8 bytes */
    wr(UART + 0x30, 0x301);
    wr(UART + 0x38, 0x50);
    for (unsigned i = 0; i < 7; i++) {
        board_console_input(board, (uint8_t)('a' + i));
    }
    ck_assert(!level[INTID_SPI_UART]);
    ck_assert_uint_eq(rd(UART + 0x18) & 0x50, 0);
    clock_run(&clk, 200000);
    ck_assert(!level[INTID_SPI_UART]);
    clock_run(&clk, 300000);    /* 32 bits later */
    ck_assert_uint_eq(rd(UART + 0x3c), 0x40);
    ck_assert(level[INTID_SPI_UART]);
    board_console_input(board, 'h');
    ck_assert_uint_eq(rd(UART + 0x3c), 0x50);
    ck_assert_uint_eq(rd(UART), 'a');
    ck_assert_uint_eq(rd(UART + 0x3c), 0x40);
    for (unsigned i = 1; i < 8; i++) {
        ck_assert_uint_eq(rd(UART), 'a' + i);
    }
    ck_assert_uint_eq(rd(UART + 0x3c), 0);
    ck_assert(!level[INTID_SPI_UART]);
    ck_assert_uint_eq(rd(UART + 0x18) & 0x10, 0x10);
}
END_TEST

START_TEST(uart_keeps_what_does_not_fit)
{
    plain_board();
    wr(UART + 0x2c, 0x70);
    for (unsigned i = 0; i < 40; i++) {
        board_console_input(board, (uint8_t)i);
    }
    ck_assert_uint_eq(rd(UART + 0x18) & 0x40, 0x40);
    for (unsigned i = 0; i < 40; i++) {
        ck_assert_uint_eq(rd(UART), i);
    }
    ck_assert_uint_eq(rd(UART + 0x18) & 0x10, 0x10);
}
END_TEST

START_TEST(uart_without_fifo_has_one_place)
{
    plain_board();
    board_console_input(board, 'x');
    board_console_input(board, 'y');
    ck_assert_uint_eq(rd(UART + 0x18) & 0x40, 0x40);
    ck_assert_uint_eq(rd(UART + 0x3c) & 0x10, 0x10);
    ck_assert_uint_eq(rd(UART), 'x');
    ck_assert_uint_eq(rd(UART), 'y');
}
END_TEST

START_TEST(uart_loops_back)
{
    plain_board();
    wr(UART + 0x2c, 0x70);
    wr(UART + 0x30, 0x381 | 1 << 11);
    wr(UART, 'q');
    ck_assert_uint_eq(n_out, 0);
    ck_assert_uint_eq(rd(UART), 'q');
    ck_assert_uint_eq(rd(UART + 0x18) & 7, 1);      /* RTS comes back as CTS */
    for (unsigned i = 0; i < 17; i++) {
        wr(UART, i);
    }
    ck_assert_uint_eq(rd(UART + 0x3c) & 0x400, 0x400);  /* overrun */
    ck_assert_uint_eq(rd(UART + 0x04) & 8, 8);
    wr(UART + 0x04, 0);
    ck_assert_uint_eq(rd(UART + 0x04), 0);
}
END_TEST

START_TEST(scripted_input_waits_for_a_listener)
{
    script = "ok";
    make_board(&(struct board_config){ .script_in = get });
    clock_run(&clk, S);
    ck_assert_uint_eq(rd(UART + 0x18) & 0x10, 0x10);
    wr(UART + 0x30, 0x301);
    clock_run(&clk, 2 * S);
    ck_assert_uint_eq(rd(UART + 0x18) & 0x10, 0x10);
    wr(UART + 0x38, 0x10);
    clock_run(&clk, 2 * S + 80000);
    ck_assert_msg((rd(UART + 0x18) & 0x10) != 0, "not faster than the line");
    clock_run(&clk, 2 * S + 90000);
    ck_assert(level[INTID_SPI_UART]);
    ck_assert_uint_eq(rd(UART), 'o');
    clock_run(&clk, 3 * S);
    ck_assert_uint_eq(rd(UART), 'k');
    clock_run(&clk, 4 * S);
    ck_assert_uint_eq(rd(UART + 0x18) & 0x10, 0x10);
    ck_assert_msg(clock_next(&clk) == TIME_NEVER, "nothing is left to come after the end");
}
END_TEST

START_TEST(scripted_input_comes_to_a_poller)
{
    script = "p";
    make_board(&(struct board_config){ .script_in = get });
    wr(UART + 0x30, 0x301);
    for (unsigned i = 0; i < 20; i++) {
        clock_run(&clk, clk.now_ns + 20000);
        if ((rd(UART + 0x18) & 0x10) == 0) {
            ck_assert_uint_eq(rd(UART), 'p');
            return;
        }
    }
    ck_abort_msg("no byte came");
}
END_TEST

/* ---- PL031: DR 0, MR 4, LR 8, IMSC 10, RIS 14, ICR 1c ---- */

START_TEST(rtc_counts_guest_seconds)
{
    plain_board();
    ck_assert_uint_eq(rd(RTC), 1704067200);
    clock_run(&clk, 5 * S + 1);
    ck_assert_uint_eq(rd(RTC), 1704067205);
    wr(RTC + 8, 1000);
    ck_assert_uint_eq(rd(RTC), 1000);
    wr(RTC + 4, 1003);
    wr(RTC + 0x10, 1);
    clock_run(&clk, 8 * S - 1);
    ck_assert(!level[INTID_SPI_RTC]);
    clock_run(&clk, 8 * S);
    ck_assert(level[INTID_SPI_RTC]);
    ck_assert_uint_eq(rd(RTC), 1003);
    wr(RTC + 0x1c, 1);
    ck_assert(!level[INTID_SPI_RTC]);
    ck_assert_uint_eq(rd(RTC + 0xfe0), 0x31);
}
END_TEST

/* ---- virtio ---- */

#define SLOT(n) (BOARD_VIRTIO_BASE + (n) * BOARD_VIRTIO_SIZE)
#define DESC (BOARD_RAM_BASE + 0x1000)
#define AVAIL (BOARD_RAM_BASE + 0x2000)
#define USED (BOARD_RAM_BASE + 0x3000)
#define DATA (BOARD_RAM_BASE + 0x10000)
#define QSIZE 8

static uint8_t *ram(uint64_t pa)
{
    return bus_ram(&bus, pa, 1);
}

/* Bring a device up as a driver does, with queue q at the addresses above. */
static void virtio_start(uint64_t dev, unsigned q)
{
    wr(dev + 0x70, 0);
    wr(dev + 0x70, 3);
    wr(dev + 0x24, 1);
    wr(dev + 0x20, 1);          /* VIRTIO_F_VERSION_1 */
    wr(dev + 0x70, 11);
    ck_assert_uint_eq(rd(dev + 0x70), 11);
    wr(dev + 0x30, q);
    ck_assert_uint_eq(rd(dev + 0x34), VIRTIO_QUEUE_SIZE);
    wr(dev + 0x38, QSIZE);
    wr(dev + 0x80, (uint32_t)DESC);
    wr(dev + 0x90, (uint32_t)AVAIL);
    wr(dev + 0xa0, (uint32_t)USED);
    wr(dev + 0x44, 1);
    wr(dev + 0x70, 15);
    memset(ram(DESC), 0, 0x3000);
}

static void desc(unsigned i, uint64_t addr, uint32_t len, uint16_t flags, uint16_t next)
{
    uint8_t *d = ram(DESC + 16 * i);
    put_le64(d, addr);
    put_le32(d + 8, len);
    put_le16(d + 12, flags);
    put_le16(d + 14, next);
}

/* Make the chain at `head` available as the n-th request (from 0) and tell the device. */
static void offer(uint64_t dev, unsigned q, uint16_t n, uint16_t head)
{
    put_le16(ram(AVAIL + 4 + 2 * (n % QSIZE)), head);
    put_le16(ram(AVAIL + 2), (uint16_t)(n + 1));
    wr(dev + 0x50, q);
}

START_TEST(slots_identify_themselves)
{
    plain_board();
    for (unsigned i = 0; i < BOARD_VIRTIO_SLOTS; i++) {
        ck_assert_uint_eq(rd(SLOT(i)), 0x74726976);
        ck_assert_uint_eq(rd(SLOT(i) + 4), 2);
        ck_assert_uint_eq(rd(SLOT(i) + 8), i == 30 ? VIRTIO_ID_RNG : i == 31 ? VIRTIO_ID_CONSOLE : 0);
    }
}
END_TEST

START_TEST(features_without_version_1_are_refused)
{
    plain_board();
    wr(SLOT(30) + 0x70, 3);
    wr(SLOT(30) + 0x70, 11);
    ck_assert_uint_eq(rd(SLOT(30) + 0x70), 3);
    wr(SLOT(30) + 0x24, 1);
    wr(SLOT(30) + 0x20, 0xffffffff);
    wr(SLOT(30) + 0x70, 11);
    ck_assert_uint_eq(rd(SLOT(30) + 0x70), 3);
}
END_TEST

START_TEST(entropy_is_repeatable)
{
    uint8_t first[20];
    for (unsigned round = 0; round < 2; round++) {
        teardown();
        setup();
        make_board(&(struct board_config){ .rng_seed = 7 });
        virtio_start(SLOT(30), 0);
        desc(0, DATA, 20, 2, 0);
        offer(SLOT(30), 0, 0, 0);
        ck_assert(level[INTID_SPI_VIRTIO + 30]);
        ck_assert_uint_eq(rd(SLOT(30) + 0x60), 1);
        wr(SLOT(30) + 0x64, 1);
        ck_assert(!level[INTID_SPI_VIRTIO + 30]);
        ck_assert_uint_eq(le16(ram(USED + 2)), 1);
        ck_assert_uint_eq(le32(ram(USED + 8)), 20);
        if (round == 0) {
            memcpy(first, ram(DATA), sizeof(first));
        }
    }
    ck_assert(memcmp(first, ram(DATA), sizeof(first)) == 0);
    desc(0, DATA, 20, 2, 0);
    put_le16(ram(AVAIL), 1);    /* the driver wants no interrupt */
    offer(SLOT(30), 0, 1, 0);
    ck_assert(!level[INTID_SPI_VIRTIO + 30]);
    ck_assert(memcmp(first, ram(DATA), sizeof(first)) != 0);
}
END_TEST

START_TEST(virtio_console_sends_and_receives)
{
    make_board(&(struct board_config){ .console_out = put, .input_virtio = true });
    virtio_start(SLOT(31), 1);
    memcpy(ram(DATA), "hello ", 6);
    memcpy(ram(DATA + 100), "you", 3);
    desc(0, DATA, 6, 1, 1);
    desc(1, DATA + 100, 3, 0, 0);
    offer(SLOT(31), 1, 0, 0);
    ck_assert_str_eq(out, "hello you");
    virtio_start(SLOT(31), 0);
    desc(0, DATA, 2, 2, 0);
    desc(1, DATA + 50, 64, 2, 0);
    board_console_input(board, 'a');
    board_console_input(board, 'b');
    board_console_input(board, 'c');
    offer(SLOT(31), 0, 0, 0);
    offer(SLOT(31), 0, 1, 1);
    ck_assert(memcmp(ram(DATA), "ab", 2) == 0);
    ck_assert_uint_eq(*ram(DATA + 50), 'c');
    ck_assert_uint_eq(le32(ram(USED + 4 + 8 + 4)), 1);
}
END_TEST

static void make_disk(size_t bytes)
{
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    for (size_t i = 0; i < bytes; i++) {
        uint8_t b = (uint8_t)(i / 512 + 1);
        ck_assert_int_eq((int)write(fd, &b, 1), 1);
    }
    close(fd);
}

static uint8_t disk_byte(long off)
{
    FILE *f = fopen(path, "rb");
    fseek(f, off, SEEK_SET);
    int c = getc(f);
    fclose(f);
    return (uint8_t)c;
}

/* One request of 512 bytes at `sector`; the status byte. */
static uint8_t disk_request(uint16_t n, uint32_t type, uint64_t sector)
{
    put_le32(ram(DATA), type);
    put_le64(ram(DATA + 8), sector);
    *ram(DATA + 1024) = 0xee;
    desc(0, DATA, 16, 1, 1);
    desc(1, DATA + 512, 512, (uint16_t)(type == 0 ? 3 : 1), 2);
    desc(2, DATA + 1024, 1, 2, 0);
    offer(SLOT(0), 0, n, 0);
    return *ram(DATA + 1024);
}

START_TEST(disks_are_read_and_written)
{
    for (unsigned writable = 0; writable < 2; writable++) {
        make_disk(4 * 512);
        struct board_config c = { 0 };
        c.drives[0].path = path;
        c.drives[0].writable = writable != 0;
        make_board(&c);
        uint32_t before = board_digest(board, 0);
        ck_assert_uint_eq(rd(SLOT(0) + 8), VIRTIO_ID_BLOCK);
        ck_assert_uint_eq(rd(SLOT(0) + 0x100), 4);
        virtio_start(SLOT(0), 0);
        ck_assert_uint_eq(disk_request(0, 0, 2), 0);
        ck_assert_uint_eq(*ram(DATA + 512), 3);
        ck_assert_uint_eq(*ram(DATA + 1023), 3);
        ck_assert_uint_eq(le32(ram(USED + 8)), 513);
        memset(ram(DATA + 512), 0x77, 512);
        ck_assert_uint_eq(disk_request(1, 1, 1), 0);
        memset(ram(DATA + 512), 0, 512);
        ck_assert_uint_eq(disk_request(2, 0, 1), 0);
        ck_assert_uint_eq(*ram(DATA + 512), 0x77);
        ck_assert_msg(disk_byte(512) == (writable ? 0x77 : 2), "the file of a drive without rw stays as it is");
        ck_assert_uint_eq(disk_request(3, 0, 4), 1);
        ck_assert_uint_eq(disk_request(4, 0, UINT64_MAX), 1);
        ck_assert_uint_eq(disk_request(5, 99, 0), 2);
        ck_assert_uint_ne(before, board_digest(board, 0));
        teardown();
        setup();
    }
}
END_TEST

START_TEST(indirect_descriptors_work)
{
    make_disk(512);
    struct board_config c = { 0 };
    c.drives[0].path = path;
    make_board(&c);
    virtio_start(SLOT(0), 0);
    memset(ram(DATA), 0, 16);
    desc(0, DATA, 16, 1, 1);
    desc(1, DATA + 512, 512, 3, 2);
    desc(2, DATA + 1024, 1, 2, 0);
    memcpy(ram(DATA + 4096), ram(DESC), 48);
    desc(0, DATA + 4096, 48, 4, 0);
    offer(SLOT(0), 0, 0, 0);
    ck_assert_uint_eq(*ram(DATA + 600), 1);
    ck_assert_uint_eq(*ram(DATA + 1024), 0);
}
END_TEST

START_TEST(broken_rings_ask_for_a_reset)
{
    make_disk(512);
    struct board_config c = { 0 };
    c.drives[0].path = path;
    for (unsigned i = 0; i < 7; i++) {
        make_board(&c);
        virtio_start(SLOT(0), 0);
        desc(0, DATA, 16, 0, 0);
        switch (i) {
        case 0: desc(0, DATA, 16, 1, 0); break;                     /* a loop */
        case 1: desc(0, UINT64_C(0x1000), 16, 0, 0); break;         /* not RAM */
        case 2: desc(0, DATA, 16, 1, QSIZE); break;                 /* beyond the table */
        case 3: desc(0, DATA, 16, 5, 1); break;                     /* indirect and chained */
        case 4: desc(0, DATA, 16, 3, 1); desc(1, DATA, 16, 0, 0); break;    /* to be read after to be written */
        case 5: put_le16(ram(AVAIL + 4), QSIZE); put_le16(ram(AVAIL + 2), 1); wr(SLOT(0) + 0x50, 0); break;
        default: put_le16(ram(AVAIL + 2), QSIZE + 1); wr(SLOT(0) + 0x50, 0); break;    /* more than the ring holds */
        }
        if (i == 1) {
            desc(0, UINT64_C(0x1000), 16, 1, 1);
            desc(1, DATA, 1, 2, 0);
        }
        if (i < 5) {
            offer(SLOT(0), 0, 0, 0);
        }
        ck_assert_msg((rd(SLOT(0) + 0x70) & 64) != 0, "case %u: no DEVICE_NEEDS_RESET", i);
        wr(SLOT(0) + 0x70, 0);
        ck_assert_uint_eq(rd(SLOT(0) + 0x70), 0);
        board_free(board);
        board = NULL;
        bus.n_devs = 0;
    }
}
END_TEST

START_TEST(wrong_disks_are_refused)
{
    static const struct irq_line irq = { 0 };
    struct board_config c = { 0 };
    c.drives[0].path = "no/such/file";
    ck_assert_ptr_null(board_new(&bus, &clk, &irq, &c, &err));
    ck_assert_msg(strstr(err.msg, "--drive no/such/file: cannot open") != NULL, "%s", err.msg);
    bus.n_devs = 0;
    c.drives[0].path = ".";
    ck_assert_ptr_null(board_new(&bus, &clk, &irq, &c, &err));
    ck_assert_msg(strstr(err.msg, "not a regular file") != NULL, "%s", err.msg);
    bus.n_devs = 0;
    make_disk(1000);
    c.drives[0].path = path;
    ck_assert_ptr_null(board_new(&bus, &clk, &irq, &c, &err));
    ck_assert_msg(strstr(err.msg, "multiple of 512") != NULL, "%s", err.msg);
}
END_TEST

START_TEST(the_digest_sees_every_device)
{
    plain_board();
    uint32_t d[5];
    d[0] = board_digest(board, 0);
    wr(UART + 0x38, 1);
    d[1] = board_digest(board, 0);
    wr(RTC + 8, 5);
    d[2] = board_digest(board, 0);
    wr(SLOT(30) + 0x70, 1);
    d[3] = board_digest(board, 0);
    board_console_input(board, 'x');
    d[4] = board_digest(board, 0);
    for (unsigned i = 1; i < 5; i++) {
        ck_assert_uint_ne(d[i - 1], d[i]);
    }
    ck_assert_uint_eq(d[4], board_digest(board, 0));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("dev");
    TCase *t = tcase_create("dev");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, uart_resets_as_in_the_manual);
    tcase_add_test(t, uart_transmits_and_interrupts);
    tcase_add_test(t, uart_receives_by_trigger_level_and_timeout);
    tcase_add_test(t, uart_keeps_what_does_not_fit);
    tcase_add_test(t, uart_without_fifo_has_one_place);
    tcase_add_test(t, uart_loops_back);
    tcase_add_test(t, scripted_input_waits_for_a_listener);
    tcase_add_test(t, scripted_input_comes_to_a_poller);
    tcase_add_test(t, rtc_counts_guest_seconds);
    tcase_add_test(t, slots_identify_themselves);
    tcase_add_test(t, features_without_version_1_are_refused);
    tcase_add_test(t, entropy_is_repeatable);
    tcase_add_test(t, virtio_console_sends_and_receives);
    tcase_add_test(t, disks_are_read_and_written);
    tcase_add_test(t, indirect_descriptors_work);
    tcase_add_test(t, broken_rings_ask_for_a_reset);
    tcase_add_test(t, wrong_disks_are_refused);
    tcase_add_test(t, the_digest_sees_every_device);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
