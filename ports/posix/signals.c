/* SPDX-License-Identifier: Apache-2.0 */
/* Signals. One that is given in an interrupt takes effect when the interrupt ends. */
#include "signals.h"

#include <assert.h>

#include "machine_thread.h"
#include "monitor.h"
#include "port.h"

static struct port_signal *due;

/* Its address stands for the thread. */
static _Thread_local char self;

void port_signal_init(struct port_signal *signal)
{
    *signal = (struct port_signal){.given = false};
    monitor_init_cond(&signal->wake);
}

void port_signal_deinit(struct port_signal *signal)
{
    assert(signal->takers == 0);
    monitor_enter();
    for (struct port_signal **link = &due; *link != NULL; link = &(*link)->next_due) {
        if (*link == signal) {
            *link = signal->next_due;
            break;
        }
    }
    monitor_leave();
    (void)pthread_cond_destroy(&signal->wake);
}

static void give(struct port_signal *signal)
{
    signal->given = true;
    (void)pthread_cond_signal(&signal->wake);
}

/* Every task counts as of higher priority than what the interrupt interrupted. */
bool port_signal_give(struct port_signal *signal)
{
    monitor_enter();
    bool wakes = signal->takers != 0 && !signal->given && signal->due_by == NULL;
    if (!machine_thread_in_interrupt()) {
        give(signal);
    } else if (signal->due_by == NULL) {
        signal->due_by = &self;
        signal->next_due = due;
        due = signal;
    }
    monitor_leave();
    return wakes;
}

bool port_signal_take_within(struct port_signal *signal, uint32_t timeout_ms)
{
    struct timespec end = monitor_moment(timeout_ms);
    bool in_time = true;
    monitor_enter();
    signal->takers++;
    while (!signal->given && in_time) {
        in_time = monitor_wait_until(&signal->wake, &end);
    }
    bool taken = signal->given;
    signal->takers--;
    signal->given = false;
    monitor_leave();
    return taken;
}

void signals_give_due(void)
{
    struct port_signal **link = &due;
    while (*link != NULL) {
        struct port_signal *signal = *link;
        if (signal->due_by != &self) {
            link = &signal->next_due;
            continue;
        }
        *link = signal->next_due;
        signal->due_by = NULL;
        give(signal);
    }
}
