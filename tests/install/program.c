/* SPDX-License-Identifier: Apache-2.0 */
/* A program outside the tree: valid C and C++. */
#include <stdio.h>
#include <string.h>

#include <async_memcpy_host.h>
#include <esp_async_memcpy.h>
#include <esp_heap_caps.h>

static bool on_done(async_memcpy_handle_t driver, async_memcpy_event_t *event, void *done)
{
    (void)driver;
    *(bool *)done = event->status == ESP_OK;
    return false;
}

int main(void)
{
    enum { SIZE = 10001 };
    const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    async_memcpy_handle_t driver = NULL;
    bool done = false;
    char *source = (char *)heap_caps_malloc(SIZE, MALLOC_CAP_DMA);
    char *destination = (char *)heap_caps_calloc(1, SIZE, MALLOC_CAP_DMA);
    if (source == NULL || destination == NULL ||
        esp_async_memcpy_install(&config, &driver) != ESP_OK) {
        return 1;
    }
    memset(source, 0x5A, SIZE);
    if (esp_async_memcpy(driver, destination, source, SIZE, on_done, &done) != ESP_OK) {
        return 1;
    }
    while (!done && async_memcpy_host_wait_for_interrupt()) {
    }
    bool good = done && memcmp(destination, source, SIZE) == 0 &&
                esp_async_memcpy_uninstall(driver) == ESP_OK;
    heap_caps_free(source);
    heap_caps_free(destination);
    puts(good ? "copied" : "wrong");
    return good ? 0 : 1;
}
