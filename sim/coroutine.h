/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Coroutines: number 0 is the program itself, each other one has a stack of its own.
 * AddressSanitizer is told of every switch.
 */
#ifndef SIM_COROUTINE_H
#define SIM_COROUTINE_H

enum { COROUTINE_COUNT = 2 };

/* Has run() begin at the next switch to that coroutine, which is not the one that runs now,
 * whatever it was at before. run() must not return. */
void coroutine_prepare(unsigned index, void (*run)(void));

/* Goes on with another coroutine where it left off. Returns when somebody switches back. */
void coroutine_switch(unsigned from, unsigned to);

#endif
