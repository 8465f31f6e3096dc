/* SPDX-License-Identifier: Apache-2.0 */
/* What keeps the driver going beside the straight way of a request. */
#include "context.h"
#include "esp_attr.h"

/* PARK may rise and owner bits may arrive in memory a little after the interrupt; whether they do
 * is not known (descriptor.md, Order on silicon). As nothing else would tell, they are waited for:
 * */

/* where an interrupt may have been for an item that is not done, */
#define LATE_POLLS 48u

/* and where all has been sent, for longer than it takes to empty the FIFO. */
#define ENDING_POLLS 320u

/* Whether the last EOF may belong to an item that is not done: in order, it belongs to the one
 * before. That it may belong to an earlier one still, after a stop or behind a part of a request,
 * is rare and costs a short wait. */
static IRAM_ATTR bool is_eof_early_locked(const struct async_memcpy_context *context)
{
    bus_addr_t eof = context_ops(context)->last_eof(&context->channel);
    return bus_addr_of(&context_previous_item(context, context->item_oldest)->rx) != eof;
}

/* Returns whether the oldest item is done now, or while it is looked at so often. */
static IRAM_ATTR bool await_done_locked(const struct async_memcpy_context *context, unsigned polls)
{
    const struct item *item = context->item_oldest;
    while (!item_is_done(item)) {
        if (--polls == 0) {
            return false;
        }
    }
    return true;
}

/* Whether an interrupt may have been for an item that is not done. Of items that end no request
 * nothing tells. */
static IRAM_ATTR bool is_any_late_locked(const struct async_memcpy_context *context)
{
    return (context->channel.listening & ENGINE_EVENT_ITEM) != 0 || is_eof_early_locked(context);
}

/* What to do when the oldest item is not done. Returns whether to look again. */
static IRAM_ATTR bool see_to_item_locked(struct async_memcpy_context *context)
{
    const struct engine_ops *ops = context_ops(context);
    bool rests = (ops->rest(&context->channel) & ENGINE_REST_TRANSMIT) != 0;
    if (!rests && !is_any_late_locked(context)) {
        return false;
    }
    if (await_done_locked(context, rests ? ENDING_POLLS : LATE_POLLS)) {
        return true;
    }
    bool ends = !descriptor_is_owned(&context->item_last->tx) &&
                (ops->rest(&context->channel) & ENGINE_REST_RECEIVE) == 0;
    if (!rests || ends) {
        return false; /* receive is slow to empty the FIFO, and will interrupt */
    }
    /* An append was lost, or there was an error just now. */
    recover_locked(context, ops->take_events(&context->channel));
    port_interrupt_pend(&context->interrupt); /* one recovery in each interrupt */
    return false;
}

/* A lost append shows when the item before it has ended. That interrupts as EOF or LIST_END only if
 * it is a request's last; so while requests that were refilled have items before their last one,
 * each item must interrupt. */
static IRAM_ATTR uint32_t needed_events_locked(const struct async_memcpy_context *context)
{
    if (context->waiting != 0 || context->slot_waiters != 0) {
        return ENGINE_EVENT_EOF | ENGINE_EVENT_ITEM;
    }
    bool refilled = (context->channel.listening & ENGINE_EVENT_ITEM) != 0;
    uint32_t events = context->in_flight != 0 ? ENGINE_EVENT_LIST_END : 0;
    struct item *first = context->item_oldest;
    struct request *request = context->oldest;
    for (uint32_t left = context->in_flight; left != 0; left--) {
        if (refilled && request->last_item != first) {
            return ENGINE_EVENT_EOF | ENGINE_EVENT_ITEM;
        }
        if (request->callback != NULL) {
            events = ENGINE_EVENT_EOF;
        }
        first = context_next_item(context, request->last_item);
        request = context_next_request(context, request);
    }
    return events;
}

static IRAM_ATTR void keep_listening_locked(struct async_memcpy_context *context)
{
    uint32_t events = needed_events_locked(context);
    if (events != context->channel.listening) {
        context_ops(context)->listen(&context->channel, events);
    }
}

IRAM_ATTR void upkeep_listen_locked(struct async_memcpy_context *context)
{
    bool room = context->in_flight < context->in_flight_max || context->dead;
    if (context->slot_waiters != 0 && room && port_signal_give(&context->slot_free)) {
        port_yield_from_isr();
    }
    keep_listening_locked(context);
}

/* Takes the items that are done, but do not end the oldest request, off their ring. */
static IRAM_ATTR void take_back_locked(struct async_memcpy_context *context)
{
    struct item *item = context->item_oldest;
    while (item != context->item_free && item != context->oldest->last_item && item_is_done(item)) {
        if (port_has_external()) {
            external_take_locked(context, false);
        }
        item = context_next_item(context, item);
        context->item_oldest = item;
        context->watched = NULL; /* it may be armed anew */
    }
}

IRAM_ATTR bool upkeep_go_on_locked(struct async_memcpy_context *context)
{
    if (context->dead) {
        recover_abandon_oldest_locked(context);
        return true;
    }
    take_back_locked(context);
    if (context->item_oldest != context->restarted_at) {
        context->restarted_at = NULL; /* it helped */
    }
    if (context->waiting != 0) {
        submit_arm_locked(context); /* refill with the items that came back */
    }
    if (context->oldest->callback == NULL) {
        keep_listening_locked(context);
    }
    if (context->item_oldest != context->item_free) {
        return see_to_item_locked(context);
    }
    struct item *last = context->oldest->last_item;
    if (last == NULL) {
        return false;
    }
    item_end(last); /* it has ended, whatever memory says: nothing is the engine's any more */
    return true;
}

/* Whether, if an interrupt was lost, none may come any more for what is in flight: an item came
 * back for a refill, or an append was lost. */
static IRAM_ATTR bool is_stranded_locked(const struct async_memcpy_context *context)
{
    if (context->item_oldest == context->item_free) {
        return false;
    }
    bool all_sent = !descriptor_is_owned(&context->item_last->tx);
    return (context->waiting != 0 && item_is_done(context->item_oldest)) ||
           (!all_sent &&
            (context_ops(context)->rest(&context->channel) & ENGINE_REST_TRANSMIT) != 0);
}

IRAM_ATTR void upkeep_settle_locked(struct async_memcpy_context *context)
{
    bool pend = false;
    while (!pend && context->in_flight != 0 && context->delivering == NULL &&
           context_is_finished_locked(context)) {
        pend = context->oldest->callback != NULL || context->waiting != 0;
        if (!pend) {
            context_take_locked(context);
        }
    }
    if (pend || is_stranded_locked(context)) {
        port_interrupt_pend(&context->interrupt);
    }
}

IRAM_ATTR esp_err_t upkeep_then_submit(async_memcpy_handle_t mcp_hdl, void *dst, const void *src,
                                       size_t n, async_memcpy_isr_cb_t cb_isr, void *cb_args)
{
    port_lock_state_t state = port_lock(&mcp_hdl->lock);
    upkeep_settle_locked(mcp_hdl);
    bool full = mcp_hdl->in_flight >= mcp_hdl->in_flight_max;
    port_unlock(&mcp_hdl->lock, state);
    return full ? ESP_ERR_INVALID_STATE : esp_async_memcpy(mcp_hdl, dst, src, n, cb_isr, cb_args);
}
