/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AHB GDMA version 1, the layout of ESP32-C3 and C2 (gdma_ahb_v1.md, descriptor.md, stopping.md).
 */
#include "engine.h"

#include "esp_attr.h"
#include "gdma_v1.h"
#include "port.h"

/* Events of a copy that goes well. All others are errors. */
#define INT_NORMAL                                                                              \
    (GDMA_V1_C3_IN_DONE | GDMA_V1_C3_IN_SUC_EOF | GDMA_V1_C3_IN_ERR_EOF | GDMA_V1_C3_OUT_DONE | \
     GDMA_V1_C3_OUT_EOF | GDMA_V1_C3_OUT_TOTAL_EOF)
#define INT_ERRORS (GDMA_V1_C3_INT_ALL & ~INT_NORMAL)

/* Register addresses of a channel count from IN_CONF0, which keeps all offsets below 128 bytes: on
 * RISC-V those take one short instruction. */
#define FROM_IN_CONF0(offset) ((offset)-GDMA_V1_C3_IN_CONF0_REG)
#define IN_CONF0              FROM_IN_CONF0(GDMA_V1_C3_IN_CONF0_REG)
#define IN_CONF1              FROM_IN_CONF0(GDMA_V1_C3_IN_CONF1_REG)
#define IN_LINK               FROM_IN_CONF0(GDMA_V1_C3_IN_LINK_REG)
#define IN_SUC_EOF_DES_ADDR   FROM_IN_CONF0(GDMA_V1_C3_IN_SUC_EOF_DES_ADDR_REG)
#define IN_PERI_SEL           FROM_IN_CONF0(GDMA_V1_C3_IN_PERI_SEL_REG)
#define OUT_CONF0             FROM_IN_CONF0(GDMA_V1_C3_OUT_CONF0_REG)
#define OUT_CONF1             FROM_IN_CONF0(GDMA_V1_C3_OUT_CONF1_REG)
#define OUT_LINK              FROM_IN_CONF0(GDMA_V1_C3_OUT_LINK_REG)
#define OUT_PERI_SEL          FROM_IN_CONF0(GDMA_V1_C3_OUT_PERI_SEL_REG)

#define REST_ALL ((uint32_t)(ENGINE_REST_TRANSMIT | ENGINE_REST_RECEIVE))

/* Whether PARK rises with the last owner write-back or a little later is not known. */
#define PARK_POLLS 64u

/* One item of 4095 bytes takes some 100 us; the other channels may triple that (stopping.md, step
 * 3). If transmit rests, no more can come than the FIFO holds, and receive may be waiting for what
 * never comes. */
#define STOP_WAIT_US_MAX  1000u
#define DRAIN_WAIT_US_MAX 20u

/* Whether a burst can land after a reset is not known (stopping.md). If one can, it was issued
 * before, and these reads queue up behind it on the same bus. */
#define SETTLE_READS 16u

/* INT_ENA bits for each combination of ENGINE_EVENT_* bits. */
static DRAM_ATTR const uint16_t listen_bits[] = {
    [0] = 0,
    [ENGINE_EVENT_EOF] = GDMA_V1_C3_IN_SUC_EOF,
    [ENGINE_EVENT_ITEM] = GDMA_V1_C3_IN_DONE,
    [ENGINE_EVENT_EOF | ENGINE_EVENT_ITEM] = GDMA_V1_C3_IN_SUC_EOF | GDMA_V1_C3_IN_DONE,
    [ENGINE_EVENT_LIST_END] = GDMA_V1_C3_OUT_TOTAL_EOF,
};

static IRAM_ATTR void gdma_listen(struct channel *channel, uint32_t events)
{
    channel->listening = events;
    mmio_write32(channel->interrupts + GDMA_V1_C3_INT_ENA_REG, INT_ERRORS | listen_bits[events]);
}

/* Resets both state machines and the FIFO; the configuration stays. */
static IRAM_ATTR void gdma_reset(const struct channel *channel)
{
    bus_addr_t in_conf0 = channel->registers + IN_CONF0;
    bus_addr_t out_conf0 = channel->registers + OUT_CONF0;
    uint32_t in = mmio_read32(in_conf0) & ~GDMA_V1_IN_RST;
    uint32_t out = mmio_read32(out_conf0) & ~GDMA_V1_OUT_RST;
    mmio_write32(out_conf0, out | GDMA_V1_OUT_RST);
    mmio_write32(out_conf0, out);
    mmio_write32(in_conf0, in | GDMA_V1_IN_RST);
    mmio_write32(in_conf0, in);
}

static IRAM_ATTR void gdma_open(struct channel *channel, const struct chip_engine *engine,
                                const struct engine_settings *settings)
{
    channel->interrupts = engine->base + channel->index * GDMA_V1_C3_INT_STRIDE;
    channel->registers = engine->base + GDMA_V1_C3_IN_CONF0_REG +
                         channel->index * GDMA_V1_C3_CHANNEL_STRIDE;
    bus_addr_t base = channel->registers;
    mmio_write32(channel->interrupts + GDMA_V1_C3_INT_ENA_REG, 0);
    gdma_reset(channel);
    mmio_write32(base + IN_PERI_SEL, channel->trigger_id);
    mmio_write32(base + OUT_PERI_SEL, channel->trigger_id);
    mmio_write32(base + IN_CONF0, GDMA_V1_MEM_TRANS_EN | GDMA_V1_INDSCR_BURST_EN |
                                      (settings->burst ? GDMA_V1_IN_DATA_BURST_EN : 0u));
    mmio_write32(base + IN_CONF1, GDMA_V1_IN_CHECK_OWNER);
    /* Transmit needs no alignment for bursts (descriptor.md, Size limits): they are always on. */
    mmio_write32(base + OUT_CONF0, GDMA_V1_OUT_AUTO_WRBACK | GDMA_V1_OUT_EOF_MODE |
                                       GDMA_V1_OUTDSCR_BURST_EN | GDMA_V1_OUT_DATA_BURST_EN);
    mmio_write32(base + OUT_CONF1, GDMA_V1_OUT_CHECK_OWNER);
    mmio_write32(channel->interrupts + GDMA_V1_C3_INT_CLR_REG, GDMA_V1_C3_INT_ALL);
    gdma_listen(channel, 0);
}

static IRAM_ATTR void gdma_close(struct channel *channel)
{
    bus_addr_t base = channel->registers;
    mmio_write32(channel->interrupts + GDMA_V1_C3_INT_ENA_REG, 0);
    gdma_reset(channel);
    mmio_write32(base + IN_CONF0, 0);
    mmio_write32(base + IN_CONF1, 0);
    mmio_write32(base + OUT_CONF0, GDMA_V1_OUT_EOF_MODE);
    mmio_write32(base + OUT_CONF1, 0);
    mmio_write32(base + IN_PERI_SEL, GDMA_V1_PERI_SEL_NONE);
    mmio_write32(base + OUT_PERI_SEL, GDMA_V1_PERI_SEL_NONE);
    mmio_write32(channel->interrupts + GDMA_V1_C3_INT_CLR_REG, GDMA_V1_C3_INT_ALL);
}

static IRAM_ATTR uint32_t gdma_rest(const struct channel *channel)
{
    uint32_t rest = 0;
    if ((mmio_read32(channel->registers + OUT_LINK) & GDMA_V1_OUTLINK_PARK) != 0) {
        rest = ENGINE_REST_TRANSMIT;
    }
    if ((mmio_read32(channel->registers + IN_LINK) & GDMA_V1_INLINK_PARK) != 0) {
        rest |= ENGINE_REST_RECEIVE;
    }
    return rest;
}

/* Receive goes first, so that data never comes to a side that has no buffer (IN_DSCR_EMPTY). */
static IRAM_ATTR void gdma_start(struct channel *channel, struct item *first)
{
    bus_addr_t base = channel->registers;
    unsigned polls = PARK_POLLS;
    while (((mmio_read32(base + IN_LINK) & GDMA_V1_INLINK_PARK) == 0 ||
            (mmio_read32(base + OUT_LINK) & GDMA_V1_OUTLINK_PARK) == 0) &&
           polls != 0) {
        polls--;
    }
    mmio_write32(channel->interrupts + GDMA_V1_C3_INT_CLR_REG, INT_NORMAL);
    mmio_write32(base + IN_LINK, (bus_addr_of(&first->rx) & GDMA_V1_INLINK_ADDR_MASK) |
                                     GDMA_V1_INLINK_AUTO_RET | GDMA_V1_INLINK_START);
    mmio_write32(base + OUT_LINK,
                 (bus_addr_of(&first->tx) & GDMA_V1_OUTLINK_ADDR_MASK) | GDMA_V1_OUTLINK_START);
}

/* As in gdma_start(), receive is linked and told before transmit can see the link.
 *
 * RESTART does not use ADDR, it is inferred (descriptor.md, RESTART). Should it use ADDR after all,
 * it must not find any of our items there, which it would take out of turn, but something that the
 * owner check refuses: the channel itself, whose first word is small and so has no owner bit. */
static IRAM_ATTR void gdma_append(struct channel *channel, struct item *last, struct item *first)
{
    bus_addr_t base = channel->registers;
    uint32_t refused = bus_addr_of(channel) & GDMA_V1_INLINK_ADDR_MASK;
    dma_store32(&last->rx.next, bus_addr_of(&first->rx));
    dma_publish();
    mmio_write32(base + IN_LINK, refused | GDMA_V1_INLINK_AUTO_RET | GDMA_V1_INLINK_RESTART);
    dma_store32(&last->tx.next, bus_addr_of(&first->tx));
    dma_publish();
    mmio_write32(base + OUT_LINK, refused | GDMA_V1_OUTLINK_RESTART);
}

/* Clears exactly what was read: an event in between stays for the next interrupt. */
static IRAM_ATTR uint32_t gdma_take_events(struct channel *channel)
{
    uint32_t events = mmio_read32(channel->interrupts + GDMA_V1_C3_INT_ST_REG);
    mmio_write32(channel->interrupts + GDMA_V1_C3_INT_CLR_REG, events);
    uint32_t errors = events & ~INT_NORMAL;
    return errors == GDMA_V1_C3_IN_DSCR_EMPTY ? ENGINE_STARVED : errors;
}

static IRAM_ATTR bus_addr_t gdma_last_eof(const struct channel *channel)
{
    return mmio_read32(channel->registers + IN_SUC_EOF_DES_ADDR);
}

static IRAM_ATTR bool gdma_stop(struct channel *channel)
{
    bus_addr_t base = channel->registers;
    mmio_write32(channel->interrupts + GDMA_V1_C3_INT_ENA_REG, 0);
    mmio_write32(base + IN_LINK, GDMA_V1_INLINK_AUTO_RET | GDMA_V1_INLINK_STOP);
    mmio_write32(base + OUT_LINK, GDMA_V1_OUTLINK_STOP);
    uint32_t began_us = port_now_us();
    uint32_t wait_us_max;
    uint32_t rest;
    do {
        rest = gdma_rest(channel);
        wait_us_max = (rest & ENGINE_REST_TRANSMIT) != 0 ? DRAIN_WAIT_US_MAX : STOP_WAIT_US_MAX;
    } while (rest != REST_ALL && port_now_us() - began_us < wait_us_max);
    gdma_reset(channel);
    for (unsigned reads = 0; reads < SETTLE_READS; reads++) {
        rest = gdma_rest(channel);
    }
    if (rest != REST_ALL) {
        return false;
    }
    mmio_write32(channel->interrupts + GDMA_V1_C3_INT_CLR_REG, GDMA_V1_C3_INT_ALL);
    gdma_listen(channel, channel->listening);
    return true;
}

DRAM_ATTR const struct engine_ops ahb_gdma_v1_ops = {
    .open = gdma_open,
    .close = gdma_close,
    .start = gdma_start,
    .append = gdma_append,
    .listen = gdma_listen,
    .take_events = gdma_take_events,
    .rest = gdma_rest,
    .last_eof = gdma_last_eof,
    .stop = gdma_stop,
};
