/* SPDX-License-Identifier: Apache-2.0 */
/* The timed instance: pairs that begin with data processing. */
#define INSTANCE(name) timed_##name
#define STEPPING 0
#define TIMED 1
#define EXEC_PART 1

#include "cpu/exec.inc"
