# SPDX-License-Identifier: Apache-2.0
# sim/base: types, clock, bus. sim/: the machine, devices, loaders, run loop, public library, command line.
libhs_la_SOURCES += \
	sim/base/bits.h \
	sim/base/bus.c \
	sim/base/bus.h \
	sim/base/clock.c \
	sim/base/clock.h \
	sim/base/gicif.h \
	sim/base/irq.h \
	sim/base/record.h

libhs_la_SOURCES += \
	sim/version.c
