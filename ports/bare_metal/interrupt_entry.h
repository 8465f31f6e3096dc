/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPU's way into an interrupt handler (interrupt_entry.S).
 *
 * Interrupts have a stack of their own and do not nest. mscratch points to the frame that keeps
 * what was interrupted, and while an interrupt is handled it holds the stack pointer of what was
 * interrupted: this is how port_in_interrupt() knows, at no cost in the entry.
 */
#ifndef INTERRUPT_ENTRY_H
#define INTERRUPT_ENTRY_H

#include <stdint.h>

/* The registers that a C function may change. The interrupt stack ends here. */
struct interrupt_entry_frame {
    uint32_t registers[16];
};
extern struct interrupt_entry_frame interrupt_entry_frame;

/* Closes all interrupts that something else has left open. Sends interrupts to the handlers that
 * port_interrupt_open() attaches, and exceptions to interrupt_entry_exception(). Once, with
 * interrupts masked; enables them. */
void interrupt_entry_init(void);

/* Provided by the image: where exceptions go; must not return. The stack is that of what failed. */
void interrupt_entry_exception(void);

#endif
