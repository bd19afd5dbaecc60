/* SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"

void group_debug(void)
{
}
