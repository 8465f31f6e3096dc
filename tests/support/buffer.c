/* SPDX-License-Identifier: Apache-2.0 */
#include "buffer.h"

#include "check.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { BUFFER_ALIGN = 64, GUARD_PATTERN = 0x5AFE };

/* Odd in number, so that also tests that open buffers by twos see every pair. */
static const enum buffer_memory memories[] = {BUFFER_INTERNAL, BUFFER_EXTERNAL, BUFFER_EXTERNAL,
                                              BUFFER_EXTERNAL, BUFFER_INTERNAL};
static size_t memory_index;

uint8_t pattern_byte(uint32_t pattern, size_t index)
{
    uint32_t x = ((uint32_t)index + 1u) * 2654435761u + pattern * 40503u;

    x ^= x >> 15;
    x *= 2246822519u;
    return (uint8_t)(x >> 24);
}

void pattern_fill(void *memory, size_t size_bytes, uint32_t pattern)
{
    uint8_t *bytes = memory;

    for (size_t i = 0; i < size_bytes; i++) {
        bytes[i] = pattern_byte(pattern, i);
    }
}

size_t pattern_mismatch(const void *memory, size_t size_bytes, uint32_t pattern)
{
    const uint8_t *bytes = memory;

    for (size_t i = 0; i < size_bytes; i++) {
        if (bytes[i] != pattern_byte(pattern, i)) {
            return i;
        }
    }
    return size_bytes;
}

void pattern_check(const void *memory, size_t size_bytes, uint32_t pattern)
{
    check_equal(__FILE__, __LINE__, "bytes in place",
                (int64_t)pattern_mismatch(memory, size_bytes, pattern), (int64_t)size_bytes);
}

void buffer_forget(void)
{
    memory_index = 0;
}

void buffer_open(struct buffer *buffer, size_t size_bytes, size_t offset)
{
    enum buffer_memory memory = memories[memory_index];

    memory_index = (memory_index + 1) % (sizeof(memories) / sizeof(memories[0]));
    buffer_open_in(buffer, platform_has_external() ? memory : BUFFER_INTERNAL, size_bytes, offset);
}

void buffer_open_in(struct buffer *buffer, enum buffer_memory memory, size_t size_bytes,
                    size_t offset)
{
    size_t lead = BUFFER_GUARD_BYTES + offset;
    uint32_t caps = memory == BUFFER_EXTERNAL ? MALLOC_CAP_SPIRAM : MALLOC_CAP_DMA;

    buffer->size_bytes = size_bytes;
    buffer->block_bytes = lead + size_bytes + BUFFER_GUARD_BYTES;
    buffer->block = heap_caps_aligned_alloc(BUFFER_ALIGN, buffer->block_bytes, caps);
    CHECK(buffer->block != NULL);
    buffer->bytes = buffer->block + lead;
    buffer_reset(buffer);
}

void buffer_close(struct buffer *buffer)
{
    buffer_check_guards(buffer);
    heap_caps_free(buffer->block);
    buffer->block = NULL;
    buffer->bytes = NULL;
}

void buffer_reset(struct buffer *buffer)
{
    pattern_fill(buffer->block, buffer->block_bytes, GUARD_PATTERN);
}

/* Checks bytes [from, to) of the block against the guard pattern. */
static void check_guard(const struct buffer *buffer, size_t from, size_t to, const char *text)
{
    for (size_t i = from; i < to; i++) {
        if (buffer->block[i] != pattern_byte(GUARD_PATTERN, i)) {
            check_failed(__FILE__, __LINE__, text);
        }
    }
}

void buffer_check_guards(const struct buffer *buffer)
{
    size_t lead = (size_t)(buffer->bytes - buffer->block);

    check_guard(buffer, 0, lead, "bytes before the buffer are untouched");
    check_guard(buffer, lead + buffer->size_bytes, buffer->block_bytes,
                "bytes behind the buffer are untouched");
}

void buffer_check_untouched(const struct buffer *buffer)
{
    check_guard(buffer, 0, buffer->block_bytes, "the buffer is untouched");
}
