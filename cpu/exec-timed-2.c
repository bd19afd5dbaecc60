/* SPDX-License-Identifier: Apache-2.0 */
/* The timed instance: pairs that begin with a load or store. */
#define INSTANCE(name) timed_##name
#define STEPPING 0
#define TIMED 1
#define EXEC_PART 2

#include "cpu/exec.inc"
