/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"

#include <stdbool.h>
#include <stddef.h>

#include "board_config.h"
#include "common.h"
#include "mmio.h"
#include "port_cpu.h"

/* UART0 (interrupts.md, section 7) */
#define UART_FIFO_REG         (BOARD_UART0_BASE + 0x00u)
#define UART_STATUS_REG       (BOARD_UART0_BASE + 0x1Cu)
#define UART_TXFIFO_CNT_SHIFT 16u
#define UART_TXFIFO_USED_MAX  126u /* of 128: the margin that the datasheet recommends */

/* Timer group and RTC watchdogs (interrupts.md, section 9) */
#define TIMG_WDTCONFIG0           0x48u
#define TIMG_WDTWPROTECT          0x64u
#define TIMG_WDT_FLASHBOOT_MOD_EN (UINT32_C(1) << 14)
#define TIMG_WDT_CONF_UPDATE_EN   (UINT32_C(1) << 22)
#define RTC_WDT_FLASHBOOT_MOD_EN  (UINT32_C(1) << 12)
#define WDT_EN                    (UINT32_C(1) << 31)
#define WDT_WPROTECT_KEY          0x50D83AA1u
#define SWD_DISABLE               (UINT32_C(1) << 30)

static void change_protected(bus_addr_t config, uint32_t clear_mask, uint32_t set_mask)
{
    mmio_write32(config, (mmio_read32(config) & ~clear_mask) | set_mask);
}

void board_disable_watchdogs(void)
{
    static const bus_addr_t groups[] = {BOARD_TIMER_GROUP_BASES};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        mmio_write32(groups[i] + TIMG_WDTWPROTECT, WDT_WPROTECT_KEY);
        change_protected(groups[i] + TIMG_WDTCONFIG0, WDT_EN | TIMG_WDT_FLASHBOOT_MOD_EN,
                         TIMG_WDT_CONF_UPDATE_EN);
        mmio_write32(groups[i] + TIMG_WDTWPROTECT, 0);
    }
    mmio_write32(BOARD_RTC_WDT_WPROTECT, WDT_WPROTECT_KEY);
    change_protected(BOARD_RTC_WDT_CONFIG0, WDT_EN | RTC_WDT_FLASHBOOT_MOD_EN, 0);
    mmio_write32(BOARD_RTC_WDT_WPROTECT, 0);
    mmio_write32(BOARD_RTC_SWD_WPROTECT, BOARD_RTC_SWD_WPROTECT_KEY);
    change_protected(BOARD_RTC_SWD_CONF, 0, SWD_DISABLE);
    mmio_write32(BOARD_RTC_SWD_WPROTECT, 0);
}

static uint32_t uart_pending_bytes(void)
{
    return (mmio_read32(UART_STATUS_REG) >> UART_TXFIFO_CNT_SHIFT) & BOARD_UART_TXFIFO_CNT_MASK;
}

static void uart_put_byte(uint8_t byte)
{
    while (uart_pending_bytes() >= UART_TXFIFO_USED_MAX) {
    }
    mmio_write32(UART_FIFO_REG, byte);
}

void board_put_character(char character)
{
    if (character == '\n') {
        uart_put_byte('\r');
    }
    uart_put_byte((uint8_t)character);
}

void board_put_string(const char *text)
{
    while (*text != '\0') {
        board_put_character(*text++);
    }
}

void board_put_hex(uint32_t value)
{
    for (int shift = 28; shift >= 0; shift -= 4) {
        board_put_character("0123456789abcdef"[(value >> shift) & 0xFu]);
    }
}

void board_exit(int status)
{
    cpu_mask_interrupts();
    while (uart_pending_bytes() != 0) {
    }
    board_end(status);
}

void board_report_exception(uint32_t cause, uint32_t where, uint32_t value)
{
    board_put_string("\nexception ");
    board_put_hex(cause);
    board_put_string(" at ");
    board_put_hex(where);
    board_put_string(", mtval ");
    board_put_hex(value);
    board_put_string("\n");
    board_exit(1);
}

void port_report_mistake(const char *text, const void *address)
{
    board_put_string(text);
    board_put_string(": ");
    board_put_hex((uint32_t)(uintptr_t)address);
    board_put_string("\n");
    board_exit(1);
}
