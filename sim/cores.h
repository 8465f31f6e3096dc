/* SPDX-License-Identifier: Apache-2.0 */
/* The cores' states, and which of them runs. A core is a coroutine; core 0 is the program. */
#ifndef SIM_CORES_H
#define SIM_CORES_H

#include <limits.h>
#include <stdbool.h>

#include "coroutine.h"

enum { CORES_MAX = COROUTINE_COUNT };

/* As many points as it likes. */
#define CORES_POINTS_ANY UINT_MAX

struct core {
    unsigned mask_depth;
    unsigned put_off;    /* how often the pending interrupt was */
    unsigned reads;      /* in a row */
    unsigned standstill; /* points since time last passed in explore mode */
    bool in_interrupt;
    bool owed;                    /* its interrupt is to be taken at the first point that can */
    bool started;                 /* it has ever had a task */
    bool waits;                   /* for an interrupt, or to be woken */
    void (*task)(void *argument); /* NULL: it idles, or is core 0 */
    void *argument;
};

void cores_power_on(void);

struct core *cores_at(unsigned index);
/* How many the chip has. */
unsigned cores_count(void);
struct core *cores_running(void);
/* Gives a core that is idle a task. The first time run() is what the core does; it must not return.
 */
void cores_start(unsigned index, void (*task)(void *argument), void *argument, void (*run)(void));
/* Whether another core has ever had a task. */
bool cores_are_several(void);

/* The line that a core must take as soon as its interrupts are not masked, or 0. */
unsigned cores_pending_line(unsigned index);
bool cores_any_line_pends(void);

/* Returns the number of another core that has something to do, or -1. */
int cores_next(void);
/* Goes on with another core for so many points, or until that one waits. Returns when this one's
 * turn has come again. */
void cores_go_to(unsigned index, unsigned points);
/* How many points the running core may go on for; a new number. */
void cores_allow(unsigned points);
/* Counts a point. Returns whether the running core's turn is over. */
bool cores_turn_ends(void);

#endif
