/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual time and the events that are due in it. Events of one moment run in the order in which
 * they were scheduled. */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

void clock_reset(void);
uint64_t clock_now(void);

/* Has run(context, argument) called in `delay` cycles. An event cannot be taken back: whoever may
 * lose interest tells by the argument. */
void clock_schedule(uint64_t delay, void (*run)(void *context, uint32_t argument), void *context,
                    uint32_t argument);

bool clock_has_event(void);
/* Moves time to the next event and runs it. False: there is none. */
bool clock_run_next(void);
/* Lets time pass, and runs what falls due on the way. */
void clock_advance(uint64_t cycles);

#endif
