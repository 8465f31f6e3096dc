/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts twice, as an image does that another program loads: what that one left in the interrupt
 * registers, in memory and in the DMA must not matter. The first run leaves them as bad as they can
 * be, with its handle still installed, and jumps to the entry again.
 */
#include <stdio.h>
#include <string.h>

#include "esp_async_memcpy.h"
#include "port.h"

enum { SECOND_RUN = 0x5EC04D, BYTES = 1000 };

/* interrupts.md, sections 1 to 3 */
enum {
    SOURCES = 62,
    LINES = 32,
    PRIORITY_MAX = 15,
    FOREIGN = 1, /* a software interrupt that the port does not use */
};

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

/* The first run's driver has the highest line that is in use; the next run's will get the same. */
static uint32_t driver_line(void)
{
    uint32_t highest = 0;
    for (uint32_t i = 0; i < SOURCES; i++) {
        uint32_t line = mmio_read32(port_chip()->interrupts.map_base + 4 * i);
        highest = line > highest ? line : highest;
    }
    return highest;
}

/* A source is asserted that no driver knows of. Each line is of type edge, has seen one, is enabled
 * and of the highest priority, which is also the threshold. All sources are on the line that the
 * next driver gets. */
static void leave_interrupts(void)
{
    const struct chip_interrupts *chip = &port_chip()->interrupts;
    uint32_t line = driver_line();
    mmio_write32(chip->software_base + 4 * FOREIGN, 1);
    mmio_write32(chip->type_register, UINT32_MAX);
    for (uint32_t i = 1; i < LINES; i++) {
        mmio_write32(chip->map_base + 4u * (chip->software_source + FOREIGN), i);
        mmio_write32(chip->priority_base + 4 * i, PRIORITY_MAX);
    }
    mmio_write32(chip->threshold_register, PRIORITY_MAX);
    for (uint32_t i = 0; i < SOURCES; i++) {
        mmio_write32(chip->map_base + 4 * i, line);
    }
    mmio_write32(chip->enable_register, UINT32_MAX - 1);
}

/* Whether the startup has closed what a loader may have left open. */
static bool are_interrupts_closed(void)
{
    const struct chip_interrupts *chip = &port_chip()->interrupts;
    for (uint32_t i = 0; i < SOURCES; i++) {
        if (mmio_read32(chip->map_base + 4 * i) != chip->map_none) {
            printf("source %u is routed\n", (unsigned)i);
            return false;
        }
    }
    return mmio_read32(chip->enable_register) == 0;
}

int main(void)
{
    bool second = run == SECOND_RUN;
    bool closed = are_interrupts_closed();
    printf("interrupts: %s\n", closed ? "closed" : "OPEN");
    bool good = closed && copy();
    printf("%s run: %s\n", second ? "second" : "first", good ? "copied" : "FAILED");
    if (!second && good) {
        run = SECOND_RUN;
        (void)cpu_mask_interrupts();
        leave_interrupts();
        firmware_start();
    }
    return good && esp_async_memcpy_uninstall(handle) == ESP_OK ? 0 : 1;
}
