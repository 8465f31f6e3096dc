/* SPDX-License-Identifier: Apache-2.0 */
/* The interrupt handler. What it needs only now and then stands in upkeep.c. */
#include "context.h"
#include "esp_attr.h"

/* Ends the oldest request, which has finished: frees the slot and starts what waited for it, then
 * calls back without the lock, whose state this takes and returns. */
static inline IRAM_ATTR port_lock_state_t deliver_locked(struct async_memcpy_context *context,
                                                         port_lock_state_t state)
{
    struct request *request = context->oldest;
    context_take_locked(context);
    if (context->waiting != 0) {
        submit_arm_locked(context);
    }
    async_memcpy_isr_cb_t callback = request->callback;
    if (callback == NULL) {
        return state;
    }
    void *argument = request->callback_argument;
    async_memcpy_event_t event = {
        .data = NULL,
        .status = context_status_of(request),
        .destination = request->destination,
        .source = request->source,
        .size = request->size_bytes,
    };
    port_unlock(&context->lock, state);
    if (callback(context, &event, argument)) {
        port_yield_from_isr();
    }
    return port_lock(&context->lock);
}

IRAM_ATTR void complete_isr(void *argument)
{
    struct async_memcpy_context *context = argument;
    port_lock_state_t state = port_lock(&context->lock);
    uint32_t error = context_ops(context)->take_events(&context->channel);
    bool failed = error != 0 && !context->dead;
    if (failed) {
        recover_locked(context, error);
    }
    /* One loop at a time, so that order holds. */
    if (context->delivering == NULL) {
        context->delivering = context->free;
        while (context->in_flight != 0) {
            if (context_is_finished_locked(context)) {
                state = deliver_locked(context, state);
            } else if (failed) {
                port_interrupt_pend(&context->interrupt); /* one recovery in each */
                break;
            } else if (!upkeep_go_on_locked(context)) {
                break;
            }
        }
        context->delivering = NULL;
    }
    if (context->channel.listening != ENGINE_EVENT_EOF) {
        upkeep_listen_locked(context);
    }
    port_unlock(&context->lock, state);
}
