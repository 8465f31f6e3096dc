/* SPDX-License-Identifier: Apache-2.0 */
/* Where the emulated CPU finds the machine's memories and registers. */
#ifndef EMU_MEMORY_MAP_H
#define EMU_MEMORY_MAP_H

#include <stdbool.h>
#include <stdint.h>

/* An address range of the CPU. */
struct emu_range {
    uint32_t base;
    uint32_t size_bytes;
};

/* What the machine's description does not say of a chip, because a DMA does not see it. */
struct emu_chip {
    const char *name;
    struct emu_range instruction_bus; /* shows the memory at `memory_base` to the CPU, for code */
    uint32_t memory_base;
    struct emu_range registers;
    void (*reset)(void); /* what runs from reset on */
};

/* The row of a chip that can be emulated, or NULL. */
const struct emu_chip *emu_chip_find(const char *name);

bool range_contains(struct emu_range range, uint32_t address, uint32_t bytes);

/* Returns the memory of the machine behind an address of the data bus, or NULL. */
uint8_t *memory_map_data(uint32_t address, uint32_t bytes);

/* Likewise, of the instruction bus. */
uint8_t *memory_map_code(const struct emu_chip *chip, uint32_t address, uint32_t bytes);

#endif
