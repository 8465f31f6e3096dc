/* SPDX-License-Identifier: Apache-2.0 */
/* The row of the ESP32-S3. */
#ifndef CHIP_ESP32S3_H
#define CHIP_ESP32S3_H

#include "ahb_gdma_v1_ops.h"
#include "chip.h"

static const struct chip_engine esp32s3_ahb = {
    .name = "AHB GDMA v1",
    .ops = &ahb_gdma_v1_s3_ops,
    .base = 0x6003F000u,
    .gate =
        {
            .clock_register = 0x600C001Cu, /* SYSTEM PERIP_CLK_EN1: DMA_CLK_EN */
            .clock_mask = 1u << 6,
            .reset_register = 0x600C0024u, /* SYSTEM PERIP_RST_EN1: DMA_RST */
            .reset_mask = 1u << 6,
        },
    .pair_mask = 0x1Fu,
    .trigger_id_mask = 0x3FFu,
    .interrupt_source = 66,
    .out_interrupt_source = 71,
    .burst_align_bytes = 4,
    .block_bytes_max = 64,
};

/* The lines of the CPU have fixed levels, no type, and are enabled in the CPU. */
static const struct chip chip_esp32s3 = {
    .name = "esp32s3",
    .core_count = 2,
    .sram = {.low = 0x3FC88000u, .size_bytes = 0x78000u},
    .psram = {.low = 0x3C000000u, .size_bytes = 0x2000000u},
    .cache_sync = 0x600C4028u, /* EXTMEM DCACHE_SYNC_CTRL */
    .interrupts =
        {
            .map_base = 0x600C2000u,
            .map_none = 16,
            .software_base = 0x600C0030u, /* FROM_CPU 0 */
            .software_source = 79,
            .core_stride = 0x800u,
            .line_mask = 0x0006333Fu, /* 0..5, 8, 9, 12, 13, 17, 18: level 1 (interrupts.md, 2) */
        },
    .ahb = &esp32s3_ahb,
};

#endif
