/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The blocks that heap.c tiles a region with, and all that a port needs whose allocator has one
 * region and gets back only what it gave: it knows where the first header is, and the place behind
 * its last block. Inline, so that this becomes one function that calls none.
 *
 * Context and time as in heap.h.
 */
#ifndef PORT_HEAP_BLOCKS_H
#define PORT_HEAP_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#define HEAP_INLINE __attribute__((always_inline)) static inline

enum { HEAP_HEADER_BYTES = 4, HEAP_UNIT_BYTES = 8, HEAP_WORD_BYTES = 4 };

#define HEAP_USED UINT32_C(1)

/* Returns the size of a block, or 0 for one that cannot be true, in a header that someone wrote
 * over. That ends every walk: what lies behind it is lost, but nothing is handed out twice. */
HEAP_INLINE size_t heap_size_of(const uint32_t *block, const uint32_t *end)
{
    size_t size_bytes = *block & ~(uint32_t)(HEAP_UNIT_BYTES - 1);
    size_t rest_bytes = (size_t)(end - block) * HEAP_WORD_BYTES;
    return size_bytes - 1 < rest_bytes ? size_bytes : 0;
}

/* Returns the first free block, from one on, that holds a payload, or NULL. Freeing does not look
 * at neighbours; this joins what it passes. */
HEAP_INLINE uint32_t *heap_find(uint32_t *block, const uint32_t *end, size_t payload_bytes)
{
    uint32_t *joined = block;
    size_t joined_bytes = 0;
    while (block < end) {
        size_t size_bytes = heap_size_of(block, end);
        if (size_bytes == 0) {
            break;
        }
        if ((*block & HEAP_USED) != 0) {
            joined_bytes = 0;
        } else {
            joined = joined_bytes == 0 ? block : joined;
            joined_bytes += size_bytes;
            *joined = (uint32_t)joined_bytes;
            if (joined_bytes - HEAP_HEADER_BYTES >= payload_bytes) {
                return joined;
            }
        }
        block += size_bytes / HEAP_WORD_BYTES;
    }
    return NULL;
}

/* Returns the size of a block for a payload; not for one that no memory can hold. */
HEAP_INLINE size_t heap_block_bytes(size_t payload_bytes)
{
    return (payload_bytes + HEAP_HEADER_BYTES + HEAP_UNIT_BYTES - 1) &
           ~(size_t)(HEAP_UNIT_BYTES - 1);
}

/* Uses as much of a free block as a payload needs. All sizes are multiples of HEAP_UNIT_BYTES, so
 * what is left over is always a valid block. */
HEAP_INLINE void *heap_carve(uint32_t *block, size_t payload_bytes)
{
    size_t need_bytes = heap_block_bytes(payload_bytes);
    size_t rest_bytes = *block - need_bytes;
    *block = (uint32_t)need_bytes | HEAP_USED;
    if (rest_bytes != 0) {
        block[need_bytes / HEAP_WORD_BYTES] = (uint32_t)rest_bytes;
    }
    return block + 1;
}

/* Returns memory of undefined content, aligned to 8 bytes, or NULL. */
HEAP_INLINE void *heap_take(uint32_t *first, const uint32_t *end, size_t size_bytes)
{
    uint32_t *block = heap_find(first, end, size_bytes);
    return block == NULL ? NULL : heap_carve(block, size_bytes);
}

/* Frees what heap_take() or heap_allocate() returned. */
HEAP_INLINE void heap_give_back(void *memory)
{
    *((uint32_t *)memory - 1) &= ~HEAP_USED;
}

#endif
