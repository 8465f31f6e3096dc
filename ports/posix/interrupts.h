/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts as the machine's thread sees them. All inside the monitor. */
#ifndef PORT_INTERRUPTS_H
#define PORT_INTERRUPTS_H

#include <stdbool.h>

struct port_interrupt;

/* Whether interrupts_take() has one. */
bool interrupts_are_pending(void);

/* Returns an interrupt whose handler must run now, or NULL. */
struct port_interrupt *interrupts_take(void);

/* Closes all that are open. No handler runs. */
void interrupts_forget_all(void);

#endif
