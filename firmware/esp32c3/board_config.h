/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of an ESP32-C3 board: console and watchdogs (interrupts.md, sections 7 and 9; etm.md). */
#ifndef BOARD_CONFIG_H
#define BOARD_CONFIG_H

#define BOARD_UART0_BASE           0x60000000u
#define BOARD_UART_TXFIFO_CNT_MASK 0x3FFu

#define BOARD_TIMER_GROUP_BASES 0x6001F000u, 0x60020000u

#define BOARD_RTC_BASE             0x60008000u
#define BOARD_RTC_WDT_CONFIG0      (BOARD_RTC_BASE + 0x90u)
#define BOARD_RTC_WDT_WPROTECT     (BOARD_RTC_BASE + 0xA8u)
#define BOARD_RTC_SWD_CONF         (BOARD_RTC_BASE + 0xACu)
#define BOARD_RTC_SWD_WPROTECT     (BOARD_RTC_BASE + 0xB0u)
#define BOARD_RTC_SWD_WPROTECT_KEY 0x8F1D312Au

#endif
