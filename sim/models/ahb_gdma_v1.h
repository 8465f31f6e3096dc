/* SPDX-License-Identifier: Apache-2.0 */
/* AHB-GDMA version 1 (gdma_ahb_v1.md), as machines.c sees it: one instance, any of the layouts. */
#ifndef SIM_MODELS_AHB_GDMA_V1_H
#define SIM_MODELS_AHB_GDMA_V1_H

#include "machine_internal.h"
#include "register_file.h"

enum { GDMA_PAIRS_MAX = 5 };

enum gdma_event {
    GDMA_IN_DONE,
    GDMA_IN_SUC_EOF,
    GDMA_IN_DSCR_ERR,
    GDMA_IN_DSCR_EMPTY,
    GDMA_OUT_DONE,
    GDMA_OUT_EOF,
    GDMA_OUT_DSCR_ERR,
    GDMA_OUT_TOTAL_EOF,
    GDMA_EVENT_COUNT,
};

/* Where an event's bit is: in interrupt block 0 (both directions, or receive) or 1 (transmit). */
struct gdma_event_bit {
    uint8_t block;
    uint8_t bit;
};

/* What differs between the chips of this register language, beside the register table. */
struct ahb_gdma_v1_facts {
    uint8_t pair_count;
    uint32_t address_high; /* what completes LINK.ADDR */
    uint32_t window_low;   /* first and last address of the DMA window */
    uint32_t window_high;
    uint32_t external_low; /* likewise of the window of external RAM; 0: it is out of reach */
    uint32_t external_high;
    uint64_t m2m_ids;         /* bit n: PERI_SEL n may be used for memory to memory */
    uint8_t block_count;      /* interrupt blocks per pair */
    uint8_t block_sources[2]; /* interrupt source of pair 0 */
    uint8_t reject_source;    /* that of EXTMEM_REJECT, where there is external RAM */
    uint8_t beat_cycles;      /* CPU cycles of a beat on the bus */
    struct gdma_event_bit events[GDMA_EVENT_COUNT];
};

extern const struct device_ops ahb_gdma_v1_device_ops;

extern const struct register_row ahb_gdma_v1_c3_rows[];
extern const struct ahb_gdma_v1_facts ahb_gdma_v1_c3_facts;
extern const struct register_row ahb_gdma_v1_s3_rows[];
extern const struct ahb_gdma_v1_facts ahb_gdma_v1_s3_facts;

/* Opens or shuts the way to external RAM, as the clock and the reset of that way have it. */
void ahb_gdma_v1_open_external(bool open);

#endif
