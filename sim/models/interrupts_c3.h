/* SPDX-License-Identifier: Apache-2.0 */
/* The interrupt matrix and interrupt core of the C3 layout (interrupts.md, section 3). */
#ifndef SIM_MODELS_INTERRUPTS_C3_H
#define SIM_MODELS_INTERRUPTS_C3_H

#include "machine_internal.h"
#include "register_file.h"

extern const struct device_ops interrupts_c3_ops;
extern const struct interrupt_controller interrupts_c3_controller;
extern const struct register_row interrupts_c3_rows[];

#endif
