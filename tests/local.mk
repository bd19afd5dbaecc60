# SPDX-License-Identifier: Apache-2.0
# Test programs in tests/unit use libcheck; each also speaks TAP when asked by the environment, so that every case
# is counted. Scripts (*.sh) pass with exit status 0 and are skipped with 77.
# The long ones first, so that none is left alone at the end.
check_SCRIPTS += tests/differential/el0.sh
check_PROGRAMS += \
	tests/unit/test-mmu-tlb \
	tests/timing/micro \
	tests/timing/maint \
	tests/timing/micro-system \
	tests/unit/test-base \
	tests/unit/test-debug \
	tests/unit/test-dev \
	tests/unit/test-diff \
	tests/unit/test-esr \
	tests/unit/test-explain \
	tests/unit/test-export \
	tests/unit/test-exception \
	tests/unit/test-fdt \
	tests/unit/test-gic-dist \
	tests/unit/test-gic-icc \
	tests/unit/test-gic-random \
	tests/unit/test-gic-virt \
	tests/unit/test-library \
	tests/unit/test-load \
	tests/unit/test-mmu-stage1 \
	tests/unit/test-mmu-stage2 \
	tests/unit/test-operands \
	tests/unit/test-pauth \
	tests/unit/test-phases \
	tests/unit/test-pipe \
	tests/unit/test-pmu \
	tests/unit/test-psci \
	tests/unit/test-regressions \
	tests/unit/test-records \
	tests/unit/test-scenario \
	tests/unit/test-switches \
	tests/unit/test-symbols \
	tests/unit/test-sysreg \
	tests/unit/test-sysreg-direct \
	tests/unit/test-sysreg-ops \
	tests/unit/test-timer \
	tests/unit/test-timing-tables \
	tests/unit/test-trace \
	tests/unit/test-trace-insn \
	tests/unit/test-windows

# with the shared library alone, as a user's program is
tests_unit_test_library_LDADD = libhypscope.la $(CHECK_LIBS)
tests_unit_test_regressions_LDADD = libhs.la $(FDT_LIBS) $(CHECK_LIBS)

tests_timing_micro_SOURCES = \
	tests/timing/micro-branch.c \
	tests/timing/micro-change.c \
	tests/timing/micro-conf.c \
	tests/timing/micro-forward.c \
	tests/timing/micro-lab.c \
	tests/timing/micro-memory.c \
	tests/timing/micro-pipe.c \
	tests/timing/micro-pipe.h \
	tests/timing/micro-rows.h \
	tests/timing/micro-seq.c \
	tests/timing/micro-tlb.c \
	tests/timing/micro-touch.c \
	tests/timing/micro-words.inc \
	tests/timing/micro.c \
	tests/timing/micro.h
tests_timing_micro_LDADD = libhs.la $(FDT_LIBS) $(CHECK_LIBS)
tests_timing_maint_SOURCES = tests/timing/micro-conf.c tests/timing/micro-lab.c tests/timing/micro-touch.c tests/timing/maint.c \
	tests/timing/micro.h
tests_timing_maint_LDADD = libhs.la $(FDT_LIBS) $(CHECK_LIBS)
tests_timing_micro_system_SOURCES = tests/timing/micro-conf.c tests/timing/micro-lab.c tests/timing/micro-system.c tests/timing/micro.h
tests_timing_micro_system_LDADD = libhs.la $(FDT_LIBS) $(CHECK_LIBS)

tests_unit_test_timing_tables_SOURCES = tests/differential/values.c tests/unit/test-timing-tables.c
tests_unit_test_pipe_SOURCES = tests/timing/gen.c tests/timing/gen.h tests/differential/values.c tests/unit/test-pipe.c

# executes the words of the EL0 comparison's generator
tests_unit_test_operands_SOURCES = \
	tests/differential/el0-gen.c \
	tests/differential/el0-ours.c \
	tests/differential/el0-peer.c \
	tests/differential/el0-word.c \
	tests/differential/el0.h \
	tests/differential/values.c \
	tests/unit/test-operands.c

EXTRA_DIST += \
	tests/unit/test-gic.h \
	tests/unit/test-mmu-env.h \
	tests/unit/test-pe.h \
	tests/unit/test-recs.h

check_SCRIPTS += \
	tests/cli.sh \
	tests/docs.sh \
	tests/timing/law.sh \
	tests/fuzz/random-exec.sh \
	tests/golden.sh \
	tests/image-first.sh \
	tests/layers.sh \
	tests/timing/doc.sh \
	tests/timing/pmu.sh \
	tests/timing/smp.sh \
	tests/timing/span.sh \
	tests/timing/stat.sh \
	tests/trace.sh \
	tests/trace-exports.sh \
	tests/trace-insn.sh \
	tests/trace-tools.sh \
	tests/scenarios.sh

# random code; not a test by itself, run by its script
noinst_PROGRAMS += tests/fuzz/random-exec
tests_fuzz_random_exec_LDADD = libhs.la

# Fuzz targets: with --enable-fuzz each fuzz-NAME is made for libFuzzer (tests/fuzz/run); everywhere each replay-NAME
# gives the same target the corpus and fixed mutations of it (replay.sh).
fuzz_replays = \
	tests/fuzz/replay-cli \
	tests/fuzz/replay-exec \
	tests/fuzz/replay-fdt \
	tests/fuzz/replay-load \
	tests/fuzz/replay-scenario \
	tests/fuzz/replay-trace
fuzz_targets = \
	tests/fuzz/fuzz-cli \
	tests/fuzz/fuzz-exec \
	tests/fuzz/fuzz-fdt \
	tests/fuzz/fuzz-load \
	tests/fuzz/fuzz-scenario \
	tests/fuzz/fuzz-trace
fuzz_cli_sources = tests/fuzz/fuzz-cli.c tests/fuzz/fuzz.h sim/cli-opts.c sim/cli-help.c sim/cli-image.c
tests_fuzz_replay_cli_SOURCES = tests/fuzz/replay.c $(fuzz_cli_sources)
tests_fuzz_replay_exec_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-exec.c tests/fuzz/fuzz.h
tests_fuzz_replay_fdt_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-fdt.c tests/fuzz/fuzz.h
tests_fuzz_replay_load_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-load.c tests/fuzz/fuzz.h
tests_fuzz_replay_scenario_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-scenario.c tests/fuzz/fuzz.h
tests_fuzz_replay_trace_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-trace.c tests/fuzz/fuzz.h
tests_fuzz_replay_fdt_LDADD = libhs.la $(FDT_LIBS)
tests_fuzz_fuzz_fdt_LDADD = libhs.la $(FDT_LIBS)
tests_fuzz_fuzz_cli_SOURCES = $(fuzz_cli_sources)
tests_fuzz_fuzz_cli_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_exec_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_fdt_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_load_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_scenario_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_trace_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
EXTRA_PROGRAMS = $(fuzz_targets)
check_SCRIPTS += tests/fuzz/replay.sh
EXTRA_DIST += tests/fuzz/cli.dict tests/fuzz/exec.dict tests/fuzz/fdt.dict tests/fuzz/load.dict tests/fuzz/make-corpus \
	tests/fuzz/README.md tests/fuzz/run tests/fuzz/scenario.dict tests/fuzz/targets tests/fuzz/trace.dict
if ENABLE_FUZZ
noinst_PROGRAMS += $(fuzz_targets)
else
noinst_PROGRAMS += $(fuzz_replays)
endif

# What the counters of a build with --enable-coverage say (tools/coverage)
noinst_PROGRAMS += tests/exercised
tests_exercised_LDADD = libhs.la

# random blocks for the comparison of the pipeline models with llvm-mca: tests/run-timing
noinst_PROGRAMS += tests/timing/blocks
tests_timing_blocks_SOURCES = tests/timing/blocks.c tests/timing/gen.c tests/timing/gen.h tests/differential/values.c
tests_timing_blocks_LDADD = libhs.la

# Bare-metal programs of the scripts in tests/timing
EXTRA_DIST += tests/timing/pmu.s tests/timing/smp.s
if WITH_IMAGES
check_DATA = tests/timing/pmu.elf tests/timing/smp.elf
tests/timing/%.elf: tests/timing/%.s
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(AS_FOR_GUEST) -o $@.o $< && $(LD_FOR_GUEST) -Ttext=0x40200000 -o $@ $@.o && rm -f $@.o
CLEANFILES += tests/timing/pmu.elf tests/timing/smp.elf
endif

# EL0 against another implementation: el0.sh builds its other half and runs it.
noinst_PROGRAMS += tests/differential/el0
tests_differential_el0_SOURCES = \
	tests/differential/el0-case.h \
	tests/differential/el0-compare.c \
	tests/differential/el0-explained.c \
	tests/differential/el0-gen.c \
	tests/differential/el0-ours.c \
	tests/differential/el0-peer.c \
	tests/differential/el0-regress.c \
	tests/differential/el0-word.c \
	tests/differential/el0.c \
	tests/differential/el0.h \
	tests/differential/values.c \
	tests/differential/values.h
tests_differential_el0_LDADD = libhs.la
EXTRA_DIST += \
	tests/differential/el0-explained.txt \
	tests/differential/el0-guest.c \
	tests/differential/el0-regressions.txt

TESTS = $(check_SCRIPTS) $(check_PROGRAMS)
TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
# a libcheck program's exit status repeats what its cases said
LOG_DRIVER_FLAGS = --ignore-exit
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/timed
SH_LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/timed
AM_TESTS_ENVIRONMENT = CK_TAP_LOG_FILE_NAME=-; CK_DEFAULT_TIMEOUT=600; srcdir='$(top_srcdir)'; top_builddir='$(abs_top_builddir)'; \
	export CK_TAP_LOG_FILE_NAME CK_DEFAULT_TIMEOUT srcdir top_builddir;

EXTRA_DIST += tests/bench/bench.c tests/bench/mix.inc tests/bench/start.S tests/bench/trace-cost tests/lib.sh tests/timed $(check_SCRIPTS)

# what tools/test runs besides `make check`
EXTRA_DIST += \
	tests/README.md \
	tests/differential/fp-case.h \
	tests/differential/fp-diff.c \
	tests/differential/fp-guest.c \
	tests/differential/fp-peer.sh \
	tests/differential/fp-rows.awk \
	tests/differential/simd-case.h \
	tests/differential/simd-disas.c \
	tests/differential/simd-guest.c \
	tests/differential/simd-host.c \
	tests/differential/simd-peer.sh \
	tests/exits-as-peer \
	tests/guests \
	tests/regressions.md \
	tests/run-differential \
	tests/run-golden \
	tests/run-scenarios \
	tests/run-system \
	tests/run-trace-tools \
	tests/run-timing \
	tests/run-workloads \
	tests/scenarios \
	tests/system/README.md \
	tests/system/boot.S \
	tests/system/build \
	tests/system/compare.awk \
	tests/system/debug-break.c \
	tests/system/debug-insns.S \
	tests/system/debug-step.c \
	tests/system/debug-watch.c \
	tests/system/debug.c \
	tests/system/debug.h \
	tests/system/endian-insns.S \
	tests/system/endian.c \
	tests/system/exceptions-insns.S \
	tests/system/exceptions.c \
	tests/system/explained.txt \
	tests/system/gic.c \
	tests/system/harness.c \
	tests/system/harness.h \
	tests/system/image.ld \
	tests/system/mmu-insns.S \
	tests/system/mmu-walks.c \
	tests/system/mmu.c \
	tests/system/mmu.h \
	tests/system/offsets.h \
	tests/system/pieces.inc \
	tests/system/pmu-insns.S \
	tests/system/pmu.c \
	tests/system/regs.awk \
	tests/system/sysregs.c \
	tests/system/tables.c \
	tests/system/tables.h \
	tests/system/timers-insns.S \
	tests/system/timers.c \
	tests/system/tlbi-insns.S \
	tests/system/tlbi.c \
	tests/system/traps-insns.S \
	tests/system/traps.c
mostlyclean-local:
	-rm -rf tests/seconds

# Which instructions follow each other, for choosing handlers of several (HACKING.md)
noinst_PROGRAMS += tests/bench/sequences
tests_bench_sequences_LDADD = libhs.la

# A folder: make would else make a file of this name from tests/scenarios.sh, by its own rule for scripts.
tests/scenarios:
	@:
