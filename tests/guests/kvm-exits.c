/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kvm-exits [-n N]: the plain sequence of KVM ioctls, with a guest that leaves N times by HVC, N times by an MMIO
 * read, N times by an MMIO write, N times by a trapped ID register, and once more to stop. Prints what was planned
 * and what was seen, and exits with 0 only if they are the same.
 *
 * Where each figure comes from: MMIO exits reach this program and are counted here. HVC and ID registers are
 * answered inside the kernel: HVCs are counted by KVM's own statistics and by the guest (each answer must be
 * right); ID register reads by the guest, which must see KVM's value of the register and not the machine's.
 */
#include "tests/guests/kvm-exits-guest.h"
#include "tests/guests/rt/rt.h"

#include <asm/kvm.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/kvm.h>

#define CORE_REG(name)      (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(name))
#define X_REG(n)            (CORE_REG(regs.regs[0]) + 2 * (n))
#define ID_AA64DFR0_EL1_REG ARM64_SYS_REG(3, 0, 0, 5, 0)
#define DEFAULT_EXITS       1000
#define STATS_MAX           128

extern const char guest_start[];
extern const char guest_end[];

struct vm {
    int kvm;
    int vm;
    int vcpu;
    struct kvm_run *run;
    void *memory;
};

/* What this program has counted, and what the guest left in its registers. */
struct seen {
    uint64_t mmio_reads;
    uint64_t mmio_writes;
    uint64_t stops;
    uint64_t wrong_writes;
    uint64_t hvc_answers;
    uint64_t read_sum;
    uint64_t id_value;
    uint64_t id_reads;
};

static long must_ioctl(int fd, unsigned long request, const void *argument, const char *name)
{
    long result = rt_ioctl(fd, request, (unsigned long)argument);

    if (result < 0) {
        rt_die("kvm-exits: %s failed, error %ld", name, -result);
    }
    return result;
}

static void set_reg(const struct vm *vm, uint64_t id, uint64_t value)
{
    struct kvm_one_reg reg = {.id = id, .addr = (uint64_t)&value};

    must_ioctl(vm->vcpu, KVM_SET_ONE_REG, &reg, "KVM_SET_ONE_REG");
}

static uint64_t get_reg(const struct vm *vm, uint64_t id)
{
    uint64_t value = 0;
    struct kvm_one_reg reg = {.id = id, .addr = (uint64_t)&value};

    must_ioctl(vm->vcpu, KVM_GET_ONE_REG, &reg, "KVM_GET_ONE_REG");
    return value;
}

static void create_vm(struct vm *vm)
{
    struct kvm_userspace_memory_region region = {
        .slot = 0,
        .guest_phys_addr = GUEST_CODE,
        .memory_size = GUEST_CODE_BYTES,
    };
    long version;

    vm->kvm = (int)rt_open("/dev/kvm", O_RDWR);
    if (vm->kvm < 0) {
        rt_die("kvm-exits: cannot open /dev/kvm, error %d", -vm->kvm);
    }
    version = must_ioctl(vm->kvm, KVM_GET_API_VERSION, NULL, "KVM_GET_API_VERSION");
    if (version != KVM_API_VERSION) {
        rt_die("kvm-exits: KVM's interface has version %ld, not %d", version, KVM_API_VERSION);
    }
    vm->vm = (int)must_ioctl(vm->kvm, KVM_CREATE_VM, NULL, "KVM_CREATE_VM");
    vm->memory = rt_map(GUEST_CODE_BYTES, GUEST_CODE_BYTES);
    if (vm->memory == NULL) {
        rt_die("kvm-exits: no memory for the guest");
    }
    memcpy(vm->memory, guest_start, (size_t)(guest_end - guest_start));
    region.userspace_addr = (uint64_t)vm->memory;
    must_ioctl(vm->vm, KVM_SET_USER_MEMORY_REGION, &region, "KVM_SET_USER_MEMORY_REGION");
}

static void create_vcpu(struct vm *vm, uint64_t exits)
{
    struct kvm_vcpu_init init;
    long bytes;

    vm->vcpu = (int)must_ioctl(vm->vm, KVM_CREATE_VCPU, NULL, "KVM_CREATE_VCPU");
    bytes = must_ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, NULL, "KVM_GET_VCPU_MMAP_SIZE");
    vm->run = rt_map_fd(vm->vcpu, (size_t)bytes);
    if (vm->run == NULL) {
        rt_die("kvm-exits: cannot map the vCPU");
    }
    memset(&init, 0, sizeof(init));
    must_ioctl(vm->vm, KVM_ARM_PREFERRED_TARGET, &init, "KVM_ARM_PREFERRED_TARGET");
    must_ioctl(vm->vcpu, KVM_ARM_VCPU_INIT, &init, "KVM_ARM_VCPU_INIT");
    set_reg(vm, CORE_REG(regs.pc), GUEST_CODE);
    set_reg(vm, X_REG(20), exits);
    set_reg(vm, X_REG(21), GUEST_MMIO);
}

/* Answers one MMIO exit; returns 0 when it was the stop. */
static int answer_mmio(struct kvm_run *run, uint64_t exits, struct seen *seen)
{
    uint64_t offset = run->mmio.phys_addr - GUEST_MMIO;
    uint32_t value = 0;

    memcpy(&value, run->mmio.data, sizeof(value));
    if (run->mmio.len != sizeof(value)) {
        rt_die("kvm-exits: an MMIO access of %u bytes at 0x%lx", run->mmio.len, (unsigned long)run->mmio.phys_addr);
    }
    if (!run->mmio.is_write && offset == MMIO_READ) {
        value = (uint32_t)++seen->mmio_reads;
        memcpy(run->mmio.data, &value, sizeof(value));
    } else if (run->mmio.is_write && offset == MMIO_WRITE) {
        seen->wrong_writes += value != exits - seen->mmio_writes;
        seen->mmio_writes++;
    } else if (run->mmio.is_write && offset == MMIO_STOP) {
        seen->stops++;
        return 0;
    } else {
        rt_die("kvm-exits: an MMIO access at 0x%lx that is not in the plan", (unsigned long)run->mmio.phys_addr);
    }
    return 1;
}

static void run_guest(const struct vm *vm, uint64_t exits, struct seen *seen)
{
    int going = 1;

    while (going) {
        long result = rt_ioctl(vm->vcpu, KVM_RUN, 0);

        if (result == -EINTR || result == -EAGAIN) {
            continue;
        }
        if (result < 0) {
            rt_die("kvm-exits: KVM_RUN failed, error %ld, pc 0x%lx", -result,
                   (unsigned long)get_reg(vm, CORE_REG(regs.pc)));
        }
        if (vm->run->exit_reason != KVM_EXIT_MMIO) {
            rt_die("kvm-exits: exit reason %u is not in the plan", vm->run->exit_reason);
        }
        going = answer_mmio(vm->run, exits, seen);
    }
    seen->hvc_answers = get_reg(vm, X_REG(22));
    seen->read_sum = get_reg(vm, X_REG(23));
    seen->id_value = get_reg(vm, X_REG(24));
    seen->id_reads = get_reg(vm, X_REG(25));
}

/* KVM's statistic of that name for the vCPU. */
static uint64_t vcpu_statistic(const struct vm *vm, const char *name)
{
    struct kvm_stats_header header;
    char descriptor[sizeof(struct kvm_stats_desc) + STATS_MAX];
    const struct kvm_stats_desc *desc = (const void *)descriptor;
    int fd = (int)must_ioctl(vm->vcpu, KVM_GET_STATS_FD, NULL, "KVM_GET_STATS_FD");
    uint64_t value = 0;
    size_t bytes;

    if (rt_pread(fd, &header, sizeof(header), 0) != sizeof(header) || header.name_size > STATS_MAX) {
        rt_die("kvm-exits: KVM's statistics have no header");
    }
    bytes = sizeof(struct kvm_stats_desc) + header.name_size;
    for (uint32_t i = 0; i < header.num_desc; i++) {
        if (rt_pread(fd, descriptor, bytes, header.desc_offset + i * bytes) != (long)bytes) {
            break;
        }
        if (rt_streq(desc->name, name)) {
            rt_pread(fd, &value, sizeof(value), header.data_offset + desc->offset);
            rt_close(fd);
            return value;
        }
    }
    rt_die("kvm-exits: KVM has no statistic '%s'", name);
}

static int row(const char *name, uint64_t planned, uint64_t got)
{
    rt_printf("kvm-exits: %-24s %10lu %10lu%s\n", name, (unsigned long)planned, (unsigned long)got,
              planned == got ? "" : "  DIFFERENT");
    return planned != got;
}

static int report(const struct vm *vm, uint64_t exits, const struct seen *seen)
{
    uint64_t total = vcpu_statistic(vm, "exits");
    uint64_t planned = 4 * exits + 1;
    uint64_t id_value = get_reg(vm, ID_AA64DFR0_EL1_REG);
    int wrong = 0;

    rt_printf("kvm-exits: %-24s %10s %10s\n", "exits", "planned", "seen");
    wrong += row("hvc", exits, vcpu_statistic(vm, "hvc_exit_stat"));
    wrong += row("mmio read", exits, seen->mmio_reads);
    wrong += row("mmio write", exits, seen->mmio_writes);
    wrong += row("trapped id register", exits, seen->id_reads);
    wrong += row("stop", 1, seen->stops);
    wrong += row("mmio to userspace", 2 * exits + 1, vcpu_statistic(vm, "mmio_exit_user"));
    wrong += row("hvc answers right", exits, seen->hvc_answers);
    wrong += row("sum of numbers read", exits * (exits + 1) / 2, seen->read_sum);
    wrong += row("wrong numbers written", 0, seen->wrong_writes);
    if (seen->id_value != id_value) {
        rt_printf("kvm-exits: ID_AA64DFR0_EL1 reads 0x%lx in the guest, KVM says 0x%lx: it was not trapped\n",
                  (unsigned long)seen->id_value, (unsigned long)id_value);
        wrong++;
    }
    if (total < planned) {
        rt_printf("kvm-exits: KVM counts only %lu exits\n", (unsigned long)total);
        wrong++;
    } else {
        rt_printf("kvm-exits: %lu planned, %lu more for the host's interrupts and the guest's first page\n",
                  (unsigned long)planned, (unsigned long)(total - planned));
    }
    rt_printf("kvm-exits: %s\n", wrong == 0 ? "all exits as planned" : "NOT as planned");
    return wrong != 0;
}

int main(int argc, char **argv)
{
    struct vm vm;
    struct seen seen;
    uint64_t exits = DEFAULT_EXITS;

    if (argc == 3 && rt_streq(argv[1], "-n")) {
        if (!rt_number(argv[2], &exits) || exits == 0 || exits > 100000000) {
            rt_printf("kvm-exits: -n wants a number from 1 to 100000000, not '%s'\n", argv[2]);
            return 2;
        }
    } else if (argc != 1) {
        rt_printf("usage: kvm-exits [-n N]\n");
        return 2;
    }
    memset(&seen, 0, sizeof(seen));
    create_vm(&vm);
    create_vcpu(&vm, exits);
    run_guest(&vm, exits, &seen);
    return report(&vm, exits, &seen);
}
