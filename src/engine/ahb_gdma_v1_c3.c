/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AHB GDMA version 1, the layout of ESP32-C3 and C2: one interrupt block for both sides of a
 * channel pair.
 */
#include "ahb_gdma_v1.h"
#include "ahb_gdma_v1_ops.h"

#define INT_ERRORS                                                                 \
    (GDMA_V1_C3_IN_DSCR_ERR | GDMA_V1_C3_OUT_DSCR_ERR | GDMA_V1_C3_IN_DSCR_EMPTY | \
     GDMA_V1_C3_INFIFO_OVF | GDMA_V1_C3_INFIFO_UDF | GDMA_V1_C3_OUTFIFO_OVF |      \
     GDMA_V1_C3_OUTFIFO_UDF)
#define INT_NORMAL (GDMA_V1_C3_INT_ALL & ~INT_ERRORS)

/* All that is enabled beside errors. */
#define INT_LISTEN ((uint32_t)(ENGINE_EVENT_ITEM | ENGINE_EVENT_EOF | ENGINE_EVENT_LIST_END))

_Static_assert((uint32_t)ENGINE_EVENT_ITEM == GDMA_V1_C3_IN_DONE &&
                   (uint32_t)ENGINE_EVENT_EOF == GDMA_V1_C3_IN_SUC_EOF &&
                   (uint32_t)ENGINE_EVENT_LIST_END == GDMA_V1_C3_OUT_TOTAL_EOF &&
                   (uint32_t)ENGINE_STARVED == GDMA_V1_C3_IN_DSCR_EMPTY,
               "events need no translation here");

/* From a channel's `registers`; the others stand in ahb_gdma_v1.h. */
#define IN_CONF0    0u
#define IN_CONF1    (GDMA_V1_C3_IN_CONF1_REG - GDMA_V1_C3_IN_CONF0_REG)
#define IN_PERI_SEL (GDMA_V1_C3_IN_PERI_SEL_REG - GDMA_V1_C3_IN_CONF0_REG)

IRAM_ATTR void ahb_gdma_v1_c3_listen(struct channel *channel, uint32_t events)
{
    channel->listening = events;
    mmio_write32(channel->interrupts + GDMA_V1_C3_INT_ENA_REG, INT_ERRORS | events);
}

/* Resets the channel and writes all of its configuration; conf1 is that of both sides. Interrupts
 * are disabled after it, and no event is left. */
static IRAM_ATTR void configure(const struct channel *channel, uint32_t in_conf0,
                                uint32_t out_conf0, uint32_t conf1, uint32_t peri_sel)
{
    bus_addr_t base = channel->registers;
    mmio_write32(channel->interrupts + GDMA_V1_C3_INT_ENA_REG, 0);
    gdma_reset(base + IN_CONF0, in_conf0, out_conf0);
    mmio_write32(base + IN_PERI_SEL, peri_sel);
    mmio_write32(base + IN_PERI_SEL + OUT_FROM_IN, peri_sel);
    mmio_write32(base + IN_CONF1, conf1);
    mmio_write32(base + IN_CONF1 + OUT_FROM_IN, conf1);
    mmio_write32(channel->interrupts + GDMA_V1_C3_INT_CLR_REG, GDMA_V1_C3_INT_ALL);
}

static IRAM_ATTR void configure_open(const struct channel *channel, uint32_t in_conf0)
{
    configure(channel, in_conf0, OUT_CONF0_OPEN, GDMA_V1_CHECK_OWNER, channel->trigger_id);
}

IRAM_ATTR void ahb_gdma_v1_c3_open(struct channel *channel, bus_addr_t base, bool burst,
                                   size_t block_bytes)
{
    (void)block_bytes;
    channel->interrupts = base + channel->index * GDMA_V1_C3_INT_STRIDE;
    channel->registers = base + GDMA_V1_C3_IN_CONF0_REG +
                         channel->index * GDMA_V1_C3_CHANNEL_STRIDE;
    configure_open(channel, GDMA_V1_MEM_TRANS_EN | GDMA_V1_INDSCR_BURST_EN |
                                (burst ? GDMA_V1_IN_DATA_BURST_EN : 0u));
}

IRAM_ATTR void ahb_gdma_v1_c3_close(struct channel *channel)
{
    configure(channel, 0, GDMA_V1_OUT_EOF_MODE, 0, GDMA_V1_PERI_SEL_NONE);
}

IRAM_ATTR void ahb_gdma_v1_c3_start(struct channel *channel, struct item *first)
{
    mmio_write32(channel->interrupts + GDMA_V1_C3_INT_CLR_REG, INT_NORMAL);
    gdma_start_lists(channel, first);
}

/* Clears exactly what was read: an event in between stays for the next interrupt. */
IRAM_ATTR uint32_t ahb_gdma_v1_c3_take_events(struct channel *channel)
{
    uint32_t events = mmio_read32(channel->interrupts + GDMA_V1_C3_INT_ST_REG);
    mmio_write32(channel->interrupts + GDMA_V1_C3_INT_CLR_REG, events);
    return events & ~INT_LISTEN;
}

IRAM_ATTR bool ahb_gdma_v1_c3_stop(struct channel *channel)
{
    mmio_write32(channel->interrupts + GDMA_V1_C3_INT_ENA_REG, 0);
    gdma_halt(channel);
    configure_open(channel, mmio_read32(channel->registers + IN_CONF0));
    if (!gdma_settle(channel)) {
        return false;
    }
    ahb_gdma_v1_c3_listen(channel, channel->listening);
    return true;
}
