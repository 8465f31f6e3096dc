/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of an installation, for the two ways to give it memory. */
#ifndef INSTALL_H
#define INSTALL_H

#include "context.h"

/* Checks what does not depend on memory. Errors as of esp_async_memcpy_install(). */
esp_err_t install_check(const async_memcpy_config_t *config, async_memcpy_handle_t *mcp_hdl);

/* Returns the memory that a driver with a backlog, as configured, needs; 0: none is that large. */
size_t install_bytes(uint32_t backlog);

/* Installs into zeroed memory of exactly that size. After an error the memory is the caller's. */
esp_err_t install_into(void *memory, size_t bytes, const async_memcpy_config_t *config,
                       async_memcpy_handle_t *mcp_hdl);

#endif
