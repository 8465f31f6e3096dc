/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults that a test plans: a fault of a kind happens at its occasions number `skip` to
 * `skip + count - 1`, counted from 0 since the plan was made. Power-on forgets all plans.
 */
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include <stdbool.h>
#include <stdint.h>

enum fault_kind {
    FAULT_ALLOCATION, /* occasion: an allocation by the port; it fails */
    /* An EOF, item or list-end flag that is 0 is about to rise, enabled or not, each flag for
     * itself; it does not. */
    FAULT_LOSE_INTERRUPT,
    FAULT_DELAY_INTERRUPT,  /* likewise; it rises 2000 cycles later */
    FAULT_DOUBLE_INTERRUPT, /* an interrupt was taken; it is taken once more at once */
    /* An interrupt point in task context, with interrupts unmasked and a channel routed to an
     * enabled line: that line is taken for nothing. */
    FAULT_SPURIOUS_INTERRUPT,
    /* A descriptor is fetched, be it ahead, by a side that checks the owner: its owner bit reads
     * 0. */
    FAULT_FLIP_OWNER,
    FAULT_BAD_NEXT, /* a `next` that is not 0 is read; it points outside */
    FAULT_STALL,    /* a data burst is due; the channel stops for good until RST */
    /* STOP or RST is written; PARK of that side reads 0 until the block is reset. */
    FAULT_NEVER_PARKS,
    FAULT_KIND_COUNT,
};

void fault_plan(enum fault_kind kind, uint64_t skip, uint64_t count);
void fault_forget_all(void);

/* To be called at each occasion: whether the fault happens. */
bool fault_strikes(enum fault_kind kind);

/* How often a fault has happened since its plan was made. */
uint64_t fault_count(enum fault_kind kind);

/* Such as "lose-interrupt". */
const char *fault_name(enum fault_kind kind);

#endif
