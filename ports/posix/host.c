/* SPDX-License-Identifier: Apache-2.0 */
#include "async_memcpy_host.h"

#include <string.h>

#include "chip_choice.h"
#include "machine.h"
#include "machine_thread.h"
#include "monitor.h"
#include "port.h"
#include "port_posix.h"

/* Chooses a chip, unless another one is on. Returns whether it did. */
static bool choose(const struct chip *chip)
{
    monitor_enter();
    bool free = !machine_is_on() || strcmp(machine_description()->chip, chip->name) == 0;
    if (free) {
        chip_choice_prefer(chip);
    }
    monitor_leave();
    return free;
}

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
    return choose(chip) ? ESP_OK : ESP_ERR_INVALID_STATE;
}

const char *async_memcpy_host_chip_name(size_t index)
{
    const struct chip *chip = chip_at(index);
    return chip == NULL ? NULL : chip->name;
}

void async_memcpy_host_set_strict(bool strict)
{
    port_posix_set_strict(strict);
}

bool async_memcpy_host_wait_for_interrupt(void)
{
    return !machine_thread_in_interrupt() && machine_thread_await_interrupt();
}

void async_memcpy_host_get_stats(async_memcpy_host_stats_t *stats)
{
    memset(stats, 0, sizeof *stats);
    monitor_enter();
    if (machine_is_on()) {
        const struct machine_stats *machine = machine_stats();
        stats->chip = machine_description()->chip;
        stats->time_ns = machine_cycles_to_ns(machine_now_cycles());
        stats->dma_busy_ns = machine_cycles_to_ns(machine->dma_busy_cycles);
        stats->dma_bytes = machine->dma_written_bytes;
        stats->dma_external_bytes = machine->dma_external_bytes;
        stats->interrupts = machine_thread_interrupts();
        stats->yields = machine_thread_yields();
        stats->register_reads = machine->register_reads;
        stats->register_writes = machine->register_writes;
    }
    monitor_leave();
}
