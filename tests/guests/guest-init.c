/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /init of the Debian guest that the small VMM boots: says that userspace is up, says which kernel and how many
 * CPUs, and powers off. A program instead of a shell script, to keep the guest's initramfs to a few kilobytes.
 */
#include "tests/guests/rt/rt.h"

#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/reboot.h>
#include <linux/utsname.h>

static unsigned count_cpus(void)
{
    uint64_t mask[16];
    unsigned cpus = 0;
    long bytes = rt_syscall(__NR_sched_getaffinity, 0, sizeof(mask), (long)mask, 0, 0, 0);

    for (long i = 0; i < bytes / 8; i++) {
        cpus += (unsigned)__builtin_popcountll(mask[i]);
    }
    return cpus;
}

int main(int argc, char **argv)
{
    struct new_utsname uts;

    (void)argc;
    (void)argv;
    if (rt_syscall(__NR_uname, (long)&uts, 0, 0, 0, 0, 0) < 0) {
        rt_die("guest: uname failed");
    }
    rt_printf("guest: userspace is up, kernel %s, cpus %u\n", uts.release, count_cpus());
    rt_printf("guest: powering off\n");
    rt_syscall(__NR_reboot, (long)LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_POWER_OFF, 0, 0, 0);
    rt_die("guest: power-off failed");
}
