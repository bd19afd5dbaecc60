/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of a build with --enable-coverage; empty otherwise. */
#include "sim/base/cover.h"

#ifdef HYPSCOPE_COVERAGE

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* A file that is mapped, not written at the end: processes that end by _exit() or a signal count too. Without one, or when it
   cannot be had, counting goes nowhere. These builds may have state that others must not. */
static uint32_t (*map_counters(void))[COVER_SLOTS]
{
    const size_t size = sizeof(uint32_t) * COVER_KINDS * COVER_SLOTS;
    const char *path = getenv("HYPSCOPE_COVER");
    int fd = path != NULL ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;
    if (fd < 0 || ftruncate(fd, (off_t)size) != 0) {
        return NULL;
    }
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return p != MAP_FAILED ? p : NULL;
}

void cover_count(enum cover_kind kind, unsigned index)
{
    static uint32_t (*counters)[COVER_SLOTS];
    static bool tried;
    if (!tried) {
        tried = true;
        counters = map_counters();
    }
    if (counters != NULL && index < COVER_SLOTS && counters[kind][index] != UINT32_MAX) {
        counters[kind][index]++;
    }
}

#endif
