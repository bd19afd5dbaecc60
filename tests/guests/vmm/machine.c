/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/guests/rt/rt.h"
#include "tests/guests/vmm/vmm.h"

#include <asm/kvm.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/kvm.h>

#define CORE_REG(name) (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(name))
#define GIC_PHANDLE    1
#define CLOCK_PHANDLE  2
#define GIC_PPI        1
#define GIC_SPI        0
#define IRQ_LEVEL_HIGH 4
#define IRQ_LEVEL_LOW  8
#define MIB            0x100000ul
#define IMAGE_MAGIC    0x644d5241 /* "ARM\x64" at offset 56 of an arm64 Image */

static long must_ioctl(int fd, unsigned long request, const void *argument, const char *name)
{
    long result = rt_ioctl(fd, request, (unsigned long)argument);

    if (result < 0) {
        rt_die("vmm: %s failed, error %ld", name, -result);
    }
    return result;
}

static void set_reg(const struct machine *machine, uint64_t id, uint64_t value)
{
    struct kvm_one_reg reg = {.id = id, .addr = (uint64_t)&value};

    must_ioctl(machine->vcpu, KVM_SET_ONE_REG, &reg, "KVM_SET_ONE_REG");
}

static uint64_t get_reg(const struct machine *machine, uint64_t id)
{
    uint64_t value = 0;
    struct kvm_one_reg reg = {.id = id, .addr = (uint64_t)&value};

    must_ioctl(machine->vcpu, KVM_GET_ONE_REG, &reg, "KVM_GET_ONE_REG");
    return value;
}

/* --- what goes into the guest's memory ------------------------------------------------------------------ */

/* Reads a file into guest memory; returns its size in bytes. */
static uint64_t load_file(struct machine *machine, const char *path, uint64_t offset)
{
    int fd = (int)rt_open(path, O_RDONLY);
    long bytes;
    uint64_t done = 0;

    if (fd < 0) {
        rt_die("vmm: cannot open %s, error %d", path, -fd);
    }
    bytes = rt_file_size(fd);
    if (bytes < 0 || offset > machine->ram_bytes || (uint64_t)bytes > machine->ram_bytes - offset) {
        rt_die("vmm: %s (%ld bytes) does not fit in the guest's memory", path, bytes);
    }
    while (done < (uint64_t)bytes) {
        long got = rt_read(fd, machine->ram + offset + done, (size_t)bytes - done);

        if (got <= 0) {
            rt_die("vmm: cannot read %s, error %ld", path, -got);
        }
        done += (uint64_t)got;
    }
    rt_close(fd);
    return done;
}

static void load_kernel(struct machine *machine)
{
    const char *path = machine->options->kernel;
    uint64_t bytes = load_file(machine, path, KERNEL_OFFSET);
    uint8_t *image = machine->ram + KERNEL_OFFSET;
    uint32_t magic;
    uint64_t text_offset;
    uint64_t image_size;

    memcpy(&text_offset, image + 8, sizeof(text_offset));
    memcpy(&image_size, image + 16, sizeof(image_size));
    memcpy(&magic, image + 56, sizeof(magic));
    if (bytes < 64 || magic != IMAGE_MAGIC || text_offset != 0) {
        rt_die("vmm: %s is not an arm64 Image with text_offset 0", path);
    }
    if (image_size > machine->ram_bytes - KERNEL_OFFSET) {
        rt_die("vmm: %s wants more memory than the guest has", path);
    }
    if (machine->options->initrd != NULL) {
        uint64_t offset = (KERNEL_OFFSET + image_size + 2 * MIB - 1) & ~(2 * MIB - 1);

        machine->initrd_start = RAM_BASE + offset;
        machine->initrd_end = machine->initrd_start + load_file(machine, machine->options->initrd, offset);
    }
}

static void tree_chosen(const struct machine *machine, struct fdt *fdt)
{
    uint8_t seed[32];

    for (size_t i = 0; i < sizeof(seed); i++) {
        seed[i] = (uint8_t)(0x5a ^ (i * 37)); /* fixed: every run is the same */
    }
    fdt_node(fdt, "chosen");
    fdt_prop_string(fdt, "bootargs", machine->options->append);
    fdt_prop_string(fdt, "stdout-path", "/pl011@9000000");
    fdt_prop(fdt, "rng-seed", seed, sizeof(seed));
    if (machine->initrd_start != 0) {
        fdt_cells(fdt, "linux,initrd-start", (uint32_t)(machine->initrd_start >> 32), (uint32_t)machine->initrd_start);
        fdt_cells(fdt, "linux,initrd-end", (uint32_t)(machine->initrd_end >> 32), (uint32_t)machine->initrd_end);
    }
    fdt_end_node(fdt);
}

static void tree_cpu(struct fdt *fdt)
{
    fdt_node(fdt, "cpus");
    fdt_cells(fdt, "#address-cells", 1);
    fdt_cells(fdt, "#size-cells", 0);
    fdt_node(fdt, "cpu@0");
    fdt_prop_string(fdt, "device_type", "cpu");
    fdt_prop_string(fdt, "compatible", "arm,armv8");
    fdt_prop_string(fdt, "enable-method", "psci");
    fdt_cells(fdt, "reg", 0);
    fdt_end_node(fdt);
    fdt_end_node(fdt);
    fdt_node(fdt, "psci");
    fdt_prop(fdt, "compatible", "arm,psci-1.0\0arm,psci-0.2", 26);
    fdt_prop_string(fdt, "method", "hvc");
    fdt_end_node(fdt);
    fdt_node(fdt, "timer");
    fdt_prop_string(fdt, "compatible", "arm,armv8-timer");
    fdt_prop(fdt, "always-on", "", 0);
    fdt_cells(fdt, "interrupts", GIC_PPI, 13, IRQ_LEVEL_LOW, GIC_PPI, 14, IRQ_LEVEL_LOW, GIC_PPI, 11, IRQ_LEVEL_LOW,
              GIC_PPI, 10, IRQ_LEVEL_LOW);
    fdt_end_node(fdt);
}

static void tree_devices(struct fdt *fdt)
{
    fdt_node(fdt, "intc@8000000");
    fdt_prop_string(fdt, "compatible", "arm,gic-v3");
    fdt_prop(fdt, "interrupt-controller", "", 0);
    fdt_cells(fdt, "#interrupt-cells", 3);
    fdt_cells(fdt, "reg", 0, GICD_BASE, 0, GICD_BYTES, 0, GICR_BASE, 0, GICR_BYTES);
    fdt_cells(fdt, "phandle", GIC_PHANDLE);
    fdt_end_node(fdt);
    fdt_node(fdt, "apb-pclk");
    fdt_prop_string(fdt, "compatible", "fixed-clock");
    fdt_cells(fdt, "#clock-cells", 0);
    fdt_cells(fdt, "clock-frequency", 24000000);
    fdt_cells(fdt, "phandle", CLOCK_PHANDLE);
    fdt_end_node(fdt);
    fdt_node(fdt, "pl011@9000000");
    fdt_prop(fdt, "compatible", "arm,pl011\0arm,primecell", 24);
    fdt_cells(fdt, "reg", 0, UART_BASE, 0, UART_BYTES);
    fdt_cells(fdt, "interrupts", GIC_SPI, UART_SPI, IRQ_LEVEL_HIGH);
    fdt_prop(fdt, "clock-names", "uartclk\0apb_pclk", 17);
    fdt_cells(fdt, "clocks", CLOCK_PHANDLE, CLOCK_PHANDLE);
    fdt_end_node(fdt);
}

static void write_tree(struct machine *machine)
{
    struct fdt fdt;

    fdt_begin(&fdt, machine->ram + DTB_OFFSET, DTB_BYTES);
    fdt_node(&fdt, "");
    fdt_cells(&fdt, "#address-cells", 2);
    fdt_cells(&fdt, "#size-cells", 2);
    fdt_cells(&fdt, "interrupt-parent", GIC_PHANDLE);
    fdt_prop_string(&fdt, "model", "hypscope test guest");
    fdt_prop_string(&fdt, "compatible", "linux,dummy-virt");
    tree_chosen(machine, &fdt);
    fdt_node(&fdt, "memory@40000000");
    fdt_prop_string(&fdt, "device_type", "memory");
    fdt_cells(&fdt, "reg", 0, RAM_BASE, (uint32_t)(machine->ram_bytes >> 32), (uint32_t)machine->ram_bytes);
    fdt_end_node(&fdt);
    tree_cpu(&fdt);
    tree_devices(&fdt);
    fdt_end_node(&fdt);
    fdt_finish(&fdt);
}

/* --- the VM ------------------------------------------------------------------------------------------- */

static void create_memory(struct machine *machine)
{
    struct kvm_userspace_memory_region region = {.slot = 0, .guest_phys_addr = RAM_BASE};

    machine->ram_bytes = machine->options->mem_mb * MIB;
    machine->ram = rt_map(machine->ram_bytes, 2 * MIB);
    if (machine->ram == NULL) {
        rt_die("vmm: no %lu MiB of memory for the guest", (unsigned long)machine->options->mem_mb);
    }
    region.memory_size = machine->ram_bytes;
    region.userspace_addr = (uint64_t)machine->ram;
    must_ioctl(machine->vm, KVM_SET_USER_MEMORY_REGION, &region, "KVM_SET_USER_MEMORY_REGION");
}

static void create_vcpu(struct machine *machine)
{
    struct kvm_vcpu_init init;
    long bytes;

    machine->vcpu = (int)must_ioctl(machine->vm, KVM_CREATE_VCPU, NULL, "KVM_CREATE_VCPU");
    bytes = must_ioctl(machine->kvm, KVM_GET_VCPU_MMAP_SIZE, NULL, "KVM_GET_VCPU_MMAP_SIZE");
    machine->run = rt_map_fd(machine->vcpu, (size_t)bytes);
    if (machine->run == NULL) {
        rt_die("vmm: cannot map the vCPU");
    }
    memset(&init, 0, sizeof(init));
    must_ioctl(machine->vm, KVM_ARM_PREFERRED_TARGET, &init, "KVM_ARM_PREFERRED_TARGET");
    init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
    must_ioctl(machine->vcpu, KVM_ARM_VCPU_INIT, &init, "KVM_ARM_VCPU_INIT");
    set_reg(machine, CORE_REG(regs.pc), RAM_BASE + KERNEL_OFFSET);
    set_reg(machine, CORE_REG(regs.regs[0]), RAM_BASE + DTB_OFFSET);
    set_reg(machine, CORE_REG(regs.regs[1]), 0);
    set_reg(machine, CORE_REG(regs.regs[2]), 0);
    set_reg(machine, CORE_REG(regs.regs[3]), 0);
}

static void vgic_set(const struct machine *machine, uint32_t group, uint64_t attr, const void *value, const char *name)
{
    struct kvm_device_attr a = {.group = group, .attr = attr, .addr = (uint64_t)value};

    must_ioctl(machine->vgic, KVM_SET_DEVICE_ATTR, &a, name);
}

static void create_vgic(struct machine *machine)
{
    struct kvm_create_device device = {.type = KVM_DEV_TYPE_ARM_VGIC_V3};
    uint64_t gicd = GICD_BASE;
    uint64_t gicr = GICR_BASE;
    uint32_t interrupts = 32 + SPI_COUNT;

    must_ioctl(machine->vm, KVM_CREATE_DEVICE, &device, "KVM_CREATE_DEVICE(VGIC_V3)");
    machine->vgic = (int)device.fd;
    vgic_set(machine, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &gicd, "the distributor's address");
    vgic_set(machine, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, &gicr, "the redistributor's address");
    vgic_set(machine, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &interrupts, "the number of interrupts");
    vgic_set(machine, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL, "the vGIC's start");
}

void machine_create(struct machine *machine, const struct options *options)
{
    memset(machine, 0, sizeof(*machine));
    machine->options = options;
    pl011_init(&machine->uart);
    machine->kvm = (int)rt_open("/dev/kvm", O_RDWR);
    if (machine->kvm < 0) {
        rt_die("vmm: cannot open /dev/kvm, error %d", -machine->kvm);
    }
    machine->vm = (int)must_ioctl(machine->kvm, KVM_CREATE_VM, NULL, "KVM_CREATE_VM");
    create_memory(machine);
    load_kernel(machine);
    write_tree(machine);
    create_vcpu(machine);
    create_vgic(machine);
}

/* --- running -------------------------------------------------------------------------------------------- */

static void update_uart_line(struct machine *machine)
{
    int level = pl011_irq(&machine->uart);
    struct kvm_irq_level line = {
        .irq = (KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT) | (32 + UART_SPI),
        .level = (uint32_t)level,
    };

    if (level != machine->uart_level) {
        machine->uart_level = level;
        must_ioctl(machine->vm, KVM_IRQ_LINE, &line, "KVM_IRQ_LINE");
    }
}

static void answer_mmio(struct machine *machine)
{
    struct kvm_run *run = machine->run;
    uint64_t at = run->mmio.phys_addr;
    uint32_t value = 0;

    if (at < UART_BASE || at - UART_BASE >= UART_BYTES || run->mmio.len > 4) {
        rt_die("vmm: the guest accessed %u bytes at 0x%lx, where nothing is (pc 0x%lx)", run->mmio.len,
               (unsigned long)at, (unsigned long)get_reg(machine, CORE_REG(regs.pc)));
    }
    if (run->mmio.is_write) {
        memcpy(&value, run->mmio.data, run->mmio.len);
        pl011_write(&machine->uart, at - UART_BASE, value);
        machine->mmio_writes++;
    } else {
        value = pl011_read(&machine->uart, at - UART_BASE);
        memcpy(run->mmio.data, &value, run->mmio.len);
        machine->mmio_reads++;
    }
    update_uart_line(machine);
}

static int answer_system_event(struct machine *machine)
{
    uint32_t type = machine->run->system_event.type;

    pl011_flush(&machine->uart);
    rt_printf("vmm: the guest %s after %lu console reads and %lu writes\n",
              type == KVM_SYSTEM_EVENT_SHUTDOWN ? "powered off"
              : type == KVM_SYSTEM_EVENT_RESET  ? "asked for a reset"
                                                : "crashed",
              (unsigned long)machine->mmio_reads, (unsigned long)machine->mmio_writes);
    return type == KVM_SYSTEM_EVENT_SHUTDOWN ? 0 : 1;
}

int machine_run(struct machine *machine)
{
    for (;;) {
        long result = rt_ioctl(machine->vcpu, KVM_RUN, 0);

        if (result == -EINTR || result == -EAGAIN) {
            continue;
        }
        if (result < 0) {
            pl011_flush(&machine->uart);
            rt_die("vmm: KVM_RUN failed, error %ld, pc 0x%lx", -result,
                   (unsigned long)get_reg(machine, CORE_REG(regs.pc)));
        }
        switch (machine->run->exit_reason) {
        case KVM_EXIT_MMIO: answer_mmio(machine); break;
        case KVM_EXIT_SYSTEM_EVENT: return answer_system_event(machine);
        default:
            pl011_flush(&machine->uart);
            rt_die("vmm: exit reason %u, pc 0x%lx", machine->run->exit_reason,
                   (unsigned long)get_reg(machine, CORE_REG(regs.pc)));
        }
    }
}
