/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_SIGNALS_H
#define PORT_SIGNALS_H

/* Gives the signals that the calling thread gave in the interrupt that it has just ended. Inside
 * the monitor. */
void signals_give_due(void);

#endif
