/* SPDX-License-Identifier: Apache-2.0 */
/* The row of the ESP32-C3. */
#ifndef CHIP_ESP32C3_H
#define CHIP_ESP32C3_H

#include "ahb_gdma_v1_ops.h"
#include "chip.h"

static const struct chip_engine esp32c3_ahb = {
    .name = "AHB GDMA v1",
    .ops = &ahb_gdma_v1_c3_ops,
    .base = 0x6003F000u,
    .gate =
        {
            .clock_register = 0x600C0014u, /* SYSTEM PERIP_CLK_EN1: DMA_CLK_EN */
            .clock_mask = 1u << 6,
            .reset_register = 0x600C001Cu, /* SYSTEM PERIP_RST_EN1: DMA_RST */
            .reset_mask = 1u << 6,
        },
    .pair_mask = 0x07u,
    .trigger_id_mask = 0x1CDu,
    .interrupt_source = 44,
    .burst_align_bytes = 4,
};

static const struct chip chip_esp32c3 = {
    .name = "esp32c3",
    .core_count = 1,
    .sram = {.low = 0x3FC80000u, .size_bytes = 0x60000u},
    .psram = {.low = 0, .size_bytes = 0},
    .interrupts =
        {
            .map_base = 0x600C2000u,
            .enable_register = 0x600C2104u,    /* CPU_INT_ENABLE */
            .type_register = 0x600C2108u,      /* CPU_INT_TYPE */
            .priority_base = 0x600C2114u,      /* CPU_INT_PRI_0 */
            .threshold_register = 0x600C2194u, /* CPU_INT_THRESH */
            .software_base = 0x600C0028u,      /* FROM_CPU 0 */
            .software_source = 50,
            .line_mask = 0xFFFFFFBCu, /* 2..5 and 7..31 (interrupts.md, section 3) */
        },
    .ahb = &esp32c3_ahb,
};

#endif
