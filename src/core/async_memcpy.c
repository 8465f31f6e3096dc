/* SPDX-License-Identifier: Apache-2.0 */
/* Submission: the checks, and the short way of most requests. The others go by submit.c. */
#include "context.h"
#include "copy_plan.h"
#include "esp_attr.h"

/* Whether the engine reaches both ranges. Internal RAM on both sides is looked at first, as the
 * most common case. */
static inline bool are_reachable(const struct async_memcpy_context *context, bus_addr_t a,
                                 bus_addr_t b, size_t size)
{
    const struct chip_range *sram = &context->sram;
    const struct chip_range *psram = &context->psram;
    bool a_in_sram = plan_range_within(a, size, sram->low, sram->size_bytes);
    bool b_in_sram = plan_range_within(b, size, sram->low, sram->size_bytes);
    if (a_in_sram && b_in_sram) {
        return true;
    }
    return (a_in_sram || plan_range_within(a, size, psram->low, psram->size_bytes)) &&
           (b_in_sram || plan_range_within(b, size, psram->low, psram->size_bytes));
}

static inline bool is_aligned(const struct async_memcpy_context *context, const void *destination,
                              size_t size)
{
    return (((uintptr_t)destination | size) & context->sram_align_mask) == 0;
}

/* The shortest way: for a request that one item holds, with no other in flight. */
static inline void start_locked(struct async_memcpy_context *context, struct request *request)
{
    struct item *item = context->item_free;
    item_write(item, bus_addr_of(request->source), bus_addr_of(request->destination),
               request->size_bytes, DW0_SUC_EOF);
    request->last_item = item;
    context->item_free = context_next_item(context, item);
    context->item_last = item;
    dma_publish();
    context->ops->start(&context->channel, item);
}

IRAM_ATTR esp_err_t esp_async_memcpy(async_memcpy_handle_t mcp_hdl, void *dst, const void *src,
                                     size_t n, async_memcpy_isr_cb_t cb_isr, void *cb_args)
{
    if (mcp_hdl == NULL || !are_reachable(mcp_hdl, bus_addr_of(dst), bus_addr_of(src), n) ||
        plan_ranges_overlap((uintptr_t)dst, n, (uintptr_t)src, n) || !is_aligned(mcp_hdl, dst, n)) {
        return ESP_ERR_INVALID_ARG;
    }
    port_lock_state_t state = port_lock(&mcp_hdl->lock);
    uint32_t in_flight = mcp_hdl->in_flight;
    if (in_flight >= mcp_hdl->in_flight_max) {
        port_unlock(&mcp_hdl->lock, state);
        return upkeep_then_submit(mcp_hdl, dst, src, n, cb_isr, cb_args);
    }
    struct request *request = mcp_hdl->free;
    mcp_hdl->free = context_next_request(mcp_hdl, request);
    mcp_hdl->in_flight = in_flight + 1;
    request->destination = dst;
    request->source = src;
    request->size_bytes = n;
    request->callback = cb_isr;
    request->callback_argument = cb_args;
    if (in_flight == 0 && n <= mcp_hdl->item_bytes) {
        start_locked(mcp_hdl, request);
    } else {
        submit_enqueue_locked(mcp_hdl, request);
    }
    if (cb_isr != NULL && (mcp_hdl->channel.listening & ENGINE_EVENT_EOF) == 0) {
        mcp_hdl->ops->listen(&mcp_hdl->channel, ENGINE_EVENT_EOF);
    }
    port_unlock(&mcp_hdl->lock, state);
    return ESP_OK;
}
