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

/* Registers of the DMA, as far as tests look at them by themselves. Of a channel: receive's, from
 * the channel's first register on; transmit's are each PLATFORM_OUT_FROM_IN higher. */
struct platform_registers {
    uint32_t clock; /* the gate: bit gate_mask of these two */
    uint32_t reset;
    uint32_t gate_mask;
    uint32_t channel; /* of channel 0 */
    uint32_t in_conf1;
    uint32_t in_link;
    uint32_t in_priority;
    uint32_t in_peri_sel;
    uint32_t interrupts; /* INT_RAW of channel 0's receive side; the other three follow */
    uint32_t interrupt_stride;
};

enum {
    PLATFORM_OUT_FROM_IN = 0x60,
    PLATFORM_CHANNEL_STRIDE = 0xC0,
    PLATFORM_PERI_SEL_NONE = 0x3F,
    PLATFORM_SUC_EOF = 1 << 1, /* in INT_RAW */
};

enum { PLATFORM_REFUSED_MAX = 16 };

/* What the suite knows of a chip; written down apart from the driver's own table. */
struct platform_facts {
    const char *name;
    unsigned pair_count;        /* channel pairs usable for memory to memory */
    uint32_t trigger_id_mask;   /* PERI_SEL values usable for memory to memory */
    struct platform_range sram; /* what the engine reaches of internal RAM */
    /* Likewise of external RAM; size_bytes 0: there is none. */
    struct platform_range psram;
    size_t block_bytes_max; /* with which it reaches that */
    struct platform_registers registers;
    struct platform_range refused[PLATFORM_REFUSED_MAX]; /* ends with size_bytes 0 */
};

/* Returns the chip that this runs on. */
const struct platform_facts *platform_chip(void);

/* Returns whether the engine reaches external RAM. */
bool platform_has_external(void);

/* Returns the line size of the data cache over external RAM; 0: there is none, or it is
 * coherent. */
size_t platform_cache_line_bytes(void);

#endif
