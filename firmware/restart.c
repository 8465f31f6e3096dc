/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts twice, as an image does that another program loads: what that one left in the interrupt
 * registers, in memory and in the DMA must not matter. The first run leaves them as bad as they can
 * be, and jumps to the entry again.
 */
#include <stdio.h>
#include <string.h>

#include "esp_async_memcpy.h"
#include "port.h"

enum { SECOND_RUN = 0x5EC04D, BYTES = 1000, SOURCES = 62, LINES = 32 };

/* The startup leaves this as it is. */
__attribute__((section(".stack.restart"))) static uint32_t run;

static uint8_t source[BYTES];
static uint8_t destination[BYTES];
static async_memcpy_handle_t handle;

void firmware_start(void);

static bool on_copied(async_memcpy_handle_t installed, async_memcpy_event_t *event, void *argument)
{
    bool *done = argument;
    (void)installed;
    *done = event->status == ESP_OK;
    return false;
}

static bool is_done(const bool *done)
{
    port_lock_t lock = {0};
    port_lock_state_t state = port_lock(&lock);
    bool result = *done;
    port_unlock(&lock, state);
    return result;
}

static bool copy(void)
{
    static bool done;
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    for (size_t i = 0; i < BYTES; i++) {
        source[i] = (uint8_t)(i * 7);
    }
    if (esp_async_memcpy_install(&config, &handle) != ESP_OK ||
        esp_async_memcpy(handle, destination, source, BYTES, on_copied, &done) != ESP_OK) {
        return false;
    }
    while (!is_done(&done)) {
    }
    return memcmp(destination, source, BYTES) == 0;
}

/* Every source on a line of its own as far as they go, every line enabled, one source asserted that
 * no driver knows of, and a handle that nobody has uninstalled. */
static void leave_traces(void)
{
    const struct chip_interrupts *chip = &port_chip()->interrupts;
    (void)cpu_mask_interrupts();
    for (uint32_t i = 0; i < SOURCES; i++) {
        mmio_write32(chip->map_base + 4 * i, 1 + i % (LINES - 1));
    }
    for (uint32_t i = 1; i < LINES; i++) {
        mmio_write32(chip->priority_base + 4 * i, 1);
    }
    mmio_write32(chip->enable_register, UINT32_MAX - 1);
    mmio_write32(chip->software_base + 4, 1);
}

int main(void)
{
    bool good = copy();
    bool second = run == SECOND_RUN;
    printf("%s run: %s\n", second ? "second" : "first", good ? "copied" : "FAILED");
    if (!second && good) {
        run = SECOND_RUN;
        leave_traces();
        firmware_start();
    }
    return good && esp_async_memcpy_uninstall(handle) == ESP_OK ? 0 : 1;
}
