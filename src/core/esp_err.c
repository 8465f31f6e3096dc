/* SPDX-License-Identifier: Apache-2.0 */
#include "esp_err.h"

#include <stddef.h>

#define NAMED(code) \
    {               \
        code, #code \
    }

static const struct {
    esp_err_t code;
    const char *name;
} error_names[] = {
    NAMED(ESP_OK),
    NAMED(ESP_FAIL),
    NAMED(ESP_ERR_NO_MEM),
    NAMED(ESP_ERR_INVALID_ARG),
    NAMED(ESP_ERR_INVALID_STATE),
    NAMED(ESP_ERR_INVALID_SIZE),
    NAMED(ESP_ERR_NOT_FOUND),
    NAMED(ESP_ERR_NOT_SUPPORTED),
    NAMED(ESP_ERR_TIMEOUT),
    NAMED(ESP_ERR_NOT_FINISHED),
};

const char *esp_err_to_name(esp_err_t code)
{
    for (size_t i = 0; i < sizeof error_names / sizeof error_names[0]; i++) {
        if (error_names[i].code == code) {
            return error_names[i].name;
        }
    }
    return "UNKNOWN ERROR";
}
