/* SPDX-License-Identifier: Apache-2.0 */
/* Prints what the machine says of every chip, for scripts/check_facts.py: registers as
 *   CHIP,BLOCK,BASE,NAME,OFFSET,RESET,WRITABLE,CLEARS,TRIGGERS,READ_ONLY
 * and everything else as CHIP.FACT=VALUE. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "machine.h"
#include "machine_internal.h"
#include "models/ahb_gdma_v1.h"
#include "register_file.h"

static const char *const event_names[GDMA_EVENT_COUNT] = {
    [GDMA_IN_DONE] = "IN_DONE",           [GDMA_IN_SUC_EOF] = "IN_SUC_EOF",
    [GDMA_IN_DSCR_ERR] = "IN_DSCR_ERR",   [GDMA_IN_DSCR_EMPTY] = "IN_DSCR_EMPTY",
    [GDMA_OUT_DONE] = "OUT_DONE",         [GDMA_OUT_EOF] = "OUT_EOF",
    [GDMA_OUT_DSCR_ERR] = "OUT_DSCR_ERR", [GDMA_OUT_TOTAL_EOF] = "OUT_TOTAL_EOF",
};

static void print_registers(const char *chip)
{
    struct register_description about;
    for (size_t index = 0; register_file_describe(chip, index, &about); index++) {
        printf("%s,%s,0x%" PRIx32 ",%s,0x%" PRIx32 ",0x%" PRIx32 ",0x%" PRIx32 ",0x%" PRIx32
               ",0x%" PRIx32 ",0x%" PRIx32 "\n",
               chip, about.block, about.base, about.name, about.offset, about.reset, about.writable,
               about.clears, about.triggers, about.read_only);
    }
}

static void print_fact(const char *chip, const char *fact, uint64_t value)
{
    printf("%s.%s=0x%" PRIx64 "\n", chip, fact, value);
}

/* Which part of their window is flash and which external RAM is the simulation's choice, and the
 * datasheet does not say of every chip how large its RTC RAM is. */
static void print_memories(const struct machine_description *machine)
{
    for (size_t index = 0; index < machine->memory_count; index++) {
        const struct machine_memory *memory = &machine->memories[index];
        if (memory->kind == MACHINE_SRAM) {
            print_fact(machine->chip, "sram.low", memory->base);
            print_fact(machine->chip, "sram.high", memory->base + memory->size_bytes - 1);
        } else if (memory->kind == MACHINE_RTC_RAM) {
            print_fact(machine->chip, "rtc_ram.low", memory->base);
        }
    }
}

static void print_gdma(const char *chip, const struct ahb_gdma_v1_facts *facts)
{
    print_fact(chip, "gdma.pair_count", facts->pair_count);
    print_fact(chip, "gdma.address_high", facts->address_high);
    print_fact(chip, "gdma.window_low", facts->window_low);
    print_fact(chip, "gdma.window_high", facts->window_high);
    print_fact(chip, "gdma.external_low", facts->external_low);
    print_fact(chip, "gdma.external_high", facts->external_high);
    print_fact(chip, "gdma.m2m_ids", facts->m2m_ids);
    print_fact(chip, "gdma.block_count", facts->block_count);
    print_fact(chip, "gdma.source", facts->block_sources[0]);
    print_fact(chip, "gdma.out_source", facts->block_sources[1]);
    print_fact(chip, "gdma.reject_source", facts->reject_source);
    for (size_t event = 0; event < GDMA_EVENT_COUNT; event++) {
        const struct gdma_event_bit *place = &facts->events[event];
        printf("%s.gdma.event.%s=%u\n", chip, event_names[event], (unsigned)place->bit);
        printf("%s.gdma.event_block.%s=%u\n", chip, event_names[event], (unsigned)place->block);
    }
}

int main(void)
{
    const struct machine_row *row;
    for (size_t index = 0; (row = machine_row_at(index)) != NULL; index++) {
        const char *chip = row->description.chip;
        print_registers(chip);
        print_memories(&row->description);
        print_fact(chip, "core_count", row->description.core_count);
        print_fact(chip, "sources.first", row->dma_sources.first);
        print_fact(chip, "sources.count", row->dma_sources.count);
        for (size_t device = 0; device < row->device_count; device++) {
            if (strcmp(row->devices[device].block, "AHB_GDMA") == 0) {
                print_gdma(chip, row->devices[device].facts);
            }
        }
    }
    return 0;
}
