/* SPDX-License-Identifier: Apache-2.0 */
/* An ELF image for a 32-bit RISC-V chip: what to load, where to begin, and the names in it. */
#ifndef EMU_IMAGE_H
#define EMU_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image_symbol {
    const char *name;
    uint32_t address;
    uint32_t size_bytes;
};

struct image {
    uint8_t *bytes; /* the file */
    size_t size_bytes;
    uint32_t entry;
    struct image_symbol *symbols; /* functions and objects in sections, by address */
    size_t symbol_count;
};

/* Reads a file. On an error returns NULL after image_close() would have nothing to do, and *error
 * is one line without the path. */
bool image_open(struct image *image, const char *path, const char **error);
void image_close(struct image *image);

/* What memory an image needs from `address` on, and the first `count` bytes of what it holds. */
struct image_part {
    uint32_t address;
    uint32_t size_bytes;
    const uint8_t *bytes;
    uint32_t count;
};

/* Calls load(part, context) for each part of the image; stops at the first false and returns it.
 * Also returns false if a part has more contents than its size or the file. */
bool image_load(const struct image *image,
                bool (*load)(const struct image_part *part, void *context), void *context);

/* The symbol of that name, or NULL. */
const struct image_symbol *image_find(const struct image *image, const char *name);

/* The last symbol that an address lies within, or NULL. */
const struct image_symbol *image_symbol_at(const struct image *image, uint32_t address);

#endif
