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
#include "machine.h"
#include "progress.h"
#include "refusal.h"
#include "timeline.h"

struct slot {
    struct timeline *timeline;
    uint64_t request; /* the last one that took the slot */
    uint8_t *source;
    uint8_t *destination;
    size_t size_bytes; /* of the file; the request may be longer, to be aligned */
    bool done;
    esp_err_t status;
};

/* A core's part of a copy. */
struct copier {
    struct stream *stream;
    unsigned core;
    async_memcpy_handle_t driver;
    int exit_code;
};

struct stream {
    const struct stream_plan *plan;
    struct stream_result *result;
    struct copier copiers[STREAM_CORES_MAX];
    uint8_t *sources;
    uint8_t *destinations;
    struct slot *slots;
    uint64_t submitted; /* the slot of request n is n modulo the backlog */
    uint64_t finished;
    bool input_ended;
    bool failed;
};

const char *stream_memory_name(enum stream_memory memory)
{
    return memory == STREAM_PSRAM ? "psram" : "sram";
}

const char *stream_memory_title(enum stream_memory memory)
{
    return memory == STREAM_PSRAM ? "PSRAM" : "SRAM";
}

size_t stream_align_bytes(const struct stream_plan *plan)
{
    return plan->to == STREAM_PSRAM ? plan->psram_align_bytes : plan->sram_align_bytes;
}

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
    timeline_begin_callback(slot->timeline, slot->request);
    slot->status = event->status;
    slot->done = true;
    timeline_end_callback(slot->timeline, slot->request);
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

static bool submit_slot(const struct copier *copier, struct slot *slot)
{
    struct stream *stream = copier->stream;
    size_t request_bytes = align_up(slot->size_bytes, stream_align_bytes(stream->plan));
    memset(slot->source + slot->size_bytes, 0, request_bytes - slot->size_bytes);
    spoil_destination(slot, request_bytes);
    slot->done = false;
    slot->request = stream->submitted;
    timeline_begin_call(slot->timeline, slot->request, request_bytes);
    esp_err_t error = esp_async_memcpy(copier->driver, slot->destination, slot->source,
                                       request_bytes, note_completion, slot);
    timeline_end_call(slot->timeline, slot->request, request_bytes);
    if (error != ESP_OK) {
        message_complain("request %llu was refused: %s", (unsigned long long)stream->submitted,
                         esp_err_to_name(error));
        return false;
    }
    stream->submitted++;
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

/* Verifies what the oldest request copied and writes it. */
static bool finish_oldest(struct stream *stream)
{
    struct slot *slot = slot_of(stream, stream->finished);
    unsigned long long number = stream->finished;
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
    return timeline_is_sound(slot->timeline);
}

static bool is_of(const struct copier *copier, uint64_t request)
{
    return request % copier->stream->plan->cores == copier->core;
}

static bool may_submit(const struct copier *copier)
{
    const struct stream *stream = copier->stream;
    return is_of(copier, stream->submitted) && !stream->input_ended &&
           stream->submitted - stream->finished < stream->plan->backlog;
}

static bool may_finish(const struct copier *copier)
{
    struct stream *stream = copier->stream;
    return is_of(copier, stream->finished) && stream->finished < stream->submitted &&
           slot_of(stream, stream->finished)->done;
}

/* Does what is next for this core, and waits if it is nothing. */
static bool go_on(const struct copier *copier)
{
    struct stream *stream = copier->stream;
    bool good = true;
    if (may_submit(copier)) {
        struct slot *slot = slot_of(stream, stream->submitted);
        good = read_slot(stream, slot) && (slot->size_bytes == 0 || submit_slot(copier, slot));
    } else if (may_finish(copier)) {
        good = finish_oldest(stream);
    } else {
        good = async_memcpy_host_wait_for_interrupt();
        if (!good) {
            message_complain("request %llu never ended: the simulated chip came to rest",
                             (unsigned long long)stream->finished);
        }
        return good;
    }
    machine_wake_cores(); /* it may be another's turn */
    return good;
}

/* The task of each core. */
static void copy_all(void *argument)
{
    const struct copier *copier = argument;
    struct stream *stream = copier->stream;
    while (!stream->failed && (!stream->input_ended || stream->finished < stream->submitted)) {
        if (!go_on(copier)) {
            stream->failed = true;
            machine_wake_cores();
        }
    }
}

static bool copy_on_all_cores(struct stream *stream)
{
    for (unsigned core = 1; core < stream->plan->cores; core++) {
        machine_start_core(core, copy_all, &stream->copiers[core]);
    }
    copy_all(&stream->copiers[0]);
    for (unsigned core = 1; core < stream->plan->cores; core++) {
        machine_join_core(core);
    }
    stream->result->requests = stream->finished;
    return !stream->failed;
}

/* Buffers must not be given back, nor the driver uninstalled, under a running copy. */
static void settle(struct stream *stream)
{
    while (stream->finished < stream->submitted &&
           wait_for_slot(slot_of(stream, stream->finished))) {
        stream->finished++;
    }
}

static int install(struct copier *copier)
{
    const struct stream_plan *plan = copier->stream->plan;
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    config.backlog = plan->backlog;
    config.sram_trans_align = plan->sram_align_bytes;
    config.psram_trans_align = plan->psram_align_bytes;
    config.dma_burst_size = plan->burst_bytes;
    esp_err_t error = esp_async_memcpy_install(&config, &copier->driver);
    if (error == ESP_ERR_NO_MEM) {
        message_complain("the chip's memory is too small for --backlog %u; take a smaller one",
                         (unsigned)config.backlog);
        return EXIT_USAGE;
    }
    if (error == ESP_ERR_INVALID_ARG) {
        refusal_explain(&config);
        return EXIT_USAGE;
    }
    /* That the chip cannot be switched on, the port has said. */
    if (error != ESP_OK && error != ESP_ERR_NOT_SUPPORTED) {
        message_complain("the driver cannot be installed: %s", esp_err_to_name(error));
    }
    return error == ESP_OK ? EXIT_DONE : EXIT_FAILED;
}

/* Interrupts come on the core that installs. */
static void install_here(void *argument)
{
    struct copier *copier = argument;
    copier->exit_code = install(copier);
}

static int install_all(struct stream *stream)
{
    int exit_code = EXIT_DONE;
    for (unsigned core = 0; core < stream->plan->cores && exit_code == EXIT_DONE; core++) {
        struct copier *copier = &stream->copiers[core];
        if (core == 0) {
            install_here(copier);
        } else {
            machine_start_core(core, install_here, copier);
            machine_join_core(core);
        }
        exit_code = copier->exit_code;
    }
    return exit_code;
}

/* Buffers follow one another in one block, each at a multiple of this. */
static size_t buffer_align(const struct stream_plan *plan)
{
    enum { WORDS_BYTES = 8 };
    size_t align_bytes = stream_align_bytes(plan);
    return align_bytes > WORDS_BYTES ? align_bytes : WORDS_BYTES;
}

static uint32_t caps_of(enum stream_memory memory)
{
    return memory == STREAM_PSRAM ? MALLOC_CAP_SPIRAM : MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL;
}

/* Says what would fit into a memory that must hold `count` buffers for each request. */
static int complain_about_memory(const struct stream_plan *plan, enum stream_memory memory,
                                 size_t count)
{
    size_t align_bytes = buffer_align(plan);
    size_t free_bytes = heap_caps_get_largest_free_block(caps_of(memory));
    size_t usable_bytes = free_bytes > align_bytes ? free_bytes - align_bytes : 0;
    size_t chunk_bytes = usable_bytes / (count * plan->backlog);
    size_t backlog = usable_bytes / (count * align_up(plan->chunk_bytes, align_bytes));
    char chunk_advice[48] = "";
    char backlog_advice[48] = "";
    chunk_bytes -= chunk_bytes % align_bytes;
    if (chunk_bytes > 0) {
        (void)snprintf(chunk_advice, sizeof chunk_advice, "; --chunk %zu fits", chunk_bytes);
    }
    if (backlog > 0) {
        (void)snprintf(backlog_advice, sizeof backlog_advice, "; --backlog %zu fits", backlog);
    }
    message_complain("%u times %s of %zu bytes do not fit into the %zu bytes of %s that are "
                     "free%s%s",
                     (unsigned)plan->backlog, count == 1 ? "a buffer" : "two buffers",
                     plan->chunk_bytes, free_bytes, stream_memory_title(memory), chunk_advice,
                     backlog_advice);
    return EXIT_USAGE;
}

/* Allocates all sources and destinations: one block, or two in different memories. */
static int allocate_buffers(struct stream *stream, size_t buffer_bytes)
{
    const struct stream_plan *plan = stream->plan;
    size_t block_bytes = plan->backlog * buffer_bytes;
    size_t count = plan->from == plan->to ? 2 : 1;
    stream->sources = heap_caps_aligned_alloc(buffer_align(plan), count * block_bytes,
                                              caps_of(plan->from));
    if (stream->sources == NULL) {
        return complain_about_memory(plan, plan->from, count);
    }
    if (count == 2) {
        stream->destinations = stream->sources + block_bytes;
        return EXIT_DONE;
    }
    stream->destinations = heap_caps_aligned_alloc(buffer_align(plan), block_bytes,
                                                   caps_of(plan->to));
    return stream->destinations == NULL ? complain_about_memory(plan, plan->to, 1) : EXIT_DONE;
}

static int allocate(struct stream *stream)
{
    const struct stream_plan *plan = stream->plan;
    size_t buffer_bytes = align_up(plan->chunk_bytes, buffer_align(plan));
    int exit_code = allocate_buffers(stream, buffer_bytes);
    if (exit_code != EXIT_DONE) {
        return exit_code;
    }
    stream->slots = calloc(plan->backlog, sizeof stream->slots[0]);
    if (stream->slots == NULL) {
        message_complain("%s", strerror(ENOMEM));
        return EXIT_FAILED;
    }
    for (uint32_t i = 0; i < plan->backlog; i++) {
        stream->slots[i].timeline = plan->timeline;
        stream->slots[i].source = stream->sources + i * buffer_bytes;
        stream->slots[i].destination = stream->destinations + i * buffer_bytes;
    }
    return EXIT_DONE;
}

static void close_stream(struct stream *stream)
{
    settle(stream);
    for (unsigned core = 0; core < stream->plan->cores; core++) {
        if (stream->copiers[core].driver != NULL) {
            (void)esp_async_memcpy_uninstall(stream->copiers[core].driver);
        }
    }
    if (stream->plan->from != stream->plan->to) {
        heap_caps_free(stream->destinations);
    }
    heap_caps_free(stream->sources);
    free(stream->slots);
}

/* Of a request of which all has been placed by CPU, the engine copies a word of the driver's. */
static uint64_t moved_bytes(const struct stream_plan *plan, const async_memcpy_host_stats_t *stats)
{
    return plan->to == STREAM_PSRAM ? stats->dma_external_bytes : stats->dma_bytes;
}

static void measure(const struct stream_plan *plan, struct stream_result *result,
                    const async_memcpy_host_stats_t *before)
{
    async_memcpy_host_stats_t after;
    async_memcpy_host_get_stats(&after);
    result->time_ns = after.time_ns - before->time_ns;
    result->dma_busy_ns = after.dma_busy_ns - before->dma_busy_ns;
    result->dma_bytes = after.dma_bytes - before->dma_bytes;
    result->moved_bytes = moved_bytes(plan, &after) - moved_bytes(plan, before);
    result->interrupts = after.interrupts - before->interrupts;
    result->register_reads = after.register_reads - before->register_reads;
    result->register_writes = after.register_writes - before->register_writes;
}

int stream_run(const struct stream_plan *plan, struct stream_result *result)
{
    async_memcpy_host_stats_t before;
    struct stream stream = {.plan = plan, .result = result};
    for (unsigned core = 0; core < STREAM_CORES_MAX; core++) {
        stream.copiers[core] = (struct copier){.stream = &stream, .core = core};
    }
    memset(result, 0, sizeof *result);
    int exit_code = install_all(&stream);
    if (exit_code == EXIT_DONE) {
        exit_code = allocate(&stream);
    }
    if (exit_code == EXIT_DONE) {
        async_memcpy_host_get_stats(&before);
        timeline_start(plan->timeline);
        exit_code = copy_on_all_cores(&stream) ? EXIT_DONE : EXIT_FAILED;
        timeline_stop(plan->timeline);
        measure(plan, result, &before);
    }
    close_stream(&stream);
    return exit_code;
}
