/* SPDX-License-Identifier: Apache-2.0 */
#include "queue.h"

#include "check.h"
#include "platform.h"

enum { SCRIBBLE_PATTERN = 4000, OTHER_BYTES = 3000 };

void queue_open_with_long(struct queue *queue, uint32_t backlog, size_t count, size_t long_index)
{
    CHECK(count <= QUEUE_MAX);
    copy_forget();
    queue->handle = driver_install(backlog, 0);
    queue->count = count;
    queue->pattern = platform_random(1000);
    buffer_open(&queue->source, QUEUE_LONG_BYTES, platform_random(4));
    pattern_fill(queue->source.bytes, QUEUE_LONG_BYTES, queue->pattern);
    for (size_t i = 0; i < count; i++) {
        size_t size = i == long_index ? QUEUE_LONG_BYTES : QUEUE_BYTES;

        buffer_open(&queue->destinations[i], size, platform_random(64));
        queue->copies[i] = copy_of(queue->destinations[i].bytes, queue->source.bytes, size);
    }
}

void queue_open(struct queue *queue, uint32_t backlog, size_t count)
{
    queue_open_with_long(queue, backlog, count, 0);
}

void queue_start(struct queue *queue, size_t first, size_t last)
{
    for (size_t i = first; i < last; i++) {
        copy_start(queue->handle, &queue->copies[i]);
    }
}

void queue_check_copied(const struct queue *queue, size_t index)
{
    pattern_check(queue->destinations[index].bytes, queue->copies[index].size_bytes,
                  queue->pattern);
}

static uint32_t sum_of(const struct buffer *buffer)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < buffer->size_bytes; i++) {
        sum = sum * 31 + buffer->bytes[i];
    }
    return sum;
}

/* It reads as what it is, again and again. */
static void check_settled(const struct buffer *buffer)
{
    uint32_t sum = sum_of(buffer);

    if (!platform_in_interrupt()) {
        platform_pass_time();
    }
    CHECK_EQ(sum_of(buffer), sum);
}

void queue_scribble(struct queue *queue, size_t index)
{
    struct buffer *destination = &queue->destinations[index];

    check_settled(destination);
    pattern_fill(destination->bytes, destination->size_bytes, SCRIBBLE_PATTERN + (uint32_t)index);
}

void queue_check_scribbled(struct queue *queue, size_t index)
{
    const struct buffer *destination = &queue->destinations[index];

    copy_pattern(queue->handle, OTHER_BYTES, 1, 2);
    pattern_check(destination->bytes, destination->size_bytes, SCRIBBLE_PATTERN + (uint32_t)index);
    buffer_check_guards(destination);
}

void queue_close(struct queue *queue)
{
    CHECK_EQ(esp_async_memcpy_uninstall(queue->handle), ESP_OK);
    pattern_check(queue->source.bytes, QUEUE_LONG_BYTES, queue->pattern);
    for (size_t i = queue->count; i-- != 0;) {
        buffer_close(&queue->destinations[i]);
    }
    buffer_close(&queue->source);
}
