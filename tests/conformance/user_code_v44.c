/* SPDX-License-Identifier: Apache-2.0 */
/* What a program written for ESP-IDF v4.3 and v4.4 looks like: it compiles and works unchanged. */
#include "user_code.h"

#include <stdint.h>

#include "check.h"
#include "esp_async_memcpy.h"
#include "esp_attr.h"
#include "esp_err.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { COPY_BYTES = 512 };

static bool done;

static IRAM_ATTR bool test_async_memcpy_cb(async_memcpy_t mcp_hdl, async_memcpy_event_t *event,
                                           void *cb_args)
{
    bool *flag = cb_args;

    (void)mcp_hdl;
    CHECK(event->data == NULL);
    *flag = true;
    return false;
}

static bool is_done(void *context)
{
    (void)context;
    return done;
}

/* v4.3: the configuration by its macro, buffers without const, and the handle type of old. */
void user_code_v43(void)
{
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    async_memcpy_t driver = NULL;
    uint8_t *from = heap_caps_malloc(COPY_BYTES, MALLOC_CAP_DMA);
    uint8_t *to = heap_caps_calloc(1, COPY_BYTES, MALLOC_CAP_DMA | MALLOC_CAP_8BIT);
    void *source = from;

    config.backlog = 16;
    done = false;
    for (unsigned i = 0; i < COPY_BYTES; i++) {
        from[i] = (uint8_t)i;
    }
    CHECK_EQ(esp_async_memcpy_install(&config, &driver), ESP_OK);
    CHECK_EQ(esp_async_memcpy(driver, to, source, COPY_BYTES, test_async_memcpy_cb, &done), ESP_OK);
    CHECK(platform_wait_until(is_done, NULL));
    CHECK_EQ(to[COPY_BYTES - 1], (uint8_t)(COPY_BYTES - 1));
    CHECK_EQ(esp_async_memcpy_uninstall(driver), ESP_OK);
    heap_caps_free(from);
    heap_caps_free(to);
}

/* v4.4: alignments in the configuration, set by name. */
void user_code_v44(void)
{
    async_memcpy_config_t config = {
        .backlog = 8,
        .sram_trans_align = 4,
        .psram_trans_align = 64,
        .flags = 0,
    };
    async_memcpy_t driver = NULL;
    uint8_t *from = heap_caps_aligned_alloc(4, COPY_BYTES, MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL);
    uint8_t *to = heap_caps_aligned_alloc(4, COPY_BYTES, MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL);

    done = false;
    for (unsigned i = 0; i < COPY_BYTES; i++) {
        from[i] = (uint8_t)(i * 3);
    }
    CHECK_EQ(esp_async_memcpy_install(&config, &driver), ESP_OK);
    CHECK_EQ(esp_async_memcpy(driver, to, from, COPY_BYTES, test_async_memcpy_cb, &done), ESP_OK);
    CHECK(platform_wait_until(is_done, NULL));
    CHECK_EQ(to[7], 21);
    CHECK_EQ(esp_async_memcpy(driver, to + 1, from, 8, test_async_memcpy_cb, &done),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_uninstall(driver), ESP_OK);
    heap_caps_free(from);
    heap_caps_free(to);
}
