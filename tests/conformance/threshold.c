/* SPDX-License-Identifier: Apache-2.0 */
/* esp_async_memcpy_set_cpu_threshold(): small copies that the CPU does, in their turn. */
#include <string.h>

#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"
#include "queue.h"

enum { BELOW_MAX = 4095, BELOW = 200, ROOM_BYTES = 5000, STEPS = 40, BACKLOG = 5, SIDES = 2 };

static size_t cpu_below(async_memcpy_handle_t handle)
{
    async_memcpy_info_t info;

    CHECK_EQ(esp_async_memcpy_get_info(handle, &info), ESP_OK);
    return info.cpu_below;
}

static void threshold_refuses_wrong_arguments(void)
{
    async_memcpy_handle_t handle = driver_install(1, 0);

    CHECK_EQ(esp_async_memcpy_set_cpu_threshold(NULL, 0), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_set_cpu_threshold(NULL, 10), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_set_cpu_threshold(handle, BELOW), ESP_OK);
    CHECK_EQ(esp_async_memcpy_set_cpu_threshold(handle, BELOW_MAX + 1), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_set_cpu_threshold(handle, SIZE_MAX), ESP_ERR_INVALID_ARG);
    CHECK_EQ(cpu_below(handle), BELOW);
    CHECK_EQ(esp_async_memcpy_set_cpu_threshold(handle, BELOW_MAX), ESP_OK);
    CHECK_EQ(cpu_below(handle), BELOW_MAX);
    CHECK_EQ(esp_async_memcpy_set_cpu_threshold(handle, 0), ESP_OK);
    CHECK_EQ(cpu_below(handle), 0);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

/* Around the threshold, at any address, by callback and blocking. */
static void threshold_with_every_size(void)
{
    static const size_t sizes[] = {1, 2, 3, 15, 16, 31, 64, BELOW - 1, BELOW, BELOW + 1, 4100};
    async_memcpy_handle_t handle = driver_install(2, 0);

    CHECK_EQ(esp_async_memcpy_set_cpu_threshold(handle, BELOW), ESP_OK);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct buffer source;
        struct buffer destination;

        copy_pattern(handle, sizes[i], i % 7, i % 5);
        buffer_open(&source, sizes[i], i % 3);
        buffer_open(&destination, sizes[i], i % 11);
        pattern_fill(source.bytes, sizes[i], 31);
        CHECK_EQ(esp_memcpy_blocking(handle, destination.bytes, source.bytes, sizes[i], -1),
                 ESP_OK);
        pattern_check(destination.bytes, sizes[i], 31);
        buffer_close(&destination);
        buffer_close(&source);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

static void threshold_keeps_to_the_declared_alignment(void)
{
    async_memcpy_handle_t handle = driver_install(1, 8);
    struct buffer source;
    struct buffer destination;

    buffer_open(&source, 32, 1);
    buffer_open_in(&destination, BUFFER_INTERNAL, 32, 0);
    CHECK_EQ(esp_async_memcpy_set_cpu_threshold(handle, BELOW), ESP_OK);
    CHECK_EQ(esp_async_memcpy(handle, destination.bytes + 4, source.bytes, 8, NULL, NULL),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy(handle, destination.bytes, source.bytes, 12, NULL, NULL),
             ESP_ERR_INVALID_ARG);
    buffer_check_untouched(&destination);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&destination);
    buffer_close(&source);
}

/* Tiny copies behind long ones end after them. */
static void threshold_keeps_the_order_of_callbacks(void)
{
    static struct queue queue;

    queue_open(&queue, QUEUE_MAX, QUEUE_MAX);
    CHECK_EQ(esp_async_memcpy_set_cpu_threshold(queue.handle, BELOW), ESP_OK);
    for (size_t i = 1; i < QUEUE_MAX; i += 2) {
        queue.copies[i].size_bytes = 30;
    }
    queue_start(&queue, 0, QUEUE_MAX);
    copy_finish(queue.copies, QUEUE_MAX);
    for (size_t i = 0; i < QUEUE_MAX; i++) {
        pattern_check(queue.destinations[i].bytes, queue.copies[i].size_bytes, queue.pattern);
    }
    queue_close(&queue);
}

/* Rooms between which bytes are copied to and fro, and what must come of it. */
struct world {
    async_memcpy_handle_t handle;
    struct buffer rooms[SIDES];
    uint8_t *expected[SIDES];
    struct copy copies[STEPS];
};

static struct world world;

static void world_open(size_t below)
{
    copy_forget();
    world.handle = driver_install(BACKLOG, 0);
    CHECK_EQ(esp_async_memcpy_set_cpu_threshold(world.handle, below), ESP_OK);
    for (size_t i = 0; i < SIDES; i++) {
        buffer_open(&world.rooms[i], ROOM_BYTES, 5 * i);
        world.expected[i] = heap_caps_malloc(ROOM_BYTES, MALLOC_CAP_DMA);
        CHECK(world.expected[i] != NULL);
        pattern_fill(world.rooms[i].bytes, ROOM_BYTES, 50 + (uint32_t)i);
        memcpy(world.expected[i], world.rooms[i].bytes, ROOM_BYTES);
    }
}

static void world_close(void)
{
    CHECK_EQ(esp_async_memcpy_uninstall(world.handle), ESP_OK);
    for (size_t i = SIDES; i-- != 0;) {
        CHECK_EQ(memcmp(world.rooms[i].bytes, world.expected[i], ROOM_BYTES), 0);
        heap_caps_free(world.expected[i]);
        buffer_close(&world.rooms[i]);
    }
}

/* Every second copy or so is below the threshold, and most overlap some before. */
static void world_step(size_t step, size_t below)
{
    size_t size = 1 + platform_random(platform_random(2) == 0 ? (uint32_t)below : ROOM_BYTES / 2);
    size_t to = platform_random((uint32_t)(ROOM_BYTES - size));
    size_t from = platform_random((uint32_t)(ROOM_BYTES - size));
    size_t side = platform_random(SIDES);
    struct copy *copy = &world.copies[step];

    *copy = copy_of(world.rooms[side].bytes + to, world.rooms[1 - side].bytes + from, size);
    memcpy(world.expected[side] + to, world.expected[1 - side] + from, size);
    while (copy_submit(world.handle, copy) != ESP_OK) {
        platform_pass_time();
    }
}

/* As if done one after another, whoever does which. */
static void threshold_with_copies_that_depend_on_one_another(void)
{
    static const size_t thresholds[] = {2, BELOW, BELOW_MAX};

    for (size_t i = 0; i < sizeof(thresholds) / sizeof(thresholds[0]); i++) {
        world_open(thresholds[i]);
        for (size_t step = 0; step < STEPS; step++) {
            world_step(step, thresholds[i]);
        }
        copy_finish(world.copies, STEPS);
        world_close();
    }
}

static void threshold_and_cancel(void)
{
    static struct queue queue;

    queue_open(&queue, QUEUE_MAX, QUEUE_MAX);
    CHECK_EQ(esp_async_memcpy_set_cpu_threshold(queue.handle, BELOW), ESP_OK);
    for (size_t i = 1; i < QUEUE_MAX; i++) {
        queue.copies[i].size_bytes = 30;
    }
    queue_start(&queue, 0, QUEUE_MAX);
    CHECK_EQ(esp_async_memcpy_cancel(queue.handle), ESP_OK);
    for (size_t i = 0; i < QUEUE_MAX; i++) {
        CHECK_EQ(queue.copies[i].calls, 1);
        CHECK_EQ(queue.copies[i].status, ESP_ERR_NOT_FINISHED);
        queue_scribble(&queue, i);
    }
    queue_check_scribbled(&queue, 0);
    queue_check_scribbled(&queue, QUEUE_MAX - 1);
    queue_close(&queue);
}

const struct test_case conformance_threshold[] = {
    {"threshold refuses wrong arguments", threshold_refuses_wrong_arguments},
    {"threshold with every size", threshold_with_every_size},
    {"threshold keeps to the declared alignment", threshold_keeps_to_the_declared_alignment},
    {"threshold keeps the order of callbacks", threshold_keeps_the_order_of_callbacks},
    {"threshold with copies that depend on one another",
     threshold_with_copies_that_depend_on_one_another},
    {"threshold and cancel", threshold_and_cancel},
    {NULL, NULL},
};
