/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/text.h"

#include "sim/base/bits.h"

#include <inttypes.h>

const char *hyp_time_text(char buf[HYP_TIME_LEN], uint64_t ns)
{
    static const struct {
        uint64_t unit;
        const char *name;
    } units[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "us"}};
    for (unsigned i = 0; i < ARRAY_LEN(units); i++) {
        if (ns >= units[i].unit) {
            uint64_t whole = ns / units[i].unit;
            uint64_t milli = ns % units[i].unit / (units[i].unit / 1000);
            if (whole >= 1000) {
                snprintf(buf, HYP_TIME_LEN, "%" PRIu64 " %s", whole, units[i].name);
            } else if (whole >= 100) {
                snprintf(buf, HYP_TIME_LEN, "%" PRIu64 ".%" PRIu64 " %s", whole, milli / 100, units[i].name);
            } else {
                snprintf(buf, HYP_TIME_LEN, "%" PRIu64 ".%02" PRIu64 " %s", whole, milli / 10, units[i].name);
            }
            return buf;
        }
    }
    snprintf(buf, HYP_TIME_LEN, "%" PRIu64 " ns", ns);
    return buf;
}

void hyp_json_quote(FILE *out, const char *value)
{
    fputc('"', out);
    for (const char *p = value; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\') {
            fprintf(out, "\\%c", c);
        } else if (c < 0x20) {
            fprintf(out, "\\u%04x", c);
        } else {
            fputc(c, out);
        }
    }
    fputc('"', out);
}

void hyp_json_string(FILE *out, const char *key, const char *value)
{
    fprintf(out, ",\"%s\":", key);
    hyp_json_quote(out, value);
}
