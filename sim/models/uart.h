/* SPDX-License-Identifier: Apache-2.0 */
/* The transmitter of UART0 (interrupts.md, section 7). */
#ifndef SIM_MODELS_UART_H
#define SIM_MODELS_UART_H

#include "machine_internal.h"
#include "register_file.h"

extern const struct device_ops uart_ops;
extern const struct register_row uart_rows[];

/* Has each byte that leaves the wire given to the listener; NULL: nobody. Power-on forgets it. */
void uart_listen(void (*listener)(uint8_t byte, void *context), void *context);

#endif
