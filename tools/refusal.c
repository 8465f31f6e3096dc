/* SPDX-License-Identifier: Apache-2.0 */
#include "refusal.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "async_memcpy_host.h"
#include "command.h"

enum { VALUE_MAX = 64 * 1024 };

struct wish {
    const char *option;
    size_t value;
    void (*put)(async_memcpy_config_t *config, size_t value);
};

static void put_sram_align(async_memcpy_config_t *config, size_t value)
{
    config->sram_trans_align = value;
}

static void put_psram_align(async_memcpy_config_t *config, size_t value)
{
    config->psram_trans_align = value;
}

static void put_burst(async_memcpy_config_t *config, size_t value)
{
    config->dma_burst_size = value;
}

/* Whether the driver takes one value, with all else left to it. */
static bool is_taken(const struct wish *wish, size_t value)
{
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    async_memcpy_handle_t driver = NULL;
    wish->put(&config, value);
    esp_err_t error = esp_async_memcpy_install(&config, &driver);
    if (error == ESP_OK) {
        (void)esp_async_memcpy_uninstall(driver);
    }
    return error != ESP_ERR_INVALID_ARG;
}

static void complain_about_value(const struct wish *wish)
{
    char taken[160] = "0";
    async_memcpy_host_stats_t stats;
    async_memcpy_host_get_stats(&stats);
    for (size_t value = 1; value <= VALUE_MAX; value *= 2) {
        if (is_taken(wish, value)) {
            size_t length = strlen(taken);
            (void)snprintf(taken + length, sizeof taken - length, ", %zu", value);
        }
    }
    message_complain("--%s %zu is not possible on %s; take one of %s", wish->option, wish->value,
                     stats.chip, taken);
}

void refusal_explain(const async_memcpy_config_t *config)
{
    const struct wish wishes[] = {
        {"sram-align", config->sram_trans_align, put_sram_align},
        {"psram-align", config->psram_trans_align, put_psram_align},
        {"burst", config->dma_burst_size, put_burst},
    };
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        if (!is_taken(&wishes[i], wishes[i].value)) {
            complain_about_value(&wishes[i]);
            return;
        }
    }
    message_complain("--psram-align %zu and --burst %zu contradict one another; leave one out",
                     config->psram_trans_align, config->dma_burst_size);
}
