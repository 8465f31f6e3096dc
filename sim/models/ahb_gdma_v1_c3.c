/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C3 layout of the AHB-GDMA v1: one interrupt block per pair for both directions
 * (gdma_ahb_v1.md, Register map, C3/C2 layout; the reset values follow the original header, as the
 * note there says).
 */
#include "models/ahb_gdma_v1_hooks.h"
#include "models/ahb_gdma_v1_internal.h"

#define EVENTS UINT32_C(0x1FFF)
#define REMAIN UINT32_C(0x07800000)
#define NUMBER UINT32_C(0xFC)

/* A register per pair: in the interrupt part, and in the configuration part. */
#define INTERRUPT(name_, id_, at) \
    .name = name_ "_CH%u", .id = (id_), .offset = (at), .stride = 0x10, .count = 3
#define CONFIG(name_, id_, at) \
    .name = name_ "_CH%u", .id = (id_), .offset = (at), .stride = 0xC0, .count = 3

const struct register_row ahb_gdma_v1_c3_rows[] = {
    {INTERRUPT("INT_RAW", GDMA_INT_RAW, 0x00), .clears = EVENTS, .write = gdma_wrote_interrupts},
    {INTERRUPT("INT_ST", GDMA_INT_ST, 0x04), .read_only = EVENTS, .read = gdma_read_int_st},
    {INTERRUPT("INT_ENA", GDMA_INT_ENA, 0x08), .writable = EVENTS, .write = gdma_wrote_interrupts},
    {INTERRUPT("INT_CLR", GDMA_INT_CLR, 0x0C), .triggers = EVENTS, .write = gdma_wrote_int_clr},

    /* Only the older header knows it. */
    {.name = "AHB_TEST", .id = GDMA_AHB_TEST, .offset = 0x40, .not_modelled = true},
    {.name = "MISC_CONF",
     .id = GDMA_MISC_CONF,
     .offset = 0x44,
     .writable = 0xD,
     .write = gdma_wrote_misc_conf},
    {.name = "DATE", .id = GDMA_DATE, .offset = 0x48, .reset = 0x2008250, .writable = UINT32_MAX},

    {CONFIG("IN_CONF0", GDMA_IN_CONF0, 0x70), .writable = 0x1F, .write = gdma_wrote_in_conf0},
    {CONFIG("IN_CONF1", GDMA_IN_CONF1, 0x74), .writable = GDMA_CHECK_OWNER},
    {CONFIG("INFIFO_STATUS", GDMA_INFIFO_STATUS, 0x78), .reset = REMAIN | 3,
     .read_only = REMAIN | NUMBER | 0x08000003, .read = gdma_read_infifo_status},
    {CONFIG("IN_POP", GDMA_IN_POP, 0x7C), .reset = 0x800, .triggers = 0x1000, .read_only = 0xFFF,
     .write = gdma_wrote_debug},
    {CONFIG("IN_LINK", GDMA_IN_LINK, 0x80), .reset = GDMA_INLINK_PARK | GDMA_INLINK_AUTO_RET,
     .writable = GDMA_LINK_ADDR | GDMA_INLINK_AUTO_RET,
     .triggers = GDMA_INLINK_STOP | GDMA_INLINK_START | GDMA_INLINK_RESTART,
     .read_only = GDMA_INLINK_PARK, .read = gdma_read_in_link, .write = gdma_wrote_in_link},
    {CONFIG("IN_STATE", GDMA_IN_STATE, 0x84), .read_only = 0x7FFFFF, .read = gdma_read_in_state},
    {CONFIG("IN_SUC_EOF_DES_ADDR", GDMA_IN_SUC_EOF_DES_ADDR, 0x88), .read_only = UINT32_MAX},
    {CONFIG("IN_ERR_EOF_DES_ADDR", GDMA_IN_ERR_EOF_DES_ADDR, 0x8C), .read_only = UINT32_MAX},
    {CONFIG("IN_DSCR", GDMA_IN_DSCR, 0x90), .read_only = UINT32_MAX},
    {CONFIG("IN_DSCR_BF0", GDMA_IN_DSCR_BF0, 0x94), .read_only = UINT32_MAX},
    {CONFIG("IN_DSCR_BF1", GDMA_IN_DSCR_BF1, 0x98), .read_only = UINT32_MAX},
    {CONFIG("IN_PRI", GDMA_IN_PRI, 0x9C), .writable = 0xF},
    {CONFIG("IN_PERI_SEL", GDMA_IN_PERI_SEL, 0xA0), .reset = GDMA_PERI_SEL_NONE, .writable = 0x3F,
     .write = gdma_wrote_settings},

    {CONFIG("OUT_CONF0", GDMA_OUT_CONF0, 0xD0), .reset = GDMA_OUT_EOF_MODE, .writable = 0x3F,
     .write = gdma_wrote_out_conf0},
    {CONFIG("OUT_CONF1", GDMA_OUT_CONF1, 0xD4), .writable = GDMA_CHECK_OWNER},
    {CONFIG("OUTFIFO_STATUS", GDMA_OUTFIFO_STATUS, 0xD8), .reset = REMAIN | 2,
     .read_only = REMAIN | NUMBER | 3, .read = gdma_read_outfifo_status},
    {CONFIG("OUT_PUSH", GDMA_OUT_PUSH, 0xDC), .writable = 0x1FF, .triggers = 0x200,
     .write = gdma_wrote_debug},
    {CONFIG("OUT_LINK", GDMA_OUT_LINK, 0xE0), .reset = GDMA_OUTLINK_PARK,
     .writable = GDMA_LINK_ADDR,
     .triggers = GDMA_OUTLINK_STOP | GDMA_OUTLINK_START | GDMA_OUTLINK_RESTART,
     .read_only = GDMA_OUTLINK_PARK, .read = gdma_read_out_link, .write = gdma_wrote_out_link},
    {CONFIG("OUT_STATE", GDMA_OUT_STATE, 0xE4), .read_only = 0x7FFFFF, .read = gdma_read_out_state},
    {CONFIG("OUT_EOF_DES_ADDR", GDMA_OUT_EOF_DES_ADDR, 0xE8), .read_only = UINT32_MAX},
    {CONFIG("OUT_EOF_BFR_DES_ADDR", GDMA_OUT_EOF_BFR_DES_ADDR, 0xEC), .read_only = UINT32_MAX},
    {CONFIG("OUT_DSCR", GDMA_OUT_DSCR, 0xF0), .read_only = UINT32_MAX},
    {CONFIG("OUT_DSCR_BF0", GDMA_OUT_DSCR_BF0, 0xF4), .read_only = UINT32_MAX},
    {CONFIG("OUT_DSCR_BF1", GDMA_OUT_DSCR_BF1, 0xF8), .read_only = UINT32_MAX},
    {CONFIG("OUT_PRI", GDMA_OUT_PRI, 0xFC), .writable = 0xF},
    {CONFIG("OUT_PERI_SEL", GDMA_OUT_PERI_SEL, 0x100), .reset = GDMA_PERI_SEL_NONE,
     .writable = 0x3F, .write = gdma_wrote_settings},
    {.name = NULL},
};

const struct ahb_gdma_v1_facts ahb_gdma_v1_c3_facts = {
    .pair_count = 3,
    .address_high = 0x3FC00000,
    .window_low = 0x3FC80000,
    .window_high = 0x3FCDFFFF,
    .m2m_ids = 0x1CD, /* Trigger id rules: SPI2, UHCI0, I2S0, AES, SHA, ADC */
    .block_count = 1,
    .block_sources = {44},
    .beat_cycles = 2,
    .events =
        {
            [GDMA_IN_DONE] = {0, 0},
            [GDMA_IN_SUC_EOF] = {0, 1},
            [GDMA_OUT_DONE] = {0, 3},
            [GDMA_OUT_EOF] = {0, 4},
            [GDMA_IN_DSCR_ERR] = {0, 5},
            [GDMA_OUT_DSCR_ERR] = {0, 6},
            [GDMA_IN_DSCR_EMPTY] = {0, 7},
            [GDMA_OUT_TOTAL_EOF] = {0, 8},
        },
};
