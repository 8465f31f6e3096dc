/* SPDX-License-Identifier: Apache-2.0 */
/* Error codes with the names and values of ESP-IDF, for platforms that bring none. */
#ifndef ESP_ERR_H
#define ESP_ERR_H

#ifdef __cplusplus
extern "C" {
#endif

typedef int esp_err_t;

#define ESP_OK                0
#define ESP_FAIL              (-1)
#define ESP_ERR_NO_MEM        0x101
#define ESP_ERR_INVALID_ARG   0x102
#define ESP_ERR_INVALID_STATE 0x103
#define ESP_ERR_INVALID_SIZE  0x104
#define ESP_ERR_NOT_FOUND     0x105
#define ESP_ERR_NOT_SUPPORTED 0x106
#define ESP_ERR_TIMEOUT       0x107
#define ESP_ERR_NOT_FINISHED  0x10C

/**
 * Returns the name of an error code.
 *
 * Context: task or interrupt; takes no lock; constant time.
 *
 * @param code any value
 * @return a static string, such as "ESP_ERR_NO_MEM"; "UNKNOWN ERROR" for a value not listed here
 */
const char *esp_err_to_name(esp_err_t code);

#ifdef __cplusplus
}
#endif

#endif
