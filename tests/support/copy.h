/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies that a test submits, and what came back for each: whether the callback came, when among
 * all callbacks, and with what.
 */
#ifndef COPY_H
#define COPY_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"
#include "esp_async_memcpy.h"

struct copy {
    void *destination;
    const void *source;
    size_t size_bytes;
    bool woke;                              /* what the callback shall return */
    void (*in_callback)(struct copy *copy); /* called by the callback after it has noted; or NULL */
    async_memcpy_handle_t handle;           /* submitted to */
    unsigned calls;                         /* of the callback */
    unsigned rank;    /* of its callback among all since copy_forget(), from 0 */
    esp_err_t status; /* that the callback was told */
};

/* Forgets how many callbacks there have been, and begins the order of memories anew (buffer.h). */
void copy_forget(void);

/* Returns how many callbacks there have been. */
unsigned copy_callback_count(void);

/* Makes a copy that was not submitted yet. */
struct copy copy_of(void *destination, const void *source, size_t size_bytes);

/* Submits with a callback that notes. `copy` must stay until the callback has come. */
esp_err_t copy_submit(async_memcpy_handle_t handle, struct copy *copy);

/* Submits, fails unless that is ESP_OK. */
void copy_start(async_memcpy_handle_t handle, struct copy *copy);

/* Sleeps until the callback has come; fails if it does not. */
void copy_wait(struct copy *copy);

/* Waits for all, then fails unless each was called back once, in the order of the array, with
 * ESP_OK. */
void copy_finish(struct copy *copies, size_t count);

/* The callback of a copy; cb_args is the struct copy. Fails if the event does not agree. */
bool copy_callback(async_memcpy_handle_t handle, async_memcpy_event_t *event, void *cb_args);

/* Submits, waits and checks one copy of a pattern, guards included. */
void copy_pattern(async_memcpy_handle_t handle, size_t size_bytes, size_t destination_offset,
                  size_t source_offset);

/* Likewise between memories that the test chooses. */
struct copy_way {
    enum buffer_memory to;
    enum buffer_memory from;
    size_t to_offset;
    size_t from_offset;
};
void copy_pattern_along(async_memcpy_handle_t handle, const struct copy_way *way,
                        size_t size_bytes);

/* Installs, fails unless that is ESP_OK. */
async_memcpy_handle_t driver_install(uint32_t backlog, size_t sram_trans_align);
async_memcpy_handle_t driver_install_with(const async_memcpy_config_t *config);

/* Uninstalls as soon as the driver lets go; fails if it never does. */
void driver_uninstall(async_memcpy_handle_t handle);

#endif
