/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A very small run time for the programs that go into the guests' initramfs: system calls and printing, no C
 * library. It keeps the images small (unpacking them costs guest instructions) and the programs' own
 * instruction counts low and the same from one build machine to the next.
 */
#ifndef GUESTS_RT_H
#define GUESTS_RT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* System calls: each returns what the kernel returned, a negative errno on failure. */
long rt_syscall(long number, long a, long b, long c, long d, long e, long f);
long rt_open(const char *path, int flags);
long rt_close(int fd);
long rt_read(int fd, void *buffer, size_t bytes);
long rt_pread(int fd, void *buffer, size_t bytes, uint64_t offset);
long rt_write(int fd, const void *buffer, size_t bytes);
long rt_ioctl(int fd, unsigned long request, unsigned long argument);
long rt_file_size(int fd);
void rt_exit(int status) __attribute__((noreturn));

/* Anonymous private memory of that many bytes at a multiple of `align` (a power of two), or NULL. */
void *rt_map(size_t bytes, size_t align);
/* A shared mapping of a file descriptor, or NULL. */
void *rt_map_fd(int fd, size_t bytes);

/* Prints to standard output in one write. Knows %s %c %d %u %x with l and a width (and `-` or `0`) and %%. */
void rt_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints "NAME: " and the message to standard output with a newline and exits with status 1. */
void rt_die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Parses a decimal or 0x number; returns 0 when the text is not one. */
int rt_number(const char *text, uint64_t *value);
int rt_streq(const char *a, const char *b);
size_t rt_strlen(const char *s);

/* The compiler may call these. */
void *memcpy(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

#endif
