/* SPDX-License-Identifier: Apache-2.0 */
/* How many requests may be in flight, and that one more changes nothing. */
#include "buffer.h"
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"

/* The first copy is so long that it does not end while the others are submitted. */
enum { LONG_BYTES = 65536, SHORT_BYTES = 100, BACKLOG_MAX = 40 };

struct scene {
    struct buffer long_source;
    struct buffer long_destination;
    struct buffer source;
    struct buffer destination;
    struct copy copies[BACKLOG_MAX + 1];
};

static void scene_open(struct scene *scene)
{
    buffer_open(&scene->long_source, LONG_BYTES, 0);
    buffer_open(&scene->long_destination, LONG_BYTES, 0);
    buffer_open(&scene->source, SHORT_BYTES, 1);
    buffer_open(&scene->destination, SHORT_BYTES, 2);
    pattern_fill(scene->source.bytes, SHORT_BYTES, 3);
    scene->copies[0] = copy_of(scene->long_destination.bytes, scene->long_source.bytes, LONG_BYTES);
    for (size_t i = 1; i <= BACKLOG_MAX; i++) {
        scene->copies[i] = copy_of(scene->destination.bytes, scene->source.bytes, SHORT_BYTES);
    }
}

static void scene_close(struct scene *scene)
{
    buffer_close(&scene->destination);
    buffer_close(&scene->source);
    buffer_close(&scene->long_destination);
    buffer_close(&scene->long_source);
}

/* Fills a backlog, tries one more, and sees all come back. */
static void check_backlog(uint32_t configured, uint32_t backlog)
{
    async_memcpy_handle_t handle = driver_install(configured, 0);
    static struct scene scene;
    struct copy *one_more = &scene.copies[backlog];
    size_t free_bytes;

    scene_open(&scene);
    for (uint32_t i = 0; i < backlog; i++) {
        copy_start(handle, &scene.copies[i]);
    }
    free_bytes = heap_caps_get_free_size(MALLOC_CAP_DMA);
    CHECK_EQ(copy_submit(handle, one_more), ESP_ERR_INVALID_STATE);
    CHECK_EQ(copy_submit(handle, one_more), ESP_ERR_INVALID_STATE);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
    CHECK_EQ(scene.copies[0].calls, 0);
    copy_finish(scene.copies, backlog);
    CHECK_EQ(one_more->calls, 0);
    copy_start(handle, one_more);
    copy_wait(one_more);
    CHECK_EQ(copy_callback_count(), backlog + 1u);
    pattern_check(scene.destination.bytes, SHORT_BYTES, 3);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    scene_close(&scene);
}

static void backlog_zero_means_eight(void)
{
    copy_forget();
    check_backlog(0, 8);
}

static void backlog_is_exact(void)
{
    static const uint32_t backlogs[] = {1, 2, 3, 7, 8, 16, BACKLOG_MAX};

    for (size_t i = 0; i < sizeof(backlogs) / sizeof(backlogs[0]); i++) {
        copy_forget();
        check_backlog(backlogs[i], backlogs[i]);
    }
}

/* The refused request's buffers stay the caller's. */
static void backlog_refusal_leaves_buffers_alone(void)
{
    async_memcpy_handle_t handle = driver_install(1, 0);
    static struct scene scene;

    scene_open(&scene);
    copy_start(handle, &scene.copies[0]);
    CHECK_EQ(copy_submit(handle, &scene.copies[1]), ESP_ERR_INVALID_STATE);
    copy_wait(&scene.copies[0]);
    copy_pattern(handle, 64, 0, 0);
    buffer_check_untouched(&scene.destination);
    pattern_check(scene.source.bytes, SHORT_BYTES, 3);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    scene_close(&scene);
}

/* The arguments are looked at before the backlog: a wrong request is told so, full or not. */
static void backlog_full_still_checks_arguments(void)
{
    async_memcpy_handle_t handle = driver_install(1, 0);
    static struct scene scene;

    scene_open(&scene);
    copy_start(handle, &scene.copies[0]);
    CHECK_EQ(esp_async_memcpy(handle, NULL, scene.source.bytes, 4, NULL, NULL),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy(handle, scene.destination.bytes, scene.source.bytes, 0, NULL, NULL),
             ESP_ERR_INVALID_ARG);
    copy_wait(&scene.copies[0]);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    scene_close(&scene);
}

/* With every slot used over and over, none gets lost. */
static void backlog_slots_come_back(void)
{
    enum { BACKLOG = 3, ROUNDS = 30 };
    async_memcpy_handle_t handle = driver_install(BACKLOG, 0);
    static struct scene scene;

    scene_open(&scene);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (size_t i = 1; i <= BACKLOG; i++) {
            copy_start(handle, &scene.copies[i]);
        }
        copy_finish(&scene.copies[1], BACKLOG);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    scene_close(&scene);
}

const struct test_case conformance_backlog[] = {
    {"backlog zero means eight", backlog_zero_means_eight},
    {"backlog is exact", backlog_is_exact},
    {"backlog refusal leaves buffers alone", backlog_refusal_leaves_buffers_alone},
    {"backlog full still checks arguments", backlog_full_still_checks_arguments},
    {"backlog slots come back", backlog_slots_come_back},
    {NULL, NULL},
};
