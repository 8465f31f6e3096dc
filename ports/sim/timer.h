/* SPDX-License-Identifier: Apache-2.0 */
/* Sleeping until a moment of virtual time: what an operating system's tick would do. */
#ifndef PORT_SIM_TIMER_H
#define PORT_SIM_TIMER_H

#include <stdbool.h>
#include <stdint.h>

/* Returns the moment so many milliseconds from now, in cycles. */
uint64_t timer_after_ms(uint32_t milliseconds);

/* Sleeps until an interrupt has been taken, something was given, or the moment has come. Returns
 * whether it is still ahead. */
bool timer_sleep_until(uint64_t end);

/* Tells that a wait has not been in vain. So many that were, with nothing to wait for, are a
 * deadlock, which is a complaint. */
void timer_progress(void);

/* Forgets all, as the clock of a machine that is switched on does. */
void timer_forget_all(void);

#endif
