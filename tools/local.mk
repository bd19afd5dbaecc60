# SPDX-License-Identifier: Apache-2.0
# Generators run on the build machine; the other tools are scripts.
EXTRA_DIST += tools/get-debian tools/check-layers tools/quickstart tools/test tools/lint

check-layers:
	@$(srcdir)/tools/check-layers $(srcdir)

# clang-format, clang-tidy, cppcheck, codespell, shellcheck: each skipped with a line when absent.
lint: all
	@cd $(srcdir) && CLANG_FORMAT="$(CLANG_FORMAT)" CLANG_TIDY="$(CLANG_TIDY)" CPPCHECK="$(CPPCHECK)" \
	    CODESPELL="$(CODESPELL)" SHELLCHECK="$(SHELLCHECK)" BUILD_DIR="$(abs_top_builddir)" tools/lint

.PHONY: check-layers lint
