/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/guests/rt/rt.h"

#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/mman.h>

#define SEEK_TO_END 2
#define LINE_BYTES  1024

long rt_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;

    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory", "cc");
    return x0;
}

long rt_open(const char *path, int flags)
{
    return rt_syscall(__NR_openat, AT_FDCWD, (long)path, flags | O_CLOEXEC, 0, 0, 0);
}

long rt_close(int fd) { return rt_syscall(__NR_close, fd, 0, 0, 0, 0, 0); }

long rt_read(int fd, void *buffer, size_t bytes)
{
    return rt_syscall(__NR_read, fd, (long)buffer, (long)bytes, 0, 0, 0);
}

long rt_pread(int fd, void *buffer, size_t bytes, uint64_t offset)
{
    return rt_syscall(__NR_pread64, fd, (long)buffer, (long)bytes, (long)offset, 0, 0);
}

long rt_write(int fd, const void *buffer, size_t bytes)
{
    return rt_syscall(__NR_write, fd, (long)buffer, (long)bytes, 0, 0, 0);
}

long rt_ioctl(int fd, unsigned long request, unsigned long argument)
{
    return rt_syscall(__NR_ioctl, fd, (long)request, (long)argument, 0, 0, 0);
}

long rt_file_size(int fd)
{
    long size = rt_syscall(__NR_lseek, fd, 0, SEEK_TO_END, 0, 0, 0);

    if (size >= 0) {
        rt_syscall(__NR_lseek, fd, 0, 0, 0, 0, 0);
    }
    return size;
}

void rt_exit(int status)
{
    rt_syscall(__NR_exit_group, status, 0, 0, 0, 0, 0);
    __builtin_trap();
}

static void *map_result(long address) { return address < 0 && address > -4096 ? NULL : (void *)address; }

void *rt_map(size_t bytes, size_t align)
{
    char *p = map_result(rt_syscall(__NR_mmap, 0, (long)(bytes + align), PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));

    if (p == NULL) {
        return NULL;
    }
    return (void *)(((uintptr_t)p + align - 1) & ~(uintptr_t)(align - 1));
}

void *rt_map_fd(int fd, size_t bytes)
{
    return map_result(rt_syscall(__NR_mmap, 0, (long)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
}

/* --- printing ------------------------------------------------------------------------------------------ */

struct line {
    char text[LINE_BYTES];
    size_t used;
};

static void put_char(struct line *line, char c)
{
    if (line->used < sizeof(line->text)) {
        line->text[line->used++] = c;
    }
}

static void put_text(struct line *line, const char *s, size_t length, size_t width, int left)
{
    size_t pad = width > length ? width - length : 0;

    for (; !left && pad > 0; pad--) {
        put_char(line, ' ');
    }
    for (size_t i = 0; i < length; i++) {
        put_char(line, s[i]);
    }
    for (; pad > 0; pad--) {
        put_char(line, ' ');
    }
}

struct spec {
    size_t width;
    int left;
    int zero;
    int is_long;
};

static void put_number(struct line *line, uint64_t value, unsigned base, int negative, const struct spec *spec)
{
    char digits[24];
    size_t at = sizeof(digits);

    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (spec->zero && sizeof(digits) - at < spec->width && at > 1) {
        digits[--at] = '0';
    }
    if (negative) {
        digits[--at] = '-';
    }
    put_text(line, digits + at, sizeof(digits) - at, spec->width, spec->left);
}

static const char *parse_spec(const char *f, struct spec *spec)
{
    *spec = (struct spec){0};
    for (; *f == '-' || *f == '0'; f++) {
        if (*f == '-') {
            spec->left = 1;
        } else {
            spec->zero = 1;
        }
    }
    for (; *f >= '0' && *f <= '9'; f++) {
        spec->width = spec->width * 10 + (size_t)(*f - '0');
    }
    for (; *f == 'l'; f++) {
        spec->is_long = 1;
    }
    return f;
}

static void format_line(struct line *line, const char *f, va_list args)
{
    for (; *f != '\0'; f++) {
        struct spec spec;

        if (*f != '%') {
            put_char(line, *f);
            continue;
        }
        f = parse_spec(f + 1, &spec);
        switch (*f) {
        case 's': {
            const char *s = va_arg(args, const char *);

            put_text(line, s, rt_strlen(s), spec.width, spec.left);
            break;
        }
        case 'c': put_char(line, (char)va_arg(args, int)); break;
        case 'd': {
            int64_t v = spec.is_long ? va_arg(args, long) : va_arg(args, int);

            put_number(line, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 10, v < 0, &spec);
            break;
        }
        case 'u':
        case 'x': {
            uint64_t v = spec.is_long ? va_arg(args, unsigned long) : va_arg(args, unsigned);

            put_number(line, v, *f == 'x' ? 16 : 10, 0, &spec);
            break;
        }
        case '%': put_char(line, '%'); break;
        default: __builtin_trap();
        }
    }
}

void rt_printf(const char *format, ...)
{
    struct line line;
    va_list args;

    line.used = 0;
    va_start(args, format);
    format_line(&line, format, args);
    va_end(args);
    rt_write(1, line.text, line.used);
}

void rt_die(const char *format, ...)
{
    struct line line;
    va_list args;

    line.used = 0;
    va_start(args, format);
    format_line(&line, format, args);
    va_end(args);
    put_char(&line, '\n');
    rt_write(1, line.text, line.used);
    rt_exit(1);
}

/* --- text and memory ------------------------------------------------------------------------------------ */

int rt_number(const char *text, uint64_t *value)
{
    uint64_t base = 10;
    uint64_t v = 0;

    if (text[0] == '0' && text[1] == 'x') {
        base = 16;
        text += 2;
    }
    if (*text == '\0') {
        return 0;
    }
    for (; *text != '\0'; text++) {
        uint64_t digit;

        if (*text >= '0' && *text <= '9') {
            digit = (uint64_t)(*text - '0');
        } else if (*text >= 'a' && *text <= 'f') {
            digit = (uint64_t)(*text - 'a') + 10;
        } else {
            return 0;
        }
        if (digit >= base) {
            return 0;
        }
        v = v * base + digit;
    }
    *value = v;
    return 1;
}

int rt_streq(const char *a, const char *b)
{
    while (*a == *b && *a != '\0') {
        a++;
        b++;
    }
    return *a == *b;
}

size_t rt_strlen(const char *s)
{
    size_t n = 0;

    while (s[n] != '\0') {
        n++;
    }
    return n;
}

void *memcpy(void *to, const void *from, size_t bytes)
{
    unsigned char *t = to;
    const unsigned char *f = from;

    for (size_t i = 0; i < bytes; i++) {
        t[i] = f[i];
    }
    return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
    unsigned char *t = to;
    const unsigned char *f = from;

    if (t <= f) {
        return memcpy(to, from, bytes);
    }
    while (bytes-- > 0) {
        t[bytes] = f[bytes];
    }
    return to;
}

void *memset(void *to, int value, size_t bytes)
{
    unsigned char *t = to;

    for (size_t i = 0; i < bytes; i++) {
        t[i] = (unsigned char)value;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const unsigned char *x = a;
    const unsigned char *y = b;

    for (size_t i = 0; i < bytes; i++) {
        if (x[i] != y[i]) {
            return x[i] < y[i] ? -1 : 1;
        }
    }
    return 0;
}
