/* SPDX-License-Identifier: Apache-2.0 */
/* AHB GDMA version 1: the operations that are the same in all layouts. */
#include "ahb_gdma_v1.h"
#include "ahb_gdma_v1_ops.h"

IRAM_ATTR uint32_t ahb_gdma_v1_rest(const struct channel *channel)
{
    uint32_t out = mmio_read32(channel->registers + OUT_LINK) / GDMA_V1_OUTLINK_PARK;
    uint32_t in = mmio_read32(channel->registers + IN_LINK) / GDMA_V1_INLINK_PARK;
    return (out & 1u) * ENGINE_REST_TRANSMIT | (in & 1u) * ENGINE_REST_RECEIVE;
}

IRAM_ATTR bus_addr_t ahb_gdma_v1_last_eof(const struct channel *channel)
{
    return mmio_read32(channel->registers + IN_SUC_EOF_DES_ADDR);
}

/* As in gdma_start_lists(), receive is linked and told before transmit can see the link.
 *
 * RESTART does not use ADDR, it is inferred (descriptor.md, RESTART). Should it use ADDR after all,
 * it must not find any of our items there, which it would take out of turn, but something that the
 * owner check refuses: the channel itself, whose first word is small and so has no owner bit. */
IRAM_ATTR void ahb_gdma_v1_append(struct channel *channel, struct item *last, struct item *first)
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
