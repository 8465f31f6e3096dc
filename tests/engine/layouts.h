/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registers of the AHB v1 engine as the tests of this directory look at them, for each chip;
 * written down apart from the driver's and the model's (gdma_ahb_v1.md, the register maps).
 *
 * A set of events is one word. Where receive and transmit have interrupt blocks of their own, those
 * of transmit stand in its upper half.
 */
#ifndef LAYOUTS_H
#define LAYOUTS_H

#include <stdint.h>

/* The registers of an interrupt block, as offsets. */
enum { INT_RAW = 0x0, INT_ST = 0x4, INT_ENA = 0x8, INT_CLR = 0xC };

/* Offsets are those of channel 0, from the engine's base. */
struct layout {
    const char *chip;
    unsigned pair_count;
    uint32_t base;
    unsigned block_count; /* interrupt blocks of a channel pair */
    uint32_t blocks[2];
    uint32_t block_stride;

    uint32_t in_done;
    uint32_t in_suc_eof;
    uint32_t in_dscr_err;
    uint32_t in_dscr_empty;
    uint32_t out_dscr_err;
    uint32_t out_total_eof;
    uint32_t int_errors; /* of descriptors, FIFOs, and an empty receive list */
    uint32_t int_all;

    uint32_t channel_stride;
    uint32_t in_conf0;
    uint32_t in_conf1;
    uint32_t in_link;
    uint32_t in_suc_eof_des_addr;
    uint32_t in_peri_sel;
    uint32_t out_conf0;
    uint32_t out_conf1;
    uint32_t out_link;
    uint32_t out_peri_sel;

    uint32_t in_conf1_open; /* IN_CHECK_OWNER, and what the register holds from reset */
    uint32_t out_conf1_open;
};

static const struct layout layouts[] = {
    {
        .chip = "esp32c3",
        .pair_count = 3,
        .base = 0x6003F000,
        .block_count = 1,
        .blocks = {0x00},
        .block_stride = 0x10,
        .in_done = 0x0001,
        .in_suc_eof = 0x0002,
        .in_dscr_err = 0x0020,
        .in_dscr_empty = 0x0080,
        .out_dscr_err = 0x0040,
        .out_total_eof = 0x0100,
        .int_errors = 0x1EE0,
        .int_all = 0x1FFF,
        .channel_stride = 0xC0,
        .in_conf0 = 0x70,
        .in_conf1 = 0x74,
        .in_link = 0x80,
        .in_suc_eof_des_addr = 0x88,
        .in_peri_sel = 0xA0,
        .out_conf0 = 0xD0,
        .out_conf1 = 0xD4,
        .out_link = 0xE0,
        .out_peri_sel = 0x100,
        .in_conf1_open = 0x1000,
        .out_conf1_open = 0x1000,
    },
    {
        .chip = "esp32s3",
        .pair_count = 5,
        .base = 0x6003F000,
        .block_count = 2,
        .blocks = {0x08, 0x68},
        .block_stride = 0xC0,
        .in_done = 0x001,
        .in_suc_eof = 0x002,
        .in_dscr_err = 0x008,
        .in_dscr_empty = 0x010,
        .out_dscr_err = 0x040000,
        .out_total_eof = 0x080000,
        .int_errors = 0xF403D8, /* not that the FIFO has reached its watermark, bit 5 */
        .int_all = 0xFF03FF,
        .channel_stride = 0xC0,
        .in_conf0 = 0x00,
        .in_conf1 = 0x04,
        .in_link = 0x20,
        .in_suc_eof_des_addr = 0x28,
        .in_peri_sel = 0x48,
        .out_conf0 = 0x60,
        .out_conf1 = 0x64,
        .out_link = 0x80,
        .out_peri_sel = 0xA8,
        .in_conf1_open = 0x100C, /* the watermark is 12 from reset */
        .out_conf1_open = 0x1000,
    },
};

#endif
