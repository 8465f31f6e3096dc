/* SPDX-License-Identifier: Apache-2.0 */
/* Submission: the checks, and the short way of most requests. The others go by submit.c. */
#include "context.h"
#include "copy_plan.h"
#include "esp_attr.h"

/* Whether both ranges lie in internal RAM, and the destination keeps to the declared alignment. */
static inline IRAM_ATTR bool is_internal(const struct async_memcpy_context *context,
                                         bus_addr_t destination, bus_addr_t source, size_t size)
{
    const struct chip_range *sram = &context->sram;
    uint32_t offset_max = sram->size_bytes - (uint32_t)size;
    return size - 1 < sram->size_bytes && destination - sram->low <= offset_max &&
           source - sram->low <= offset_max &&
           ((destination | size) & context->sram_align_mask) == 0;
}

/* Whether the newest request can be appended the short way, as the item given: there is room,
 * nothing hangs on another interrupt than EOF, as it would if a request waited, and it depends on
 * none in flight. */
static inline IRAM_ATTR bool is_appendable_locked(const struct async_memcpy_context *context,
                                                  const struct request *request,
                                                  const struct item *next)
{
    return context->channel.listening == ENGINE_EVENT_EOF && next != context->item_oldest &&
           !context_reads_earlier_locked(context, request);
}

/* Gives the engine an item behind others. If the oldest has finished and is still here, its
 * interrupt may have been lost. */
static inline IRAM_ATTR void append_locked(struct async_memcpy_context *context,
                                           struct item *before, struct item *item)
{
    if (!item_is_done(before)) {
        context_ops(context)->append(&context->channel, before, item);
    } else {
        context_ops(context)->start(&context->channel, item);
    }
    if (!descriptor_is_owned(&context->oldest->last_item->rx)) {
        port_interrupt_pend(&context->interrupt);
    }
}

IRAM_ATTR esp_err_t esp_async_memcpy(async_memcpy_handle_t mcp_hdl, void *dst, const void *src,
                                     size_t n, async_memcpy_isr_cb_t cb_isr, void *cb_args)
{
    if (mcp_hdl == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    bool internal = is_internal(mcp_hdl, bus_addr_of(dst), bus_addr_of(src), n);
    if ((!internal && !(port_has_external() && external_accepts(mcp_hdl, dst, src, n))) ||
        plan_ranges_overlap((uintptr_t)dst, n, (uintptr_t)src, n)) {
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
    request->trouble = 0;
    struct item *first = mcp_hdl->item_free;
    struct item *next = context_next_item(mcp_hdl, first);
    size_t item_bytes = mcp_hdl->item_bytes;
    bool is_short = internal && n >= mcp_hdl->cpu_below_bytes;
    if (in_flight == 0) {
        is_short &= n <= 2 * item_bytes &&
                    (cb_isr == NULL || (mcp_hdl->channel.listening & ENGINE_EVENT_EOF) != 0);
    } else {
        is_short &= n <= item_bytes && is_appendable_locked(mcp_hdl, request, next);
    }
    if (!is_short) {
        submit_enqueue_locked(mcp_hdl, request);
    } else {
        struct item *before = mcp_hdl->item_last;
        struct item *last = first;
        while (n > item_bytes) {
            item_write(last, bus_addr_of(src), bus_addr_of(dst), item_bytes, 0);
            item_link(last, next);
            src = (const uint8_t *)src + item_bytes;
            dst = (uint8_t *)dst + item_bytes;
            n -= item_bytes;
            last = next;
            next = context_next_item(mcp_hdl, next);
        }
        item_write(last, bus_addr_of(src), bus_addr_of(dst), n, DW0_SUC_EOF);
        request->last_item = last;
        mcp_hdl->item_free = next;
        mcp_hdl->item_last = last;
        dma_publish();
        if (in_flight == 0) {
            context_ops(mcp_hdl)->start(&mcp_hdl->channel, first);
        } else {
            append_locked(mcp_hdl, before, first);
        }
    }
    port_unlock(&mcp_hdl->lock, state);
    return ESP_OK;
}
