/* SPDX-License-Identifier: Apache-2.0 */
#include "context.h"
#include "esp_attr.h"

struct blocking {
    struct port_signal done;
    esp_err_t status;
};

static IRAM_ATTR bool blocking_done(async_memcpy_handle_t mcp_hdl, async_memcpy_event_t *event,
                                    void *argument)
{
    (void)mcp_hdl;
    struct blocking *blocking = argument;
    blocking->status = event->status;
    return port_signal_give(&blocking->done);
}

/* Sleeps until a slot may be free. Returns false if none will ever be, because the driver is dead.
 * */
static bool wait_for_slot(struct async_memcpy_context *context)
{
    port_lock_state_t state = port_lock(&context->lock);
    if (context->in_flight >= context->in_flight_max && !context->dead) {
        context->slot_waiters++;
        /* With more than EOF on, the interrupt handler looks for waiters. */
        context->ops->listen(&context->channel, ENGINE_EVENT_EOF | ENGINE_EVENT_ITEM);
        port_unlock(&context->lock, state);
        port_signal_take(&context->slot_free);
        state = port_lock(&context->lock);
        context->slot_waiters--;
        /* Several slots may have come free with one signal. */
        if (context->slot_waiters != 0 &&
            (context->in_flight < context->in_flight_max || context->dead)) {
            port_signal_give(&context->slot_free);
        }
    }
    bool dead = context->dead;
    port_unlock(&context->lock, state);
    return !dead;
}

esp_err_t esp_memcpy_blocking(async_memcpy_handle_t mcp_hdl, void *dst, const void *src, size_t n,
                              int32_t timeout_ms)
{
    if (mcp_hdl == NULL || timeout_ms != -1) {
        return ESP_ERR_INVALID_ARG;
    }
    if (port_in_interrupt()) {
        return ESP_ERR_INVALID_STATE;
    }
    struct blocking blocking = {.status = ESP_OK};
    port_signal_init(&blocking.done);
    esp_err_t error;
    do {
        error = esp_async_memcpy(mcp_hdl, dst, src, n, blocking_done, &blocking);
    } while (error == ESP_ERR_INVALID_STATE && wait_for_slot(mcp_hdl));
    if (error == ESP_OK) {
        port_signal_take(&blocking.done);
        error = blocking.status;
    }
    port_signal_deinit(&blocking.done);
    return error;
}
