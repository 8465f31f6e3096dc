/* SPDX-License-Identifier: Apache-2.0 */
/* What a program written for ESP-IDF v5.3 to v5.5 looks like: it compiles and works unchanged. */
#include "user_code.h"

#include <stdint.h>

#include "check.h"
#include "esp_async_memcpy.h"
#include "esp_attr.h"
#include "esp_err.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { COPY_BYTES = 1024 };

static bool on_copy(async_memcpy_handle_t mcp_hdl, async_memcpy_event_t *event, void *cb_args)
{
    (void)mcp_hdl;
    (void)event;
    *(int *)cb_args = 1;
    return false;
}

static bool is_set(void *context)
{
    return *(const int *)context != 0;
}

/* v5.3: bursts by name; later fields are left out. */
void user_code_v53(void)
{
    const async_memcpy_config_t config = {
        .backlog = 8,
        .dma_burst_size = 16,
        .flags = 0,
    };
    async_memcpy_handle_t driver = NULL;
    int set = 0;
    uint32_t *from = heap_caps_aligned_alloc(64, COPY_BYTES, MALLOC_CAP_DMA);
    uint32_t *to = heap_caps_aligned_alloc(64, COPY_BYTES, MALLOC_CAP_DMA);

    for (uint32_t i = 0; i < COPY_BYTES / 4; i++) {
        from[i] = i * 77;
    }
    CHECK_EQ(esp_async_memcpy_install(&config, &driver), ESP_OK);
    CHECK_EQ(esp_async_memcpy(driver, to, from, COPY_BYTES, on_copy, &set), ESP_OK);
    CHECK(platform_wait_until(is_set, &set));
    CHECK_EQ(to[COPY_BYTES / 4 - 1], (COPY_BYTES / 4 - 1) * 77);
    CHECK_EQ(esp_async_memcpy_uninstall(driver), ESP_OK);
    heap_caps_free(to);
    heap_caps_free(from);
}
