/* SPDX-License-Identifier: Apache-2.0 */
/* The timed instance: longer sequences. */
#define INSTANCE(name) timed_##name
#define STEPPING 0
#define TIMED 1
#define EXEC_PART 3

#include "cpu/exec.inc"
