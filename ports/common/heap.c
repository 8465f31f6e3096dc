/* SPDX-License-Identifier: Apache-2.0 */
#include "heap.h"

#include "heap_blocks.h"

/* No block is as large. */
#define ALL_BYTES UINT32_MAX

static uint32_t *first_block(const struct heap_region *region)
{
    size_t padding = (HEAP_HEADER_BYTES - (uintptr_t)region->low) % HEAP_UNIT_BYTES;
    return (uint32_t *)(void *)((char *)region->low + padding);
}

/* Returns where the header of a block behind the last one would be, in or just behind the region.
 */
static uint32_t *end_of(const struct heap_region *region)
{
    char *end = (char *)region->low + region->size_bytes;
    return (uint32_t *)(void *)(end - ((uintptr_t)end - HEAP_HEADER_BYTES) % HEAP_UNIT_BYTES);
}

static uint32_t *next_block(uint32_t *block, uint32_t *end)
{
    size_t size_bytes = heap_size_of(block, end);
    return size_bytes == 0 ? end : block + size_bytes / HEAP_WORD_BYTES;
}

static void join_all(const struct heap_region *region)
{
    (void)heap_find(first_block(region), end_of(region), ALL_BYTES);
}

void heap_init(const struct heap_region *region)
{
    uint32_t *block = first_block(region);
    const uint32_t *end = end_of(region);
    if (block < end) {
        *block = (uint32_t)(end - block) * HEAP_WORD_BYTES;
    }
}

void *heap_allocate(const struct heap_region *region, size_t alignment, size_t size_bytes)
{
    if (size_bytes == 0 || size_bytes > region->size_bytes) {
        return NULL;
    }
    uint32_t *end = end_of(region);
    size_t need_bytes = heap_block_bytes(size_bytes);
    join_all(region);
    for (uint32_t *block = first_block(region); block < end; block = next_block(block, end)) {
        size_t skip_bytes = (0 - (uintptr_t)(block + 1)) & (alignment - 1);
        if ((*block & HEAP_USED) != 0 || heap_size_of(block, end) < need_bytes ||
            *block - need_bytes < skip_bytes) {
            continue;
        }
        if (skip_bytes != 0) {
            uint32_t *rest = block + skip_bytes / HEAP_WORD_BYTES;
            *rest = *block - (uint32_t)skip_bytes;
            *block = (uint32_t)skip_bytes;
            block = rest;
        }
        return heap_carve(block, size_bytes);
    }
    return NULL;
}

bool heap_release(const struct heap_region *region, const void *memory)
{
    uint32_t *end = end_of(region);
    for (uint32_t *block = first_block(region); block < end; block = next_block(block, end)) {
        if (block + 1 == memory) {
            bool was_used = (*block & HEAP_USED) != 0;
            *block &= ~HEAP_USED;
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
        size_t size_bytes = heap_size_of(block, end);
        if ((*block & HEAP_USED) != 0 || size_bytes == 0) {
            continue;
        }
        size_t payload_bytes = size_bytes - HEAP_HEADER_BYTES;
        room.total_bytes += payload_bytes;
        if (room.largest_bytes < payload_bytes) {
            room.largest_bytes = payload_bytes;
        }
    }
    return room;
}
