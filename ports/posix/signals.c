/* SPDX-License-Identifier: Apache-2.0 */
/* Signals. One that is given in an interrupt takes effect when the interrupt ends. */
#include "signals.h"

#include <assert.h>

#include "machine_thread.h"
#include "monitor.h"
#include "port.h"

static struct port_signal *due;

void port_signal_init(struct port_signal *signal)
{
    *signal = (struct port_signal){.wake = PTHREAD_COND_INITIALIZER};
}

void port_signal_deinit(struct port_signal *signal)
{
    assert(signal->takers == 0 && !signal->due);
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
    bool wakes = signal->takers != 0 && !signal->given && !signal->due;
    if (!machine_thread_in_interrupt()) {
        give(signal);
    } else if (!signal->due) {
        signal->due = true;
        signal->next_due = due;
        due = signal;
    }
    monitor_leave();
    return wakes;
}

void port_signal_take(struct port_signal *signal)
{
    monitor_enter();
    signal->takers++;
    while (!signal->given) {
        monitor_wait(&signal->wake);
    }
    signal->takers--;
    signal->given = false;
    monitor_leave();
}

void signals_give_due(void)
{
    while (due != NULL) {
        struct port_signal *signal = due;
        due = signal->next_due;
        signal->due = false;
        give(signal);
    }
}
