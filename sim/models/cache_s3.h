/* SPDX-License-Identifier: Apache-2.0 */
/* The data cache of the ESP32-S3 over external RAM, and its maintenance registers (README.md of the
 * datasheet, section 5). cache_point() stands in machine_internal.h. */
#ifndef SIM_MODELS_CACHE_S3_H
#define SIM_MODELS_CACHE_S3_H

#include "machine_internal.h"
#include "register_file.h"

extern const struct device_ops cache_s3_ops;
extern const struct register_row cache_s3_rows[];

#endif
