/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs between chips, as constant data. Each chip's row is a header of its own, so that a
 * port for one chip has all of it when it is compiled; chips.c has a table of all. Their facts are
 * checked against the hardware tables by scripts/check_facts.py.
 */
#ifndef CHIP_H
#define CHIP_H

#include <stddef.h>
#include <stdint.h>

#include "mmio.h"

struct engine_ops;

/* A range of addresses as the DMA sees them. size_bytes 0: there is none. */
struct chip_range {
    bus_addr_t low;
    uint32_t size_bytes;
};

/* The clock enable bit and the reset bit (1 = held) of a block. */
struct chip_gate {
    bus_addr_t clock_register;
    uint32_t clock_mask;
    bus_addr_t reset_register;
    uint32_t reset_mask;
};

/* One DMA controller of a chip. */
struct chip_engine {
    const char *name;
    const struct engine_ops *ops;
    bus_addr_t base;
    struct chip_gate gate;
    uint32_t pair_mask;           /* channel pairs usable for memory to memory */
    uint32_t trigger_id_mask;     /* PERI_SEL values usable for memory to memory */
    uint8_t interrupt_source;     /* of channel pair 0; that of pair n is n higher */
    uint8_t out_interrupt_source; /* likewise of its transmit side, if that has its own; else 0 */
    uint8_t burst_align_bytes;    /* a receive buffer's alignment when bursts are on */
    uint8_t block_bytes_max;      /* of external RAM, a power of two from 16 on; 0: out of reach */
};

/* The interrupt controller, as far as a port must know it. */
struct chip_interrupts {
    bus_addr_t map_base;        /* map register of source s: map_base + 4 * s */
    uint8_t map_none;           /* "not routed" in a map register */
    bus_addr_t enable_register; /* bit n enables line n; 0: only the CPU itself can */
    bus_addr_t type_register;   /* bit n: 0 level, 1 edge */
    bus_addr_t priority_base;   /* priority of line n: priority_base + 4 * n */
    bus_addr_t threshold_register;
    bus_addr_t software_base; /* FROM_CPU register n: software_base + 4 * n */
    uint8_t software_source;  /* interrupt source of FROM_CPU register 0 */
    uint16_t core_stride;     /* from a map register of core 0 to that of core 1 */
    uint32_t line_mask;       /* CPU lines that are safe to use */
};

struct chip {
    char name[12]; /* in place, so that only the names of linked rows are linked */
    uint8_t core_count;
    struct chip_range sram;  /* internal RAM that the engines reach */
    struct chip_range psram; /* the window in which external RAM may be mapped */
    bus_addr_t cache_sync;   /* DCACHE_SYNC_CTRL of the data cache over that window; 0: none */
    struct chip_interrupts interrupts;
    const struct chip_engine *ahb; /* NULL: the chip has none */
};

/* Returns the row of a name, or NULL. */
const struct chip *chip_find(const char *name);

/* Returns row number index, or NULL past the last one. */
const struct chip *chip_at(size_t index);

#endif
