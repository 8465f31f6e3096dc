/* SPDX-License-Identifier: Apache-2.0 */
/* How requests become items and reach the engine. */
#include "context.h"
#include "copy_plan.h"
#include "esp_attr.h"

/* Whether a source is the destination, or a part of one, of an earlier request. */
static IRAM_ATTR bool reads_earlier_locked(const struct async_memcpy_context *context,
                                           const struct request *request)
{
    for (struct request *earlier = context->oldest; earlier != request;
         earlier = context_next_request(context, earlier)) {
        if (plan_ranges_overlap((uintptr_t)request->source, request->size_bytes,
                                (uintptr_t)earlier->destination, earlier->size_bytes)) {
            return true;
        }
    }
    return false;
}

/* The engine reads ahead of its own writes, so a source must wait for all that is still to be
 * written to it. First the cheap question, whether it touches the union of the armed destinations.
 * */
static IRAM_ATTR bool must_wait_locked(const struct async_memcpy_context *context,
                                       const struct request *request)
{
    uintptr_t low = (uintptr_t)request->source;
    return low < context->written_high && low + request->size_bytes > context->written_low &&
           reads_earlier_locked(context, request);
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
static IRAM_ATTR void hand_over_locked(struct async_memcpy_context *context, struct item *first,
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
        item_write(item, bus_addr_of(request->source) + (uint32_t)offset,
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

/* The short way of submit_arm_locked(), for the newest request if none waits and one item will do.
 * Returns false, with nothing changed, if the long way must be taken. */
static inline bool arm_newest_locked(struct async_memcpy_context *context, struct request *request)
{
    struct item *item = context->item_free;
    struct item *next = context_next_item(context, item);
    if (context->waiting != 0 || request->size_bytes > context->item_bytes ||
        next == context->item_oldest || must_wait_locked(context, request)) {
        return false;
    }
    add_written_locked(context, request, false);
    item_write(item, bus_addr_of(request->source), bus_addr_of(request->destination),
               request->size_bytes, DW0_SUC_EOF);
    request->last_item = item;
    context->item_free = next;
    hand_over_locked(context, item, item);
    return true;
}

IRAM_ATTR void submit_enqueue_locked(struct async_memcpy_context *context, struct request *request)
{
    if (context->in_flight > 1) {
        if (context->in_flight == 2) {
            /* The other one may have come by a way that leaves this out. */
            add_written_locked(context, context->oldest, true);
        }
        if (item_is_done(context->item_oldest) ||
            context->channel.listening == ENGINE_EVENT_LIST_END) {
            upkeep_settle_locked(context);
        }
        if (arm_newest_locked(context, request)) {
            return;
        }
    }
    request->last_item = NULL;
    context->waiting++;
    if (context->waiting == 1) {
        context->arming = request;
        submit_arm_locked(context);
    }
}
