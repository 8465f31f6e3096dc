/* SPDX-License-Identifier: Apache-2.0 */
/* The port to the simulated chip: what port.h asks for, besides claims and interrupts. */
#include "port_sim.h"

#include <stdlib.h>

#include "chip_select.h"
#include "common.h"
#include "esp_heap_caps.h"
#include "fault.h"
#include "port.h"

static uint32_t yield_count;

port_lock_state_t port_lock(port_lock_t *lock)
{
    machine_mask_interrupts();
    port_lock_state_t state = {.was_held = lock->held};
    if (lock->held) {
        machine_complain(MACHINE_MISTAKE, "a lock was taken twice by the only core");
    }
    lock->held = true;
    return state;
}

void port_unlock(port_lock_t *lock, port_lock_state_t state)
{
    if (!lock->held) {
        machine_complain(MACHINE_MISTAKE, "a lock was given back that nobody held");
    }
    lock->held = state.was_held;
    machine_unmask_interrupts();
    if (machine_is_on()) {
        machine_point();
    }
}

bool port_in_interrupt(void)
{
    return machine_in_interrupt();
}

uint32_t port_now_us(void)
{
    enum { NS_PER_US = 1000 };
    return (uint32_t)(machine_cycles_to_ns(machine_now_cycles()) / NS_PER_US);
}

void port_yield_from_isr(void)
{
    yield_count++;
}

void port_signal_init(struct port_signal *signal)
{
    *signal = (struct port_signal){.given = false, .awaited = false};
}

void port_signal_deinit(struct port_signal *signal)
{
    (void)signal;
}

/* The one task there is counts as of higher priority than whatever "wfi" stands for. */
bool port_signal_give(struct port_signal *signal)
{
    bool woke = signal->awaited && !signal->given;
    signal->given = true;
    return woke;
}

/* Nothing is lost between the look at the flag and the wait: interrupts come at interrupt points
 * only. */
void port_signal_take(struct port_signal *signal)
{
    signal->awaited = true;
    while (!signal->given) {
        if (!machine_wait_for_interrupt()) {
            machine_complain(MACHINE_MISTAKE,
                             "deadlock: the only task waits for a signal, no interrupt is pending "
                             "and no transfer is under way");
            abort();
        }
    }
    *signal = (struct port_signal){.given = false, .awaited = false};
}

void *port_allocate(size_t size_bytes)
{
    if (fault_strikes(FAULT_ALLOCATION)) {
        return NULL;
    }
    return heap_caps_calloc(1, size_bytes, MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL);
}

void port_free(void *memory)
{
    heap_caps_free(memory);
}

/* What a memory of a kind can do. RTC RAM is out of the DMA's reach (README.md, memory ranges). */
static const uint32_t caps_of_kind[] = {
    [MACHINE_SRAM] = MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT | MALLOC_CAP_32BIT |
                     MALLOC_CAP_DEFAULT,
    [MACHINE_RTC_RAM] = MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT | MALLOC_CAP_32BIT,
};

/* The memories are mapped at the chip's own addresses. */
const struct heap_region *port_heap_regions(size_t *count)
{
    enum { REGION_COUNT_MAX = 4 };
    static struct heap_region regions[REGION_COUNT_MAX];
    *count = 0;
    if (port_chip() == NULL) {
        return regions;
    }
    const struct machine_description *machine = machine_description();
    for (size_t i = 0; i < machine->memory_count && i < REGION_COUNT_MAX; i++) {
        const struct machine_memory *memory = &machine->memories[i];
        regions[i].low = (void *)(uintptr_t)memory->base;
        regions[i].size_bytes = memory->size_bytes;
        regions[i].caps = caps_of_kind[memory->kind];
        *count = i + 1;
    }
    return regions;
}

void port_report_mistake(const char *text, const void *address)
{
    machine_complain(MACHINE_MISTAKE, "%s: %p", text, address);
}

void port_sim_reset(void)
{
    chip_select_forget();
    yield_count = 0;
}

bool port_sim_power_on(const struct machine_config *config)
{
    port_sim_reset();
    return machine_power_on(config) && port_chip() != NULL;
}

uint32_t port_sim_yield_count(void)
{
    return yield_count;
}
