/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The S3 layout of the AHB-GDMA v1: two interrupt blocks per pair, and the way to external RAM
 * (gdma_ahb_v1.md, Register map, S3 layout).
 *
 * Assumed: all that the FIFOs hold is in L2, which stays at the 128 bytes that SRAM_SIZE says after
 * reset, whatever is written there; L1 and L3 are always empty.
 *
 * Lacks, beside what ahb_gdma_v1.c lacks: the watermark event of DMA_INFIFO_FULL_THRS, which is of
 * use to peripherals; weights, which do nothing here as in the vendor's driver; the power-down of
 * the FIFO's RAM.
 */
#include "models/ahb_gdma_v1_hooks.h"
#include "models/ahb_gdma_v1_internal.h"

#define IN_EVENTS  UINT32_C(0x3FF)
#define OUT_EVENTS UINT32_C(0xFF)

enum {
    IN_STATUS_EMPTY = 0x2A, /* L1, L2, L3 */
    IN_STATUS_FULL_L3 = 0x10,
    IN_STATUS_REMAIN = 0x0F000000,
    IN_STATUS_HUNGRY = 0x10000000,
    IN_STATUS_BITS = 0x1FFFFFFF,
    IN_COUNT_SHIFT = 12,
    OUT_STATUS_EMPTY = 0x2A,
    OUT_STATUS_REMAIN = 0x07800000,
    OUT_STATUS_BITS = 0x07FFFFFF,
    OUT_COUNT_SHIFT = 11,
    STATUS_FULL_L2 = 0x04,
    STATUS_EMPTY_L2 = 0x08,
    COUNT_MAX = 127, /* the field of L2 has seven bits */
};

static uint32_t l2_bits(const struct gdma_fifo *fifo, unsigned count_shift)
{
    uint32_t shown = fifo->count > COUNT_MAX ? COUNT_MAX : fifo->count;
    return shown << count_shift | (fifo->count == GDMA_FIFO_BYTES ? STATUS_FULL_L2 : 0u) |
           (fifo->count == 0 ? STATUS_EMPTY_L2 : 0u);
}

static uint32_t read_infifo_status(unsigned pair)
{
    const struct gdma_fifo *fifo = &gdma.pairs[pair].fifo;
    const struct gdma_side *side = &gdma.pairs[pair].sides[GDMA_RECEIVE];
    bool hungry = side->state == GDMA_DATA && fifo->count == 0;
    return ((uint32_t)IN_STATUS_EMPTY & ~(uint32_t)STATUS_EMPTY_L2) | IN_STATUS_REMAIN |
           l2_bits(fifo, IN_COUNT_SHIFT) | (fifo->used ? 0u : IN_STATUS_FULL_L3) |
           (hungry ? IN_STATUS_HUNGRY : 0u);
}

static uint32_t read_outfifo_status(unsigned pair)
{
    return ((uint32_t)OUT_STATUS_EMPTY & ~(uint32_t)STATUS_EMPTY_L2) | OUT_STATUS_REMAIN |
           l2_bits(&gdma.pairs[pair].fifo, OUT_COUNT_SHIFT);
}

/* A register per pair: in its block, and in the second interrupt block, whose indices follow those
 * of the first. */
#define PER_PAIR(name_, id_, at) \
    .name = name_ "_CH%u", .id = (id_), .offset = (at), .stride = 0xC0, .count = 5
#define OUT_INTERRUPT(name_, id_, at) PER_PAIR(name_, id_, at), .first_index = GDMA_PAIRS_MAX

const struct register_row ahb_gdma_v1_s3_rows[] = {
    {PER_PAIR("IN_CONF0", GDMA_IN_CONF0, 0x00), .writable = 0x1F, .write = gdma_wrote_in_conf0},
    {PER_PAIR("IN_CONF1", GDMA_IN_CONF1, 0x04), .reset = 0xC, .writable = 0x7FFF},
    {PER_PAIR("IN_INT_RAW", GDMA_INT_RAW, 0x08), .clears = IN_EVENTS,
     .write = gdma_wrote_interrupts},
    {PER_PAIR("IN_INT_ST", GDMA_INT_ST, 0x0C), .read_only = IN_EVENTS, .read = gdma_read_int_st},
    {PER_PAIR("IN_INT_ENA", GDMA_INT_ENA, 0x10), .writable = IN_EVENTS,
     .write = gdma_wrote_interrupts},
    {PER_PAIR("IN_INT_CLR", GDMA_INT_CLR, 0x14), .triggers = IN_EVENTS,
     .write = gdma_wrote_int_clr},
    {PER_PAIR("INFIFO_STATUS", GDMA_INFIFO_STATUS, 0x18),
     .reset = IN_STATUS_EMPTY | IN_STATUS_FULL_L3 | IN_STATUS_REMAIN, .read_only = IN_STATUS_BITS,
     .read = read_infifo_status},
    {PER_PAIR("IN_POP", GDMA_IN_POP, 0x1C), .reset = 0x800, .triggers = 0x1000, .read_only = 0xFFF,
     .write = gdma_wrote_debug},
    {PER_PAIR("IN_LINK", GDMA_IN_LINK, 0x20), .reset = GDMA_INLINK_PARK | GDMA_INLINK_AUTO_RET,
     .writable = GDMA_LINK_ADDR | GDMA_INLINK_AUTO_RET,
     .triggers = GDMA_INLINK_STOP | GDMA_INLINK_START | GDMA_INLINK_RESTART,
     .read_only = GDMA_INLINK_PARK, .read = gdma_read_in_link, .write = gdma_wrote_in_link},
    {PER_PAIR("IN_STATE", GDMA_IN_STATE, 0x24), .read_only = 0x7FFFFF, .read = gdma_read_in_state},
    {PER_PAIR("IN_SUC_EOF_DES_ADDR", GDMA_IN_SUC_EOF_DES_ADDR, 0x28), .read_only = UINT32_MAX},
    {PER_PAIR("IN_ERR_EOF_DES_ADDR", GDMA_IN_ERR_EOF_DES_ADDR, 0x2C), .read_only = UINT32_MAX},
    {PER_PAIR("IN_DSCR", GDMA_IN_DSCR, 0x30), .read_only = UINT32_MAX},
    {PER_PAIR("IN_DSCR_BF0", GDMA_IN_DSCR_BF0, 0x34), .read_only = UINT32_MAX},
    {PER_PAIR("IN_DSCR_BF1", GDMA_IN_DSCR_BF1, 0x38), .read_only = UINT32_MAX},
    {PER_PAIR("IN_WEIGHT", GDMA_IN_WEIGHT, 0x3C), .reset = 0xF00, .writable = 0xF00},
    {PER_PAIR("IN_PRI", GDMA_IN_PRI, 0x44), .writable = 0xF},
    {PER_PAIR("IN_PERI_SEL", GDMA_IN_PERI_SEL, 0x48), .reset = GDMA_PERI_SEL_NONE, .writable = 0x3F,
     .write = gdma_wrote_settings},

    {PER_PAIR("OUT_CONF0", GDMA_OUT_CONF0, 0x60), .reset = GDMA_OUT_EOF_MODE, .writable = 0x3F,
     .write = gdma_wrote_out_conf0},
    {PER_PAIR("OUT_CONF1", GDMA_OUT_CONF1, 0x64), .writable = 0x7000},
    {OUT_INTERRUPT("OUT_INT_RAW", GDMA_INT_RAW, 0x68), .clears = OUT_EVENTS,
     .write = gdma_wrote_interrupts},
    {OUT_INTERRUPT("OUT_INT_ST", GDMA_INT_ST, 0x6C), .read_only = OUT_EVENTS,
     .read = gdma_read_int_st},
    {OUT_INTERRUPT("OUT_INT_ENA", GDMA_INT_ENA, 0x70), .writable = OUT_EVENTS,
     .write = gdma_wrote_interrupts},
    {OUT_INTERRUPT("OUT_INT_CLR", GDMA_INT_CLR, 0x74), .triggers = OUT_EVENTS,
     .write = gdma_wrote_int_clr},
    {PER_PAIR("OUTFIFO_STATUS", GDMA_OUTFIFO_STATUS, 0x78),
     .reset = OUT_STATUS_EMPTY | OUT_STATUS_REMAIN, .read_only = OUT_STATUS_BITS,
     .read = read_outfifo_status},
    {PER_PAIR("OUT_PUSH", GDMA_OUT_PUSH, 0x7C), .writable = 0x1FF, .triggers = 0x200,
     .write = gdma_wrote_debug},
    {PER_PAIR("OUT_LINK", GDMA_OUT_LINK, 0x80), .reset = GDMA_OUTLINK_PARK,
     .writable = GDMA_LINK_ADDR,
     .triggers = GDMA_OUTLINK_STOP | GDMA_OUTLINK_START | GDMA_OUTLINK_RESTART,
     .read_only = GDMA_OUTLINK_PARK, .read = gdma_read_out_link, .write = gdma_wrote_out_link},
    {PER_PAIR("OUT_STATE", GDMA_OUT_STATE, 0x84), .read_only = 0x7FFFFF,
     .read = gdma_read_out_state},
    {PER_PAIR("OUT_EOF_DES_ADDR", GDMA_OUT_EOF_DES_ADDR, 0x88), .read_only = UINT32_MAX},
    {PER_PAIR("OUT_EOF_BFR_DES_ADDR", GDMA_OUT_EOF_BFR_DES_ADDR, 0x8C), .read_only = UINT32_MAX},
    {PER_PAIR("OUT_DSCR", GDMA_OUT_DSCR, 0x90), .read_only = UINT32_MAX},
    {PER_PAIR("OUT_DSCR_BF0", GDMA_OUT_DSCR_BF0, 0x94), .read_only = UINT32_MAX},
    {PER_PAIR("OUT_DSCR_BF1", GDMA_OUT_DSCR_BF1, 0x98), .read_only = UINT32_MAX},
    {PER_PAIR("OUT_WEIGHT", GDMA_OUT_WEIGHT, 0x9C), .reset = 0xF00, .writable = 0xF00},
    {PER_PAIR("OUT_PRI", GDMA_OUT_PRI, 0xA4), .writable = 0xF},
    {PER_PAIR("OUT_PERI_SEL", GDMA_OUT_PERI_SEL, 0xA8), .reset = GDMA_PERI_SEL_NONE,
     .writable = 0x3F, .write = gdma_wrote_settings},

    {.name = "AHB_TEST", .id = GDMA_AHB_TEST, .offset = 0x3C0, .writable = 0x37},
    {.name = "PD_CONF", .id = GDMA_PD_CONF, .offset = 0x3C4, .reset = 0x20, .writable = 0x70},
    {.name = "MISC_CONF",
     .id = GDMA_MISC_CONF,
     .offset = 0x3C8,
     .writable = 0x17,
     .write = gdma_wrote_misc_conf},
    {.name = "IN_SRAM_SIZE_CH%u",
     .id = GDMA_IN_SRAM_SIZE,
     .offset = 0x3CC,
     .stride = 8,
     .count = 5,
     .reset = 14,
     .writable = 0x7F},
    {.name = "OUT_SRAM_SIZE_CH%u",
     .id = GDMA_OUT_SRAM_SIZE,
     .offset = 0x3D0,
     .stride = 8,
     .count = 5,
     .reset = 14,
     .writable = 0x7F},
    {.name = "EXTMEM_REJECT_ADDR",
     .id = GDMA_EXTMEM_REJECT_ADDR,
     .offset = 0x3F4,
     .read_only = UINT32_MAX},
    {.name = "EXTMEM_REJECT_ST", .id = GDMA_EXTMEM_REJECT_ST, .offset = 0x3F8, .read_only = 0xFFF},
    {.name = "EXTMEM_REJECT_INT_RAW",
     .id = GDMA_EXTMEM_REJECT_INT_RAW,
     .offset = 0x3FC,
     .clears = 1,
     .write = gdma_wrote_reject_interrupts},
    {.name = "EXTMEM_REJECT_INT_ST",
     .id = GDMA_EXTMEM_REJECT_INT_ST,
     .offset = 0x400,
     .read_only = 1,
     .read = gdma_read_reject_int_st},
    {.name = "EXTMEM_REJECT_INT_ENA",
     .id = GDMA_EXTMEM_REJECT_INT_ENA,
     .offset = 0x404,
     .writable = 1,
     .write = gdma_wrote_reject_interrupts},
    {.name = "EXTMEM_REJECT_INT_CLR",
     .id = GDMA_EXTMEM_REJECT_INT_CLR,
     .offset = 0x408,
     .triggers = 1,
     .write = gdma_wrote_reject_int_clr},
    {.name = "DATE", .id = GDMA_DATE, .offset = 0x40C, .reset = 0x2101180, .writable = UINT32_MAX},
    {.name = NULL},
};

const struct ahb_gdma_v1_facts ahb_gdma_v1_s3_facts = {
    .pair_count = 5,
    .address_high = 0x3FC00000,
    .window_low = 0x3FC88000,
    .window_high = 0x3FCFFFFF,
    .external_low = 0x3C000000,
    .external_high = 0x3DFFFFFF,
    .m2m_ids = 0x3FF, /* Trigger id rules: any of a peripheral */
    .block_count = 2,
    .block_sources = {66, 71},
    .reject_source = 98,
    .beat_cycles = 3,
    .events =
        {
            [GDMA_IN_DONE] = {0, 0},
            [GDMA_IN_SUC_EOF] = {0, 1},
            [GDMA_IN_DSCR_ERR] = {0, 3},
            [GDMA_IN_DSCR_EMPTY] = {0, 4},
            [GDMA_OUT_DONE] = {1, 0},
            [GDMA_OUT_EOF] = {1, 1},
            [GDMA_OUT_DSCR_ERR] = {1, 2},
            [GDMA_OUT_TOTAL_EOF] = {1, 3},
        },
};
