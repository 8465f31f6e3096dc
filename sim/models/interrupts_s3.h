/* SPDX-License-Identifier: Apache-2.0 */
/* The interrupt matrix of the ESP32-S3, a block for each core (interrupts.md, section 2), and the
 * CPUs' interrupt lines. */
#ifndef SIM_MODELS_INTERRUPTS_S3_H
#define SIM_MODELS_INTERRUPTS_S3_H

#include "machine_internal.h"
#include "register_file.h"

extern const struct device_ops interrupts_s3_core0_ops;
extern const struct device_ops interrupts_s3_core1_ops;
extern const struct interrupt_controller interrupts_s3_controller;
extern const struct register_row interrupts_s3_rows[];

#endif
