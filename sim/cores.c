/* SPDX-License-Identifier: Apache-2.0 */
#include "cores.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "machine_internal.h"

static struct core cores[CORES_MAX];
static unsigned running;
static unsigned points_left; /* of the running core's turn */
static bool several;

static void (*first_call)(void *argument); /* what core 0 must do before it goes on */
static void *first_argument;

void cores_power_on(void)
{
    memset(cores, 0, sizeof(cores));
    running = 0;
    points_left = CORES_POINTS_ANY;
    several = false;
    first_call = NULL;
    cores[0].started = true;
}

struct core *cores_at(unsigned index)
{
    return &cores[index];
}

unsigned cores_count(void)
{
    const struct machine_description *description = machine_description();
    return description == NULL ? 1 : description->core_count;
}

struct core *cores_running(void)
{
    return &cores[running];
}

unsigned machine_core(void)
{
    return running;
}

void cores_start(unsigned index, void (*task)(void *argument), void *argument, void (*run)(void))
{
    if (!cores[index].started) {
        coroutine_prepare(index, run);
        cores[index].started = true;
        several = true;
    }
    cores[index].task = task;
    cores[index].argument = argument;
    cores[index].waits = false;
}

bool cores_are_several(void)
{
    return several;
}

/* The interrupt controller answers for the running core only. */
unsigned cores_pending_line(unsigned index)
{
    const struct machine_row *row = machine_row();
    if (row == NULL) {
        return 0;
    }
    unsigned before = running;
    running = index;
    unsigned line = row->interrupts->pending_line();
    running = before;
    return line;
}

bool cores_any_line_pends(void)
{
    for (unsigned index = 0; index < cores_count(); index++) {
        if (cores[index].started && cores_pending_line(index) != 0) {
            return true;
        }
    }
    return false;
}

/* A core that waits has something to do if it can take an interrupt. */
static bool has_something_to_do(unsigned index)
{
    const struct core *core = &cores[index];
    return core->started &&
           (!core->waits || (core->mask_depth == 0 && cores_pending_line(index) != 0));
}

int cores_next(void)
{
    unsigned count = several ? cores_count() : 1;
    for (unsigned distance = 1; distance < count; distance++) {
        unsigned index = (running + distance) % count;
        if (has_something_to_do(index)) {
            return (int)index;
        }
    }
    return -1;
}

void cores_go_to(unsigned index, unsigned points)
{
    unsigned from = running;
    machine_count()->core_switches++;
    points_left = points;
    running = index;
    coroutine_switch(from, index);
    if (from == 0 && first_call != NULL) {
        void (*call)(void *argument) = first_call;
        first_call = NULL;
        call(first_argument);
    }
}

void cores_allow(unsigned points)
{
    points_left = points;
}

bool cores_turn_ends(void)
{
    if (points_left == CORES_POINTS_ANY) {
        return false;
    }
    if (points_left > 0) {
        points_left--;
    }
    return points_left == 0;
}

void machine_call_on_first_core(void (*call)(void *argument), void *argument)
{
    if (running == 0) {
        call(argument);
    } else {
        first_call = call;
        first_argument = argument;
        cores_go_to(0, CORES_POINTS_ANY);
    }
    abort();
}
