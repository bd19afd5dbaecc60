/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli.h"

#include <stdio.h>

#include "hyp/images.h"

bool cli_image_find(const char *name, struct cli_image *img)
{
    const struct hyp_image *i = hyp_image_find(name);
    if (i == NULL) {
        return false;
    }
    *img = (struct cli_image){.name = i->name, .title = i->title, .bytes = i->elf, .len = *i->elf_bytes};
    return true;
}

void cli_image_names(char *buf, size_t len)
{
    size_t n = 0;
    snprintf(buf, len, "none in this build");
    for (const struct hyp_image *i = hyp_images(); i->name != NULL && n < len; i++) {
        n += (size_t)snprintf(buf + n, len - n, "%s%s", n == 0 ? "" : ", ", i->name);
    }
}

void cli_image_list(void)
{
    const struct hyp_image *i = hyp_images();
    if (i->name == NULL) {
        puts("none in this build");
    }
    for (; i->name != NULL; i++) {
        printf("%-14s %s\n", i->name, i->title);
    }
}
