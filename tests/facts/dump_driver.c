/* SPDX-License-Identifier: Apache-2.0 */
/* Prints what the driver's chip table says, one "chip.fact=value" a line, for
 * scripts/check_facts.py. */
#include <inttypes.h>
#include <stdio.h>

#include "chip.h"

static void print_fact(const char *chip, const char *fact, uint32_t value)
{
    printf("%s.%s=0x%" PRIx32 "\n", chip, fact, value);
}

static void print_range(const char *chip, const char *name, const struct chip_range *range)
{
    printf("%s.%s.low=0x%" PRIx32 "\n", chip, name, range->low);
    printf("%s.%s.size_bytes=0x%" PRIx32 "\n", chip, name, range->size_bytes);
}

static void print_interrupts(const char *chip, const struct chip_interrupts *interrupts)
{
    print_fact(chip, "interrupts.map_base", interrupts->map_base);
    print_fact(chip, "interrupts.map_none", interrupts->map_none);
    print_fact(chip, "interrupts.core_stride", interrupts->core_stride);
    print_fact(chip, "interrupts.enable_register", interrupts->enable_register);
    print_fact(chip, "interrupts.type_register", interrupts->type_register);
    print_fact(chip, "interrupts.priority_base", interrupts->priority_base);
    print_fact(chip, "interrupts.threshold_register", interrupts->threshold_register);
    print_fact(chip, "interrupts.software_base", interrupts->software_base);
    print_fact(chip, "interrupts.software_source", interrupts->software_source);
    print_fact(chip, "interrupts.line_mask", interrupts->line_mask);
}

static void print_engine(const char *chip, const struct chip_engine *engine)
{
    print_fact(chip, "ahb.base", engine->base);
    print_fact(chip, "ahb.gate.clock_register", engine->gate.clock_register);
    print_fact(chip, "ahb.gate.clock_mask", engine->gate.clock_mask);
    print_fact(chip, "ahb.gate.reset_register", engine->gate.reset_register);
    print_fact(chip, "ahb.gate.reset_mask", engine->gate.reset_mask);
    print_fact(chip, "ahb.pair_mask", engine->pair_mask);
    print_fact(chip, "ahb.trigger_id_mask", engine->trigger_id_mask);
    print_fact(chip, "ahb.interrupt_source", engine->interrupt_source);
    print_fact(chip, "ahb.out_interrupt_source", engine->out_interrupt_source);
    print_fact(chip, "ahb.burst_align_bytes", engine->burst_align_bytes);
    print_fact(chip, "ahb.block_bytes_max", engine->block_bytes_max);
}

int main(void)
{
    const struct chip *chip;
    for (size_t index = 0; (chip = chip_at(index)) != NULL; index++) {
        print_fact(chip->name, "core_count", chip->core_count);
        print_range(chip->name, "sram", &chip->sram);
        print_range(chip->name, "psram", &chip->psram);
        print_fact(chip->name, "cache_sync", chip->cache_sync);
        print_interrupts(chip->name, &chip->interrupts);
        if (chip->ahb != NULL) {
            print_engine(chip->name, chip->ahb);
        }
    }
    return 0;
}
