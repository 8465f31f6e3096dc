/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that the machine runs on: it moves the clock from event to event while anything is
 * scheduled, takes interrupts, and sleeps otherwise.
 */
#ifndef PORT_MACHINE_THREAD_H
#define PORT_MACHINE_THREAD_H

#include <stdbool.h>
#include <stdint.h>

struct port_interrupt;

/* Starts the thread, if it does not run. It is stopped when the program exits. Returns 0 or an
 * error number. Inside the monitor. */
int machine_thread_start(void);

/* To be called before the monitor is left: wakes the thread if there is work for it. */
void machine_thread_notice(void);

/* Whether the caller is an interrupt handler. */
bool machine_thread_in_interrupt(void);

/* Has the thread yield the processor when the interrupt ends. In an interrupt only. */
void machine_thread_yield_later(void);

/* Returns when a handler does not run, if it did. Inside the monitor, not in an interrupt. */
void machine_thread_await_end_of(const struct port_interrupt *interrupt);

/* Sleeps until an interrupt has been handled since the calling thread last asked. Returns false if
 * none was and nothing is under way. Not in an interrupt. */
bool machine_thread_await_interrupt(void);

/* How many interrupts have been handled, and how many of them have asked to yield. Inside the
 * monitor. */
uint64_t machine_thread_interrupts(void);
uint64_t machine_thread_yields(void);

/* Calls function(argument) as an interrupt handler is called, on this thread. Not inside. */
void machine_thread_call_as_interrupt(void (*function)(void *argument), void *argument);

#endif
