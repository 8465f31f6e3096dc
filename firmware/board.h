/* SPDX-License-Identifier: Apache-2.0 */
/* The little that an image needs of a board besides the driver and its port. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* Switches the watchdogs off that run from reset. Once, before main(). */
void board_disable_watchdogs(void);

/* Writes to UART0 as the ROM has set it up, "\n" as "\r\n"; waits while the transmit FIFO is full.
 */
void board_put_character(char character);
void board_put_string(const char *text);
/* Eight hexadecimal digits. */
void board_put_hex(uint32_t value);

/* Waits until all that was written has left. */
void board_flush(void);

/* Ends the image, which is in one of the end_*.c files: one that was built for emulators waits
 * until the console is out and leaves through semihosting; others idle. */
_Noreturn void board_exit(int status);

/* What the image was started with: a text from the emulator; empty on a board. */
const char *board_arguments(void);

/* Where exceptions end: says what and where, and exits with status 1. */
_Noreturn void board_report_exception(uint32_t cause, uint32_t where, uint32_t value);

#endif
