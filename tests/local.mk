# SPDX-License-Identifier: Apache-2.0
# Test programs in tests/unit use libcheck; each also speaks TAP when asked by the environment, so that every case
# is counted. Scripts (*.sh) pass with exit status 0 and are skipped with 77.
check_PROGRAMS += \
	tests/unit/test-base \
	tests/unit/test-esr \
	tests/unit/test-switches

tests_unit_test_base_LDADD = $(TEST_LIBS)
tests_unit_test_esr_LDADD = $(TEST_LIBS)
tests_unit_test_switches_LDADD = $(TEST_LIBS)

check_SCRIPTS += tests/layers.sh

TESTS = $(check_PROGRAMS) $(check_SCRIPTS)
TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
# a libcheck program's exit status repeats what its cases said
LOG_DRIVER_FLAGS = --ignore-exit
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/timed
SH_LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/timed
AM_TESTS_ENVIRONMENT = CK_TAP_LOG_FILE_NAME=-; CK_DEFAULT_TIMEOUT=120; srcdir='$(top_srcdir)'; top_builddir='$(abs_top_builddir)'; \
	export CK_TAP_LOG_FILE_NAME CK_DEFAULT_TIMEOUT srcdir top_builddir;

EXTRA_DIST += tests/timed tests/layers.sh
mostlyclean-local:
	-find tests -name '*.seconds' -exec rm -f {} +
