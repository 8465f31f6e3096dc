/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"
#include "board_config.h"
#include "mmio.h"

/* UART0 (interrupts.md, section 7) */
#define UART_FIFO_REG         (BOARD_UART0_BASE + 0x00u)
#define UART_STATUS_REG       (BOARD_UART0_BASE + 0x1Cu)
#define UART_TXFIFO_CNT_SHIFT 16u
#define UART_TXFIFO_USED_MAX  126u /* of 128: the margin that the datasheet recommends */

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

void board_flush(void)
{
    while (uart_pending_bytes() != 0) {
    }
}
