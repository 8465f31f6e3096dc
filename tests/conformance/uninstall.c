/* SPDX-License-Identifier: Apache-2.0 */
/* esp_async_memcpy_uninstall(): every documented error, and that a refusal changes nothing. */
#include "buffer.h"
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"

/* So long that no copy of it ends while a few calls are made. */
enum { LONG_BYTES = 32768, PENDING_COUNT = 3 };

static void uninstall_refuses_null(void)
{
    CHECK_EQ(esp_async_memcpy_uninstall(NULL), ESP_ERR_INVALID_ARG);
}

static void uninstall_refuses_pending_work(void)
{
    async_memcpy_handle_t handle = driver_install(PENDING_COUNT, 0);
    struct copy copies[PENDING_COUNT];
    struct buffer source;
    struct buffer destination;
    size_t free_bytes;

    buffer_open(&source, LONG_BYTES, 0);
    buffer_open(&destination, LONG_BYTES, 0);
    pattern_fill(source.bytes, LONG_BYTES, 7);
    free_bytes = heap_caps_get_free_size(MALLOC_CAP_DMA);
    for (size_t i = 0; i < PENDING_COUNT; i++) {
        copies[i] = copy_of(destination.bytes, source.bytes, LONG_BYTES);
        copy_start(handle, &copies[i]);
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_ERR_INVALID_STATE);
        CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
    }
    copy_finish(copies, PENDING_COUNT);
    pattern_check(destination.bytes, LONG_BYTES, 7);
    copy_pattern(handle, 50, 0, 0);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&destination);
    buffer_close(&source);
}

/* A copy without callback is pending work as well. */
static void uninstall_refuses_pending_work_without_callback(void)
{
    async_memcpy_handle_t handle = driver_install(1, 0);
    struct buffer source;
    struct buffer destination;

    buffer_open(&source, LONG_BYTES, 0);
    buffer_open(&destination, LONG_BYTES, 0);
    pattern_fill(source.bytes, LONG_BYTES, 8);
    CHECK_EQ(esp_async_memcpy(handle, destination.bytes, source.bytes, LONG_BYTES, NULL, NULL),
             ESP_OK);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_ERR_INVALID_STATE);
    driver_uninstall(handle);
    pattern_check(destination.bytes, LONG_BYTES, 8);
    buffer_close(&destination);
    buffer_close(&source);
}

static void uninstall_here(struct copy *copy)
{
    CHECK_EQ(esp_async_memcpy_uninstall(copy->handle), ESP_ERR_INVALID_STATE);
}

static void uninstall_refuses_a_callback(void)
{
    async_memcpy_handle_t handle = driver_install(2, 0);
    struct buffer source;
    struct buffer destination;
    struct copy copies[2];

    buffer_open(&source, 100, 1);
    buffer_open(&destination, 100, 2);
    for (size_t i = 0; i < 2; i++) {
        copies[i] = copy_of(destination.bytes, source.bytes, 100);
        copies[i].in_callback = uninstall_here;
        copy_start(handle, &copies[i]);
    }
    copy_finish(copies, 2);
    copy_pattern(handle, 50, 0, 0);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&destination);
    buffer_close(&source);
}

static void uninstall_from_interrupt(void *argument)
{
    CHECK_EQ(esp_async_memcpy_uninstall(argument), ESP_ERR_INVALID_STATE);
}

static void uninstall_refuses_interrupt_context(void)
{
    async_memcpy_handle_t handle = driver_install(2, 0);

    platform_run_in_interrupt(uninstall_from_interrupt, handle);
    copy_pattern(handle, 50, 0, 0);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

static async_memcpy_handle_t idle_driver;

static void uninstall_idle_driver(struct copy *copy)
{
    (void)copy;
    CHECK_EQ(esp_async_memcpy_uninstall(idle_driver), ESP_ERR_INVALID_STATE);
}

/* Another driver's callback is interrupt context as well. */
static void uninstall_of_another_driver_in_a_callback(void)
{
    async_memcpy_handle_t handle = driver_install(1, 0);
    struct buffer source;
    struct buffer destination;
    struct copy copy;

    buffer_open(&source, 100, 1);
    buffer_open(&destination, 100, 2);
    idle_driver = driver_install(1, 0);
    copy = copy_of(destination.bytes, source.bytes, 100);
    copy.in_callback = uninstall_idle_driver;
    copy_start(handle, &copy);
    copy_wait(&copy);
    CHECK_EQ(esp_async_memcpy_uninstall(idle_driver), ESP_OK);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&destination);
    buffer_close(&source);
}

const struct test_case conformance_uninstall[] = {
    {"uninstall refuses NULL", uninstall_refuses_null},
    {"uninstall refuses pending work", uninstall_refuses_pending_work},
    {"uninstall refuses pending work without callback",
     uninstall_refuses_pending_work_without_callback},
    {"uninstall refuses a callback", uninstall_refuses_a_callback},
    {"uninstall refuses interrupt context", uninstall_refuses_interrupt_context},
    {"uninstall of another driver in a callback", uninstall_of_another_driver_in_a_callback},
    {NULL, NULL},
};
