/* SPDX-License-Identifier: Apache-2.0 */
/* How a copy is cut into items, and how ranges of addresses relate: pure functions. */
#ifndef COPY_PLAN_H
#define COPY_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAN_ITEM_BYTES_MAX ((size_t)4095) /* of a descriptor's size and length (descriptor.md) */

/* Returns the size of all items but a request's last, so that every cut keeps to the alignment.
 * Above half of the field's range the largest power of two that fits serves any alignment the
 * engine has. align_bytes: 0 (as 1) or a power of two. */
static inline size_t plan_item_bytes(size_t align_bytes)
{
    const size_t largest = (PLAN_ITEM_BYTES_MAX + 1) / 2;
    if (align_bytes == 0) {
        return PLAN_ITEM_BYTES_MAX;
    }
    return PLAN_ITEM_BYTES_MAX & ~((align_bytes > largest ? largest : align_bytes) - 1);
}

/* Returns the number of items of a request of size_bytes. */
static inline size_t plan_item_count(size_t size_bytes, size_t item_bytes)
{
    return size_bytes / item_bytes + (size_bytes % item_bytes != 0 ? 1 : 0);
}

/* Returns the size of the item that begins at offset_bytes, which is below size_bytes. */
static inline size_t plan_item_size(size_t size_bytes, size_t offset_bytes, size_t item_bytes)
{
    size_t rest = size_bytes - offset_bytes;
    return rest < item_bytes ? rest : item_bytes;
}

/* Returns the bytes from an address to the next multiple of a power of two, which is mask + 1. */
static inline size_t plan_head_bytes(uintptr_t address, size_t mask)
{
    return (size_t)(0 - address) & mask;
}

/* Returns the size of what lies between the first and the last multiple of mask + 1 in [address,
 * address + size), which does not wrap round; 0: nothing does. */
static inline size_t plan_body_bytes(uintptr_t address, size_t size, size_t mask)
{
    size_t head = plan_head_bytes(address, mask);
    return size < head ? 0 : (size - head) & ~mask;
}

/* Returns whether [address, address + size) is not empty and lies in [low, low + low_size). */
static inline bool plan_range_within(uint32_t address, size_t size, uint32_t low, uint32_t low_size)
{
    uint32_t offset = address - low;
    return offset < low_size && size - 1 < low_size - offset;
}

/* Returns whether two ranges, neither empty nor wrapping round, share a byte: whether a begins
 * after b - a_size and before b + b_size. */
static inline bool plan_ranges_overlap(uintptr_t a, size_t a_size, uintptr_t b, size_t b_size)
{
    return a - b + (a_size - 1) < b_size + (a_size - 1);
}

#endif
