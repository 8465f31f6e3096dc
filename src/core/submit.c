/* SPDX-License-Identifier: Apache-2.0 */
/* How requests become items and reach the engine. */
#include "context.h"
#include "copy_plan.h"
#include "esp_attr.h"

/* The engine reads ahead of its own writes, so a source must wait for all that is still to be
 * written to it. What the CPU places is in place at once, so that there every overlap counts. */
static inline IRAM_ATTR bool must_wait_locked(struct async_memcpy_context *context,
                                              const struct request *request)
{
    return request != context->oldest &&
           (context_reads_earlier_locked(context, request) ||
            (port_has_external() && external_must_wait_locked(context, request)));
}

/* Gives the engine a list that is complete and ends with `last`. */
static inline IRAM_ATTR void hand_over_locked(struct async_memcpy_context *context,
                                              struct item *first, struct item *last)
{
    struct item *before = context->item_last;
    context->item_last = last;
    dma_publish();
    if (item_is_done(before)) {
        context_ops(context)->start(&context->channel, first);
        return;
    }
    context_ops(context)->append(&context->channel, before, first);
    /* An append may be lost. With nothing else to interrupt, the end of the list must. */
    if (context->channel.listening == 0) {
        context_ops(context)->listen(&context->channel, ENGINE_EVENT_LIST_END);
    }
}

/* Arms as many items of a body as are free, at least one of which is. */
static inline IRAM_ATTR void arm_items_locked(struct async_memcpy_context *context,
                                              const struct body *body)
{
    struct item *first = context->item_free;
    struct item *last = NULL;
    struct item *item = first;
    struct item *next = context_next_item(context, item);
    size_t offset = context->armed_bytes;
    do {
        size_t size = plan_item_size(body->size_bytes, offset, context->item_bytes);
        if (port_has_external()) {
            external_prepare_locked(context, body->destination + offset, body->source + offset,
                                    size);
        }
        item_write(item, bus_addr_of(body->source + offset),
                   bus_addr_of(body->destination + offset), size,
                   offset + size == body->size_bytes ? DW0_SUC_EOF : 0);
        if (last != NULL) {
            item_link(last, item);
        }
        offset += size;
        last = item;
        item = next;
        next = context_next_item(context, item);
    } while (offset != body->size_bytes && next != context->item_oldest);
    context->armed_bytes = offset;
    context->item_free = item;
    hand_over_locked(context, first, last);
}

/* Has the CPU do a request that would cost more by the engine. Returns whether its turn has come:
 * what the CPU copies is in place at once, so all before it must have ended. */
static inline IRAM_ATTR bool copy_small_locked(const struct async_memcpy_context *context,
                                               const struct request *request)
{
    if (request != context->oldest) {
        return false;
    }
    context_copy_locked(context, request->destination, request->source, request->size_bytes);
    return true;
}

/* Arms a request as far as it goes. Returns whether it is armed to its end. */
static inline IRAM_ATTR bool arm_request_locked(struct async_memcpy_context *context,
                                                struct request *request)
{
    struct body body = context_body(context, request);
    if (request->trouble < 0 || context->armed_bytes == body.size_bytes) {
        return true; /* it was given up, or the CPU has done the rest */
    }
    if (context->armed_bytes == 0) {
        /* A callback whose own copies were done at once could go on like that for ever. */
        if (request->size_bytes < context->cpu_below_bytes && request != context->delivering) {
            return copy_small_locked(context, request);
        }
        if (must_wait_locked(context, request)) {
            return false;
        }
        if (port_has_external()) {
            external_begin_locked(context, request);
        }
    }
    arm_items_locked(context, &body);
    return context->armed_bytes == body.size_bytes;
}

IRAM_ATTR void submit_arm_locked(struct async_memcpy_context *context)
{
    while (context->waiting != 0 &&
           context_next_item(context, context->item_free) != context->item_oldest &&
           arm_request_locked(context, context->arming)) {
        struct request *request = context->arming;
        request->last_item = context->item_last;
        context->armed_bytes = 0;
        context->arming = context_next_request(context, request);
        context->waiting--;
    }
    if (context->waiting != 0 && (context->channel.listening & ENGINE_EVENT_ITEM) == 0) {
        context_ops(context)->listen(&context->channel, ENGINE_EVENT_EOF | ENGINE_EVENT_ITEM);
    }
}

IRAM_ATTR void submit_enqueue_locked(struct async_memcpy_context *context, struct request *request)
{
    request->last_item = NULL;
    context->waiting++;
    if (context->waiting == 1) {
        context->arming = request;
        submit_arm_locked(context);
    }
    if (request->callback != NULL && (context->channel.listening & ENGINE_EVENT_EOF) == 0) {
        context_ops(context)->listen(&context->channel, ENGINE_EVENT_EOF);
    }
    /* It may have ended here without any interrupt, or its append may be lost behind copies that
     * interrupt for nothing any more. */
    upkeep_settle_locked(context);
}
