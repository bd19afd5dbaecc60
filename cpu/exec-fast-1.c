/* SPDX-License-Identifier: Apache-2.0 */
/* The fast instance: pairs that begin with data processing. */
#define INSTANCE(name) fast_##name
#define STEPPING 0
#define TIMED 0
#define EXEC_PART 1

#include "cpu/exec.inc"
