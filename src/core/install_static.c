/* SPDX-License-Identifier: Apache-2.0 */
#include "install.h"

#define MEMORY_ALIGN 8u

size_t esp_async_memcpy_static_bytes(uint32_t backlog)
{
    const struct chip *chip = port_chip();
    return chip == NULL || chip->ahb == NULL ? 0 : install_bytes(backlog);
}

esp_err_t esp_async_memcpy_install_static(const async_memcpy_config_t *config, void *memory,
                                          size_t bytes, async_memcpy_handle_t *mcp_hdl)
{
    esp_err_t error = install_check(config, mcp_hdl);
    if (error != ESP_OK) {
        return error;
    }
    const struct chip_range *sram = &port_chip()->sram;
    size_t needed = install_bytes(config->backlog);
    if (needed == 0 || needed > bytes) {
        return ESP_ERR_INVALID_SIZE;
    }
    if ((uintptr_t)memory % MEMORY_ALIGN != 0) {
        return ESP_ERR_INVALID_ARG;
    }
    if (port_is_ordinary(memory, needed)) {
        /* It stands for the chip's own, where items must lie: 20 bits of their address are told to
         * the engine (gdma_ahb_v1.md, LINK). */
        return esp_async_memcpy_install(config, mcp_hdl);
    }
    if (!plan_range_within(bus_addr_of(memory), needed, sram->low, sram->size_bytes)) {
        return ESP_ERR_INVALID_ARG;
    }
    for (size_t i = 0; i < needed; i++) {
        ((uint8_t *)memory)[i] = 0;
    }
    error = install_into(memory, needed, config, mcp_hdl);
    if (error == ESP_OK) {
        (*mcp_hdl)->is_static = true;
    }
    return error;
}
