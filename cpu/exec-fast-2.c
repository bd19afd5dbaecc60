/* SPDX-License-Identifier: Apache-2.0 */
/* The fast instance: pairs that begin with a load or store. */
#define INSTANCE(name) fast_##name
#define STEPPING 0
#define TIMED 0
#define EXEC_PART 2

#include "cpu/exec.inc"
