# SPDX-License-Identifier: Apache-2.0
# The core: compiled with CORE_CFLAGS. Tables become C in the build directory.
libcpu_la_SOURCES += \
	cpu/a64.h \
	cpu/at-tlbi.c \
	cpu/code.c \
	cpu/core-sys.c \
	cpu/core.c \
	cpu/core.h \
	cpu/debug.c \
	cpu/exception.c \
	cpu/features.c \
	cpu/features.h \
	cpu/fp-compare.c \
	cpu/fp-convert.c \
	cpu/fp-estimate.c \
	cpu/fp-fast.h \
	cpu/fp-internal.h \
	cpu/fp.c \
	cpu/fp.h \
	cpu/ldst-atomic.c \
	cpu/ldst.c \
	cpu/ldst.h \
	cpu/mem.c \
	cpu/models.c \
	cpu/models.h \
	cpu/operands-int.h \
	cpu/operands-v.c \
	cpu/operands.c \
	cpu/operands.h \
	cpu/pack.c \
	cpu/pauth.c \
	cpu/pauth.h \
	cpu/pe.c \
	cpu/pe.h \
	cpu/pmu.c \
	cpu/record.h \
	cpu/sem-crypto.c \
	cpu/sem-fp.c \
	cpu/sem-fp.h \
	cpu/sem-simd-diff.c \
	cpu/sem-simd-fp.c \
	cpu/sem-simd-fp2.c \
	cpu/sem-simd-ldst.c \
	cpu/sem-simd-misc.c \
	cpu/sem-simd-perm.c \
	cpu/sem-simd-same.c \
	cpu/sem-simd-shift.c \
	cpu/simd-ops.h \
	cpu/simd.h \
	cpu/slot.h \
	cpu/sysreg-int.h \
	cpu/sysreg-direct.c \
	cpu/sysreg-special.c \
	cpu/sysreg-trap.c \
	cpu/sysreg.c \
	cpu/sysreg.h \
	cpu/timer.c \
	cpu/timer.h \
	cpu/timing/builtin.h \
	cpu/timing/cache.c \
	cpu/timing/cache.h \
	cpu/timing/classes.c \
	cpu/timing/classes.h \
	cpu/timing/cost.c \
	cpu/timing/events.c \
	cpu/timing/maint.c \
	cpu/timing/memory.c \
	cpu/timing/views.c \
	cpu/timing/views.h \
	cpu/timing/params-mem.c \
	cpu/timing/params-mem.h \
	cpu/timing/params.c \
	cpu/timing/params.h \
	cpu/timing/pipe-inorder.c \
	cpu/timing/pipe-int.h \
	cpu/timing/pipe-memo.h \
	cpu/timing/pipe-ooo.c \
	cpu/timing/pipe-params.c \
	cpu/timing/pipe.c \
	cpu/timing/pipe.h \
	cpu/timing/timing-int.h \
	cpu/timing/timing.c \
	cpu/timing/timing.h \
	cpu/timing/tlb.c \
	cpu/timing/tlb.h \
	cpu/utlb.c \
	cpu/utlb.h

libexec_la_SOURCES += \
	cpu/exec-fast-1.c \
	cpu/exec-fast-2.c \
	cpu/exec-fast-3.c \
	cpu/exec-fast.c \
	cpu/exec-hooks.h \
	cpu/exec-seqs.h \
	cpu/exec-step.c \
	cpu/exec-timed-1.c \
	cpu/exec-timed-2.c \
	cpu/exec-timed-3.c \
	cpu/exec-timed-step.c \
	cpu/exec-timed.c

EXTRA_DIST += \
	cpu/exec-alu.inc \
	cpu/exec-branch.inc \
	cpu/exec-fused.inc \
	cpu/exec-ldst.inc \
	cpu/exec-pairs.inc \
	cpu/exec-pauth.inc \
	cpu/exec-seqs.inc \
	cpu/exec-simd.inc \
	cpu/exec-sys.inc \
	cpu/exec-sys-pairs.inc \
	cpu/exec.inc

A64_TABLES = \
	cpu/a64-fp.tbl \
	cpu/a64-simd-fp.tbl \
	cpu/a64-simd.tbl \
	cpu/a64.tbl
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

BUILT_SOURCES += a64-ops.h a64-v.h sysreg-ids.h sysreg-decls.h
nodist_libcpu_la_SOURCES += a64-decode.c sysreg-table.c timing-builtin.c

# Parameter files of the timing models: installed, and part of the program
timing_cores = \
	cortex-a53 \
	cortex-a53-llvm \
	cortex-a55 \
	cortex-a55-llvm \
	cortex-a57 \
	cortex-a57-llvm \
	cortex-a72 \
	neoverse-n1 \
	neoverse-n1-llvm
timing_confs = $(timing_cores:%=cpu/timing/%.conf)
timingdir = $(pkgdatadir)/timing
dist_timing_DATA = $(timing_confs)
timing-builtin.c: $(timing_confs) tools/gen-blob
	$(AM_V_GEN)set -e; { echo '#include "cpu/timing/builtin.h"'; n=0; for c in $(timing_cores); do \
	    tools/gen-blob timing_conf_$$n $(srcdir)/cpu/timing/$$c.conf $@.1; cat $@.1; n=$$((n + 1)); done; \
	echo 'const struct timing_builtin_file timing_builtin[] = {'; \
	n=0; for c in $(timing_cores); do echo "    {\"$$c\", timing_conf_$$n, &timing_conf_$${n}_len},"; n=$$((n + 1)); done; \
	echo '};'; echo "const unsigned timing_builtin_count = $$n;"; } >$@; rm -f $@.1
CLEANFILES += timing-builtin.c timing-builtin.c.1
