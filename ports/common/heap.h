/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First-fit allocator over one region of memory.
 *
 * The region is tiled with blocks: a header of one word, that is the size of the block in bytes
 * with bit 0 set while it is used, and the payload. Nothing else is kept, so that every walk
 * computes the truth again: freeing recognises a foreign or already freed pointer with certainty.
 * Headers lie at 4 modulo 8, so that payloads lie at 0 modulo 8 and no padding is needed.
 *
 * Context: any; the caller keeps others out. Time: linear in the number of blocks.
 */
#ifndef PORT_HEAP_H
#define PORT_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_region {
    void *low;           /* of any alignment */
    uint32_t size_bytes; /* below 2 GiB */
    uint32_t caps;       /* MALLOC_CAP_* that the memory has; unused here */
    bool ready;          /* the port has initialised it by itself; unused here */
};

/* Makes the region one free block, whatever it held. */
void heap_init(const struct heap_region *region);

/* Returns memory aligned to alignment (a power of two) and to 8 bytes, of undefined content; NULL
 * if size_bytes is 0 or no free block is large enough. */
void *heap_allocate(const struct heap_region *region, size_t alignment, size_t size_bytes);

/* Frees what heap_allocate() returned. Returns false, with nothing changed, for
 * every other pointer. */
bool heap_release(const struct heap_region *region, const void *memory);

/* What is free, in payload bytes. */
struct heap_room {
    size_t total_bytes;
    size_t largest_bytes;
};
struct heap_room heap_measure(const struct heap_region *region);

#endif
