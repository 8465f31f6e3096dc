/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts of chips whose matrix and line registers are one block (interrupts.md, section 3). */
#ifndef PORT_INTERRUPTS_MATRIX_H
#define PORT_INTERRUPTS_MATRIX_H

#include <stdint.h>

#include "mmio.h"

/* A source and a software interrupt, each on a CPU line of its own, with one handler. */
struct port_interrupt {
    void (*handler)(void *argument);
    void *argument;
    bus_addr_t software_register; /* kept, since an interrupt must not look into the chip's row */
    uint8_t source;
    uint8_t line;
    uint8_t software_line;
    uint8_t software; /* number of the FROM_CPU register */
};

/* What each CPU line calls; an interrupt entry in assembler reads it by itself. Aligned, so that
 * both words of an entry have the same upper address bits there. */
struct port_interrupt_line {
    void (*handler)(void *argument);
    void *argument;
};

enum { PORT_INTERRUPT_LINES = 32 };
extern _Alignas(8) struct port_interrupt_line port_interrupt_lines[PORT_INTERRUPT_LINES];

#endif
