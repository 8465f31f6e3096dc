/* SPDX-License-Identifier: Apache-2.0 */
#include "context.h"
#include "copy_plan.h"
#include "esp_attr.h"

/* Where the engine left off. */
struct position {
    struct item *item;       /* the first that it has not finished */
    struct request *request; /* whose item that is */
    uint32_t index;          /* of the request, counted from the oldest */
    size_t offset_bytes;     /* of the item in the request */
};

/* Counts armed items from one on to the end of its request's armed part. */
static inline IRAM_ATTR size_t count_items_locked(const struct async_memcpy_context *context,
                                                  const struct position *at)
{
    size_t count = 1;
    for (struct item *item = at->item; item != at->request->last_item; count++) {
        item = context_next_item(context, item);
        if (item == context->item_free) {
            break;
        }
    }
    return count;
}

/* Finds the first item that is not done. Returns false if all are. Relies on the driver's own
 * records only, since the descriptors may be what was wrong. */
static inline IRAM_ATTR bool find_position_locked(struct async_memcpy_context *context,
                                                  struct position *at)
{
    uint32_t armed = context->in_flight - context->waiting;
    struct item *before = context_previous_item(context, context->item_oldest);
    at->item = context->item_oldest;
    at->request = context->oldest;
    at->index = 0;
    for (;;) {
        /* More than one may end there, if the CPU did all that there was to do. */
        while (at->index < armed && at->request->last_item == before) {
            at->request = context_next_request(context, at->request);
            at->index++;
        }
        if (at->item == context->item_free) {
            return false;
        }
        if (!item_is_done(at->item)) {
            break;
        }
        before = at->item;
        at->item = context_next_item(context, at->item);
    }
    size_t armed_bytes = context->armed_bytes;
    if (at->request->last_item != NULL) {
        armed_bytes = context_body(context, at->request).size_bytes;
    }
    size_t armed_items = plan_item_count(armed_bytes, context->item_bytes);
    at->offset_bytes = (armed_items - count_items_locked(context, at)) * context->item_bytes;
    return true;
}

/* Takes everything from the position on back from the engine. */
static inline IRAM_ATTR void disarm_locked(struct async_memcpy_context *context,
                                           const struct position *at)
{
    uint32_t armed = context->in_flight - context->waiting;
    struct request *request = at->request;
    for (uint32_t index = at->index; index < armed; index++) {
        request->last_item = NULL;
        request = context_next_request(context, request);
    }
    context->waiting = context->in_flight - at->index;
    context->arming = at->request;
    context->armed_bytes = at->offset_bytes;
    context->item_free = at->item;
    context->item_last = context_previous_item(context, at->item);
    context->watched = NULL; /* it may be armed anew */
}

/* The CPU does what the engine could not, of the request that was taken back: one item at most, so
 * that the interrupt's time is bounded. */
static inline IRAM_ATTR void take_over_locked(struct async_memcpy_context *context)
{
    struct request *request = context->arming;
    size_t offset = context->armed_bytes;
    if (context->reports_errors || (offset != 0 && (ptrdiff_t)offset == request->trouble)) {
        request->trouble = REQUEST_FAILED;
        context->stats.failed++;
        return;
    }
    struct body body = context_body(context, request);
    size_t size = plan_item_size(body.size_bytes, offset, context->item_bytes);
    context_copy_locked(context, body.destination + offset, body.source + offset, size);
    request->trouble = (ptrdiff_t)(offset + size);
    context->armed_bytes = offset + size;
}

IRAM_ATTR void recover_abandon_oldest_locked(struct async_memcpy_context *context)
{
    struct item *item = context->item_oldest;
    item_end(item);
    if (context->oldest->trouble >= 0) {
        context->oldest->trouble = REQUEST_ABANDONED;
    }
    context->oldest->last_item = item;
}

/* Returns false if the engine does not confirm. */
static inline IRAM_ATTR bool stop_locked(struct async_memcpy_context *context)
{
    if (!context_ops(context)->stop(&context->channel)) {
        context->item_free = context->item_oldest;
        context->waiting = 0;
        context->in_flight_max = 0;
        context->dead = true;
        return false;
    }
    if (port_has_external()) {
        external_settle_locked(context);
    }
    return true;
}

IRAM_ATTR bool recover_take_back_locked(struct async_memcpy_context *context)
{
    struct position at;
    if (!stop_locked(context) || !find_position_locked(context, &at)) {
        if (port_has_external() && context->waiting != 0 && context->armed_bytes != 0) {
            /* All that was armed of a long copy is done, but not all of it was taken. */
            external_stopped_locked(context, context->arming, context->armed_bytes);
        }
        return false;
    }
    if (port_has_external()) {
        external_stopped_locked(context, at.request, at.offset_bytes);
    }
    disarm_locked(context, &at);
    return true;
}

IRAM_ATTR void recover_locked(struct async_memcpy_context *context, uint32_t error)
{
    if (!recover_take_back_locked(context)) {
        return;
    }
    const struct item *item = context->item_free; /* where it left off */
    bool lost_append = (error == 0 || error == ENGINE_STARVED) && context->restarted_at != item;
    context->restarted_at = lost_append ? item : NULL;
    if (lost_append) {
        context->stats.lost_starts++;
    } else {
        context->stats.recoveries++;
        take_over_locked(context);
    }
    submit_arm_locked(context);
}
