/* SPDX-License-Identifier: Apache-2.0 */
#include "wait.h"

/* Whether nothing is left to be done or called back. */
static bool is_quiet(struct async_memcpy_context *context)
{
    port_lock_state_t state = port_lock(&context->lock);
    bool quiet = context->in_flight == 0 && context->delivering == NULL;
    port_unlock(&context->lock, state);
    return quiet;
}

esp_err_t esp_async_memcpy_drain(async_memcpy_handle_t mcp_hdl, int32_t timeout_ms)
{
    if (mcp_hdl == NULL || timeout_ms < WAIT_FOREVER) {
        return ESP_ERR_INVALID_ARG;
    }
    if (port_in_interrupt()) {
        return ESP_ERR_INVALID_STATE;
    }
    struct wait wait = wait_begin(timeout_ms);
    bool quiet;
    while (!(quiet = is_quiet(mcp_hdl)) && wait_for_progress(mcp_hdl, &wait)) {
    }
    quiet = quiet || is_quiet(mcp_hdl);
    if (context_is_dead(mcp_hdl)) {
        return ESP_ERR_INVALID_STATE;
    }
    return quiet ? ESP_OK : ESP_ERR_TIMEOUT;
}
