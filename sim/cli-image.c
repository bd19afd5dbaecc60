/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli.h"

#include <stdio.h>
#include <string.h>

static const struct cli_image images[] = {
    { NULL, NULL, NULL, 0 },
};

bool cli_image_find(const char *name, struct cli_image *img)
{
    for (const struct cli_image *i = images; i->name != NULL; i++) {
        if (strcmp(i->name, name) == 0) {
            *img = *i;
            return true;
        }
    }
    return false;
}

void cli_image_names(char *buf, size_t len)
{
    size_t n = 0;
    snprintf(buf, len, "none in this build");
    for (const struct cli_image *i = images; i->name != NULL && n < len; i++) {
        n += (size_t)snprintf(buf + n, len - n, "%s%s", n == 0 ? "" : ", ", i->name);
    }
}
