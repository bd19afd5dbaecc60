/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"
#include "include/hypscope.h"

_Static_assert(HYPSCOPE_ABI == HYPSCOPE_LIBRARY_ABI, "include/hypscope.h and configure.ac must name the same ABI version");

unsigned hypscope_abi(void)
{
    return HYPSCOPE_ABI;
}

const char *hypscope_version(void)
{
    return PACKAGE_VERSION;
}
