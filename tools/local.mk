# SPDX-License-Identifier: Apache-2.0
# Generators run on the build machine and are compiled with its compiler; the other tools are scripts.
GENERATORS = tools/gen-a64 tools/gen-blob tools/gen-sysreg

$(GENERATORS): %: %.c
	$(AM_V_GEN)$(MKDIR_P) tools && $(CC_FOR_BUILD) $(CFLAGS_FOR_BUILD) -std=gnu11 -Wall -Wextra -o $@ $<

CLEANFILES += $(GENERATORS)
EXTRA_DIST += $(GENERATORS:=.c)
EXTRA_DIST += tools/README.md tools/bench tools/choose-seqs tools/peer tools/get-debian tools/check-layers tools/setup.bash tools/quickstart tools/test tools/lint tools/coverage tools/pgo tools/timing-doc tools/timing-exits tools/update-golden

check-layers:
	@$(srcdir)/tools/check-layers $(srcdir)

# clang-format, clang-tidy, cppcheck, codespell, shellcheck: each skipped with a line when absent.
lint: all
	@cd $(srcdir) && CLANG_FORMAT="$(CLANG_FORMAT)" CLANG_TIDY="$(CLANG_TIDY)" CPPCHECK="$(CPPCHECK)" \
	    CODESPELL="$(CODESPELL)" SHELLCHECK="$(SHELLCHECK)" BUILD_DIR="$(abs_top_builddir)" tools/lint

# Speed against QEMU's JIT; options in BENCHFLAGS, such as --quick or --save.
bench: all
	@HYPSCOPE="$(abs_top_builddir)/hypscope$(EXEEXT)" $(srcdir)/tools/bench $(BENCHFLAGS)

# The command without library, tests and their tools: what tools/pgo trains with
command: $(BUILT_SOURCES)
	$(AM_V_at)$(MAKE) $(AM_MAKEFLAGS) hypscope$(EXEEXT)

.PHONY: bench check-layers command lint
