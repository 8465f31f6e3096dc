/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's one lock: registers, descriptor words, events, and all that the port and the driver
 * keep. Threads come in in the order in which they ask, so that neither the machine's own thread
 * nor one that polls shuts the others out.
 *
 * Nobody calls a callback, or waits for one to return, while inside.
 */
#ifndef PORT_MONITOR_H
#define PORT_MONITOR_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Enter and leave; nest. Leaving wakes the machine's thread if there is work for it. */
void monitor_enter(void);
void monitor_leave(void);

/* Leaves, sleeps until cond is signalled by somebody inside, or for no reason, and enters again.
 * The caller is inside once. */
void monitor_wait(pthread_cond_t *cond);

/* A condition for the next, a moment so many milliseconds from now, and waiting as monitor_wait()
 * until it at the most. Returns false if the moment has come. */
void monitor_init_cond(pthread_cond_t *cond);
struct timespec monitor_moment(uint32_t milliseconds);
bool monitor_wait_until(pthread_cond_t *cond, const struct timespec *moment);

/* Lets those in who are waiting. The caller is inside once. */
void monitor_give_way(void);

/* In the child after a fork: as at the start of the program, the caller being outside. */
void monitor_forget(void);

#endif
