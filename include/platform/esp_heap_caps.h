/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation by capability with the names and values of ESP-IDF, for platforms that bring none: the
 * subset that one needs to allocate internal, external and DMA memory.
 *
 * On a PC this memory is the simulated chip's own, so that the chip's DMA can reach it.
 */
#ifndef ESP_HEAP_CAPS_H
#define ESP_HEAP_CAPS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MALLOC_CAP_32BIT    (1u << 1)  /* readable and writable in whole words */
#define MALLOC_CAP_8BIT     (1u << 2)  /* readable and writable in bytes */
#define MALLOC_CAP_DMA      (1u << 3)  /* reachable by the copy engine for data and descriptors */
#define MALLOC_CAP_SPIRAM   (1u << 10) /* external RAM */
#define MALLOC_CAP_INTERNAL (1u << 11) /* internal RAM */
#define MALLOC_CAP_DEFAULT  (1u << 12) /* what malloc() would return */

/**
 * Allocates memory that has every one of the given capabilities.
 *
 * Context: task. Time: linear in the number of blocks of the region.
 *
 * @param size bytes, at least 1
 * @param caps MALLOC_CAP_* bits
 * @return memory aligned to 4 bytes, owned by the caller until heap_caps_free(); NULL if size is 0,
 * if no region has all the capabilities, or if none has a block that is large enough
 */
void *heap_caps_malloc(size_t size, uint32_t caps);

/** As heap_caps_malloc() for count * size bytes, all zero; NULL also if the product overflows. */
void *heap_caps_calloc(size_t count, size_t size, uint32_t caps);

/**
 * As heap_caps_malloc(), at an address that is a multiple of alignment.
 *
 * @param alignment bytes, a power of two; NULL is returned for any other value
 */
void *heap_caps_aligned_alloc(size_t alignment, size_t size, uint32_t caps);

/**
 * Gives memory back.
 *
 * Context: task. Time: linear in the number of blocks of the region.
 *
 * @param memory what one of the allocation functions returned, or NULL, which does nothing
 */
void heap_caps_free(void *memory);

/** Returns how many bytes are free in all regions with the given capabilities, in one piece or not.
 */
size_t heap_caps_get_free_size(uint32_t caps);

/** Returns the size in bytes of the largest request that heap_caps_malloc() could satisfy now. */
size_t heap_caps_get_largest_free_block(uint32_t caps);

#ifdef __cplusplus
}
#endif

#endif
