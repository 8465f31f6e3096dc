/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the ESP32-S3's SYSTEM block that a copy driver needs. */
#ifndef SIM_MODELS_SYSTEM_S3_H
#define SIM_MODELS_SYSTEM_S3_H

#include "machine_internal.h"
#include "register_file.h"

extern const struct device_ops system_s3_ops;
extern const struct register_row system_s3_rows[];

#endif
