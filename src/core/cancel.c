/* SPDX-License-Identifier: Apache-2.0 */
#include "cancel.h"

#include "esp_attr.h"
#include "poll.h"
#include "ticket.h"
#include "wait.h"

static IRAM_ATTR bool is_meant(const struct request *request, const struct ticket *only)
{
    return only == NULL || ticket_is_of(only, request);
}

/* Whether the engine may be at one of the requests that are meant, or come to it. */
static IRAM_ATTR bool is_any_armed_locked(const struct async_memcpy_context *context,
                                          const struct ticket *only)
{
    struct request *request = context->oldest;
    for (uint32_t left = context->in_flight; left != 0; left--) {
        bool begun = left > context->waiting ||
                     (left == context->waiting && context->armed_bytes != 0);
        if (begun && is_meant(request, only)) {
            return true;
        }
        request = context_next_request(context, request);
    }
    return false;
}

/* Marks those that are meant among the waiting requests. */
static IRAM_ATTR void mark_locked(struct async_memcpy_context *context, struct ticket *only)
{
    struct request *request = context->arming;
    for (uint32_t left = context->waiting; left != 0; left--) {
        if (request->trouble >= 0 && is_meant(request, only)) {
            request->trouble = REQUEST_WITHDRAWN;
            context->stats.withdrawn++;
            if (only != NULL) {
                request->callback = NULL;
                if (ticket_end_locked(only, ESP_ERR_NOT_FINISHED) && port_in_interrupt()) {
                    port_yield_from_isr();
                }
            }
        }
        request = context_next_request(context, request);
    }
}

/* Sees to those that are meant and have ended, but whose turn has not come. The engine rests. */
static IRAM_ATTR void release_locked(struct async_memcpy_context *context,
                                     const struct ticket *only)
{
    struct request *request = context->oldest;
    for (uint32_t left = context->in_flight; left != context->waiting; left--) {
        if (port_has_external() && is_meant(request, only)) {
            external_release_locked(context, request);
        }
        request = context_next_request(context, request);
    }
}

IRAM_ATTR bool cancel_requests(struct async_memcpy_context *context, struct ticket *only)
{
    port_lock_state_t state = port_lock(&context->lock);
    bool armed = is_any_armed_locked(context, only);
    if (armed && !context->dead) {
        (void)recover_take_back_locked(context);
    }
    if (!context->dead) {
        if (armed) {
            release_locked(context, only);
        }
        mark_locked(context, only);
        submit_arm_locked(context);
    }
    bool dead = context->dead;
    port_unlock(&context->lock, state);
    poll_reap(context);
    return !dead;
}

/* Whether a withdrawn request has not been called back, or one that a dead driver is to abandon, or
 * a callback runs. */
static bool is_withdrawing(struct async_memcpy_context *context)
{
    port_lock_state_t state = port_lock(&context->lock);
    bool found = context->delivering != NULL || (context->dead && context->in_flight != 0);
    struct request *request = context->oldest;
    for (uint32_t left = context->in_flight; left != 0; left--) {
        found = found || request->trouble < 0;
        request = context_next_request(context, request);
    }
    port_unlock(&context->lock, state);
    return found;
}

IRAM_ATTR esp_err_t esp_async_memcpy_cancel(async_memcpy_handle_t mcp_hdl)
{
    if (mcp_hdl == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    bool confirmed = cancel_requests(mcp_hdl, NULL);
    if (!port_in_interrupt()) {
        struct wait wait = wait_begin(WAIT_FOREVER);
        while (is_withdrawing(mcp_hdl)) { /* another core calls back */
            wait_for_progress(mcp_hdl, &wait);
        }
    }
    return confirmed ? ESP_OK : ESP_ERR_INVALID_STATE;
}
