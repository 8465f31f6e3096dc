/* SPDX-License-Identifier: Apache-2.0 */
#include "async_memcpy_host.h"

#include <string.h>

#include "chip_choice.h"
#include "machine.h"
#include "port.h"
#include "port_sim.h"

esp_err_t async_memcpy_host_select_chip(const char *name)
{
    if (name == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    const struct chip *chip = chip_find(name);
    if (chip == NULL) {
        chip_choice_report_unknown("async_memcpy_host_select_chip", name);
        return ESP_ERR_NOT_SUPPORTED;
    }
    if (machine_is_on() && port_chip() != chip) {
        return ESP_ERR_INVALID_STATE;
    }
    chip_choice_prefer(chip);
    return ESP_OK;
}

const char *async_memcpy_host_chip_name(size_t index)
{
    const struct chip *chip = chip_at(index);
    return chip == NULL ? NULL : chip->name;
}

bool async_memcpy_host_wait_for_interrupt(void)
{
    return machine_is_on() && !machine_in_interrupt() && machine_wait_for_interrupt();
}

void async_memcpy_host_get_stats(async_memcpy_host_stats_t *stats)
{
    memset(stats, 0, sizeof *stats);
    if (!machine_is_on()) {
        return;
    }
    const struct machine_stats *machine = machine_stats();
    stats->chip = machine_description()->chip;
    stats->time_ns = machine_cycles_to_ns(machine_now_cycles());
    stats->dma_busy_ns = machine_cycles_to_ns(machine->dma_busy_cycles);
    stats->dma_bytes = machine->dma_written_bytes;
    stats->dma_external_bytes = machine->dma_external_bytes;
    stats->interrupts = machine->interrupts;
    stats->yields = port_sim_yield_count();
    stats->register_reads = machine->register_reads;
    stats->register_writes = machine->register_writes;
}
