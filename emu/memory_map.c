/* SPDX-License-Identifier: Apache-2.0 */
#include "memory_map.h"

#include <stddef.h>
#include <string.h>

#include "machine.h"
#include "models/watchdogs_c3.h"

/* README.md, section 4 (Memory ranges); interrupts.md and gdma_ahb_v1.md (peripherals). */
static const struct emu_chip chips[] = {
    {
        .name = "esp32c3",
        .instruction_bus = {0x40380000u, 0x60000u},
        .memory_base = 0x3FC80000u,
        .registers = {0x60000000u, 0x100000u},
        .reset = watchdogs_c3_start,
    },
};

const struct emu_chip *emu_chip_find(const char *name)
{
    for (size_t i = 0; i < sizeof chips / sizeof chips[0]; i++) {
        if (strcmp(chips[i].name, name) == 0) {
            return &chips[i];
        }
    }
    return NULL;
}

bool range_contains(struct emu_range range, uint32_t address, uint32_t bytes)
{
    uint32_t offset = address - range.base;
    return offset < range.size_bytes && bytes <= range.size_bytes - offset;
}

uint8_t *memory_map_data(uint32_t address, uint32_t bytes)
{
    const struct machine_description *description = machine_description();
    for (size_t i = 0; i < description->memory_count; i++) {
        const struct machine_memory *memory = &description->memories[i];
        struct emu_range range = {memory->base, memory->size_bytes};
        if (range_contains(range, address, bytes)) {
            /* The machine's memories are mapped at the chip's own addresses. */
            return (uint8_t *)(uintptr_t)address; /* NOLINT(performance-no-int-to-ptr) */
        }
    }
    return NULL;
}

uint8_t *memory_map_code(const struct emu_chip *chip, uint32_t address, uint32_t bytes)
{
    if (!range_contains(chip->instruction_bus, address, bytes)) {
        return NULL;
    }
    return memory_map_data(address - chip->instruction_bus.base + chip->memory_base, bytes);
}
