/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's memories, mapped at the chip's own addresses, as a port hands them out. */
#include "memories.h"

#include "common.h"
#include "esp_heap_caps.h"
#include "machine.h"
#include "port.h"

/* The kinds of memory that are handed out, the best first, and what they can do. RTC RAM is out of
 * the DMA's reach (README.md, memory ranges); external RAM is, for DMA memory, as at the vendor's,
 * not meant. */
static const struct {
    enum machine_memory_kind kind;
    uint32_t caps;
} heap_kinds[] = {
    {MACHINE_SRAM, MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT | MALLOC_CAP_32BIT |
                       MALLOC_CAP_DEFAULT},
    {MACHINE_RTC_RAM, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT | MALLOC_CAP_32BIT},
    {MACHINE_PSRAM, MALLOC_CAP_SPIRAM | MALLOC_CAP_8BIT | MALLOC_CAP_32BIT | MALLOC_CAP_DEFAULT},
};

enum { HEAP_KIND_COUNT = sizeof heap_kinds / sizeof heap_kinds[0] };

/* The last bytes are kept for port_external_barrier(). */
static uint32_t external_bytes(const struct machine_memory *memory)
{
    return memory->size_bytes - PORT_EXTERNAL_KEPT_BYTES;
}

size_t port_cache_line_bytes(void)
{
    return machine_cache_line_bytes();
}

struct chip_range port_external_range(void)
{
    const struct machine_description *machine = port_chip() == NULL ? NULL : machine_description();
    for (size_t i = 0; machine != NULL && i < machine->memory_count; i++) {
        const struct machine_memory *memory = &machine->memories[i];
        if (memory->kind == MACHINE_PSRAM) {
            return (struct chip_range){.low = memory->base, .size_bytes = external_bytes(memory)};
        }
    }
    return (struct chip_range){.low = 0, .size_bytes = 0};
}

/* Adds the memories of a kind. Returns how many regions there are then. */
static size_t add_regions(struct heap_region *regions, size_t count, size_t kind)
{
    const struct machine_description *machine = machine_description();
    for (size_t i = 0; i < machine->memory_count && count < MEMORIES_MAX; i++) {
        const struct machine_memory *memory = &machine->memories[i];
        if (memory->kind == heap_kinds[kind].kind) {
            regions[count].low = (void *)(uintptr_t)memory->base;
            regions[count].size_bytes = memory->kind == MACHINE_PSRAM ? external_bytes(memory)
                                                                      : memory->size_bytes;
            regions[count].caps = heap_kinds[kind].caps;
            count++;
        }
    }
    return count;
}

size_t memories_list(struct heap_region *regions)
{
    size_t count = 0;
    for (size_t kind = 0; kind < HEAP_KIND_COUNT; kind++) {
        count = add_regions(regions, count, kind);
    }
    return count;
}
