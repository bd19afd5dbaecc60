/* SPDX-License-Identifier: Apache-2.0 */
/* Values as text, for the lists and tables of the observers. */
#ifndef HYPSCOPE_HYP_TEXT_H
#define HYPSCOPE_HYP_TEXT_H

#include <stdint.h>
#include <stdio.h>

enum { HYP_TIME_LEN = 40 };

/* A time in ns as "378 ns", "12.3 us", "4.57 ms": at most four significant digits below 1000 s. Returns buf. */
const char *hyp_time_text(char buf[HYP_TIME_LEN], uint64_t ns);
/* "value" in quotes, with what JSON wants escaped */
void hyp_json_quote(FILE *out, const char *value);
/* ,"key":"value" with what JSON wants escaped */
void hyp_json_string(FILE *out, const char *key, const char *value);

#endif
