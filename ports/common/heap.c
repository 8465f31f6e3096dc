/* SPDX-License-Identifier: Apache-2.0 */
#include "heap.h"

enum { HEADER_BYTES = 4, UNIT_BYTES = 8, WORD_BYTES = 4 };

#define USED UINT32_C(1)

/* Makes heap_take(), which small programs link alone, a function that calls none: shorter then. */
#define INLINE __attribute__((always_inline)) static inline

/* No block is as large. */
#define ALL_BYTES UINT32_MAX

static uint32_t *first_block(const struct heap_region *region)
{
    size_t padding = (HEADER_BYTES - (uintptr_t)region->low) % UNIT_BYTES;
    return (uint32_t *)(void *)((char *)region->low + padding);
}

/* Returns where the header of a block behind the last one would be, in or just behind the region.
 */
static uint32_t *end_of(const struct heap_region *region)
{
    char *end = (char *)region->low + region->size_bytes;
    return (uint32_t *)(void *)(end - ((uintptr_t)end - HEADER_BYTES) % UNIT_BYTES);
}

/* Returns the size of a block, or 0 for one that cannot be true, in a header that someone wrote over.
 * That ends every walk: what lies behind it is lost, but nothing is handed out twice. */
INLINE size_t size_of(const uint32_t *block, const uint32_t *end)
{
    size_t size_bytes = *block & ~(uint32_t)(UNIT_BYTES - 1);
    size_t rest_bytes = (size_t)(end - block) * WORD_BYTES;
    return size_bytes - 1 < rest_bytes ? size_bytes : 0;
}

static uint32_t *next_block(uint32_t *block, uint32_t *end)
{
    size_t size_bytes = size_of(block, end);
    return size_bytes == 0 ? end : block + size_bytes / WORD_BYTES;
}

/* Returns the first free block, from one on, that holds a payload, or NULL. Freeing does not look at
 * neighbours; this joins what it passes. */
INLINE uint32_t *find(uint32_t *block, const uint32_t *end, size_t payload_bytes)
{
    uint32_t *joined = block;
    size_t joined_bytes = 0;
    while (block < end) {
        size_t size_bytes = size_of(block, end);
        if (size_bytes == 0) {
            break;
        }
        if ((*block & USED) != 0) {
            joined_bytes = 0;
        } else {
            joined = joined_bytes == 0 ? block : joined;
            joined_bytes += size_bytes;
            *joined = (uint32_t)joined_bytes;
            if (joined_bytes - HEADER_BYTES >= payload_bytes) {
                return joined;
            }
        }
        block += size_bytes / WORD_BYTES;
    }
    return NULL;
}

static void join_all(const struct heap_region *region)
{
    (void)find(first_block(region), end_of(region), ALL_BYTES);
}

/* Returns the size of a block for a payload; not for one that no memory can hold. */
static inline size_t block_bytes(size_t payload_bytes)
{
    return (payload_bytes + HEADER_BYTES + UNIT_BYTES - 1) & ~(size_t)(UNIT_BYTES - 1);
}

/* Uses as much of a free block as a payload needs. All sizes are multiples of UNIT_BYTES, so what is
 * left over is always a valid block. */
static void *carve(uint32_t *block, size_t payload_bytes)
{
    size_t need_bytes = block_bytes(payload_bytes);
    size_t rest_bytes = *block - need_bytes;
    *block = (uint32_t)need_bytes | USED;
    if (rest_bytes != 0) {
        block[need_bytes / WORD_BYTES] = (uint32_t)rest_bytes;
    }
    return block + 1;
}

void heap_init(const struct heap_region *region)
{
    uint32_t *block = first_block(region);
    const uint32_t *end = end_of(region);
    if (block < end) {
        *block = (uint32_t)(end - block) * WORD_BYTES;
    }
}

void *heap_take(uint32_t *first, const uint32_t *end, size_t size_bytes)
{
    uint32_t *block = find(first, end, size_bytes);
    return block == NULL ? NULL : carve(block, size_bytes);
}

void heap_give_back(void *memory)
{
    *((uint32_t *)memory - 1) &= ~USED;
}

void *heap_allocate(const struct heap_region *region, size_t alignment, size_t size_bytes)
{
    if (size_bytes == 0 || size_bytes > region->size_bytes) {
        return NULL;
    }
    uint32_t *end = end_of(region);
    size_t need_bytes = block_bytes(size_bytes);
    join_all(region);
    for (uint32_t *block = first_block(region); block < end; block = next_block(block, end)) {
        size_t skip_bytes = (0 - (uintptr_t)(block + 1)) & (alignment - 1);
        if ((*block & USED) != 0 || size_of(block, end) < need_bytes ||
            *block - need_bytes < skip_bytes) {
            continue;
        }
        if (skip_bytes != 0) {
            uint32_t *rest = block + skip_bytes / WORD_BYTES;
            *rest = *block - (uint32_t)skip_bytes;
            *block = (uint32_t)skip_bytes;
            block = rest;
        }
        return carve(block, size_bytes);
    }
    return NULL;
}

bool heap_release(const struct heap_region *region, const void *memory)
{
    uint32_t *end = end_of(region);
    for (uint32_t *block = first_block(region); block < end; block = next_block(block, end)) {
        if (block + 1 == memory) {
            bool was_used = (*block & USED) != 0;
            *block &= ~USED;
            return was_used;
        }
    }
    return false;
}

struct heap_room heap_measure(const struct heap_region *region)
{
    struct heap_room room = {0, 0};
    uint32_t *end = end_of(region);
    join_all(region);
    for (uint32_t *block = first_block(region); block < end; block = next_block(block, end)) {
        size_t size_bytes = size_of(block, end);
        if ((*block & USED) != 0 || size_bytes == 0) {
            continue;
        }
        size_t payload_bytes = size_bytes - HEADER_BYTES;
        room.total_bytes += payload_bytes;
        if (room.largest_bytes < payload_bytes) {
            room.largest_bytes = payload_bytes;
        }
    }
    return room;
}
