/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest program that copies: its linked size is what the driver costs. */
#include "board.h"
#include "common.h"
#include "esp_async_memcpy.h"

enum { BYTES = 256 };

/* It has no console. */
void board_report_exception(uint32_t cause, uint32_t where, uint32_t value)
{
    (void)cause;
    (void)where;
    (void)value;
    board_end(1);
}

void port_report_mistake(const char *text, const void *address)
{
    (void)text;
    (void)address;
    board_end(1);
}

int main(void)
{
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    async_memcpy_handle_t handle = NULL;
    static unsigned char source[BYTES];
    static unsigned char destination[BYTES];
    esp_err_t error = esp_async_memcpy_install(&config, &handle);
    source[BYTES - 1] = 1;
    if (error == ESP_OK) {
        error = esp_async_memcpy(handle, destination, source, BYTES, NULL, NULL);
    }
    while (error == ESP_OK && esp_async_memcpy_uninstall(handle) == ESP_ERR_INVALID_STATE) {
    }
    return error == ESP_OK && destination[BYTES - 1] == 1 ? 0 : 1;
}
