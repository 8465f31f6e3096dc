/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What test bodies need from where they run, so that the same bodies run on a PC and in firmware.
 *
 * platform_port.c defines what the port can do; the rest each platform defines for itself.
 */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sleeps from interrupt to interrupt until is_done(context). Returns false if it never will be,
 * because no interrupt can come any more. Task only. The platform defines it. */
bool platform_wait_until(bool (*is_done)(void *context), void *context);

/* Lets a little time pass, in which interrupts are taken. Task only. The platform defines it. */
void platform_pass_time(void);

/* Returns a random number below bound. The platform defines it. */
uint32_t platform_random(uint32_t bound);

/* Returns how often the port was asked to switch to a task of higher priority. The platform defines
 * it. */
uint32_t platform_yield_count(void);

/* Calls function(argument) in interrupt context and returns after it. Task only. */
void platform_run_in_interrupt(void (*function)(void *argument), void *argument);

bool platform_in_interrupt(void);

/* Addresses that the engine must not be given. */
struct platform_range {
    const char *name;
    uint32_t low;
    uint32_t size_bytes;
};

/* What the suite knows of a chip; written down apart from the driver's own table. */
struct platform_facts {
    const char *name;
    unsigned pair_count;              /* channel pairs usable for memory to memory */
    struct platform_range sram;       /* what the engine reaches */
    struct platform_range refused[8]; /* ends with size_bytes 0 */
};

/* Returns the chip that this runs on. */
const struct platform_facts *platform_chip(void);

#endif
