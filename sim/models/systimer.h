/* SPDX-License-Identifier: Apache-2.0 */
/* Unit 0 of the system timer (interrupts.md, section 8). */
#ifndef SIM_MODELS_SYSTIMER_H
#define SIM_MODELS_SYSTIMER_H

#include "machine_internal.h"
#include "register_file.h"

extern const struct device_ops systimer_ops;
extern const struct register_row systimer_rows[];

#endif
