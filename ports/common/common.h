/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ports without an operating system share: the allocator behind esp_heap_caps.h, claiming, and
 * the interrupt matrix. A port that compiles this directory provides the functions in the first
 * part.
 */
#ifndef PORT_COMMON_H
#define PORT_COMMON_H

#include <stddef.h>
#include <stdint.h>

#include "heap.h"

/* Provided by the port: returns the memories that heap_caps_malloc() hands out, the same ones at
 * every call; *count is 0 when there are none. Task only; not under a lock. */
const struct heap_region *port_heap_regions(size_t *count);

/* Provided by the port: reports a misuse that was detected before anything was changed. May or may
 * not return. */
void port_report_mistake(const char *text, const void *address);

/* Calls what port_interrupt_open() attached to a CPU line. For the port's interrupt entry only;
 * interrupts are masked. */
void port_dispatch_interrupt(unsigned line);

/* Forget all that is allocated, claimed and attached, as after power-on. Task only; nobody uses
 * what is forgotten. */
void heap_caps_forget_all(void);
void port_claims_forget_all(void);
void port_interrupts_forget_all(void);

#endif
