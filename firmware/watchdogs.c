/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "board.h"
#include "board_config.h"
#include "mmio.h"

/* Timer group and RTC watchdogs (interrupts.md, section 9) */
#define TIMG_WDTCONFIG0           0x48u
#define TIMG_WDTWPROTECT          0x64u
#define TIMG_WDT_FLASHBOOT_MOD_EN (UINT32_C(1) << 14)
#define TIMG_WDT_CONF_UPDATE_EN   (UINT32_C(1) << 22)
#define RTC_WDT_FLASHBOOT_MOD_EN  (UINT32_C(1) << 12)
#define WDT_EN                    (UINT32_C(1) << 31)
#define WDT_WPROTECT_KEY          0x50D83AA1u
#define SWD_DISABLE               (UINT32_C(1) << 30)

/* Other bits of the register stay as they are. */
static void change_protected(bus_addr_t config, uint32_t clear_mask, uint32_t set_mask)
{
    mmio_write32(config, (mmio_read32(config) | clear_mask | set_mask) ^ clear_mask);
}

/* They stay open to writes: who wants them on again need not unlock them. */
void board_disable_watchdogs(void)
{
    static const bus_addr_t groups[] = {BOARD_TIMER_GROUP_BASES};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        mmio_write32(groups[i] + TIMG_WDTWPROTECT, WDT_WPROTECT_KEY);
        change_protected(groups[i] + TIMG_WDTCONFIG0, WDT_EN | TIMG_WDT_FLASHBOOT_MOD_EN,
                         TIMG_WDT_CONF_UPDATE_EN);
    }
    mmio_write32(BOARD_RTC_WDT_WPROTECT, WDT_WPROTECT_KEY);
    change_protected(BOARD_RTC_WDT_CONFIG0, WDT_EN | RTC_WDT_FLASHBOOT_MOD_EN, 0);
    mmio_write32(BOARD_RTC_SWD_WPROTECT, BOARD_RTC_SWD_WPROTECT_KEY);
    change_protected(BOARD_RTC_SWD_CONF, 0, SWD_DISABLE);
}
