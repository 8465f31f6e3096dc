/* SPDX-License-Identifier: Apache-2.0 */
#include "copy.h"

#include "buffer.h"
#include "check.h"
#include "platform.h"

enum { UNINSTALL_TRIES_MAX = 100000 };

static unsigned callback_count;

void copy_forget(void)
{
    callback_count = 0;
    buffer_forget();
}

unsigned copy_callback_count(void)
{
    return callback_count;
}

struct copy copy_of(void *destination, const void *source, size_t size_bytes)
{
    struct copy copy = {.destination = destination, .source = source, .size_bytes = size_bytes};

    return copy;
}

static void check_event(const async_memcpy_event_t *event, const struct copy *copy)
{
    CHECK(event->data == NULL);
    CHECK(event->destination == copy->destination);
    CHECK(event->source == copy->source);
    CHECK_EQ(event->size, copy->size_bytes);
}

bool copy_callback(async_memcpy_handle_t handle, async_memcpy_event_t *event, void *cb_args)
{
    struct copy *copy = cb_args;

    CHECK(platform_in_interrupt());
    CHECK(handle == copy->handle);
    check_event(event, copy);
    copy->calls++;
    CHECK_EQ(copy->calls, 1);
    copy->rank = callback_count;
    copy->status = event->status;
    callback_count++;
    if (copy->in_callback != NULL) {
        copy->in_callback(copy);
        check_event(event, copy);
        CHECK_EQ(event->status, copy->status);
    }
    return copy->woke;
}

esp_err_t copy_submit(async_memcpy_handle_t handle, struct copy *copy)
{
    copy->handle = handle;
    copy->calls = 0;
    return esp_async_memcpy(handle, copy->destination, copy->source, copy->size_bytes,
                            copy_callback, copy);
}

void copy_start(async_memcpy_handle_t handle, struct copy *copy)
{
    CHECK_EQ(copy_submit(handle, copy), ESP_OK);
}

static bool is_called_back(void *context)
{
    const struct copy *copy = context;

    return copy->calls != 0;
}

void copy_wait(struct copy *copy)
{
    CHECK(platform_wait_until(is_called_back, copy));
}

void copy_finish(struct copy *copies, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        copy_wait(&copies[i]);
        CHECK_EQ(copies[i].calls, 1);
        CHECK_EQ(copies[i].status, ESP_OK);
        CHECK(i == 0 || copies[i].rank > copies[i - 1].rank);
    }
}

/* Fills, submits, waits, checks and closes both. */
static void copy_pattern_between(async_memcpy_handle_t handle, struct buffer *destination,
                                 struct buffer *source)
{
    uint32_t pattern = platform_random(0x10000);
    size_t size_bytes = source->size_bytes;
    struct copy copy = copy_of(destination->bytes, source->bytes, size_bytes);

    pattern_fill(source->bytes, size_bytes, pattern);
    copy_start(handle, &copy);
    copy_finish(&copy, 1);
    pattern_check(destination->bytes, size_bytes, pattern);
    pattern_check(source->bytes, size_bytes, pattern);
    buffer_close(destination);
    buffer_close(source);
}

void copy_pattern(async_memcpy_handle_t handle, size_t size_bytes, size_t destination_offset,
                  size_t source_offset)
{
    struct buffer source;
    struct buffer destination;

    buffer_open(&source, size_bytes, source_offset);
    buffer_open(&destination, size_bytes, destination_offset);
    copy_pattern_between(handle, &destination, &source);
}

void copy_pattern_along(async_memcpy_handle_t handle, const struct copy_way *way, size_t size_bytes)
{
    struct buffer source;
    struct buffer destination;

    buffer_open_in(&source, way->from, size_bytes, way->from_offset);
    buffer_open_in(&destination, way->to, size_bytes, way->to_offset);
    copy_pattern_between(handle, &destination, &source);
}

async_memcpy_handle_t driver_install(uint32_t backlog, size_t sram_trans_align)
{
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();

    config.backlog = backlog;
    config.sram_trans_align = sram_trans_align;
    return driver_install_with(&config);
}

async_memcpy_handle_t driver_install_with(const async_memcpy_config_t *config)
{
    async_memcpy_handle_t handle = NULL;

    CHECK_EQ(esp_async_memcpy_install(config, &handle), ESP_OK);
    CHECK(handle != NULL);
    return handle;
}

void driver_uninstall(async_memcpy_handle_t handle)
{
    for (unsigned i = 0; i < UNINSTALL_TRIES_MAX; i++) {
        esp_err_t error = esp_async_memcpy_uninstall(handle);

        if (error == ESP_OK) {
            return;
        }
        CHECK_EQ(error, ESP_ERR_INVALID_STATE);
        platform_pass_time();
    }
    check_failed(__FILE__, __LINE__, "the driver lets go at last");
}
