/* SPDX-License-Identifier: Apache-2.0 */
/* Where the emulated CPU finds the machine's memories and registers. */
#ifndef EMU_MEMORY_MAP_H
#define EMU_MEMORY_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address range of the CPU. */
struct emu_range {
    uint32_t base;
    uint32_t size_bytes;
};

/* Memory that a chip has and the emulated chip has not. */
struct emu_lack {
    struct emu_range range;
    const char *text;
};

/* What the machine's description does not say of a chip, because a DMA does not see it. */
struct emu_chip {
    const char *name;
    struct emu_range instruction_bus; /* shows the memory at `memory_base` to the CPU, for code */
    uint32_t memory_base;
    struct emu_range registers;
    void (*reset)(void); /* what runs from reset on */
    const struct emu_lack *lacks;
    size_t lack_count;
};

/* The row of a chip that can be emulated, or NULL. */
const struct emu_chip *emu_chip_find(const char *name);

bool range_contains(struct emu_range range, uint32_t address, uint32_t bytes);

/* Says of an address whose use is refused that it is in memory which the emulated chip lacks, or
 * else `otherwise`. */
const char *memory_map_lack(const struct emu_chip *chip, uint32_t address, const char *otherwise);

/* The block of the machine's device at an address, or NULL; and whether that device's model has a
 * register there. */
const char *memory_map_block(uint32_t address);
bool memory_map_has_register(uint32_t address);

/* Returns the memory of the machine behind an address of the data bus, or NULL. */
uint8_t *memory_map_data(uint32_t address, uint32_t bytes);

/* Likewise, of the instruction bus. */
uint8_t *memory_map_code(const struct emu_chip *chip, uint32_t address, uint32_t bytes);

#endif
