/* SPDX-License-Identifier: Apache-2.0 */
/*
 * External RAM behind a data cache, and other memory that is not the chip's internal RAM.
 *
 * The engine reaches external RAM in blocks and past the cache. So of a destination it gets only
 * whole blocks that are whole cache lines; the CPU places the bytes before and after them. Lines of
 * a source are written back before the engine reads, lines of a destination are forgotten before
 * the engine writes, so that none is evicted over its data, and after, because the CPU may have
 * fetched them meanwhile.
 */
#include "context.h"
#include "copy_plan.h"
#include "esp_attr.h"

#define BLOCK_BYTES_MIN ((size_t)16) /* gdma_ahb_v1.md, IN_EXT_MEM_BK_SIZE */

static IRAM_ATTR bool is_within(const struct chip_range *range, const void *address, size_t size)
{
    return plan_range_within(bus_addr_of(address), size, range->low, range->size_bytes);
}

/* Whether a range lies in external RAM. */
static IRAM_ATTR bool is_external(const struct async_memcpy_context *context, const void *address,
                                  size_t size)
{
    return context->external != NULL && is_within(&context->external->range, address, size);
}

/* Whether a range counts as internal RAM. */
static IRAM_ATTR bool is_internal(const struct async_memcpy_context *context, const void *address,
                                  size_t size)
{
    return is_within(&context->sram, address, size) || port_is_ordinary(address, size);
}

IRAM_ATTR bool external_accepts(const struct async_memcpy_context *context, const void *destination,
                                const void *source, size_t size)
{
    if (!is_internal(context, source, size) && !is_external(context, source, size)) {
        return false;
    }
    size_t lowest = (size_t)(uintptr_t)destination | size;
    if (is_external(context, destination, size)) {
        return (lowest & context->external->align_mask) == 0;
    }
    return is_internal(context, destination, size) && (lowest & context->sram_align_mask) == 0;
}

IRAM_ATTR struct body external_body(struct async_memcpy_context *context,
                                    const struct request *request)
{
    struct body body = {
        .destination = request->destination,
        .source = request->source,
        .size_bytes = request->size_bytes,
    };
    if (!is_external(context, request->destination, 1)) {
        return body;
    }
    size_t mask = context->external->edge_mask;
    size_t head = plan_head_bytes((uintptr_t)request->destination, mask);
    body.destination += head;
    body.source += head;
    body.size_bytes = plan_body_bytes((uintptr_t)request->destination, request->size_bytes, mask);
    if (body.size_bytes == 0) {
        /* Something must go through the engine, so that every request ends in the same way. */
        body.destination = (uint8_t *)&context->external->word[1];
        body.source = (const uint8_t *)&context->external->word[0];
        body.size_bytes = sizeof context->external->word[0];
    }
    return body;
}

IRAM_ATTR bool external_must_wait_locked(struct async_memcpy_context *context,
                                         const struct request *request)
{
    struct body body = external_body(context, request);
    if (body.destination == request->destination && body.size_bytes == request->size_bytes) {
        return false;
    }
    uintptr_t destination = (uintptr_t)request->destination;
    for (struct request *earlier = context->oldest; earlier != request;
         earlier = context_next_request(context, earlier)) {
        size_t size = earlier->size_bytes;
        if (plan_ranges_overlap(destination, request->size_bytes, (uintptr_t)earlier->source,
                                size) ||
            plan_ranges_overlap(destination, request->size_bytes, (uintptr_t)earlier->destination,
                                size)) {
            return true;
        }
    }
    return false;
}

/* Places bytes [begin, end) of a request by CPU. */
static IRAM_ATTR void place(const struct request *request, size_t begin, size_t end)
{
    if (begin == end) {
        return;
    }
    uint8_t *destination = (uint8_t *)request->destination + begin;
    port_copy(destination, (const uint8_t *)request->source + begin, end - begin);
    port_cache_write_back(destination, end - begin);
}

IRAM_ATTR void external_begin_locked(const struct async_memcpy_context *context,
                                     struct request *request)
{
    if (request->trouble != 0 || !is_external(context, request->destination, 1)) {
        return;
    }
    uintptr_t destination = (uintptr_t)request->destination;
    size_t mask = context->external->edge_mask;
    size_t size = plan_body_bytes(destination, request->size_bytes, mask);
    size_t head = size == 0 ? request->size_bytes : plan_head_bytes(destination, mask);
    place(request, 0, head);
    place(request, head + size, request->size_bytes);
    request->trouble = REQUEST_BEGUN;
}

IRAM_ATTR void external_prepare_locked(const struct async_memcpy_context *context,
                                       void *destination, const void *source, size_t size)
{
    if (is_external(context, source, 1)) {
        port_cache_write_back(source, size);
    }
    if (is_external(context, destination, 1)) {
        port_cache_invalidate(destination, size);
    }
}

IRAM_ATTR void external_take_locked(struct async_memcpy_context *context, bool ended)
{
    struct body body = external_body(context, context->oldest);
    if (!is_external(context, body.destination, 1)) {
        return;
    }
    if (context->oldest->trouble == REQUEST_WITHDRAWN ||
        context->oldest->trouble == REQUEST_RELEASED) {
        context->external->taken_bytes = 0; /* the memory is the user's again */
        return;
    }
    /* If the CPU took an item over, this counts one too few until the end. */
    size_t begin = context->external->taken_bytes;
    size_t end = ended ? body.size_bytes : begin + context->item_bytes;
    context->external->taken_bytes = ended ? 0 : end;
    /* The data may come to external RAM after the interrupt. */
    port_external_barrier();
    port_cache_invalidate(body.destination + begin, end - begin);
}

IRAM_ATTR void external_settle_locked(const struct async_memcpy_context *context)
{
    if (context->external != NULL) {
        port_external_barrier();
    }
}

IRAM_ATTR void external_stopped_locked(struct async_memcpy_context *context,
                                       const struct request *request, size_t offset)
{
    struct body body = external_body(context, request);
    if (!is_external(context, body.destination, 1)) {
        return;
    }
    size_t begin = request == context->oldest ? context->external->taken_bytes : 0;
    size_t end = offset + plan_item_size(body.size_bytes, offset, context->item_bytes);
    port_cache_invalidate(body.destination + begin, end - begin);
}

IRAM_ATTR void external_release_locked(struct async_memcpy_context *context,
                                       struct request *request)
{
    struct body body = external_body(context, request);
    if (request->trouble < 0 || request->trouble == REQUEST_RELEASED ||
        !is_external(context, body.destination, 1)) {
        return;
    }
    size_t begin = request == context->oldest ? context->external->taken_bytes : 0;
    port_cache_invalidate(body.destination + begin, body.size_bytes - begin);
    request->trouble = REQUEST_RELEASED;
}

IRAM_ATTR void external_placed_locked(const struct async_memcpy_context *context, void *destination,
                                      size_t size)
{
    if (is_external(context, destination, 1)) {
        port_cache_write_back(destination, size);
    }
}

static bool is_power_of_two(size_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* Returns the block size that a configuration asks for; 0: it is wrong. */
static size_t chosen_block_bytes(const struct chip_engine *engine,
                                 const async_memcpy_config_t *config)
{
    size_t align = config->psram_trans_align;
    size_t burst = config->dma_burst_size;
    size_t most = engine->block_bytes_max;
    bool align_is_good = align == 0 ||
                         (is_power_of_two(align) && align >= BLOCK_BYTES_MIN && align <= most);
    bool burst_is_good = burst == 0 || (is_power_of_two(burst) && burst <= most);
    if (!align_is_good || !burst_is_good || (align != 0 && burst != 0 && align != burst)) {
        return 0;
    }
    size_t wish = align != 0 ? align : burst;
    return wish < BLOCK_BYTES_MIN ? BLOCK_BYTES_MIN : wish;
}

bool external_are_settings_good(const struct chip_engine *engine,
                                const async_memcpy_config_t *config)
{
    return chosen_block_bytes(engine, config) != 0;
}

size_t external_init(struct async_memcpy_context *context, const struct chip_engine *engine,
                     const async_memcpy_config_t *config)
{
    size_t block = chosen_block_bytes(engine, config);
    size_t line = port_cache_line_bytes();
    *context->external = (struct external){
        .range = port_external_range(),
        .block_bytes = block,
        .align_mask = config->psram_trans_align == 0 ? 0 : config->psram_trans_align - 1,
        .edge_mask = (block > line ? block : line) - 1,
    };
    return block;
}
