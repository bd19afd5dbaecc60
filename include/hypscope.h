/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libhypscope: a deterministic simulator of an AArch64 machine from EL0 to EL2.
 *
 * Everything exported begins with hypscope_. HYPSCOPE_ABI grows with every
 * incompatible change; compare it with hypscope_abi() of the library that was
 * loaded.
 */
#ifndef HYPSCOPE_H
#define HYPSCOPE_H

#ifdef __cplusplus
extern "C" {
#endif

#define HYPSCOPE_ABI 1

#if defined(__GNUC__)
#define HYPSCOPE_API __attribute__((visibility("default")))
#else
#define HYPSCOPE_API
#endif

/* The ABI version that the library was built with. */
HYPSCOPE_API unsigned hypscope_abi(void);

/* The library's version, as in "0.1.0". */
HYPSCOPE_API const char *hypscope_version(void);

#ifdef __cplusplus
}
#endif

#endif
