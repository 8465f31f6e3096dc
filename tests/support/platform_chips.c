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
