/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"
#include "hyp/images.h"

#include <stddef.h>
#include <string.h>

#ifdef WITH_IMAGES
/* made in the build directory from hyp/images/NAME by tools/gen-blob */
extern const unsigned char hyp_image_first[];
extern const unsigned long hyp_image_first_len;
#endif

static const struct hyp_image images[] = {
#ifdef WITH_IMAGES
    {.name = "first",
     .title = "a small hypervisor with a guest that exits once for each reason",
     .elf = hyp_image_first,
     .elf_bytes = &hyp_image_first_len},
#endif
    {.name = NULL},
};

const struct hyp_image *hyp_images(void)
{
    return images;
}

const struct hyp_image *hyp_image_find(const char *name)
{
    for (const struct hyp_image *i = images; i->name != NULL; i++) {
        if (strcmp(i->name, name) == 0) {
            return i;
        }
    }
    return NULL;
}
