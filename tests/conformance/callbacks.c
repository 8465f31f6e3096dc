/* SPDX-License-Identifier: Apache-2.0 */
/* Callbacks: once each, in order, in interrupt context, and what one may do in them. */
#include "buffer.h"
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { COUNT = 8, BYTES = 200, CHAIN_COUNT = 25 };

struct scene {
    async_memcpy_handle_t handle;
    struct buffer source;
    struct buffer destinations[COUNT];
    struct copy copies[COUNT];
};

static struct scene scene;

static void scene_open(uint32_t backlog)
{
    scene.handle = driver_install(backlog, 0);
    buffer_open(&scene.source, BYTES, 1);
    pattern_fill(scene.source.bytes, BYTES, 70);
    for (size_t i = 0; i < COUNT; i++) {
        buffer_open(&scene.destinations[i], BYTES, i % 4);
        scene.copies[i] = copy_of(scene.destinations[i].bytes, scene.source.bytes, BYTES);
    }
}

static void scene_close(void)
{
    driver_uninstall(scene.handle);
    for (size_t i = 0; i < COUNT; i++) {
        pattern_check(scene.destinations[i].bytes, BYTES, 70);
        buffer_close(&scene.destinations[i]);
    }
    buffer_close(&scene.source);
}

static void callbacks_once_each_in_order(void)
{
    scene_open(COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        copy_start(scene.handle, &scene.copies[i]);
    }
    copy_finish(scene.copies, COUNT);
    CHECK_EQ(copy_callback_count(), COUNT);
    scene_close();
}

/* A size of its own for each, so that an event of another request would be noticed. */
static void callbacks_get_their_own_event(void)
{
    scene_open(COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        scene.copies[i].size_bytes = BYTES - i;
        copy_start(scene.handle, &scene.copies[i]);
    }
    copy_finish(scene.copies, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        CHECK_EQ(esp_memcpy_blocking(scene.handle, scene.destinations[i].bytes, scene.source.bytes,
                                     BYTES, -1),
                 ESP_OK);
    }
    scene_close();
}

static void see_bytes(struct copy *copy)
{
    pattern_check(copy->destination, copy->size_bytes, 70);
}

static void callbacks_find_all_bytes_in_place(void)
{
    scene_open(COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        scene.copies[i].in_callback = see_bytes;
        copy_start(scene.handle, &scene.copies[i]);
    }
    copy_finish(scene.copies, COUNT);
    scene_close();
}

/* Those without callback keep their place, and the others' callbacks tell that they are done. */
static void check_mixed(unsigned with_callback_mask)
{
    size_t last = 0;

    copy_forget();
    scene_open(COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        struct copy *copy = &scene.copies[i];

        if ((with_callback_mask & (1u << i)) != 0) {
            copy_start(scene.handle, copy);
            last = i;
        } else {
            CHECK_EQ(esp_async_memcpy(scene.handle, copy->destination, copy->source,
                                      copy->size_bytes, NULL, copy),
                     ESP_OK);
        }
    }
    if (with_callback_mask != 0) {
        copy_wait(&scene.copies[last]);
    }
    for (size_t i = 0, rank = 0; i < COUNT; i++) {
        if ((with_callback_mask & (1u << i)) != 0) {
            CHECK_EQ(scene.copies[i].rank, rank);
            rank++;
        }
        if (i <= last && with_callback_mask != 0) {
            pattern_check(scene.destinations[i].bytes, BYTES, 70);
        }
    }
    scene_close();
}

static void callbacks_mixed_with_none(void)
{
    for (unsigned i = 0; i < 1u << COUNT; i += 1u + platform_random(16)) {
        check_mixed(i);
    }
    check_mixed(0);
}

/* Slots without a callback come back, too. */
static void callbacks_absent_for_more_than_the_backlog(void)
{
    unsigned accepted = 0;

    scene_open(2);
    while (accepted < 5 * COUNT) {
        struct copy *copy = &scene.copies[accepted % COUNT];
        esp_err_t error = esp_async_memcpy(scene.handle, copy->destination, copy->source,
                                           copy->size_bytes, NULL, NULL);

        if (error == ESP_OK) {
            accepted++;
        } else {
            CHECK_EQ(error, ESP_ERR_INVALID_STATE);
            platform_pass_time();
        }
    }
    scene_close();
}

static unsigned chain_left;

static void submit_again(struct copy *copy)
{
    if (chain_left == 0) {
        return;
    }
    chain_left--;
    copy->calls = 0;
    CHECK_EQ(copy_submit(copy->handle, copy), ESP_OK);
}

static bool chain_is_done(void *context)
{
    const struct copy *copy = context;

    return chain_left == 0 && copy->calls == 1;
}

/* One slot: it is free before its callback runs. The same copy is submitted over and over, so the
 * check of its event after the submission also shows that the event stays. */
static void callbacks_may_submit_with_backlog_one(void)
{
    scene_open(1);
    chain_left = CHAIN_COUNT;
    scene.copies[0].in_callback = submit_again;
    copy_start(scene.handle, &scene.copies[0]);
    CHECK(platform_wait_until(chain_is_done, &scene.copies[0]));
    CHECK_EQ(copy_callback_count(), CHAIN_COUNT + 1u);
    for (size_t i = 1; i < COUNT; i++) {
        copy_start(scene.handle, &scene.copies[i]);
        copy_finish(&scene.copies[i], 1);
    }
    scene_close();
}

static void submit_next(struct copy *copy)
{
    size_t index = (size_t)(copy - scene.copies);

    if (index + COUNT / 2 < COUNT) {
        copy_start(copy->handle, &scene.copies[index + COUNT / 2]);
    }
}

static void submit_half_from_interrupt(void *argument)
{
    (void)argument;
    for (size_t i = 0; i < COUNT / 2; i++) {
        copy_start(scene.handle, &scene.copies[i]);
    }
}

/* The backlog is full when the first callback comes, and the order is that of submission all the
 * same. In an interrupt, so that no callback comes before the backlog is full. */
static void callbacks_may_submit_with_a_full_backlog(void)
{
    scene_open(COUNT / 2);
    for (size_t i = 0; i < COUNT; i++) {
        scene.copies[i].in_callback = submit_next;
    }
    platform_run_in_interrupt(submit_half_from_interrupt, NULL);
    copy_finish(scene.copies, COUNT);
    CHECK_EQ(copy_callback_count(), COUNT);
    scene_close();
}

static void fill_and_refuse(struct copy *copy)
{
    unsigned accepted = 0;

    while (copy_submit(copy->handle, &scene.copies[1 + accepted]) == ESP_OK) {
        accepted++;
        CHECK(accepted <= 3);
    }
    CHECK_EQ(accepted, 3);
}

/* In a callback, too, one more than the backlog is refused. */
static void callbacks_may_fill_the_backlog(void)
{
    scene_open(3);
    scene.copies[0].in_callback = fill_and_refuse;
    copy_start(scene.handle, &scene.copies[0]);
    copy_wait(&scene.copies[0]);
    copy_finish(&scene.copies[1], 3);
    for (size_t i = 4; i < COUNT; i++) {
        copy_start(scene.handle, &scene.copies[i]);
        copy_finish(&scene.copies[i], 1);
    }
    scene_close();
}

static void block_here(struct copy *copy)
{
    CHECK_EQ(
        esp_memcpy_blocking(copy->handle, copy->destination, copy->source, copy->size_bytes, -1),
        ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_async_memcpy_uninstall(copy->handle), ESP_ERR_INVALID_STATE);
}

static void callbacks_may_not_block_or_uninstall(void)
{
    scene_open(COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        scene.copies[i].in_callback = block_here;
        copy_start(scene.handle, &scene.copies[i]);
    }
    copy_finish(scene.copies, COUNT);
    scene_close();
}

/* That it woke a task reaches the port; that it did not does not. */
static void callbacks_tell_the_port_whom_they_woke(void)
{
    uint32_t before;

    scene_open(COUNT);
    before = platform_yield_count();
    for (size_t i = 0; i < COUNT - 1; i++) {
        copy_start(scene.handle, &scene.copies[i]);
    }
    copy_finish(scene.copies, COUNT - 1);
    CHECK_EQ(platform_yield_count(), before);
    scene.copies[COUNT - 1].woke = true;
    copy_start(scene.handle, &scene.copies[COUNT - 1]);
    copy_finish(&scene.copies[COUNT - 1], 1);
    CHECK(platform_yield_count() > before);
    before = platform_yield_count();
    copy_start(scene.handle, &scene.copies[0]);
    copy_finish(&scene.copies[0], 1);
    CHECK_EQ(platform_yield_count(), before);
    scene_close();
}

/* One that woke a task among several that did not, in the same interrupt or not. */
static void callbacks_that_woke_are_not_forgotten(void)
{
    for (size_t waker = 0; waker < 4; waker++) {
        uint32_t before;

        copy_forget();
        scene_open(COUNT);
        before = platform_yield_count();
        scene.copies[waker].woke = true;
        for (size_t i = 0; i < COUNT; i++) {
            copy_start(scene.handle, &scene.copies[i]);
        }
        copy_finish(scene.copies, COUNT);
        CHECK_EQ(platform_yield_count(), before + 1);
        scene_close();
    }
}

static void submit_all_from_interrupt(void *argument)
{
    (void)argument;
    CHECK(platform_in_interrupt());
    for (size_t i = 0; i < COUNT; i++) {
        copy_start(scene.handle, &scene.copies[i]);
    }
}

static void callbacks_after_submission_in_an_interrupt(void)
{
    scene_open(COUNT);
    platform_run_in_interrupt(submit_all_from_interrupt, NULL);
    copy_finish(scene.copies, COUNT);
    CHECK_EQ(copy_callback_count(), COUNT);
    scene_close();
}

static async_memcpy_handle_t other_driver;
static struct copy other_copy;

static void submit_to_other(struct copy *copy)
{
    (void)copy;
    copy_start(other_driver, &other_copy);
}

/* A callback of one driver submits to another. */
static void callbacks_may_submit_to_another_driver(void)
{
    scene_open(COUNT);
    other_driver = driver_install(1, 0);
    other_copy = scene.copies[1];
    scene.copies[0].in_callback = submit_to_other;
    for (size_t i = 2; i < COUNT; i++) {
        copy_start(scene.handle, &scene.copies[i]);
    }
    copy_start(scene.handle, &scene.copies[0]);
    copy_wait(&scene.copies[0]);
    copy_finish(&other_copy, 1);
    driver_uninstall(other_driver);
    scene_close();
}

/* Each driver keeps its own order. */
static void callbacks_of_two_drivers(void)
{
    async_memcpy_handle_t handles[2];

    scene_open(1);
    handles[0] = driver_install(COUNT, 0);
    handles[1] = driver_install(COUNT, 0);
    for (size_t i = 0; i < COUNT; i++) {
        copy_start(handles[i % 2], &scene.copies[i]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        copy_wait(&scene.copies[i]);
        CHECK_EQ(scene.copies[i].status, ESP_OK);
        CHECK(i < 2 || scene.copies[i].rank > scene.copies[i - 2].rank);
    }
    CHECK_EQ(copy_callback_count(), COUNT);
    driver_uninstall(handles[1]);
    driver_uninstall(handles[0]);
    scene_close();
}

const struct test_case conformance_callbacks[] = {
    {"callbacks once each in order", callbacks_once_each_in_order},
    {"callbacks get their own event", callbacks_get_their_own_event},
    {"callbacks find all bytes in place", callbacks_find_all_bytes_in_place},
    {"callbacks mixed with none", callbacks_mixed_with_none},
    {"callbacks absent for more than the backlog", callbacks_absent_for_more_than_the_backlog},
    {"callbacks may submit with backlog one", callbacks_may_submit_with_backlog_one},
    {"callbacks may submit with a full backlog", callbacks_may_submit_with_a_full_backlog},
    {"callbacks may fill the backlog", callbacks_may_fill_the_backlog},
    {"callbacks may not block or uninstall", callbacks_may_not_block_or_uninstall},
    {"callbacks tell the port whom they woke", callbacks_tell_the_port_whom_they_woke},
    {"callbacks that woke are not forgotten", callbacks_that_woke_are_not_forgotten},
    {"callbacks after submission in an interrupt", callbacks_after_submission_in_an_interrupt},
    {"callbacks may submit to another driver", callbacks_may_submit_to_another_driver},
    {"callbacks of two drivers", callbacks_of_two_drivers},
    {NULL, NULL},
};
