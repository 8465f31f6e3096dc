/* SPDX-License-Identifier: Apache-2.0 */
/* The port to the simulated chip: what port.h asks for, besides claims and interrupts. */
#include "port_sim.h"

#include <stdlib.h>
#include <string.h>

#include "chip_select.h"
#include "common.h"
#include "esp_heap_caps.h"
#include "fault.h"
#include "memories.h"
#include "port.h"
#include "timer.h"

static uint32_t yield_count;

/* Nobody takes a lock between the last look at it and the taking: cores are switched at interrupt
 * points and in machine_spin() only. */
port_lock_state_t port_lock(port_lock_t *lock)
{
    if (machine_is_on() && machine_description()->core_count > 1) {
        machine_point();
    }
    machine_mask_interrupts();
    while (lock->held && lock->core != machine_core()) {
        machine_spin();
    }
    port_lock_state_t state = {.was_held = lock->held};
    if (lock->held) {
        machine_complain(MACHINE_MISTAKE, "a lock was taken twice by the same core");
    }
    *lock = (port_lock_t){.held = true, .core = machine_core()};
    return state;
}

void port_unlock(port_lock_t *lock, port_lock_state_t state)
{
    if (!lock->held || lock->core != machine_core()) {
        machine_complain(MACHINE_MISTAKE, "a lock was given back by a core that did not hold it");
    }
    lock->held = state.was_held;
    machine_unmask_interrupts();
    if (machine_is_on()) {
        machine_point();
    }
}

unsigned port_core(void)
{
    return machine_core();
}

bool port_lines_have_registers(void)
{
    return port_chip()->interrupts.enable_register != 0;
}

void port_enable_line(unsigned line)
{
    machine_enable_line(line, true);
}

void port_spin(void)
{
    machine_spin();
}

void port_copy(void *destination, const void *source, size_t size_bytes)
{
    memcpy(destination, source, size_bytes);
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

uint32_t port_engine_now_us(void)
{
    return port_now_us();
}

void port_call_as_interrupt(void (*function)(void *argument), void *argument)
{
    machine_call_as_interrupt(function, argument);
    machine_point();
}

void port_yield_from_isr(void)
{
    yield_count++;
}

void port_signal_init(struct port_signal *signal)
{
    *signal = (struct port_signal){.given = false, .takers = 0};
}

void port_signal_deinit(struct port_signal *signal)
{
    if (signal->takers != 0) {
        machine_complain(MACHINE_MISTAKE, "a signal has gone that a task waits for");
    }
}

/* A task counts as of higher priority than whatever "wfi" stands for. */
bool port_signal_give(struct port_signal *signal)
{
    bool woke = signal->takers != 0 && !signal->given;
    signal->given = true;
    machine_wake_cores();
    return woke;
}

/* Nothing is lost between the look at the flag and the wait: interrupts come and cores are switched
 * at interrupt points only. */
bool port_signal_take_within(struct port_signal *signal, uint32_t timeout_ms)
{
    uint64_t end = timer_after_ms(timeout_ms);
    signal->takers++;
    while (!signal->given && timer_sleep_until(end)) {
    }
    bool taken = signal->given;
    if (taken) {
        signal->given = false;
        timer_progress();
    }
    signal->takers--;
    return taken;
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

bool port_has_external(void)
{
    const struct chip *chip = port_chip();
    return chip != NULL && chip->psram.size_bytes != 0;
}

const struct heap_region *port_heap_regions(size_t *count)
{
    static struct heap_region regions[MEMORIES_MAX];
    *count = port_chip() == NULL ? 0 : memories_list(regions);
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
