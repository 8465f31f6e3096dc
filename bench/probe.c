/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image in the place of the benchmark image whose numbers are known beforehand: the program that
 * counts (watch.c) is tested with it. There is no driver in it; probe.S has what stands in for one,
 * and all that is counted.
 */
#include "probe.h"

#include <stddef.h>

#include "cases.h"
#include "mmio.h"
#include "port_config.h"
#include PORT_CHIP_ROW

enum { BYTES = 64, LINE = 2, PRIORITY = 2, THRESHOLD = 1 };

uint32_t bench_case_index = UINT32_MAX;
uint32_t probe_source[BYTES / 4];
uint32_t probe_destination[BYTES / 4];

/* Software interrupt 0 is the only one. */
static void open_interrupt(void)
{
    const struct chip_interrupts *chip = &PORT_CHIP.interrupts;
    mmio_write32(chip->map_base + 4u * chip->software_source, LINE);
    mmio_write32(chip->priority_base + 4u * LINE, PRIORITY);
    mmio_write32(chip->threshold_register, THRESHOLD);
    mmio_write32(chip->enable_register, UINT32_C(1) << LINE);
}

static uint32_t index_of(enum bench_mode mode)
{
    const struct bench_case *what;
    uint32_t index = 0;
    while ((what = bench_case_at(index)) != NULL &&
           (what->mode != mode || what->size_bytes != BYTES || !what->aligned)) {
        index++;
    }
    return index;
}

/* With its clock on the engine can be looked at; nothing ever starts it. */
static void open_engine(void)
{
    const struct chip_gate *gate = &PORT_CHIP.ahb->gate;
    mmio_write32(gate->reset_register, mmio_read32(gate->reset_register) & ~gate->reset_mask);
    mmio_write32(gate->clock_register, mmio_read32(gate->clock_register) | gate->clock_mask);
}

int main(void)
{
    const bus_addr_t trigger = PORT_CHIP.interrupts.software_base;
    open_interrupt();
    open_engine();
    probe_interrupt(index_of(BENCH_SINGLE), trigger);
    probe_queued(index_of(BENCH_QUEUED), trigger);
    probe_by_cpu(index_of(BENCH_BY_CPU));
    return 0;
}
