/* SPDX-License-Identifier: Apache-2.0 */
/* The models that can be built, and the features that follow from their ID registers. */
#ifndef HYPSCOPE_CPU_MODELS_H
#define HYPSCOPE_CPU_MODELS_H

#include "cpu/pe.h"

/* The model of that name, or NULL. */
const struct cpu_model *cpu_model_find(const char *name);
/* The i-th model, or NULL past the last. */
const struct cpu_model *cpu_model_at(unsigned i);
/* Fill pe->feat and pe->mfeat from the ID registers of pe->model; without EL2, it is hidden in both and in ID_AA64PFR0_EL1.
   To be called before sysreg_reset(). */
void features_derive(struct pe *pe, bool has_el2);

#endif
