/* SPDX-License-Identifier: Apache-2.0 */
/* The port to the simulated chip in a program with threads: what port.h asks for, besides claims,
 * interrupts and signals. */
#define _POSIX_C_SOURCE 200809L
#include "port_posix.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aperture.h"
#include "chip_choice.h"
#include "common.h"
#include "esp_heap_caps.h"
#include "machine.h"
#include "machine_thread.h"
#include "memories.h"
#include "monitor.h"
#include "ordinary.h"
#include "port.h"

#define STRICT_VARIABLE "ASYNC_MEMCPY_STRICT"

/* What the driver takes is kept with its size, to be known when it is given back. */
struct block {
    uint64_t size_bytes;
};

static const struct chip *current; /* inside the monitor */
static atomic_bool strict;

port_lock_state_t port_lock(port_lock_t *lock)
{
    monitor_enter();
    port_lock_state_t state = {.was_held = lock->held};
    if (lock->held) {
        machine_complain(MACHINE_MISTAKE, "a lock was taken twice by one thread");
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
    machine_point();
    monitor_leave();
}

void port_copy(void *destination, const void *source, size_t size_bytes)
{
    memcpy(destination, source, size_bytes);
}

bool port_in_interrupt(void)
{
    return machine_thread_in_interrupt();
}

/* What a task waits by is the wall clock. */
uint32_t port_now_us(void)
{
    enum { US_PER_S = 1000000, NS_PER_US = 1000 };
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)now.tv_sec * US_PER_S + (uint32_t)(now.tv_nsec / NS_PER_US);
}

/* Reading the clock takes time, so that a loop that waits for it ends. */
uint32_t port_engine_now_us(void)
{
    enum { NS_PER_US = 1000 };
    monitor_enter();
    machine_point();
    uint64_t now_ns = machine_cycles_to_ns(machine_now_cycles());
    monitor_leave();
    return (uint32_t)(now_ns / NS_PER_US);
}

void port_call_as_interrupt(void (*function)(void *argument), void *argument)
{
    machine_thread_call_as_interrupt(function, argument);
}

void port_yield_from_isr(void)
{
    machine_thread_yield_later();
}

void *port_allocate(size_t size_bytes)
{
    struct block *block = heap_caps_calloc(1, sizeof *block + size_bytes,
                                           MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL);
    if (block == NULL) {
        return NULL;
    }
    block->size_bytes = size_bytes;
    return block + 1;
}

void port_free(void *memory)
{
    struct block *block = (struct block *)memory - 1;
    monitor_enter();
    aperture_forget(memory, block->size_bytes);
    monitor_leave();
    heap_caps_free(block);
}

const struct heap_region *port_heap_regions(size_t *count)
{
    static struct heap_region regions[MEMORIES_MAX];
    bool on = port_chip() != NULL;
    monitor_enter();
    *count = on ? memories_list(regions) : 0;
    monitor_leave();
    return regions;
}

void port_report_mistake(const char *text, const void *address)
{
    machine_complain(MACHINE_MISTAKE, "%s: %p", text, address);
}

bool port_has_external(void)
{
    return true;
}

bool port_is_ordinary(const void *address, size_t size_bytes)
{
    return !atomic_load(&strict) && ordinary_range(address, size_bytes);
}

void port_posix_set_strict(bool on)
{
    atomic_store(&strict, on);
}

static void read_strict(void)
{
    const char *value = getenv(STRICT_VARIABLE);
    if (value != NULL && strcmp(value, "1") == 0) {
        port_posix_set_strict(true);
    }
}

static void complain_once(const char *what, int error)
{
    static bool complained;
    if (!complained) {
        (void)fprintf(stderr, "async_memcpy: %s: %s\n", what, strerror(error));
    }
    complained = true;
}

/* Returns the chip that is on now, or NULL after saying why there is none. */
static const struct chip *switch_on(void)
{
    const struct chip *chip = chip_choice_get();
    if (chip == NULL) {
        return NULL;
    }
    const struct machine_config config = {.chip = chip->name, .threads = true};
    if (!machine_power_on(&config)) {
        complain_once("the chip's memories cannot be mapped at their addresses", errno);
        return NULL;
    }
    read_strict();
    aperture_power_on();
    return chip;
}

const struct chip *port_chip(void)
{
    const struct chip *chip = NULL;
    monitor_enter();
    if (current == NULL) {
        current = switch_on();
    }
    if (current != NULL) {
        int error = machine_thread_start();
        if (error == 0) {
            chip = current;
        } else {
            complain_once("the chip's thread cannot be started", error);
        }
    }
    monitor_leave();
    return chip;
}
