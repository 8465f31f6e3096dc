/* SPDX-License-Identifier: Apache-2.0 */
#include "heap.h"

/* Headers lie at 4 modulo 8, so that payloads lie at 0 modulo 8 and no padding is needed. */
enum { HEADER_BYTES = 4, UNIT_BYTES = 8, WORD_BYTES = 4 };

#define USED UINT32_C(1)

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

/* A size that cannot be true, in a header that someone wrote over, ends the walk: what lies behind
 * it is lost, but nothing is handed out twice. */
static uint32_t *next_block(uint32_t *block, uint32_t *end)
{
    uint32_t word_count = *block / WORD_BYTES;
    if (word_count == 0 || word_count > (size_t)(end - block)) {
        return end;
    }
    return block + word_count;
}

static bool is_free(const uint32_t *block)
{
    return (*block & USED) == 0 && *block != 0;
}

/* Freeing does not look at neighbours; each walk joins what it passes. */
static void join_with_following(uint32_t *block, uint32_t *end)
{
    for (;;) {
        const uint32_t *following = next_block(block, end);
        if (following >= end || !is_free(following)) {
            return;
        }
        *block += *following;
    }
}

/* Uses need_bytes of a free block, skip_bytes behind its beginning. All are multiples of
 * UNIT_BYTES, so what is left over on either side is always a valid block. */
static void *carve(uint32_t *block, size_t skip_bytes, size_t need_bytes)
{
    size_t rest_bytes = *block - skip_bytes - need_bytes;
    if (skip_bytes != 0) {
        *block = (uint32_t)skip_bytes;
        block += skip_bytes / WORD_BYTES;
    }
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

void *heap_allocate(const struct heap_region *region, size_t alignment, size_t size_bytes)
{
    if (size_bytes == 0 || size_bytes > region->size_bytes) {
        return NULL;
    }
    uint32_t *end = end_of(region);
    size_t need_bytes = (size_bytes + HEADER_BYTES + UNIT_BYTES - 1) / UNIT_BYTES * UNIT_BYTES;
    for (uint32_t *block = first_block(region); block < end; block = next_block(block, end)) {
        if (!is_free(block)) {
            continue;
        }
        join_with_following(block, end);
        size_t skip_bytes = (0 - (uintptr_t)(block + 1)) & (alignment - 1);
        if (skip_bytes <= *block && *block - skip_bytes >= need_bytes) {
            return carve(block, skip_bytes, need_bytes);
        }
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
    for (uint32_t *block = first_block(region); block < end; block = next_block(block, end)) {
        if (!is_free(block)) {
            continue;
        }
        join_with_following(block, end);
        size_t payload_bytes = *block - HEADER_BYTES;
        room.total_bytes += payload_bytes;
        if (room.largest_bytes < payload_bytes) {
            room.largest_bytes = payload_bytes;
        }
    }
    return room;
}
