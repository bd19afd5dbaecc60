/* SPDX-License-Identifier: Apache-2.0 */
/* The error line lives in sim/base, where the lower layers reach it too. */
#ifndef HYPSCOPE_SIM_ERR_H
#define HYPSCOPE_SIM_ERR_H

#include "sim/base/err.h"

#endif
