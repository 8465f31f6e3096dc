/* SPDX-License-Identifier: Apache-2.0 */
/* esp_memcpy_blocking(): every documented result. */
#include "buffer.h"
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { BYTES = 3000, COUNT = 3 };

struct scene {
    async_memcpy_handle_t handle;
    struct buffer source;
    struct buffer destination;
};

static void scene_open(struct scene *scene, uint32_t backlog)
{
    scene->handle = driver_install(backlog, 0);
    buffer_open(&scene->source, BYTES, 1);
    buffer_open(&scene->destination, BYTES, 3);
    pattern_fill(scene->source.bytes, BYTES, 100);
}

static void scene_close(struct scene *scene)
{
    CHECK_EQ(esp_async_memcpy_uninstall(scene->handle), ESP_OK);
    buffer_close(&scene->destination);
    buffer_close(&scene->source);
}

static esp_err_t block(const struct scene *scene, int32_t timeout_ms)
{
    return esp_memcpy_blocking(scene->handle, scene->destination.bytes, scene->source.bytes, BYTES,
                               timeout_ms);
}

static void blocking_returns_with_all_bytes_in_place(void)
{
    static const size_t sizes[] = {1, 2, 100, 4095, 4096, 20000};
    async_memcpy_handle_t handle = driver_install(2, 0);

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct buffer source;
        struct buffer destination;

        buffer_open(&source, sizes[i], i % 4);
        buffer_open(&destination, sizes[i], i % 3);
        pattern_fill(source.bytes, sizes[i], 101);
        CHECK_EQ(esp_memcpy_blocking(handle, destination.bytes, source.bytes, sizes[i], -1),
                 ESP_OK);
        pattern_check(destination.bytes, sizes[i], 101);
        buffer_close(&destination);
        buffer_close(&source);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

static void blocking_refuses_timeouts_below_minus_one(void)
{
    static const int32_t timeouts[] = {-2, -3, -1000, INT32_MIN + 1, INT32_MIN};
    struct scene scene;

    scene_open(&scene, 2);
    for (size_t i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
        CHECK_EQ(block(&scene, timeouts[i]), ESP_ERR_INVALID_ARG);
    }
    copy_pattern(scene.handle, 20, 0, 0);
    buffer_check_untouched(&scene.destination);
    CHECK_EQ(block(&scene, -1), ESP_OK);
    pattern_check(scene.destination.bytes, BYTES, 100);
    scene_close(&scene);
}

static void block_from_interrupt(void *argument)
{
    CHECK_EQ(block(argument, -1), ESP_ERR_INVALID_STATE);
}

static void blocking_refuses_interrupt_context(void)
{
    struct scene scene;

    scene_open(&scene, 2);
    platform_run_in_interrupt(block_from_interrupt, &scene);
    copy_pattern(scene.handle, 20, 0, 0);
    buffer_check_untouched(&scene.destination);
    scene_close(&scene);
}

static void blocking_keeps_to_the_declared_alignment(void)
{
    async_memcpy_handle_t handle = driver_install(2, 16);
    struct buffer source;
    struct buffer destination;

    buffer_open(&source, 64, 3);
    buffer_open_in(&destination, BUFFER_INTERNAL, 64, 0);
    CHECK_EQ(esp_memcpy_blocking(handle, destination.bytes + 8, source.bytes, 16, -1),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_memcpy_blocking(handle, destination.bytes, source.bytes, 24, -1),
             ESP_ERR_INVALID_ARG);
    buffer_check_untouched(&destination);
    CHECK_EQ(esp_memcpy_blocking(handle, destination.bytes, source.bytes, 64, -1), ESP_OK);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&destination);
    buffer_close(&source);
}

/* It sleeps for a slot, and comes after all that was submitted before. */
static void check_full_backlog(uint32_t backlog, bool with_callback)
{
    struct scene scene;
    struct copy copies[COUNT];
    struct buffer before;

    scene_open(&scene, backlog);
    buffer_open(&before, BYTES, 2);
    copy_forget();
    for (uint32_t i = 0; i < backlog; i++) {
        copies[i] = copy_of(before.bytes, scene.source.bytes, BYTES);
        if (with_callback) {
            copy_start(scene.handle, &copies[i]);
        } else {
            CHECK_EQ(
                esp_async_memcpy(scene.handle, before.bytes, scene.source.bytes, BYTES, NULL, NULL),
                ESP_OK);
        }
    }
    CHECK_EQ(block(&scene, -1), ESP_OK);
    CHECK_EQ(copy_callback_count(), with_callback ? backlog : 0);
    pattern_check(before.bytes, BYTES, 100);
    pattern_check(scene.destination.bytes, BYTES, 100);
    buffer_close(&before);
    scene_close(&scene);
}

static void blocking_waits_for_a_full_backlog(void)
{
    for (uint32_t backlog = 1; backlog <= COUNT; backlog++) {
        check_full_backlog(backlog, true);
        check_full_backlog(backlog, false);
    }
}

/* The request of another, which reads what the blocking call writes, and the other way round. */
static void blocking_keeps_the_order(void)
{
    struct scene scene;
    struct buffer between;
    struct copy copy;

    scene_open(&scene, 4);
    buffer_open(&between, BYTES, 0);
    for (unsigned round = 0; round < 5; round++) {
        pattern_fill(scene.source.bytes, BYTES, 110 + round);
        copy = copy_of(between.bytes, scene.source.bytes, BYTES);
        copy_start(scene.handle, &copy);
        CHECK_EQ(
            esp_memcpy_blocking(scene.handle, scene.destination.bytes, between.bytes, BYTES, -1),
            ESP_OK);
        CHECK_EQ(copy.calls, 1);
        pattern_check(scene.destination.bytes, BYTES, 110 + round);
    }
    buffer_close(&between);
    scene_close(&scene);
}

static struct copy nested;

static void block_and_uninstall(struct copy *copy)
{
    CHECK_EQ(
        esp_memcpy_blocking(copy->handle, copy->destination, copy->source, copy->size_bytes, -1),
        ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_async_memcpy_uninstall(copy->handle), ESP_ERR_INVALID_STATE);
}

/* Callbacks that run while a task blocks are interrupt context like any other. */
static void blocking_while_callbacks_run(void)
{
    struct scene scene;
    struct buffer other;

    scene_open(&scene, 2);
    buffer_open(&other, BYTES, 0);
    nested = copy_of(other.bytes, scene.source.bytes, BYTES);
    nested.in_callback = block_and_uninstall;
    copy_start(scene.handle, &nested);
    CHECK_EQ(block(&scene, -1), ESP_OK);
    CHECK_EQ(nested.calls, 1);
    pattern_check(other.bytes, BYTES, 100);
    buffer_close(&other);
    scene_close(&scene);
}

const struct test_case conformance_blocking[] = {
    {"blocking returns with all bytes in place", blocking_returns_with_all_bytes_in_place},
    {"blocking refuses timeouts below -1", blocking_refuses_timeouts_below_minus_one},
    {"blocking refuses interrupt context", blocking_refuses_interrupt_context},
    {"blocking keeps to the declared alignment", blocking_keeps_to_the_declared_alignment},
    {"blocking waits for a full backlog", blocking_waits_for_a_full_backlog},
    {"blocking keeps the order", blocking_keeps_the_order},
    {"blocking while callbacks run", blocking_while_callbacks_run},
    {NULL, NULL},
};
