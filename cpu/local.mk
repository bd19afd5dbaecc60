# SPDX-License-Identifier: Apache-2.0
# The core: compiled with CORE_CFLAGS. Tables become C in the build directory.
libcpu_la_SOURCES += \
	cpu/features.h \
	cpu/pe.h

A64_TABLES = cpu/a64.tbl
SYSREG_TABLES = cpu/sysreg.tbl
EXTRA_DIST += $(A64_TABLES) $(SYSREG_TABLES)

a64-ops.h: a64.stamp
a64-decode.c: a64.stamp
a64-v.h: a64.stamp
a64.stamp: tools/gen-a64 $(A64_TABLES)
	$(AM_V_GEN)set -e; tables=; for t in $(A64_TABLES); do tables="$$tables $(srcdir)/$$t"; done; \
	tools/gen-a64 --ops a64-ops.h --decode a64-decode.c --v a64-v.h $$tables
	$(AM_V_at)touch $@
CLEANFILES += a64.stamp a64-ops.h a64-decode.c a64-v.h

sysreg-ids.h: sysreg.stamp
sysreg-decls.h: sysreg.stamp
sysreg-table.c: sysreg.stamp
sysreg.stamp: tools/gen-sysreg cpu/sysreg.tbl
	$(AM_V_GEN)tools/gen-sysreg $(srcdir)/cpu/sysreg.tbl --ids sysreg-ids.h --decls sysreg-decls.h --table sysreg-table.c
	$(AM_V_at)touch $@
CLEANFILES += sysreg.stamp sysreg-ids.h sysreg-decls.h sysreg-table.c

# To be listed when their tables have landed:
# BUILT_SOURCES += a64-ops.h a64-v.h sysreg-ids.h
# nodist_libcpu_la_SOURCES += a64-decode.c sysreg-table.c
