/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"
#include "hyp/images.h"

#include <stddef.h>
#include <string.h>

/* The ELF files, made in the build directory from hyp/images/NAME by tools/gen-blob. */
#define IMAGE_DATA(ident)                         \
    extern const unsigned char hyp_image_##ident[]; \
    extern const unsigned long hyp_image_##ident##_len
#define IMAGE(ident, text) {.name = #ident, .title = text, .elf = hyp_image_##ident, .elf_bytes = &hyp_image_##ident##_len}

#ifdef WITH_IMAGES
IMAGE_DATA(first);
IMAGE_DATA(hyp2011);
IMAGE_DATA(kvm414);
IMAGE_DATA(kvm56);
IMAGE_DATA(kvmflow);
IMAGE_DATA(vhe);
IMAGE_DATA(nvhe);
#endif

static const struct hyp_image images[] = {
#ifdef WITH_IMAGES
    IMAGE(first, "a small hypervisor with a guest that exits once for each reason"),
    IMAGE(hyp2011, "the design of 2011: a host at EL1 goes to EL2 by HVC and back by another HVC"),
    IMAGE(kvm414, "a host at EL1, and the world switch in the manner of Linux 4.14"),
    IMAGE(kvm56, "the same host, and the world switch in the manner of Linux 5.6: RAS, pointer authentication"),
    IMAGE(vhe, "the same host at EL2 (VHE), and its run loop"),
    IMAGE(kvmflow, "a program at EL0 creates and runs a guest by system calls of a host at EL2, as with KVM"),
    IMAGE(nvhe, "the nVHE run loop: a host at EL1 behind its own stage 2, and all that a run saves and loads"),
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
