/* SPDX-License-Identifier: Apache-2.0 */
#include "memory_map.h"

#include <string.h>

#include "machine.h"
#include "machine_internal.h"
#include "models/watchdogs_c3.h"
#include "register_file.h"

#define NO_ROM   "in the chip's ROM, which the emulated chip does not have"
#define NO_FLASH "in the chip's flash window, and the emulated chip has no flash"

/* README.md, section 4; the ROM: the vendor's manual of the chip, "System and Memory". */
static const struct emu_lack esp32c3_lacks[] = {
    {{0x40000000u, 0x60000u}, NO_ROM},
    {{0x3FF00000u, 0x20000u}, NO_ROM},
    {{0x42000000u, 0x800000u}, NO_FLASH},
    {{0x3C000000u, 0x800000u}, NO_FLASH},
};

/* README.md, section 4 (Memory ranges); interrupts.md and gdma_ahb_v1.md (peripherals). */
static const struct emu_chip chips[] = {
    {
        .name = "esp32c3",
        .instruction_bus = {0x40380000u, 0x60000u},
        .memory_base = 0x3FC80000u,
        .registers = {0x60000000u, 0x100000u},
        .reset = watchdogs_c3_start,
        .lacks = esp32c3_lacks,
        .lack_count = sizeof esp32c3_lacks / sizeof esp32c3_lacks[0],
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

const char *memory_map_lack(const struct emu_chip *chip, uint32_t address, const char *otherwise)
{
    for (size_t i = 0; i < chip->lack_count; i++) {
        if (range_contains(chip->lacks[i].range, address, 1)) {
            return chip->lacks[i].text;
        }
    }
    return otherwise;
}

static const struct machine_device *device_at(uint32_t address)
{
    const struct machine_row *row = machine_row();
    for (size_t i = 0; i < row->device_count; i++) {
        const struct machine_device *device = &row->devices[i];
        if (range_contains((struct emu_range){device->base, device->size_bytes}, address, 1)) {
            return device;
        }
    }
    return NULL;
}

const char *memory_map_block(uint32_t address)
{
    const struct machine_device *device = device_at(address);
    return device == NULL ? NULL : device->block;
}

bool memory_map_has_register(uint32_t address)
{
    const struct machine_device *device = device_at(address);
    const struct register_row *row = device == NULL ? NULL : device->rows;
    for (; row != NULL && row->name != NULL; row++) {
        uint32_t nth = 0;
        do {
            if (address - device->base == row->offset + nth * row->stride) {
                return true;
            }
            nth++;
        } while (nth < row->count);
    }
    return false;
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
