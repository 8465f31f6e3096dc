/* SPDX-License-Identifier: Apache-2.0 */
/* How many cores there are at the most, and which CPU lines the port uses: those below a number. */
#ifndef PORT_LINES_H
#define PORT_LINES_H

#define PORT_CORE_COUNT      1
#define PORT_INTERRUPT_LINES 6

#endif
