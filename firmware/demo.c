/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The demonstration: streams a block of internal RAM through the driver, several copies in flight,
 * does other work meanwhile, verifies every byte, and says on the console what happened.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "esp_async_memcpy.h"
#include "esp_attr.h"
#include "esp_heap_caps.h"
#include "port.h"

enum {
    TOTAL_BYTES = 96 * 1024 + 5, /* odd on purpose */
    CHUNK_BYTES = 3000,
    IN_FLIGHT = 6,
};

struct demo {
    async_memcpy_handle_t handle;
    uint8_t *from;
    uint8_t *to;
    size_t submitted_bytes;
    uint32_t submitted_count;
    uint32_t done_count; /* counted by the callback */
    uint32_t failed_count;
    uint32_t idle_loops; /* what the CPU had time for */
    uint32_t duration_us;
};

static IRAM_ATTR bool on_copied(async_memcpy_handle_t handle, async_memcpy_event_t *event,
                                void *argument)
{
    struct demo *demo = argument;
    (void)handle;
    demo->done_count++;
    if (event->status != ESP_OK) {
        demo->failed_count++;
    }
    return false;
}

static bool submit_next(struct demo *demo)
{
    size_t size = TOTAL_BYTES - demo->submitted_bytes;
    if (size > CHUNK_BYTES) {
        size = CHUNK_BYTES;
    }
    if (size == 0 ||
        esp_async_memcpy(demo->handle, demo->to + demo->submitted_bytes,
                         demo->from + demo->submitted_bytes, size, on_copied, demo) != ESP_OK) {
        return false;
    }
    demo->submitted_bytes += size;
    demo->submitted_count++;
    return true;
}

/* Interrupts change done_count: the lock is what makes it be read anew. */
static uint32_t done_count(const struct demo *demo)
{
    port_lock_t lock = {0};
    port_lock_state_t state = port_lock(&lock);
    uint32_t count = demo->done_count;
    port_unlock(&lock, state);
    return count;
}

static void stream(struct demo *demo)
{
    uint32_t began_us = port_now_us();
    while (demo->submitted_bytes < TOTAL_BYTES || done_count(demo) < demo->submitted_count) {
        while (submit_next(demo)) {
        }
        demo->idle_loops++;
    }
    demo->duration_us = port_now_us() - began_us;
}

static uint8_t pattern(size_t index)
{
    return (uint8_t)(index * 31u + (index >> 8));
}

static bool is_all_there(const struct demo *demo)
{
    for (size_t i = 0; i < TOTAL_BYTES; i++) {
        if (demo->to[i] != pattern(i)) {
            printf("byte %u is wrong\n", (unsigned)i);
            return false;
        }
    }
    return true;
}

static bool prepare(struct demo *demo)
{
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    config.backlog = IN_FLIGHT;
    demo->from = heap_caps_malloc(TOTAL_BYTES, MALLOC_CAP_DMA);
    demo->to = heap_caps_calloc(1, TOTAL_BYTES, MALLOC_CAP_DMA);
    if (demo->from == NULL || demo->to == NULL) {
        return false;
    }
    for (size_t i = 0; i < TOTAL_BYTES; i++) {
        demo->from[i] = pattern(i);
    }
    return esp_async_memcpy_install(&config, &demo->handle) == ESP_OK;
}

int main(void)
{
    static struct demo demo;
    printf("esp_async_memcpy on %s\n", port_chip()->name);
    if (!prepare(&demo)) {
        printf("not enough memory\n");
        return 1;
    }
    stream(&demo);
    bool good = is_all_there(&demo) && demo.failed_count == 0 &&
                esp_async_memcpy_uninstall(demo.handle) == ESP_OK;
    printf("%u bytes in %" PRIu32 " copies, %u at a time, in %" PRIu32 " us\n",
           (unsigned)TOTAL_BYTES, demo.submitted_count, (unsigned)IN_FLIGHT, demo.duration_us);
    printf("the CPU went round its own loop %" PRIu32 " times meanwhile\n", demo.idle_loops);
    printf("%s\n", good ? "every byte is in place" : "FAILED");
    return good ? 0 : 1;
}
