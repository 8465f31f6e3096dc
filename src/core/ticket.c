/* SPDX-License-Identifier: Apache-2.0 */
/* One copy that somebody asks after: tickets, and the blocking copy, which has one of its own. */
#include "ticket.h"

#include "cancel.h"
#include "esp_attr.h"
#include "poll.h"
#include "wait.h"

_Static_assert(sizeof(struct ticket) <= sizeof(async_memcpy_ticket_t), "a ticket is too small");

IRAM_ATTR bool ticket_end_locked(struct ticket *ticket, esp_err_t status)
{
    ticket->status = status;
    ticket->ended = true;
    return port_signal_give(&ticket->signal);
}

static IRAM_ATTR bool ticket_called_back(async_memcpy_handle_t mcp_hdl, async_memcpy_event_t *event,
                                         void *argument)
{
    port_lock_state_t state = port_lock(&mcp_hdl->lock);
    bool woke = ticket_end_locked(argument, event->status);
    port_unlock(&mcp_hdl->lock, state);
    return woke;
}

IRAM_ATTR bool ticket_is_of(const struct ticket *ticket, const struct request *request)
{
    return request->callback == ticket_called_back && request->callback_argument == ticket;
}

static IRAM_ATTR bool has_ended(struct async_memcpy_context *context, const struct ticket *ticket)
{
    port_lock_state_t state = port_lock(&context->lock);
    bool ended = ticket->ended;
    if (!ended) {
        upkeep_settle_locked(context);
    }
    port_unlock(&context->lock, state);
    return ended;
}

/* Sleeps until a copy has ended. Returns false if the time is over before. */
static bool wait_for_end(struct async_memcpy_context *context, struct ticket *ticket,
                         struct wait *wait)
{
    bool ended;
    while (!(ended = has_ended(context, ticket)) &&
           wait_for_signal(context, wait, &ticket->signal)) {
    }
    return ended || has_ended(context, ticket);
}

static IRAM_ATTR void begin(struct ticket *ticket)
{
    port_signal_init(&ticket->signal);
    ticket->ended = false;
}

esp_err_t esp_memcpy_blocking(async_memcpy_handle_t mcp_hdl, void *dst, const void *src, size_t n,
                              int32_t timeout_ms)
{
    if (mcp_hdl == NULL || timeout_ms < WAIT_FOREVER) {
        return ESP_ERR_INVALID_ARG;
    }
    if (port_in_interrupt()) {
        return ESP_ERR_INVALID_STATE;
    }
    struct wait wait = wait_begin(timeout_ms);
    struct ticket ticket;
    begin(&ticket);
    esp_err_t error;
    do {
        error = esp_async_memcpy(mcp_hdl, dst, src, n, ticket_called_back, &ticket);
    } while (error == ESP_ERR_INVALID_STATE && !context_is_dead(mcp_hdl) &&
             wait_for_progress(mcp_hdl, &wait));
    if (error == ESP_OK) {
        bool in_time = wait_for_end(mcp_hdl, &ticket, &wait);
        if (!in_time) {
            cancel_requests(mcp_hdl, &ticket);
            wait.left_ms = WAIT_FOREVER; /* a callback that is under way is soon over */
            wait_for_end(mcp_hdl, &ticket, &wait);
        }
        error = ticket.status;
        if (!in_time && error == ESP_ERR_NOT_FINISHED) {
            error = ESP_ERR_TIMEOUT;
        }
    } else if (error == ESP_ERR_INVALID_STATE && !context_is_dead(mcp_hdl)) {
        error = ESP_ERR_TIMEOUT; /* no slot came free */
    }
    port_signal_deinit(&ticket.signal);
    return error;
}

static IRAM_ATTR struct ticket *ticket_of(const async_memcpy_ticket_t *ticket)
{
    return (struct ticket *)(uintptr_t)ticket;
}

IRAM_ATTR esp_err_t esp_async_memcpy_with_ticket(async_memcpy_handle_t mcp_hdl, void *dst,
                                                 const void *src, size_t n,
                                                 async_memcpy_ticket_t *ticket)
{
    if (mcp_hdl == NULL || ticket == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    struct ticket *mine = ticket_of(ticket);
    begin(mine);
    esp_err_t error = esp_async_memcpy(mcp_hdl, dst, src, n, ticket_called_back, mine);
    if (error != ESP_OK) {
        mine->status = error;
        mine->ended = true;
    }
    return error;
}

IRAM_ATTR bool esp_async_memcpy_ticket_is_done(async_memcpy_handle_t mcp_hdl,
                                               const async_memcpy_ticket_t *ticket)
{
    if (mcp_hdl == NULL || ticket == NULL || has_ended(mcp_hdl, ticket_of(ticket))) {
        return true;
    }
    poll_reap(mcp_hdl); /* who only asks must come to know of a stalled engine, too */
    return has_ended(mcp_hdl, ticket_of(ticket));
}

esp_err_t esp_async_memcpy_ticket_wait(async_memcpy_handle_t mcp_hdl, async_memcpy_ticket_t *ticket,
                                       int32_t timeout_ms)
{
    if (mcp_hdl == NULL || ticket == NULL || timeout_ms < WAIT_FOREVER) {
        return ESP_ERR_INVALID_ARG;
    }
    struct ticket *mine = ticket_of(ticket);
    if (port_in_interrupt()) {
        return has_ended(mcp_hdl, mine) ? mine->status : ESP_ERR_INVALID_STATE;
    }
    struct wait wait = wait_begin(timeout_ms);
    return wait_for_end(mcp_hdl, mine, &wait) ? mine->status : ESP_ERR_TIMEOUT;
}

IRAM_ATTR esp_err_t esp_async_memcpy_ticket_cancel(async_memcpy_handle_t mcp_hdl,
                                                   async_memcpy_ticket_t *ticket)
{
    if (mcp_hdl == NULL || ticket == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    struct ticket *mine = ticket_of(ticket);
    if (has_ended(mcp_hdl, mine)) {
        bool abandoned = mine->status == ESP_ERR_INVALID_STATE && context_is_dead(mcp_hdl);
        return abandoned ? ESP_ERR_INVALID_STATE : ESP_OK;
    }
    return cancel_requests(mcp_hdl, mine) ? ESP_OK : ESP_ERR_INVALID_STATE;
}
