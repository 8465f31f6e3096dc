/* SPDX-License-Identifier: Apache-2.0 */
/* Doing without the interrupt: looking after work in flight when somebody asks or waits for it. */
#include "poll.h"

#include "esp_attr.h"

#define US_PER_MS 1000u

/* Whether the first item that the engine has not finished has been the same one for too long. */
static IRAM_ATTR bool is_stalled_locked(struct async_memcpy_context *context)
{
    struct item *item = context->item_oldest;
    while (item != context->item_free && item_is_done(item)) {
        item = context_next_item(context, item);
    }
    uint32_t now_us = port_engine_now_us();
    if (item == context->item_free || item != context->watched) {
        context->watched = item == context->item_free ? NULL : item;
        context->watched_since_us = now_us;
        return false;
    }
    return now_us - context->watched_since_us >= context_stall_ms(context) * US_PER_MS;
}

static IRAM_ATTR void reap(void *argument)
{
    struct async_memcpy_context *context = argument;
    port_lock_state_t state = port_lock(&context->lock);
    bool stalled = !context->dead && is_stalled_locked(context);
    if (stalled) {
        context->stats.stalls++;
        recover_locked(context, CONTEXT_STALLED);
        port_interrupt_pend(&context->interrupt); /* one recovery at a time */
    }
    port_unlock(&context->lock, state);
    if (!stalled) {
        complete_isr(context);
    }
    if (context_is_dead(context)) {
        complete_isr(context); /* what it has only now given up */
    }
}

void poll_watch(struct async_memcpy_context *context)
{
    port_lock_state_t state = port_lock(&context->lock);
    (void)is_stalled_locked(context);
    port_unlock(&context->lock, state);
}

IRAM_ATTR void poll_reap(struct async_memcpy_context *context)
{
    if (port_in_interrupt()) {
        reap(context);
    } else {
        port_call_as_interrupt(reap, context);
    }
}

IRAM_ATTR esp_err_t esp_async_memcpy_poll(async_memcpy_handle_t mcp_hdl)
{
    if (mcp_hdl == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    poll_reap(mcp_hdl);
    port_lock_state_t state = port_lock(&mcp_hdl->lock);
    bool dead = mcp_hdl->dead;
    bool idle = mcp_hdl->in_flight == 0;
    port_unlock(&mcp_hdl->lock, state);
    if (dead) {
        return ESP_ERR_INVALID_STATE;
    }
    return idle ? ESP_OK : ESP_ERR_NOT_FINISHED;
}
