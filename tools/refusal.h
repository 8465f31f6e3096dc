/* SPDX-License-Identifier: Apache-2.0 */
/* Why a chip's driver cannot be installed as wished. */
#ifndef REFUSAL_H
#define REFUSAL_H

#include "esp_async_memcpy.h"

/* Says which option to change, and to what, after esp_async_memcpy_install() has answered this
 * configuration with ESP_ERR_INVALID_ARG. Finds out by installing: the driver knows best. */
void refusal_explain(const async_memcpy_config_t *config);

#endif
