/* SPDX-License-Identifier: Apache-2.0 */
/* Memory maps as the hardware tables give them (README.md of the datasheet, sections 2 and 4). */
#include <string.h>

#include "check.h"
#include "platform.h"
#include "port.h"

static const struct platform_facts chips[] = {
    {
        .name = "esp32c3",
        .pair_count = 3,
        .trigger_id_mask = 0x1CD,
        .registers =
            {
                .clock = 0x600C0014,
                .reset = 0x600C001C,
                .gate_mask = 1u << 6,
                .channel = 0x6003F070,
                .in_conf1 = 0x04,
                .in_link = 0x10,
                .in_priority = 0x2C,
                .in_peri_sel = 0x30,
                .interrupts = 0x6003F000,
                .interrupt_stride = 0x10,
            },
        .sram = {"internal RAM", 0x3FC80000, 0x60000},
        .refused =
            {
                {"flash data window", 0x3C000000, 0x800000},
                {"flash instruction window", 0x42000000, 0x800000},
                {"instruction alias of internal RAM", 0x40380000, 0x60000},
                {"instruction cache RAM", 0x4037C000, 0x4000},
                {"RTC fast memory", 0x50000000, 0x2000},
                {"GPIO registers", 0x60004000, 0x1000},
                {"DMA registers", 0x6003F000, 0x1000},
            },
    },
    {
        .name = "esp32s3",
        .pair_count = 5,
        .trigger_id_mask = 0x3FF,
        .registers =
            {
                .clock = 0x600C001C,
                .reset = 0x600C0024,
                .gate_mask = 1u << 6,
                .channel = 0x6003F000,
                .in_conf1 = 0x04,
                .in_link = 0x20,
                .in_priority = 0x44,
                .in_peri_sel = 0x48,
                .interrupts = 0x6003F008,
                .interrupt_stride = 0xC0,
            },
        .sram = {"internal RAM", 0x3FC88000, 0x78000},
        /* Of the window, which page is what is the boot loader's choice. The last line is the
         * port's own. */
        .psram = {"external RAM", 0x3C100000, 0x800000 - 64},
        .block_bytes_max = 64,
        .refused =
            {
                {"flash in the window of external RAM", 0x3C000000, 0x100000},
                {"what the port keeps of external RAM", 0x3C8FFFC0, 64},
                {"nothing in the window of external RAM", 0x3C900000, 0x1700000},
                {"behind the window of external RAM", 0x3E000000, 0x10000},
                {"flash instruction window", 0x42000000, 0x2000000},
                {"instruction alias of internal RAM", 0x40378000, 0x68000},
                {"internal RAM that is cache", 0x3FC80000, 0x8000},
                {"RTC fast memory", 0x600FE000, 0x2000},
                {"RTC slow memory", 0x50000000, 0x2000},
                {"GPIO registers", 0x60004000, 0x1000},
                {"DMA registers", 0x6003F000, 0x1000},
                {"cache registers", 0x600C4000, 0x1000},
            },
    },
};

const struct platform_facts *platform_chip(void)
{
    for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
        if (strcmp(chips[i].name, port_chip()->name) == 0) {
            return &chips[i];
        }
    }
    check_failed(__FILE__, __LINE__, "the suite knows this chip");
}

bool platform_has_external(void)
{
    return platform_chip()->psram.size_bytes != 0;
}

size_t platform_cache_line_bytes(void)
{
    return port_has_external() ? port_cache_line_bytes() : 0;
}
