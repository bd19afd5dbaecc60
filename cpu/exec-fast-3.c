/* SPDX-License-Identifier: Apache-2.0 */
/* The fast instance: longer sequences. */
#define INSTANCE(name) fast_##name
#define STEPPING 0
#define TIMED 0
#define EXEC_PART 3

#include "cpu/exec.inc"
