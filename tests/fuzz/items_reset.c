/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reset of the block ends whatever the engine was at: it is at rest then, and all its registers
 * read as after power-on (gdma_ahb_v1.md, Clock/reset).
 */
#include "fault.h"
#include "items.h"
#include "layout.h"
#include "machine.h"
#include "machine_internal.h"
#include "register_file.h"

enum { QUIET_CYCLES = 50000 };

/* SYSTEM's own registers, which a block's reset does not concern, are put right by hand. */
static void reset_block(void)
{
    bool external = items_has_external();
    uint32_t clock = LAYOUT_SYSTEM + layout_of(external)->clock;
    uint32_t reset = LAYOUT_SYSTEM + layout_of(external)->reset;
    machine_write32(clock, machine_read32(clock) | LAYOUT_DMA_BIT);
    machine_write32(reset, machine_read32(reset) & ~LAYOUT_DMA_BIT);
    machine_write32(reset, machine_read32(reset) | LAYOUT_DMA_BIT);
    uint64_t before = items_watch_transfers();
    machine_advance(QUIET_CYCLES);
    FUZZ_CHECK(items_watch_transfers() == before, "the engine works while it is in reset");
    machine_write32(reset, machine_read32(reset) & ~LAYOUT_DMA_BIT);
    if (external) {
        machine_write32(LAYOUT_SYSTEM + 0x44, 1); /* EDMA_CTRL: the way to external RAM is open */
    }
}

static void check_registers(void)
{
    const struct machine_row *machine = machine_row();
    for (size_t i = 0; i < machine->device_count; i++) {
        const struct machine_device *device = &machine->devices[i];
        bool is_engine = device->base == LAYOUT_GDMA;
        for (const struct register_row *row = device->rows; is_engine && row->name != NULL; row++) {
            unsigned count = row->count == 0 ? 1 : row->count;
            for (unsigned nth = 0; nth < count && !row->not_modelled; nth++) {
                uint32_t value = machine_read32(device->base + row->offset + nth * row->stride);
                if (value != row->reset) {
                    fuzz_fail_numbers("a register is not as after reset; offset, value",
                                      row->offset + nth * row->stride, value);
                }
            }
        }
    }
}

void items_reset(void)
{
    fault_forget_all();
    reset_block();
    uint64_t before = items_watch_transfers();
    machine_advance(QUIET_CYCLES);
    FUZZ_CHECK(items_watch_transfers() == before, "the engine works though nobody started it");
    check_registers();
}
