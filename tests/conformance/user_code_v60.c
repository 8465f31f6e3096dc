/* SPDX-License-Identifier: Apache-2.0 */
/* What a program written for ESP-IDF v6.0 and later looks like: it compiles and works unchanged. */
#include "user_code.h"

#include <stdint.h>

#include "check.h"
#include "esp_async_memcpy.h"
#include "esp_attr.h"
#include "esp_err.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { COPY_BYTES = 2048 };

static bool on_copy(async_memcpy_handle_t mcp_hdl, async_memcpy_event_t *event, void *cb_args)
{
    (void)mcp_hdl;
    (void)event;
    *(int *)cb_args += 1;
    return false;
}

static bool is_set(void *context)
{
    return *(const int *)context != 0;
}

/* v6.0: a weight, bursts, a const source, and a copy that waits. */
void user_code_v60(void)
{
    async_memcpy_config_t config = {
        .backlog = 4,
        .weight = 0,
        .dma_burst_size = 16,
        .flags = 0,
    };
    async_memcpy_handle_t driver = NULL;
    int count = 0;
    uint8_t *from = heap_caps_aligned_alloc(64, COPY_BYTES, MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL);
    uint8_t *to = heap_caps_aligned_alloc(64, COPY_BYTES, MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL);
    const void *source = from;

    for (unsigned i = 0; i < COPY_BYTES; i++) {
        from[i] = (uint8_t)(i * 5);
    }
    CHECK_EQ(esp_async_memcpy_install(&config, &driver), ESP_OK);
    CHECK_EQ(esp_async_memcpy(driver, to, source, COPY_BYTES, on_copy, &count), ESP_OK);
    CHECK(platform_wait_until(is_set, &count));
    CHECK_EQ(to[100], (uint8_t)500);
    to[100] = 0;
    CHECK_EQ(esp_memcpy_blocking(driver, to, source, COPY_BYTES, -1), ESP_OK);
    CHECK_EQ(to[100], (uint8_t)500);
    CHECK_EQ(esp_async_memcpy_uninstall(driver), ESP_OK);
    heap_caps_free(to);
    heap_caps_free(from);
}
