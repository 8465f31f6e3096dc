/* SPDX-License-Identifier: Apache-2.0 */
/* Which chip is simulated, and its switching on. */
#ifndef PORT_CHIP_SELECT_H
#define PORT_CHIP_SELECT_H

#include "chip.h"

/* Says on stderr that there is no chip of that name, and which there are. `origin` says where the
 * name stood. */
void chip_select_report_unknown(const char *origin, const char *name);

/* Chooses what the next switching on takes; NULL: the environment or the default. */
void chip_select_prefer(const struct chip *chip);

/* Forgets the chosen chip and the one that is on, without switching it off: a machine that is on is
 * taken over anew at the next use. */
void chip_select_forget(void);

#endif
