/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buffers in memory that the engine reaches, with guard bytes before and behind, and patterns in
 * which every byte depends on its place, so that a shifted, swapped or forgotten byte is seen.
 */
#ifndef BUFFER_H
#define BUFFER_H

#include <stddef.h>
#include <stdint.h>

enum { BUFFER_GUARD_BYTES = 64 };

/* Where a buffer lies. */
enum buffer_memory { BUFFER_INTERNAL, BUFFER_EXTERNAL };

struct buffer {
    uint8_t *bytes;
    size_t size_bytes;
    uint8_t *block; /* with the guards */
    size_t block_bytes;
};

/* Allocates size_bytes at an address that is offset bytes above a multiple of 64. Fills everything
 * with the guard pattern. Owned by the caller until buffer_close(). On a chip with external RAM the
 * buffers of a test lie there and in internal RAM in an order that is always the same, in which any
 * memory comes before any. */
void buffer_open(struct buffer *buffer, size_t size_bytes, size_t offset);

/* Likewise in a memory that the test chooses. */
void buffer_open_in(struct buffer *buffer, enum buffer_memory memory, size_t size_bytes,
                    size_t offset);

/* Begins that order anew. */
void buffer_forget(void);

/* Checks the guards and gives the memory back. */
void buffer_close(struct buffer *buffer);

/* Fails if a byte before or behind the buffer has changed. */
void buffer_check_guards(const struct buffer *buffer);

/* Fails if a byte of the buffer differs from the guard pattern. */
void buffer_check_untouched(const struct buffer *buffer);

/* Puts the guard pattern into all bytes, the guards included. */
void buffer_reset(struct buffer *buffer);

/* Returns byte number index of pattern number `pattern`. */
uint8_t pattern_byte(uint32_t pattern, size_t index);
void pattern_fill(void *memory, size_t size_bytes, uint32_t pattern);

/* Returns the index of the first byte that is not the pattern's; size_bytes if all are. */
size_t pattern_mismatch(const void *memory, size_t size_bytes, uint32_t pattern);

/* Fails, naming the first wrong byte, unless memory holds the pattern. */
void pattern_check(const void *memory, size_t size_bytes, uint32_t pattern);

#endif
