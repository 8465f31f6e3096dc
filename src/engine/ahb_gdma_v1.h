/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AHB GDMA version 1: what all layouts share (gdma_ahb_v1.md, descriptor.md, stopping.md). Internal
 * to the engine, whose files are one for each kind of interrupt registers.
 *
 * Transmit's registers are receive's a fixed distance on, and the few registers that a copy needs
 * lie alike in all layouts: a channel's `registers` counts from them, LINK_OFFSET before IN_LINK,
 * so that much serves every layout. What is inline here, a file calls in one or two places.
 */
#ifndef AHB_GDMA_V1_H
#define AHB_GDMA_V1_H

#include <stddef.h>

#include "ahb_gdma_v1_ops.h"
#include "esp_attr.h"
#include "gdma_v1.h"

/* From a receive register to the transmit register of the same purpose. */
#define OUT_FROM_IN (GDMA_V1_C3_OUT_LINK_REG - GDMA_V1_C3_IN_LINK_REG)

/* From a channel's `registers`. In the layout of the C3 that is where IN_CONF0 lies, which keeps
 * all offsets below 128 bytes: on RISC-V those take one short instruction. */
#define LINK_OFFSET (GDMA_V1_C3_IN_LINK_REG - GDMA_V1_C3_IN_CONF0_REG)
#define IN_LINK     LINK_OFFSET
#define IN_SUC_EOF_DES_ADDR \
    (LINK_OFFSET + (GDMA_V1_C3_IN_SUC_EOF_DES_ADDR_REG - GDMA_V1_C3_IN_LINK_REG))
#define OUT_LINK (LINK_OFFSET + OUT_FROM_IN)

/* Transmit needs no alignment for bursts (descriptor.md, Size limits): they are always on. */
#define OUT_CONF0_OPEN                                                           \
    (GDMA_V1_OUT_AUTO_WRBACK | GDMA_V1_OUT_EOF_MODE | GDMA_V1_OUTDSCR_BURST_EN | \
     GDMA_V1_OUT_DATA_BURST_EN)

#define REST_ALL ((uint32_t)(ENGINE_REST_TRANSMIT | ENGINE_REST_RECEIVE))

/* Whether PARK rises with the last owner write-back or a little later is not known. */
#define PARK_POLLS 64u

/* How often a channel that was told to stop is asked whether it did. One item of 4095 bytes takes
 * some 100 us, and the other channels may multiply that (stopping.md, step 3). Asking takes some 12
 * instructions and two register accesses, so this makes 450 us at 160 MHz if all of these take one
 * cycle, and a millisecond or two on a chip. An item that takes longer is cut off by the reset. */
#define STOP_POLLS 6000

/* If transmit rests, no more can come than the FIFO holds, and receive may be waiting for what
 * never comes: then asking once counts for this many times. */
#define DRAIN_POLL_WEIGHT 64

/* Whether a burst can land after a reset is not known (stopping.md). If one can, it was issued
 * before, and these reads queue up behind it on the same bus. */
#define SETTLE_READS 16u

/* Receive goes first, so that data never comes to a side that has no buffer (IN_DSCR_EMPTY). */
static inline IRAM_ATTR void gdma_start_lists(const struct channel *channel, struct item *first)
{
    bus_addr_t base = channel->registers;
    for (unsigned polls = PARK_POLLS; polls != 0; polls--) {
        uint32_t out_park = mmio_read32(base + OUT_LINK) / GDMA_V1_OUTLINK_PARK;
        uint32_t in_park = mmio_read32(base + IN_LINK) / GDMA_V1_INLINK_PARK;
        if ((out_park & in_park & 1u) != 0) {
            break;
        }
    }
    /* Nothing is carried into the upper bits, since memory that the DMA reaches ends below. */
    uint32_t tx = bus_addr_of(&first->tx) & GDMA_V1_OUTLINK_ADDR_MASK;
    uint32_t rx = tx + (uint32_t)offsetof(struct item, rx);
    mmio_write32(base + IN_LINK, rx | GDMA_V1_INLINK_AUTO_RET | GDMA_V1_INLINK_START);
    mmio_write32(base + OUT_LINK, tx | GDMA_V1_OUTLINK_START);
}

/* Resets both state machines and the FIFO, and writes CONF0 of both sides. */
static inline IRAM_ATTR void gdma_reset(bus_addr_t in_register, uint32_t in_conf0,
                                        uint32_t out_conf0)
{
    bus_addr_t out_register = in_register + OUT_FROM_IN;
    mmio_write32(out_register, out_conf0 | GDMA_V1_OUT_RST);
    mmio_write32(out_register, out_conf0);
    mmio_write32(in_register, in_conf0 | GDMA_V1_IN_RST);
    mmio_write32(in_register, in_conf0);
}

/* Asks both sides to stop, and waits until they have or nothing more is to be expected. */
static inline IRAM_ATTR void gdma_halt(const struct channel *channel)
{
    bus_addr_t base = channel->registers;
    int polls = STOP_POLLS;
    uint32_t rest;
    mmio_write32(base + IN_LINK, GDMA_V1_INLINK_AUTO_RET | GDMA_V1_INLINK_STOP);
    mmio_write32(base + OUT_LINK, GDMA_V1_OUTLINK_STOP);
    do {
        rest = ahb_gdma_v1_rest(channel);
        polls -= 1 + (int)(rest & ENGINE_REST_TRANSMIT) * DRAIN_POLL_WEIGHT;
    } while (rest != REST_ALL && polls > 0);
}

/* Waits, after a reset, until nothing more can land. Returns whether both sides are at rest. */
static inline IRAM_ATTR bool gdma_settle(const struct channel *channel)
{
    uint32_t rest = 0;
    for (unsigned reads = 0; reads < SETTLE_READS; reads++) {
        rest = ahb_gdma_v1_rest(channel);
    }
    return rest == REST_ALL;
}

#endif
