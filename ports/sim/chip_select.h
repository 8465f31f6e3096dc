/* SPDX-License-Identifier: Apache-2.0 */
/* Which chip is simulated, and its switching on. */
#ifndef PORT_CHIP_SELECT_H
#define PORT_CHIP_SELECT_H

/* Forgets the chosen chip and the one that is on, without switching it off: a machine that is on is
 * taken over anew at the next use. */
void chip_select_forget(void);

#endif
