/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_SIGNALS_H
#define PORT_SIGNALS_H

/* Gives the signals that the interrupt which has just ended gave. Inside the monitor. */
void signals_give_due(void);

#endif
