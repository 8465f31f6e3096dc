/* SPDX-License-Identifier: Apache-2.0 */
/* What a program written for ESP-IDF v5.1 and v5.2 looks like: it compiles and works unchanged. */
#include "user_code.h"

#include <stdint.h>

#include "check.h"
#include "esp_async_memcpy.h"
#include "esp_attr.h"
#include "esp_err.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { COPY_BYTES = 300, COPY_COUNT = 4 };

struct context {
    unsigned finished;
};

static IRAM_ATTR bool on_copy(async_memcpy_handle_t mcp, async_memcpy_event_t *event, void *cb_args)
{
    struct context *context = (struct context *)cb_args;

    (void)mcp;
    (void)event;
    context->finished++;
    return context->finished == COPY_COUNT;
}

static bool is_done(void *argument)
{
    const struct context *context = argument;

    return context->finished == COPY_COUNT;
}

void user_code_v51(void)
{
    struct context context = {0};
    async_memcpy_config_t config = {
        .backlog = COPY_COUNT,
        .sram_trans_align = 0,
        .psram_trans_align = 0,
    };
    async_memcpy_handle_t mcp = NULL;
    char *buffers[COPY_COUNT + 1];

    for (unsigned i = 0; i <= COPY_COUNT; i++) {
        buffers[i] = heap_caps_calloc(1, COPY_BYTES, MALLOC_CAP_DMA);
        CHECK(buffers[i] != NULL);
    }
    buffers[0][COPY_BYTES - 1] = 'z';
    CHECK_EQ(esp_async_memcpy_install_gdma_ahb(&config, &mcp), ESP_OK);
    for (unsigned i = 0; i < COPY_COUNT; i++) {
        CHECK_EQ(esp_async_memcpy(mcp, buffers[i + 1], buffers[i], COPY_BYTES, on_copy, &context),
                 ESP_OK);
    }
    CHECK(platform_wait_until(is_done, &context));
    CHECK_EQ(buffers[COPY_COUNT][COPY_BYTES - 1], 'z');
    CHECK_EQ(esp_async_memcpy_uninstall(mcp), ESP_OK);
    for (unsigned i = 0; i <= COPY_COUNT; i++) {
        heap_caps_free(buffers[i]);
    }
}
