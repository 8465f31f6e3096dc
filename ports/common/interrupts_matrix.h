/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts of chips where a matrix of map registers brings sources to lines of the CPU
 * (interrupts.md, sections 1 to 3). */
#ifndef PORT_INTERRUPTS_MATRIX_H
#define PORT_INTERRUPTS_MATRIX_H

#include <stdint.h>

#include "mmio.h"
#include "port_lines.h"

/* What a CPU line calls. */
struct port_interrupt_line {
    void (*handler)(void *argument);
    void *argument;
};

struct port_interrupt_core {
    /* An interrupt entry in assembler reads those of core 0 by itself, so they stand first, and
     * aligned, so that both words of each have the same upper address bits there. */
    _Alignas(8) struct port_interrupt_line lines[PORT_INTERRUPT_LINES];
    bus_addr_t software_register; /* kept, since an interrupt must not look into the chip's row */
    uint32_t taken;               /* bit n: line n; 0: nothing was ever opened on this core */
    uint32_t dispatches;          /* odd while a handler runs; counted where others can look on */
};

extern struct port_interrupt_core port_interrupt_cores[PORT_CORE_COUNT];

/* One or two sources on a CPU line. */
struct port_interrupt {
    uint8_t core;
    uint8_t line;
    uint8_t source;
    uint8_t out_source; /* 0: there is none */
};

static inline unsigned port_interrupt_core_index(const struct port_interrupt *interrupt)
{
    return PORT_CORE_COUNT == 1 ? 0 : interrupt->core;
}

static inline struct port_interrupt_core *
port_interrupt_core_of(const struct port_interrupt *interrupt)
{
    return &port_interrupt_cores[port_interrupt_core_index(interrupt)];
}

static inline void port_interrupt_pend(const struct port_interrupt *interrupt)
{
    mmio_write32(port_interrupt_core_of(interrupt)->software_register, 1);
}

#endif
