/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "stream.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "esp_async_memcpy.h"
#include "esp_heap_caps.h"
#include "progress.h"

struct slot {
    uint8_t *source;
    uint8_t *destination;
    size_t size_bytes; /* of the file; the request may be longer, to be aligned */
    bool done;
    esp_err_t status;
};

struct stream {
    const struct stream_plan *plan;
    struct stream_result *result;
    async_memcpy_handle_t driver;
    uint8_t *buffers;
    struct slot *slots;
    uint64_t submitted; /* the slot of request n is n modulo the backlog */
    uint64_t finished;
    bool input_ended;
};

static struct slot *slot_of(struct stream *stream, uint64_t request)
{
    struct slot *slot = &stream->slots[request % stream->plan->backlog];
    assert(slot->source != NULL && slot->destination != NULL);
    return slot;
}

static size_t align_up(size_t size_bytes, size_t align_bytes)
{
    return align_bytes == 0 ? size_bytes
                            : (size_bytes + align_bytes - 1) / align_bytes * align_bytes;
}

/* In interrupt context. */
static bool note_completion(async_memcpy_handle_t driver, async_memcpy_event_t *event,
                            void *argument)
{
    struct slot *slot = argument;
    (void)driver;
    slot->status = event->status;
    slot->done = true;
    return false;
}

/* Fills a slot from the input; only the last one is not full. */
static bool read_slot(struct stream *stream, struct slot *slot)
{
    const struct stream_plan *plan = stream->plan;
    slot->size_bytes = 0;
    while (slot->size_bytes < plan->chunk_bytes && !stream->input_ended) {
        ssize_t count = read(plan->input, slot->source + slot->size_bytes,
                             plan->chunk_bytes - slot->size_bytes);
        if (count < 0 && errno != EINTR) {
            message_complain("cannot read \"%s\": %s", plan->input_name, strerror(errno));
            return false;
        }
        stream->input_ended = count == 0;
        slot->size_bytes += count > 0 ? (size_t)count : 0;
    }
    return true;
}

/* Whatever the destination held before, each byte now differs from what it must become: a byte that
 * the DMA does not write cannot pass for copied. */
static void spoil_destination(struct slot *slot, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i++) {
        slot->destination[i] = (uint8_t)~slot->source[i];
    }
}

static bool submit_slot(struct stream *stream, struct slot *slot)
{
    size_t request_bytes = align_up(slot->size_bytes, stream->plan->sram_align_bytes);
    memset(slot->source + slot->size_bytes, 0, request_bytes - slot->size_bytes);
    spoil_destination(slot, request_bytes);
    slot->done = false;
    esp_err_t error = esp_async_memcpy(stream->driver, slot->destination, slot->source,
                                       request_bytes, note_completion, slot);
    if (error != ESP_OK) {
        message_complain("request %llu was refused: %s", (unsigned long long)stream->submitted,
                         esp_err_to_name(error));
        return false;
    }
    stream->submitted++;
    return true;
}

/* Submits until the backlog is full or the input has ended. */
static bool submit_all(struct stream *stream)
{
    while (!stream->input_ended && stream->submitted - stream->finished < stream->plan->backlog) {
        struct slot *slot = slot_of(stream, stream->submitted);
        if (!read_slot(stream, slot) || (slot->size_bytes > 0 && !submit_slot(stream, slot))) {
            return false;
        }
    }
    return true;
}

static bool wait_for_slot(const struct slot *slot)
{
    while (!slot->done) {
        if (!async_memcpy_host_wait_for_interrupt()) {
            return false;
        }
    }
    return true;
}

/* Waits for the oldest request, verifies what it copied and writes it. */
static bool finish_oldest(struct stream *stream)
{
    struct slot *slot = slot_of(stream, stream->finished);
    unsigned long long number = stream->finished;
    if (!wait_for_slot(slot)) {
        message_complain("request %llu never ended: the simulated chip came to rest", number);
        return false;
    }
    stream->finished++;
    if (slot->status != ESP_OK) {
        message_complain("request %llu failed: %s", number, esp_err_to_name(slot->status));
        return false;
    }
    if (memcmp(slot->destination, slot->source, slot->size_bytes) != 0) {
        message_complain("request %llu ended, but its copy differs from its source", number);
        return false;
    }
    if (!output_write(stream->plan->output, slot->destination, slot->size_bytes)) {
        return false;
    }
    stream->result->bytes += slot->size_bytes;
    progress_show(stream->result->bytes);
    return true;
}

static bool copy_all(struct stream *stream)
{
    do {
        if (!submit_all(stream)) {
            return false;
        }
        if (stream->finished < stream->submitted && !finish_oldest(stream)) {
            return false;
        }
    } while (!stream->input_ended || stream->finished < stream->submitted);
    stream->result->requests = stream->finished;
    return true;
}

/* Buffers must not be given back, nor the driver uninstalled, under a running copy. */
static void settle(struct stream *stream)
{
    while (stream->finished < stream->submitted &&
           wait_for_slot(slot_of(stream, stream->finished))) {
        stream->finished++;
    }
}

static int install(struct stream *stream)
{
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    config.backlog = stream->plan->backlog;
    config.sram_trans_align = stream->plan->sram_align_bytes;
    esp_err_t error = esp_async_memcpy_install(&config, &stream->driver);
    if (error == ESP_ERR_NO_MEM) {
        message_complain("the chip's memory is too small for --backlog %u; take a smaller one",
                         (unsigned)config.backlog);
        return EXIT_USAGE;
    }
    /* That the chip cannot be switched on, the port has said. */
    if (error != ESP_OK && error != ESP_ERR_NOT_SUPPORTED) {
        message_complain("the driver cannot be installed: %s", esp_err_to_name(error));
    }
    return error == ESP_OK ? EXIT_DONE : EXIT_FAILED;
}

/* Buffers follow one another in one block, each at a multiple of this. */
static size_t buffer_align(const struct stream_plan *plan)
{
    enum { WORDS_BYTES = 8 };
    return plan->sram_align_bytes > WORDS_BYTES ? plan->sram_align_bytes : WORDS_BYTES;
}

static int complain_about_memory(const struct stream_plan *plan)
{
    size_t align_bytes = buffer_align(plan);
    size_t free_bytes = heap_caps_get_largest_free_block(MALLOC_CAP_DMA);
    size_t usable_bytes = free_bytes > align_bytes ? free_bytes - align_bytes : 0;
    size_t chunk_bytes = usable_bytes / (2 * (size_t)plan->backlog);
    size_t backlog = usable_bytes / (2 * align_up(plan->chunk_bytes, align_bytes));
    char chunk_advice[48] = "";
    char backlog_advice[48] = "";
    chunk_bytes -= chunk_bytes % align_bytes;
    if (chunk_bytes > 0) {
        (void)snprintf(chunk_advice, sizeof chunk_advice, "; --chunk %zu fits", chunk_bytes);
    }
    if (backlog > 0) {
        (void)snprintf(backlog_advice, sizeof backlog_advice, "; --backlog %zu fits", backlog);
    }
    message_complain("%u times two buffers of %zu bytes do not fit into the %zu bytes that are "
                     "free%s%s",
                     (unsigned)plan->backlog, plan->chunk_bytes, free_bytes, chunk_advice,
                     backlog_advice);
    return EXIT_USAGE;
}

static int allocate(struct stream *stream)
{
    const struct stream_plan *plan = stream->plan;
    size_t buffer_bytes = align_up(plan->chunk_bytes, buffer_align(plan));
    stream->buffers = heap_caps_aligned_alloc(
        buffer_align(plan), 2 * (size_t)plan->backlog * buffer_bytes, MALLOC_CAP_DMA);
    if (stream->buffers == NULL) {
        return complain_about_memory(plan);
    }
    stream->slots = calloc(plan->backlog, sizeof stream->slots[0]);
    if (stream->slots == NULL) {
        message_complain("%s", strerror(ENOMEM));
        return EXIT_FAILED;
    }
    for (uint32_t i = 0; i < plan->backlog; i++) {
        stream->slots[i].source = stream->buffers + 2 * (size_t)i * buffer_bytes;
        stream->slots[i].destination = stream->slots[i].source + buffer_bytes;
    }
    return EXIT_DONE;
}

static void close_stream(struct stream *stream)
{
    settle(stream);
    if (stream->driver != NULL) {
        (void)esp_async_memcpy_uninstall(stream->driver);
    }
    heap_caps_free(stream->buffers);
    free(stream->slots);
}

static void measure(struct stream_result *result, const async_memcpy_host_stats_t *before)
{
    async_memcpy_host_stats_t after;
    async_memcpy_host_get_stats(&after);
    result->time_ns = after.time_ns - before->time_ns;
    result->dma_busy_ns = after.dma_busy_ns - before->dma_busy_ns;
    result->dma_bytes = after.dma_bytes - before->dma_bytes;
    result->interrupts = after.interrupts - before->interrupts;
    result->register_reads = after.register_reads - before->register_reads;
    result->register_writes = after.register_writes - before->register_writes;
}

int stream_run(const struct stream_plan *plan, struct stream_result *result)
{
    async_memcpy_host_stats_t before;
    struct stream stream = {.plan = plan, .result = result};
    memset(result, 0, sizeof *result);
    int exit_code = install(&stream);
    if (exit_code == EXIT_DONE) {
        exit_code = allocate(&stream);
    }
    if (exit_code == EXIT_DONE) {
        async_memcpy_host_get_stats(&before);
        exit_code = copy_all(&stream) ? EXIT_DONE : EXIT_FAILED;
        measure(result, &before);
    }
    close_stream(&stream);
    return exit_code;
}
