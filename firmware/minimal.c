/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest program that copies: its linked size is what the driver costs. */
#include "board.h"
#include "common.h"
#include "esp_async_memcpy.h"
#include "esp_attr.h"
#include "interrupt_entry.h"

enum { WORDS = 16 };

static uint32_t source[WORDS];
static uint32_t destination[WORDS];
static async_memcpy_handle_t handle;
static async_memcpy_config_t config; /* zero is the default of everything */

/* It has no console. */
IRAM_ATTR void interrupt_entry_exception(void)
{
    board_exit(1);
}

void port_report_mistake(const char *text, const void *address)
{
    (void)text;
    (void)address;
    board_exit(1);
}

int main(void)
{
    source[WORDS - 1] = 1;
    (void)esp_async_memcpy_install(&config, &handle); /* the handle is NULL if it fails */
    if (esp_async_memcpy(handle, destination, source, sizeof source, NULL, NULL) != ESP_OK) {
        return 1;
    }
    /* Succeeds once the copy has ended. */
    while (esp_async_memcpy_uninstall(handle) != ESP_OK) {
    }
    return destination[WORDS - 1] != 1;
}
