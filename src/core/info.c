/* SPDX-License-Identifier: Apache-2.0 */
#include "context.h"

#define CPU_BELOW_MAX PLAN_ITEM_BYTES_MAX

esp_err_t esp_async_memcpy_get_stats(async_memcpy_handle_t mcp_hdl, async_memcpy_stats_t *stats)
{
    if (mcp_hdl == NULL || stats == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    port_lock_state_t state = port_lock(&mcp_hdl->lock);
    upkeep_settle_locked(mcp_hdl);
    *stats = (async_memcpy_stats_t){
        .in_flight = mcp_hdl->in_flight,
        .failed = mcp_hdl->stats.failed,
        .withdrawn = mcp_hdl->stats.withdrawn,
        .recoveries = mcp_hdl->stats.recoveries,
        .lost_starts = mcp_hdl->stats.lost_starts,
        .stalls = mcp_hdl->stats.stalls,
    };
    port_unlock(&mcp_hdl->lock, state);
    return ESP_OK;
}

static size_t align_of_mask(size_t mask)
{
    return mask + 1;
}

esp_err_t esp_async_memcpy_get_info(async_memcpy_handle_t mcp_hdl, async_memcpy_info_t *info)
{
    if (mcp_hdl == NULL || info == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    const struct chip_engine *engine = context_engine(mcp_hdl);
    const struct external *external = mcp_hdl->external;
    port_lock_state_t state = port_lock(&mcp_hdl->lock);
    upkeep_settle_locked(mcp_hdl);
    *info = (async_memcpy_info_t){
        .chip = port_chip()->name,
        .engine = engine->name,
        .channel = mcp_hdl->channel.index,
        .backlog = (uint32_t)(mcp_hdl->requests_end - context_requests(mcp_hdl)),
        .free = mcp_hdl->dead ? 0 : mcp_hdl->in_flight_max - mcp_hdl->in_flight,
        .dead = mcp_hdl->dead,
        .internal_low = mcp_hdl->sram.low,
        .internal_bytes = mcp_hdl->sram.size_bytes,
        .internal_align = align_of_mask(mcp_hdl->sram_align_mask),
        .internal_best_align = engine->burst_align_bytes,
        .internal_bursts = (mcp_hdl->sram_align_mask + 1) % engine->burst_align_bytes == 0,
        .largest_burst = engine->block_bytes_max,
        .external_align = 1,
        .external_best_align = 1,
        .item_bytes = mcp_hdl->item_bytes,
        .cpu_below = mcp_hdl->cpu_below_bytes,
        .stall_ms = context_stall_ms(mcp_hdl),
        .reports_errors = mcp_hdl->reports_errors,
    };
    if (external != NULL) {
        info->external_low = external->range.low;
        info->external_bytes = external->range.size_bytes;
        info->external_align = align_of_mask(external->align_mask);
        info->external_best_align = align_of_mask(external->edge_mask);
        info->block_bytes = external->block_bytes;
    }
    port_unlock(&mcp_hdl->lock, state);
    return ESP_OK;
}

esp_err_t esp_async_memcpy_set_cpu_threshold(async_memcpy_handle_t mcp_hdl, size_t bytes)
{
    if (mcp_hdl == NULL || bytes > CPU_BELOW_MAX) {
        return ESP_ERR_INVALID_ARG;
    }
    port_lock_state_t state = port_lock(&mcp_hdl->lock);
    upkeep_settle_locked(mcp_hdl);
    mcp_hdl->cpu_below_bytes = (uint16_t)bytes;
    port_unlock(&mcp_hdl->lock, state);
    return ESP_OK;
}
