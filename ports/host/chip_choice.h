/* SPDX-License-Identifier: Apache-2.0 */
/* Which chip a PC simulates. The caller keeps other threads out. */
#ifndef PORT_CHIP_CHOICE_H
#define PORT_CHIP_CHOICE_H

#include "chip.h"

/* Says on stderr that there is no chip of that name, and which there are. `origin` says where the
 * name stood. */
void chip_choice_report_unknown(const char *origin, const char *name);

/* Chooses what the next switching on takes; NULL: the environment or the default. */
void chip_choice_prefer(const struct chip *chip);

/* Returns the chip to switch on; NULL if the environment names one that is not known, which is
 * reported the first time. */
const struct chip *chip_choice_get(void);

#endif
