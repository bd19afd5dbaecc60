# SPDX-License-Identifier: Apache-2.0
# sim/base: types, clock, bus. sim/: the machine, devices, loaders, run loop, public library, command line.
libhs_la_SOURCES += \
	sim/base/bits.h \
	sim/base/bus.c \
	sim/base/bus.h \
	sim/base/clock.c \
	sim/base/clock.h \
	sim/base/cover.c \
	sim/base/cover.h \
	sim/base/err.c \
	sim/base/err.h \
	sim/base/events.def \
	sim/base/gicif.h \
	sim/base/irq.h \
	sim/base/record.h

# Devices, loaders, device tree, firmware.
libhs_la_SOURCES += \
	sim/base/le.h \
	sim/board.c \
	sim/board.h \
	sim/boot.c \
	sim/boot.h \
	sim/dev.h \
	sim/dev-pl011.c \
	sim/dev-pl011.h \
	sim/dev-pl031.c \
	sim/dev-pl031.h \
	sim/dev-virtio.c \
	sim/dev-virtio.h \
	sim/dev-virtio-blk.c \
	sim/dev-virtio-blk.h \
	sim/dev-virtio-simple.c \
	sim/dev-virtio-simple.h \
	sim/fdt.c \
	sim/fdt.h \
	sim/kallsyms.c \
	sim/kallsyms.h \
	sim/load.c \
	sim/load-elf.c \
	sim/load.h \
	sim/machine-timing.c \
	sim/machine.c \
	sim/machine.h \
	sim/machine-int.h \
	sim/machine-observe.c \
	sim/machine-state.c \
	sim/live-phases.c \
	sim/live-phases.h \
	sim/timed-span.c \
	sim/timed-span.h \
	sim/phase-insn.c \
	sim/phase-insn.h \
	sim/psci.c \
	sim/psci.h \
	sim/semihost.c \
	sim/stat.c \
	sim/stat.h \
	sim/stat-int.h \
	sim/stat-text.c \
	sim/scenario.h \
	sim/scenario-do.c \
	sim/scenario-event.c \
	sim/scenario-expr.c \
	sim/scenario-int.h \
	sim/scenario-pos.c \
	sim/scenario-report.c \
	sim/scenario-run.c \
	sim/scenario-sweep.c \
	sim/scenario-yaml.c \
	sim/scenario-yaml.h \
	sim/scenario-yaml-do.c \
	sim/scenario-yaml-event.c \
	sim/scenario-yaml-node.c \
	sim/semihost.h \
	sim/symbols.c \
	sim/symbols.h \
	sim/symlearn.c \
	sim/symlearn.h \
	sim/trace-insn.c \
	sim/trace-insn.h \
	sim/tracing.c \
	sim/tracing.h

# The public header's functions.
libhs_la_SOURCES += \
	sim/api.c \
	sim/version.c

# The command.
bin_PROGRAMS += hypscope
hypscope_SOURCES = \
	sim/cli.h \
	sim/cli-help.c \
	sim/cli-image.c \
	sim/cli-opts.c \
	sim/cli-run.c \
	sim/cli-test.c \
	sim/cli-timing.c \
	sim/cli-trace.c \
	sim/cli-trace.h \
	sim/cli-trace-args.c \
	sim/cli-trace-args.h \
	sim/cli-trace-diff.c \
	sim/cli-trace-dump.c \
	sim/cli-trace-export.c \
	sim/main.c \
	sim/term.c \
	sim/term.h
hypscope_LDADD = libhs.la -lm

dist_man_MANS = doc/hypscope.1 doc/hypscope-trace.1
EXTRA_DIST += sim/README.md
