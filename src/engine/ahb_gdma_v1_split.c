/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AHB GDMA version 1, the layouts with separate interrupt blocks for receive and transmit: that of
 * ESP32-S3.
 *
 * EXTMEM_REJECT of the ESP32-S3, which tells that an access to external RAM was not permitted, is
 * left alone: there is one for all channels and peripherals, so it is the system's to handle; after
 * reset everything is permitted (gdma_ahb_v1.md, notes S3), and the driver checks by itself that a
 * range is external RAM.
 */
#include "ahb_gdma_v1.h"
#include "ahb_gdma_v1_ops.h"

/* The four registers of an interrupt block, from its first. */
#define INT_ST  (GDMA_V1_S3_IN_INT_ST_REG - GDMA_V1_S3_IN_INT_RAW_REG)
#define INT_ENA (GDMA_V1_S3_IN_INT_ENA_REG - GDMA_V1_S3_IN_INT_RAW_REG)
#define INT_CLR (GDMA_V1_S3_IN_INT_CLR_REG - GDMA_V1_S3_IN_INT_RAW_REG)

/* Events have the same bits in all of these layouts, errors of the FIFOs have not. */
#define IN_LISTEN  (GDMA_V1_S3_IN_DONE | GDMA_V1_S3_IN_SUC_EOF)
#define IN_NORMAL  (IN_LISTEN | GDMA_V1_S3_IN_ERR_EOF)
#define OUT_LISTEN GDMA_V1_S3_OUT_TOTAL_EOF
#define OUT_NORMAL (OUT_LISTEN | GDMA_V1_S3_OUT_DONE | GDMA_V1_S3_OUT_EOF)

/* How take_events() puts the errors of both sides into one word. */
#define IN_ERRORS_SHIFT  3u
#define OUT_ERRORS_SHIFT 16u

/* Offsets of channel 0, and what else differs between these layouts. */
struct layout {
    uint8_t in_interrupts;
    uint8_t out_interrupts;
    uint8_t interrupt_stride;
    uint8_t channel_stride;
    uint8_t in_conf0;
    uint8_t in_link;
    uint8_t in_peri_sel;
    uint8_t in_conf1_reset;
    uint16_t in_errors;
    uint16_t in_all;
    uint8_t out_errors;
    uint8_t out_all;
};

enum { LAYOUT_S3 };

static DRAM_ATTR const struct layout layouts[] = {
    [LAYOUT_S3] =
        {
            .in_interrupts = GDMA_V1_S3_IN_INT_RAW_REG,
            .out_interrupts = GDMA_V1_S3_OUT_INT_RAW_REG,
            .interrupt_stride = GDMA_V1_S3_CHANNEL_STRIDE,
            .channel_stride = GDMA_V1_S3_CHANNEL_STRIDE,
            .in_conf0 = GDMA_V1_S3_IN_CONF0_REG,
            .in_link = GDMA_V1_S3_IN_LINK_REG,
            .in_peri_sel = GDMA_V1_S3_IN_PERI_SEL_REG,
            .in_conf1_reset = GDMA_V1_S3_DMA_INFIFO_FULL_THRS_RESET,
            /* INFIFO_FULL_WM is not among them: it tells how full the FIFO is. */
            .in_errors = GDMA_V1_S3_IN_DSCR_ERR | GDMA_V1_S3_IN_DSCR_EMPTY |
                         GDMA_V1_S3_INFIFO_OVF_L1 | GDMA_V1_S3_INFIFO_UDF_L1 |
                         GDMA_V1_S3_INFIFO_OVF_L3 | GDMA_V1_S3_INFIFO_UDF_L3,
            .in_all = GDMA_V1_S3_IN_INT_ALL,
            .out_errors = GDMA_V1_S3_OUT_DSCR_ERR | GDMA_V1_S3_OUTFIFO_OVF_L1 |
                          GDMA_V1_S3_OUTFIFO_UDF_L1 | GDMA_V1_S3_OUTFIFO_OVF_L3 |
                          GDMA_V1_S3_OUTFIFO_UDF_L3,
            .out_all = GDMA_V1_S3_OUT_INT_ALL,
        },
};

_Static_assert((uint32_t)ENGINE_EVENT_ITEM == GDMA_V1_S3_IN_DONE &&
                   (uint32_t)ENGINE_EVENT_EOF == GDMA_V1_S3_IN_SUC_EOF &&
                   (uint32_t)ENGINE_STARVED == GDMA_V1_S3_IN_DSCR_EMPTY << IN_ERRORS_SHIFT,
               "events of receive need no translation");
_Static_assert(GDMA_V1_S3_OUT_LINK_REG - GDMA_V1_S3_IN_LINK_REG == OUT_FROM_IN &&
                   GDMA_V1_S3_OUT_CONF0_REG - GDMA_V1_S3_IN_CONF0_REG == OUT_FROM_IN &&
                   GDMA_V1_S3_OUT_CONF1_REG - GDMA_V1_S3_IN_CONF1_REG == OUT_FROM_IN &&
                   GDMA_V1_S3_OUT_PERI_SEL_REG - GDMA_V1_S3_IN_PERI_SEL_REG == OUT_FROM_IN &&
                   GDMA_V1_S3_IN_SUC_EOF_DES_ADDR_REG - GDMA_V1_S3_IN_LINK_REG ==
                       IN_SUC_EOF_DES_ADDR - IN_LINK,
               "the ESP32-S3's registers lie as ahb_gdma_v1.h says");

static inline IRAM_ATTR const struct layout *layout_of(const struct channel *channel)
{
    return &layouts[channel->layout];
}

static inline IRAM_ATTR bus_addr_t in_conf0_of(const struct channel *channel)
{
    const struct layout *layout = layout_of(channel);
    return channel->registers + IN_LINK - layout->in_link + layout->in_conf0;
}

/* Writes to a register of receive's interrupt block, and to the same one of transmit's. */
static inline IRAM_ATTR void write_interrupts(const struct channel *channel, uint32_t offset,
                                              uint32_t in, uint32_t out)
{
    const struct layout *layout = layout_of(channel);
    bus_addr_t in_register = channel->interrupts + offset;
    mmio_write32(in_register, in);
    mmio_write32(in_register - layout->in_interrupts + layout->out_interrupts, out);
}

IRAM_ATTR void ahb_gdma_v1_split_listen(struct channel *channel, uint32_t events)
{
    const struct layout *layout = layout_of(channel);
    bool list_end = (events & ENGINE_EVENT_LIST_END) != 0;
    channel->listening = events;
    write_interrupts(channel, INT_ENA, layout->in_errors | (events & IN_LISTEN),
                     layout->out_errors | (list_end ? GDMA_V1_S3_OUT_TOTAL_EOF : 0u));
}

/* Resets the channel and writes all of its configuration; conf1 is that of both sides. Interrupts
 * are disabled after it, and no event is left. */
static IRAM_ATTR void configure(const struct channel *channel, uint32_t in_conf0,
                                uint32_t out_conf0, uint32_t conf1, uint32_t peri_sel)
{
    const struct layout *layout = layout_of(channel);
    bus_addr_t base = in_conf0_of(channel);
    bus_addr_t in_peri_sel = base - layout->in_conf0 + layout->in_peri_sel;
    bus_addr_t in_conf1 = base + (GDMA_V1_S3_IN_CONF1_REG - GDMA_V1_S3_IN_CONF0_REG);
    write_interrupts(channel, INT_ENA, 0, 0);
    gdma_reset(base, in_conf0, out_conf0);
    mmio_write32(in_peri_sel, peri_sel);
    mmio_write32(in_peri_sel + OUT_FROM_IN, peri_sel);
    mmio_write32(in_conf1, conf1 | layout->in_conf1_reset);
    mmio_write32(in_conf1 + OUT_FROM_IN, conf1);
    write_interrupts(channel, INT_CLR, layout->in_all, layout->out_all);
}

/* EXT_MEM_BK_SIZE: 0 is 16 bytes, 1 is 32, 2 is 64. */
static IRAM_ATTR void open_layout(struct channel *channel, bus_addr_t base, bool burst,
                                  size_t block_bytes)
{
    const struct layout *layout = layout_of(channel);
    channel->interrupts = base + layout->in_interrupts + channel->index * layout->interrupt_stride;
    channel->registers = base + layout->in_link - IN_LINK + channel->index * layout->channel_stride;
    configure(
        channel,
        GDMA_V1_MEM_TRANS_EN | GDMA_V1_INDSCR_BURST_EN | (burst ? GDMA_V1_IN_DATA_BURST_EN : 0u),
        OUT_CONF0_OPEN,
        GDMA_V1_CHECK_OWNER | (uint32_t)(block_bytes / 32) << GDMA_V1_S3_EXT_MEM_BK_SIZE_SHIFT,
        channel->trigger_id);
}

IRAM_ATTR void ahb_gdma_v1_s3_open(struct channel *channel, bus_addr_t base, bool burst,
                                   size_t block_bytes)
{
    channel->layout = LAYOUT_S3;
    open_layout(channel, base, burst, block_bytes);
}

IRAM_ATTR void ahb_gdma_v1_split_close(struct channel *channel)
{
    configure(channel, 0, GDMA_V1_OUT_EOF_MODE, 0, GDMA_V1_PERI_SEL_NONE);
}

IRAM_ATTR void ahb_gdma_v1_split_start(struct channel *channel, struct item *first)
{
    write_interrupts(channel, INT_CLR, IN_NORMAL, OUT_NORMAL);
    gdma_start_lists(channel, first);
}

/* Clears exactly what was read: an event in between stays for the next interrupt. */
IRAM_ATTR uint32_t ahb_gdma_v1_split_take_events(struct channel *channel)
{
    const struct layout *layout = layout_of(channel);
    bus_addr_t in_block = channel->interrupts;
    bus_addr_t out_block = in_block - layout->in_interrupts + layout->out_interrupts;
    uint32_t in = mmio_read32(in_block + INT_ST);
    uint32_t out = mmio_read32(out_block + INT_ST);
    write_interrupts(channel, INT_CLR, in, out);
    return (in & ~IN_LISTEN) << IN_ERRORS_SHIFT | (out & ~OUT_LISTEN) << OUT_ERRORS_SHIFT;
}

IRAM_ATTR bool ahb_gdma_v1_split_stop(struct channel *channel)
{
    bus_addr_t in_conf0 = in_conf0_of(channel);
    bus_addr_t out_conf1 = in_conf0 + (GDMA_V1_S3_OUT_CONF1_REG - GDMA_V1_S3_IN_CONF0_REG);
    write_interrupts(channel, INT_ENA, 0, 0);
    gdma_halt(channel);
    configure(channel, mmio_read32(in_conf0), OUT_CONF0_OPEN, mmio_read32(out_conf1),
              channel->trigger_id);
    if (!gdma_settle(channel)) {
        return false;
    }
    ahb_gdma_v1_split_listen(channel, channel->listening);
    return true;
}
