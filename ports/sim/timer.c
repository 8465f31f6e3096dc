/* SPDX-License-Identifier: Apache-2.0 */
#include "timer.h"

#include <stddef.h>
#include <stdlib.h>

#include "clock.h"
#include "machine.h"
#include "port.h"

/* So many sleeps in vain in a row: if each is a tenth of a second, that is three minutes. */
enum { VAIN_MAX = 2000 };

static uint64_t sleepers[PORT_CORE_COUNT]; /* until when each core sleeps; 0: it does not */
static uint64_t scheduled;                 /* for when an event is under way; 0: none is */
static unsigned vain;

static void schedule(uint64_t moment);

static void wake_due(void *context, uint32_t argument)
{
    (void)context;
    (void)argument;
    uint64_t next = 0;
    scheduled = 0;
    for (size_t i = 0; i < PORT_CORE_COUNT; i++) {
        if (sleepers[i] > machine_now_cycles() && (next == 0 || sleepers[i] < next)) {
            next = sleepers[i];
        }
    }
    machine_wake_cores();
    if (next != 0) {
        schedule(next);
    }
}

/* An event cannot be taken back, so that there is one at most for what is nearest. */
static void schedule(uint64_t moment)
{
    if (scheduled == 0 || moment < scheduled) {
        scheduled = moment;
        clock_schedule(moment - machine_now_cycles(), wake_due, NULL, 0);
    }
}

uint64_t timer_after_ms(uint32_t milliseconds)
{
    enum { MS_PER_S = 1000 };
    return machine_now_cycles() + machine_description()->cpu_hz / MS_PER_S * (uint64_t)milliseconds;
}

bool timer_sleep_until(uint64_t end)
{
    if (machine_now_cycles() >= end) {
        if (++vain == VAIN_MAX) {
            machine_complain(MACHINE_MISTAKE, "deadlock: a task waits for what never comes");
            abort();
        }
        return false;
    }
    sleepers[port_core()] = end;
    schedule(end);
    (void)machine_wait_for_interrupt();
    sleepers[port_core()] = 0;
    return true;
}

void timer_progress(void)
{
    vain = 0;
}

void timer_forget_all(void)
{
    for (size_t i = 0; i < PORT_CORE_COUNT; i++) {
        sleepers[i] = 0;
    }
    scheduled = 0;
    vain = 0;
}
