/* SPDX-License-Identifier: Apache-2.0 */
/* esp_async_memcpy(): NULL, size 0, and requests that overlap themselves. */
#include "buffer.h"
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { ROOM_BYTES = 9000, PATTERN = 21 };

static bool never_called(async_memcpy_handle_t handle, async_memcpy_event_t *event, void *cb_args)
{
    (void)handle;
    (void)event;
    (void)cb_args;
    check_failed(__FILE__, __LINE__, "no callback for a refused request");
}

static void refuse(async_memcpy_handle_t handle, void *destination, const void *source, size_t size)
{
    CHECK_EQ(esp_async_memcpy(handle, destination, source, size, never_called, NULL),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_memcpy_blocking(handle, destination, source, size, -1), ESP_ERR_INVALID_ARG);
}

static void arguments_refuse_null_and_zero(void)
{
    async_memcpy_handle_t handle = driver_install(1, 0);
    struct buffer buffer;
    uint8_t *to;
    uint8_t *from;

    buffer_open(&buffer, ROOM_BYTES, 0);
    to = buffer.bytes;
    from = buffer.bytes + 100;
    refuse(NULL, to, from, 10);
    refuse(handle, NULL, from, 10);
    refuse(handle, to, NULL, 10);
    refuse(handle, NULL, NULL, 10);
    refuse(handle, to, from, 0);
    refuse(handle, to, to, 0);
    refuse(handle, NULL, NULL, 0);
    copy_pattern(handle, 10, 0, 0);
    buffer_check_untouched(&buffer);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&buffer);
}

/* Every overlap by at least a byte, from below and from above. */
static void arguments_refuse_overlap(void)
{
    static const size_t sizes[] = {1, 2, 3, 4, 5, 31, 64, 100, 4000, 4095, 4096};
    async_memcpy_handle_t handle = driver_install(1, 0);
    struct buffer buffer;

    buffer_open(&buffer, ROOM_BYTES, 0);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        size_t size = sizes[i];
        uint8_t *middle = buffer.bytes + 4500;
        size_t step = size / 7 + 1;

        for (size_t distance = 0; distance < size; distance += step) {
            refuse(handle, middle, middle + distance, size);
            refuse(handle, middle, middle - distance, size);
        }
        refuse(handle, middle, middle + (size - 1), size);
        refuse(handle, middle, middle - (size - 1), size);
    }
    copy_pattern(handle, 10, 0, 0);
    buffer_check_untouched(&buffer);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&buffer);
}

/* Neighbours that touch do not overlap. */
static void arguments_accept_adjacent_buffers(void)
{
    static const size_t sizes[] = {1, 2, 3, 4, 5, 31, 64, 100, 4095, 4096, 4400};
    async_memcpy_handle_t handle = driver_install(1, 0);
    struct buffer buffer;

    buffer_open(&buffer, ROOM_BYTES, 1);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        size_t size = sizes[i];
        uint8_t *middle = buffer.bytes + 4500;
        struct copy up = copy_of(middle, middle - size, size);
        struct copy down = copy_of(middle - size, middle, size);

        pattern_fill(middle - size, size, PATTERN);
        copy_start(handle, &up);
        copy_finish(&up, 1);
        pattern_check(middle, size, PATTERN);
        pattern_check(middle - size, size, PATTERN);
        pattern_fill(middle, size, PATTERN + 1);
        copy_start(handle, &down);
        copy_finish(&down, 1);
        pattern_check(middle - size, size, PATTERN + 1);
        pattern_check(middle, size, PATTERN + 1);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&buffer);
}

struct submission {
    async_memcpy_handle_t handle;
    struct copy copy;
    esp_err_t result;
};

static void submit_from_interrupt(void *argument)
{
    struct submission *submission = argument;

    submission->result = copy_submit(submission->handle, &submission->copy);
    CHECK_EQ(esp_async_memcpy(submission->handle, NULL, submission->copy.source, 4, NULL, NULL),
             ESP_ERR_INVALID_ARG);
}

static void arguments_are_checked_in_interrupts_too(void)
{
    async_memcpy_handle_t handle = driver_install(1, 0);
    struct buffer source;
    struct buffer destination;
    struct submission submission = {.handle = handle, .result = ESP_FAIL};

    buffer_open(&source, 77, 1);
    buffer_open(&destination, 77, 2);
    pattern_fill(source.bytes, 77, PATTERN);
    submission.copy = copy_of(destination.bytes, source.bytes, 77);
    platform_run_in_interrupt(submit_from_interrupt, &submission);
    CHECK_EQ(submission.result, ESP_OK);
    copy_finish(&submission.copy, 1);
    pattern_check(destination.bytes, 77, PATTERN);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&destination);
    buffer_close(&source);
}

const struct test_case conformance_arguments[] = {
    {"arguments NULL and size 0 are refused", arguments_refuse_null_and_zero},
    {"arguments that overlap are refused", arguments_refuse_overlap},
    {"arguments that are adjacent are accepted", arguments_accept_adjacent_buffers},
    {"arguments are checked in interrupts too", arguments_are_checked_in_interrupts_too},
    {NULL, NULL},
};
