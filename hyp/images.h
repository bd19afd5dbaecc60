/* SPDX-License-Identifier: Apache-2.0 */
/* The bootable images of hyp/images, embedded in the program as ELF files. */
#ifndef HYPSCOPE_HYP_IMAGES_H
#define HYPSCOPE_HYP_IMAGES_H

struct hyp_image {
    const char *name;               /* as `hypscope run --image NAME` takes it */
    const char *title;              /* one line for people */
    const unsigned char *elf;       /* an AArch64 ELF file, to be placed at its physical addresses and entered at EL2 */
    const unsigned long *elf_bytes;
};

/* All images; the last has name == NULL. Empty when configured with --disable-images. */
const struct hyp_image *hyp_images(void);
/* The image with this name, or NULL. */
const struct hyp_image *hyp_image_find(const char *name);

#endif
