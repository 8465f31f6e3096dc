/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts three times, as an image does that another program loads: what that one left in the CPU,
 * in the interrupt registers, in memory and in the DMA must not matter. The first run leaves the
 * registers as bad as they can be, with its handle still installed, and jumps to the entry again.
 * The second run jumps there with interrupts enabled and a copy under way, whose interrupt comes
 * while the startup clears what the handler needs.
 */
#include <stdio.h>
#include <string.h>

#include "esp_async_memcpy.h"
#include "port.h"

enum { SECOND_RUN = 0x5EC04D, THIRD_RUN = 0x741D, BYTES = 1000 };

/* interrupts.md, sections 1 to 3 */
enum {
    SOURCES = 62,
    LINES = 32,
    PRIORITY_MAX = 15,
    FOREIGN = 1, /* a software interrupt that the port does not use */
};

#define UNTOUCHED __attribute__((section(".stack.restart"))) /* by the startup */

UNTOUCHED static uint32_t run;
UNTOUCHED static bool was_told;
UNTOUCHED static uint8_t left_source[BYTES];
UNTOUCHED static uint8_t left_destination[BYTES];

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

/* The startup takes longer than the copy. */
static void leave_copy(void)
{
    memset(left_source, 1, BYTES);
    memset(left_destination, 0, BYTES);
    was_told = false;
    (void)esp_async_memcpy(handle, left_destination, left_source, BYTES, on_copied, &was_told);
    firmware_start();
}

/* Whether the copy that was left under way has ended meanwhile, without an interrupt. */
static bool ended_untold(void)
{
    return left_destination[BYTES - 1] == 1 && !was_told;
}

int main(void)
{
    uint32_t now = run == SECOND_RUN || run == THIRD_RUN ? run : 0;
    bool silent = now != THIRD_RUN || ended_untold(); /* at once: it had the startup's time */
    const char *name = now == THIRD_RUN ? "third" : now == SECOND_RUN ? "second" : "first";
    bool good = are_interrupts_closed();
    printf("interrupts: %s\n", good ? "closed" : "OPEN");
    if (!silent) {
        printf("the copy of the second run: NOT SILENT\n");
    }
    good = good && silent && copy();
    printf("%s run: %s\n", name, good ? "copied" : "FAILED");
    if (good && now == 0) {
        run = SECOND_RUN;
        (void)cpu_mask_interrupts();
        leave_interrupts();
        firmware_start();
    }
    if (good && now == SECOND_RUN) {
        run = THIRD_RUN;
        leave_copy();
    }
    run = 0;
    return good && esp_async_memcpy_uninstall(handle) == ESP_OK ? 0 : 1;
}
