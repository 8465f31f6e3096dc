/* SPDX-License-Identifier: Apache-2.0 */
#include "context.h"
#include "copy_plan.h"
#include "esp_attr.h"

/* Whether the engine reaches both ranges. Internal RAM on both sides is looked at first, as the most
 * common case. */
static inline bool are_reachable(const struct async_memcpy_context *context, bus_addr_t a,
                                 bus_addr_t b, size_t size)
{
    const struct chip_range *sram = &context->sram;
    const struct chip_range *psram = &context->psram;
    bool a_in_sram = plan_range_within(a, size, sram->low, sram->size_bytes);
    bool b_in_sram = plan_range_within(b, size, sram->low, sram->size_bytes);
    if (a_in_sram && b_in_sram) {
        return true;
    }
    return (a_in_sram || plan_range_within(a, size, psram->low, psram->size_bytes)) &&
           (b_in_sram || plan_range_within(b, size, psram->low, psram->size_bytes));
}

static inline bool is_aligned(const struct async_memcpy_context *context, const void *destination,
                              size_t size)
{
    return (((uintptr_t)destination | size) & context->sram_align_mask) == 0;
}

/* The engine reads ahead of its own writes, so a source must wait for all that is still to be written
 * to it. First the cheap question, whether it touches the union of the armed destinations. */
static inline bool must_wait_locked(const struct async_memcpy_context *context,
                                    const struct request *request)
{
    uintptr_t low = (uintptr_t)request->source;
    if (low >= context->written_high || low + request->size_bytes <= context->written_low) {
        return false;
    }
    for (struct request *earlier = context->oldest; earlier != request;
         earlier = context_next_request(context, earlier)) {
        if (plan_ranges_overlap(low, request->size_bytes, (uintptr_t)earlier->destination,
                                earlier->size_bytes)) {
            return true;
        }
    }
    return false;
}

/* Counts a request's destination among those that are being written. only: nothing else is. */
static inline void add_written_locked(struct async_memcpy_context *context,
                                      const struct request *request, bool only)
{
    uintptr_t low = (uintptr_t)request->destination;
    uintptr_t high = low + request->size_bytes;
    if (only || low < context->written_low) {
        context->written_low = low;
    }
    if (only || high > context->written_high) {
        context->written_high = high;
    }
}

/* Gives the engine a list that is complete and ends with `last`. */
static inline void hand_over_locked(struct async_memcpy_context *context, struct item *first,
                                    struct item *last)
{
    struct item *before = context->item_last;
    context->item_last = last;
    dma_publish();
    if (item_is_done(before)) {
        context->ops->start(&context->channel, first);
        return;
    }
    context->ops->append(&context->channel, before, first);
    /* An append may be lost. With nothing else to interrupt, the end of the list must. */
    if (context->channel.listening == 0) {
        context->ops->listen(&context->channel, ENGINE_EVENT_LIST_END);
    }
}

/* Writes an item: all that the engine needs, ownership included. */
static inline void write_item(struct item *item, bus_addr_t source, bus_addr_t destination,
                              size_t size, uint32_t eof)
{
    uint32_t bytes = (uint32_t)size;
    dma_store32(&item->tx.buffer, source);
    dma_store32(&item->tx.next, 0);
    dma_store32(&item->tx.dw0, DW0_OWNER_DMA | eof | bytes << DW0_LENGTH_SHIFT | bytes);
    dma_store32(&item->rx.buffer, destination);
    dma_store32(&item->rx.next, 0);
    /* A suc_eof left from an earlier use could complete the item early (descriptor.md, DW0). */
    dma_store32(&item->rx.dw0, DW0_OWNER_DMA | bytes);
}

/* Arms as many items of the request as are free. Returns whether that was all of them. */
static IRAM_ATTR bool arm_items_locked(struct async_memcpy_context *context,
                                       struct request *request)
{
    struct item *first = context->item_free;
    struct item *last = NULL;
    struct item *item = first;
    size_t offset = context->armed_bytes;
    while (offset != request->size_bytes) {
        struct item *next = context_next_item(context, item);
        if (next == context->item_oldest) {
            break;
        }
        size_t size = plan_item_size(request->size_bytes, offset, context->item_bytes);
        write_item(item, bus_addr_of(request->source) + (uint32_t)offset,
                   bus_addr_of(request->destination) + (uint32_t)offset, size,
                   offset + size == request->size_bytes ? DW0_SUC_EOF : 0);
        if (last != NULL) {
            dma_store32(&last->rx.next, bus_addr_of(&item->rx));
            dma_store32(&last->tx.next, bus_addr_of(&item->tx));
        }
        offset += size;
        last = item;
        item = next;
    }
    context->armed_bytes = offset;
    context->item_free = item;
    if (last != NULL) {
        hand_over_locked(context, first, last);
    }
    if (offset != request->size_bytes) {
        return false;
    }
    request->last_item = last;
    return true;
}

IRAM_ATTR void submit_arm_locked(struct async_memcpy_context *context)
{
    while (context->waiting != 0) {
        struct request *request = context->arming;
        if (context->armed_bytes == 0) {
            bool only = request == context->oldest;
            if (!only && must_wait_locked(context, request)) {
                break;
            }
            add_written_locked(context, request, only);
        }
        if (!arm_items_locked(context, request)) {
            break;
        }
        context->armed_bytes = 0;
        context->arming = context_next_request(context, request);
        context->waiting--;
    }
    if (context->waiting != 0 && (context->channel.listening & ENGINE_EVENT_ITEM) == 0) {
        context->ops->listen(&context->channel, ENGINE_EVENT_EOF | ENGINE_EVENT_ITEM);
    }
}

/* Takes up the newest request while others are in flight, or if one item does not hold it. */
static IRAM_ATTR void enqueue_locked(struct async_memcpy_context *context, struct request *request)
{
    request->last_item = NULL;
    upkeep_settle_locked(context);
    context->waiting++;
    if (context->waiting == 1) {
        context->arming = request;
        submit_arm_locked(context);
    }
}

/* The short way of enqueue_locked(): for a request that one item holds, with no other in flight. */
static inline void start_locked(struct async_memcpy_context *context, struct request *request)
{
    struct item *item = context->item_free;
    add_written_locked(context, request, true);
    write_item(item, bus_addr_of(request->source), bus_addr_of(request->destination),
               request->size_bytes, DW0_SUC_EOF);
    request->last_item = item;
    context->item_free = context_next_item(context, item);
    context->item_last = item;
    dma_publish();
    context->ops->start(&context->channel, item);
}

IRAM_ATTR esp_err_t esp_async_memcpy(async_memcpy_handle_t mcp_hdl, void *dst, const void *src,
                                     size_t n, async_memcpy_isr_cb_t cb_isr, void *cb_args)
{
    if (mcp_hdl == NULL || !are_reachable(mcp_hdl, bus_addr_of(dst), bus_addr_of(src), n) ||
        plan_ranges_overlap((uintptr_t)dst, n, (uintptr_t)src, n) || !is_aligned(mcp_hdl, dst, n)) {
        return ESP_ERR_INVALID_ARG;
    }
    port_lock_state_t state = port_lock(&mcp_hdl->lock);
    uint32_t in_flight = mcp_hdl->in_flight;
    if (in_flight >= mcp_hdl->in_flight_max) {
        port_unlock(&mcp_hdl->lock, state);
        return upkeep_then_submit(mcp_hdl, dst, src, n, cb_isr, cb_args);
    }
    struct request *request = mcp_hdl->free;
    mcp_hdl->free = context_next_request(mcp_hdl, request);
    mcp_hdl->in_flight = in_flight + 1;
    request->destination = dst;
    request->source = src;
    request->size_bytes = n;
    request->callback = cb_isr;
    request->callback_argument = cb_args;
    if (in_flight == 0 && n <= mcp_hdl->item_bytes) {
        start_locked(mcp_hdl, request);
    } else {
        enqueue_locked(mcp_hdl, request);
    }
    if (cb_isr != NULL && (mcp_hdl->channel.listening & ENGINE_EVENT_EOF) == 0) {
        mcp_hdl->ops->listen(&mcp_hdl->channel, ENGINE_EVENT_EOF);
    }
    port_unlock(&mcp_hdl->lock, state);
    return ESP_OK;
}
