/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ports without an operating system share: the allocator behind esp_heap_caps.h, claiming, the
 * interrupt matrix and the cache of external RAM. A port that compiles this directory provides the
 * functions in the first part, and in its port_types.h, inline where it likes
 * (PORT_CORE_COUNT and PORT_INTERRUPT_LINES stand in its port_lines.h):
 *
 *   PORT_SOURCES_ARE_SPLIT    whether a channel pair may have two interrupt sources
 *   unsigned port_core(void);               the core that this runs on, from 0
 *   bool port_lines_have_registers(void);   whether the interrupt controller enables CPU lines;
 *   void port_enable_line(unsigned line);   if not, this does, on this core
 *   void port_spin(void);                   called in a loop that waits for another core
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

/* So many bytes at the end of external RAM, which port_external_range() leaves out, belong to
 * port_external_barrier(). */
enum { PORT_EXTERNAL_KEPT_BYTES = 64 };

/* Calls what port_interrupt_open() attached to a CPU line. For the port's interrupt entry only;
 * interrupts are masked. */
void port_dispatch_interrupt(unsigned line);

/* Forget all that is allocated, claimed and attached, as after power-on. Task only; nobody uses
 * what is forgotten. */
void heap_caps_forget_all(void);
void port_claims_forget_all(void);
void port_interrupts_forget_all(void);
void port_cache_forget_all(void);

#endif
