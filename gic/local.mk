# SPDX-License-Identifier: Apache-2.0
libhs_la_SOURCES += \
	gic/bank.c \
	gic/dist.c \
	gic/gic.c \
	gic/gic.h \
	gic/icc.c \
	gic/ich.c \
	gic/icv.c \
	gic/internal.h \
	gic/redist.c \
	gic/state.c \
	gic/sysreg.c
