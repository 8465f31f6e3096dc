/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"

#include <stddef.h>
#include <string.h>

#include "machine.h"

enum { CLOCK_EVENTS_MAX = 512 };

struct clock_event {
    uint64_t due;
    void (*run)(void *context, uint32_t argument);
    void *context;
    uint32_t argument;
};

/* Sorted, the next event last, so that taking it moves nothing. */
static struct clock_event queue[CLOCK_EVENTS_MAX];
static size_t queue_count;
static uint64_t now;

void clock_reset(void)
{
    queue_count = 0;
    now = 0;
}

uint64_t clock_now(void)
{
    return now;
}

void clock_schedule(uint64_t delay, void (*run)(void *context, uint32_t argument), void *context,
                    uint32_t argument)
{
    if (queue_count == CLOCK_EVENTS_MAX) {
        machine_complain(MACHINE_NOT_MODELLED, "more than %d events at a time", CLOCK_EVENTS_MAX);
        return;
    }
    uint64_t due = now + delay;
    size_t place = queue_count;
    while (place > 0 && queue[place - 1].due <= due) {
        place--;
    }
    memmove(&queue[place + 1], &queue[place], (queue_count - place) * sizeof(queue[0]));
    queue[place] = (struct clock_event){due, run, context, argument};
    queue_count++;
}

bool clock_has_event(void)
{
    return queue_count != 0;
}

bool clock_run_next(void)
{
    if (queue_count == 0) {
        return false;
    }
    struct clock_event event = queue[--queue_count];
    now = event.due;
    event.run(event.context, event.argument);
    return true;
}

void clock_advance(uint64_t cycles)
{
    uint64_t target = now + cycles;
    while (queue_count > 0 && queue[queue_count - 1].due <= target) {
        clock_run_next();
    }
    now = target;
}
