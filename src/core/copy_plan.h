/* SPDX-License-Identifier: Apache-2.0 */
/* How a copy is cut into items, and how ranges of addresses relate: pure functions. */
#ifndef COPY_PLAN_H
#define COPY_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAN_ITEM_BYTES_MAX ((size_t)4095) /* of a descriptor's size and length (descriptor.md) */

/* Returns the size of all items but a request's last, so that every cut keeps to an alignment,
 * which is a power of two: mask + 1. Above half of the field's range the largest power of two that
 * fits serves any alignment the engine has. */
static inline size_t plan_item_bytes(size_t mask)
{
    const size_t largest = PLAN_ITEM_BYTES_MAX / 2;
    return PLAN_ITEM_BYTES_MAX & ~(mask > largest ? largest : mask);
}

/* Returns the number of items of a request of size_bytes, which is not 0. */
static inline size_t plan_item_count(size_t size_bytes, size_t item_bytes)
{
    return (size_bytes - 1) / item_bytes + 1;
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

/* Returns whether a range, of which the last address and the number of bytes before that are given,
 * and another one share a byte: whether the first one begins after b - a_size and before
 * b + b_size. Neither is empty or wraps round. */
static inline bool plan_last_overlaps(uintptr_t a_last, size_t a_before_last, uintptr_t b,
                                      size_t b_size)
{
    return a_last - b < b_size + a_before_last;
}

/* Returns whether two ranges, neither empty nor wrapping round, share a byte. */
static inline bool plan_ranges_overlap(uintptr_t a, size_t a_size, uintptr_t b, size_t b_size)
{
    return plan_last_overlaps(a + (a_size - 1), a_size - 1, b, b_size);
}

#endif
