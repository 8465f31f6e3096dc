/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How late data lands, and that it lands in order, are assumptions: the datasheet only knows that
 * data which the DMA has written may not be there yet when EOF is told.
 */
#include "models/psram.h"

#include <string.h>

#include "clock.h"
#include "machine_internal.h"
#include "memory.h"

enum { QUEUE_MAX = 64, LATE_CYCLES_MAX = 2000, NEAR_BYTES = 16 };

struct late_write {
    uint32_t address;
    uint32_t bytes;
    uint8_t data[PSRAM_WRITE_BYTES_MAX];
};

static struct late_write queue[QUEUE_MAX];
static unsigned queue_first;
static unsigned queue_count;
static bool landing; /* an event is scheduled */
static uint32_t recent[PSRAM_RECENT_MAX];
static unsigned recent_count;
static unsigned recent_last;

void psram_power_on(void)
{
    queue_first = 0;
    queue_count = 0;
    landing = false;
    recent_count = 0;
    recent_last = 0;
}

void psram_note(uint32_t address)
{
    uint32_t place = address & ~(uint32_t)(NEAR_BYTES - 1);
    if (recent_count > 0 && recent[recent_last] == place) {
        return;
    }
    recent_last = recent_count == 0 ? 0 : (recent_last + 1) % PSRAM_RECENT_MAX;
    recent[recent_last] = place;
    recent_count += recent_count < PSRAM_RECENT_MAX ? 1 : 0;
}

unsigned psram_recent(const uint32_t **addresses)
{
    *addresses = recent;
    return recent_count;
}

static void land_first(void)
{
    const struct late_write *write = &queue[queue_first];
    (void)memory_bus_write(write->address, write->data, write->bytes);
    queue_first = (queue_first + 1) % QUEUE_MAX;
    queue_count--;
}

void psram_push(void)
{
    while (queue_count > 0) {
        land_first();
    }
}

static void schedule_landing(void);

static void land_some(void *context, uint32_t argument)
{
    (void)context;
    (void)argument;
    landing = false;
    for (unsigned count = machine_random(queue_count + 1); count > 0; count--) {
        land_first();
    }
    if (queue_count > 0) {
        schedule_landing();
    }
}

static void schedule_landing(void)
{
    landing = true;
    clock_schedule(1 + machine_random(LATE_CYCLES_MAX), land_some, NULL, 0);
}

static bool is_external(uint32_t address, uint32_t bytes)
{
    const struct memory_external *external = memory_external();
    uint32_t offset = address - external->base;
    return offset < external->size_bytes && bytes <= external->size_bytes - offset;
}

bool psram_read(uint32_t address, void *to, uint32_t bytes)
{
    if (!is_external(address, bytes)) {
        return false;
    }
    psram_note(address);
    return memory_bus_read(address, to, bytes);
}

bool psram_write(uint32_t address, const void *from, uint32_t bytes)
{
    if (!is_external(address, bytes)) {
        return false;
    }
    psram_note(address);
    machine_count()->dma_external_bytes += bytes;
    if (!machine_has_variant(MACHINE_PSRAM_LANDS_LATE)) {
        return memory_bus_write(address, from, bytes);
    }
    if (queue_count == QUEUE_MAX) {
        land_first();
    }
    struct late_write *write = &queue[(queue_first + queue_count) % QUEUE_MAX];
    write->address = address;
    write->bytes = bytes;
    memcpy(write->data, from, bytes);
    queue_count++;
    if (!landing) {
        schedule_landing();
    }
    return true;
}
