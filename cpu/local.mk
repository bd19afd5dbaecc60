# SPDX-License-Identifier: Apache-2.0
# The core: compiled with CORE_CFLAGS. Tables become C in the build directory.
libcpu_la_SOURCES += \
	cpu/features.h \
	cpu/pe.h

EXTRA_DIST += $(A64_TABLES)
A64_TABLES = cpu/a64.tbl
