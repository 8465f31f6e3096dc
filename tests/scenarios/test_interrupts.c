/* SPDX-License-Identifier: Apache-2.0 */
/* S07 to S09: interrupts that come wrongly or not at all, and errors of the engine. */
#include <stddef.h>

#include "buffer.h"
#include "check.h"
#include "copy.h"
#include "fault.h"
#include "fixture.h"
#include "machine_internal.h"
#include "platform.h"
#include "runner.h"

enum {
    COUNT = 4,
    BYTES = 300,
    BACKLOG = 2,
    ITEM_BYTES = 4095,
    SKIP_MAX = 400,
    ALWAYS = 20000,
};

/* Copies whose content depends on one another: each one's source is the destination before. */
struct scene {
    async_memcpy_handle_t handle;
    struct buffer buffers[COUNT + 1];
    struct copy copies[COUNT];
};

static struct scene scene;

static void scene_open(uint32_t backlog, size_t size_bytes)
{
    scene.handle = driver_install(backlog, 0);
    copy_forget();
    for (size_t i = 0; i <= COUNT; i++) {
        buffer_open(&scene.buffers[i], size_bytes, i % 4);
    }
    pattern_fill(scene.buffers[0].bytes, size_bytes, 9);
    for (size_t i = 0; i < COUNT; i++) {
        scene.copies[i] = copy_of(scene.buffers[i + 1].bytes, scene.buffers[i].bytes, size_bytes);
    }
}

static void scene_close(void)
{
    driver_uninstall(scene.handle);
    for (size_t i = COUNT + 1; i-- != 0;) {
        buffer_close(&scene.buffers[i]);
    }
}

static void drain(void)
{
    while (machine_wait_for_interrupt()) {
    }
}

static void submit_patiently(struct copy *copy)
{
    for (unsigned i = 0; i < 1000; i++) {
        esp_err_t error = copy_submit(scene.handle, copy);

        if (error == ESP_OK) {
            return;
        }
        CHECK_EQ(error, ESP_ERR_INVALID_STATE);
        platform_pass_time();
    }
    check_failed(__FILE__, __LINE__, "a slot comes free at last");
}

/* All copies arrive, whatever the fault does once at each of its occasions. */
static void check_harmless(enum fault_kind kind, uint64_t count, size_t size_bytes)
{
    uint64_t struck = 1;
    uint64_t skip;

    for (skip = 0; struck != 0 && skip < SKIP_MAX; skip++) {
        fault_plan(kind, skip, count);
        scene_open(BACKLOG, size_bytes);
        for (size_t i = 0; i < COUNT; i++) {
            submit_patiently(&scene.copies[i]);
        }
        copy_finish(scene.copies, COUNT);
        CHECK_EQ(copy_callback_count(), COUNT);
        pattern_check(scene.buffers[COUNT].bytes, size_bytes, 9);
        struck = fault_count(kind);
        fault_forget_all();
        scene_close();
    }
    CHECK(skip > 1);
}

static void s07_spurious(void)
{
    check_harmless(FAULT_SPURIOUS_INTERRUPT, 1, BYTES);
}

static void s07_spurious_all_the_time(void)
{
    fault_plan(FAULT_SPURIOUS_INTERRUPT, 0, ALWAYS);
    scene_open(BACKLOG, BYTES);
    for (size_t i = 0; i < COUNT; i++) {
        submit_patiently(&scene.copies[i]);
    }
    copy_finish(scene.copies, COUNT);
    pattern_check(scene.buffers[COUNT].bytes, BYTES, 9);
    CHECK(fault_count(FAULT_SPURIOUS_INTERRUPT) > COUNT);
    fault_forget_all();
    scene_close();
}

static void s07_late(void)
{
    check_harmless(FAULT_DELAY_INTERRUPT, 1, BYTES);
    check_harmless(FAULT_DELAY_INTERRUPT, ALWAYS, BYTES);
}

static void s07_twice(void)
{
    check_harmless(FAULT_DOUBLE_INTERRUPT, 1, BYTES);
    check_harmless(FAULT_DOUBLE_INTERRUPT, ALWAYS, BYTES);
}

/* One interrupt for several copies: while interrupts are masked, all of them finish. */
static void s07_merged(void)
{
    scene_open(COUNT, BYTES);
    for (size_t i = 0; i < COUNT; i++) {
        scene.copies[i].source = scene.buffers[0].bytes;
        copy_start(scene.handle, &scene.copies[i]);
    }
    machine_mask_interrupts();
    machine_advance(100000);
    machine_unmask_interrupts();
    copy_finish(scene.copies, COUNT);
    CHECK_EQ(copy_callback_count(), COUNT);
    for (size_t i = 1; i <= COUNT; i++) {
        pattern_check(scene.buffers[i].bytes, BYTES, 9);
    }
    scene_close();
}

/* What may be the next call into the driver after an interrupt was lost. */
static void next_submit(void)
{
    submit_patiently(&scene.copies[1]);
    drain();
}

static void next_submit_without_callback(void)
{
    CHECK_EQ(esp_async_memcpy(scene.handle, scene.buffers[3].bytes, scene.buffers[2].bytes, BYTES,
                              NULL, NULL),
             ESP_OK);
    drain();
}

static void next_blocking(void)
{
    CHECK_EQ(esp_memcpy_blocking(scene.handle, scene.buffers[3].bytes, scene.buffers[1].bytes,
                                 BYTES, -1),
             ESP_OK);
    pattern_check(scene.buffers[3].bytes, BYTES, 9);
}

static void next_uninstall(void)
{
    CHECK_EQ(esp_async_memcpy_uninstall(scene.handle), ESP_ERR_INVALID_STATE);
    drain();
}

/* An interrupt that never comes is noticed at the next call. */
static void check_lost(void (*next_call)(void))
{
    uint64_t struck = 1;

    for (uint64_t skip = 0; struck != 0 && skip < SKIP_MAX; skip++) {
        scene_open(BACKLOG, BYTES);
        fault_plan(FAULT_LOSE_INTERRUPT, skip, 1);
        copy_start(scene.handle, &scene.copies[0]);
        drain();
        struck = fault_count(FAULT_LOSE_INTERRUPT);
        fault_forget_all();
        CHECK(skip != 0 || struck != 0);
        if (scene.copies[0].calls == 0) {
            CHECK(struck != 0);
            next_call();
        }
        CHECK_EQ(scene.copies[0].calls, 1);
        CHECK_EQ(scene.copies[0].status, ESP_OK);
        pattern_check(scene.buffers[1].bytes, BYTES, 9);
        scene_close();
    }
}

static void s08_lost(void)
{
    check_lost(next_submit);
    check_lost(next_submit_without_callback);
    check_lost(next_blocking);
    check_lost(next_uninstall);
}

/* With a full backlog and every interrupt lost, submitting again and again is enough to go on. */
static void s08_lost_with_full_backlog(void)
{
    scene_open(1, BYTES);
    fault_plan(FAULT_LOSE_INTERRUPT, 0, ALWAYS);
    for (size_t i = 0; i < COUNT; i++) {
        submit_patiently(&scene.copies[i]);
        drain();
    }
    fault_forget_all();
    driver_uninstall(scene.handle);
    for (size_t i = 0; i < COUNT; i++) {
        CHECK_EQ(scene.copies[i].calls, 1);
        CHECK_EQ(scene.copies[i].rank, i);
    }
    pattern_check(scene.buffers[COUNT].bytes, BYTES, 9);
    for (size_t i = COUNT + 1; i-- != 0;) {
        buffer_close(&scene.buffers[i]);
    }
}

/* A streamed copy, whose refills depend on interrupts, at every loss of so many in a row. */
static void lose_while_streaming(uint64_t count)
{
    enum { LONG_BYTES = 6 * ITEM_BYTES };
    uint64_t struck = 1;

    for (uint64_t skip = 0; struck != 0 && skip < SKIP_MAX; skip++) {
        scene_open(1, LONG_BYTES);
        fault_plan(FAULT_LOSE_INTERRUPT, skip, count);
        copy_start(scene.handle, &scene.copies[0]);
        drain();
        struck = fault_count(FAULT_LOSE_INTERRUPT);
        fault_forget_all();
        for (unsigned i = 0; i < 3 && scene.copies[0].calls == 0; i++) {
            CHECK_EQ(esp_async_memcpy_uninstall(scene.handle), ESP_ERR_INVALID_STATE);
            drain();
        }
        copy_finish(scene.copies, 1);
        pattern_check(scene.buffers[1].bytes, LONG_BYTES, 9);
        scene_close();
    }
}

static void s08_lost_while_streaming(void)
{
    lose_while_streaming(1);
    lose_while_streaming(6);
}

/* One error: the CPU takes over that item, and every copy is as if nothing had happened. */
static void s09_error_once(void)
{
    check_harmless(FAULT_FLIP_OWNER, 1, BYTES);
}

/* Errors one after another: a copy fails or arrives, each is called back once and in order, and a
 * failure keeps no later copy from arriving. */
static void check_errors(enum fault_kind kind, uint64_t skip, uint64_t count, size_t size_bytes)
{
    size_t failed = 0;

    scene_open(COUNT, size_bytes);
    for (size_t i = 0; i < COUNT; i++) {
        scene.copies[i].source = scene.buffers[0].bytes;
    }
    fault_plan(kind, skip, count);
    for (size_t i = 0; i < COUNT; i++) {
        copy_start(scene.handle, &scene.copies[i]);
    }
    drain();
    CHECK_EQ(copy_callback_count(), COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        CHECK_EQ(scene.copies[i].calls, 1);
        CHECK_EQ(scene.copies[i].rank, i);
        if (scene.copies[i].status == ESP_OK) {
            pattern_check(scene.buffers[i + 1].bytes, size_bytes, 9);
        } else {
            CHECK_EQ(scene.copies[i].status, ESP_FAIL);
            failed++;
        }
    }
    CHECK(count < ALWAYS || size_bytes <= 2 * ITEM_BYTES || failed == COUNT);
    /* Where RESTART uses ADDR, each append to a list that has ended is an error of its own. */
    CHECK(count != 1 || failed == 0 || machine_has_variant(MACHINE_RESTART_USES_ADDR));
    fault_forget_all();
    copy_pattern(scene.handle, size_bytes, 0, 0);
    scene_close();
}

/* Where RESTART uses ADDR, each refill ends in an error of its own; with the planned one behind it
 * these are two in a row, which may end a copy. */
static void s09_error_once_in_long_copies(void)
{
    enum { LONG_BYTES = 3 * ITEM_BYTES + 7 };

    if (machine_has_variant(MACHINE_RESTART_USES_ADDR)) {
        for (uint64_t skip = 0; skip < 20; skip++) {
            check_errors(FAULT_FLIP_OWNER, skip, 2, LONG_BYTES);
            check_errors(FAULT_BAD_NEXT, skip, 2, LONG_BYTES);
        }
        return;
    }
    check_harmless(FAULT_FLIP_OWNER, 1, LONG_BYTES);
    check_harmless(FAULT_BAD_NEXT, 1, LONG_BYTES);
}

static void s09_errors_in_a_row(void)
{
    static const enum fault_kind kinds[] = {FAULT_FLIP_OWNER, FAULT_BAD_NEXT};
    static const size_t sizes[] = {BYTES, 3 * ITEM_BYTES};

    for (size_t i = 0; i < 4; i++) {
        for (uint64_t skip = 0; skip < 12; skip++) {
            for (uint64_t count = 1; count <= 4; count++) {
                check_errors(kinds[i / 2], skip, count, sizes[i % 2]);
            }
        }
    }
}

static void s09_errors_for_ever(void)
{
    check_errors(FAULT_FLIP_OWNER, 0, ALWAYS, BYTES);
    check_errors(FAULT_FLIP_OWNER, 0, ALWAYS, 3 * ITEM_BYTES);
}

static void s09_blocking_fails(void)
{
    enum { LONG_BYTES = 3 * ITEM_BYTES };

    scene_open(2, LONG_BYTES);
    fault_plan(FAULT_FLIP_OWNER, 0, ALWAYS);
    CHECK_EQ(esp_memcpy_blocking(scene.handle, scene.buffers[1].bytes, scene.buffers[0].bytes,
                                 LONG_BYTES, -1),
             ESP_FAIL);
    fault_forget_all();
    CHECK_EQ(esp_memcpy_blocking(scene.handle, scene.buffers[1].bytes, scene.buffers[0].bytes,
                                 LONG_BYTES, -1),
             ESP_OK);
    pattern_check(scene.buffers[1].bytes, LONG_BYTES, 9);
    scene_close();
}

static const struct test_case scenarios[] = {
    {"S07 spurious interrupt", s07_spurious},
    {"S07 spurious interrupts all the time", s07_spurious_all_the_time},
    {"S07 late interrupt", s07_late},
    {"S07 interrupt that comes twice", s07_twice},
    {"S07 interrupt merged for several copies", s07_merged},
    {"S08 lost interrupt", s08_lost},
    {"S08 lost interrupts with a full backlog", s08_lost_with_full_backlog},
    {"S08 lost interrupt while streaming", s08_lost_while_streaming},
    {"S09 error of the engine", s09_error_once},
    {"S09 error of the engine in a long copy", s09_error_once_in_long_copies},
    {"S09 errors in a row", s09_errors_in_a_row},
    {"S09 errors for ever", s09_errors_for_ever},
    {"S09 errors end a blocking copy", s09_blocking_fails},
    {NULL, NULL},
};

/* Nobody is called back for the first copy, so the next call may take it off the queue by itself.
 * It must not forget then to look whether the one behind it has ever begun. */
static void check_lost_behind_a_silent_copy(uint64_t skip)
{
    enum { SHORT_BYTES = 30 };
    struct copy *behind = &scene.copies[1];

    scene_open(COUNT, SHORT_BYTES);
    fault_plan(FAULT_LOSE_INTERRUPT, skip, 1);
    CHECK_EQ(esp_async_memcpy(scene.handle, scene.buffers[1].bytes, scene.buffers[0].bytes,
                              SHORT_BYTES, NULL, NULL),
             ESP_OK);
    behind->source = scene.buffers[0].bytes;
    copy_start(scene.handle, behind);
    drain();
    fault_forget_all();
    if (behind->calls == 0) {
        CHECK_EQ(esp_async_memcpy_uninstall(scene.handle), ESP_ERR_INVALID_STATE);
        drain();
    }
    copy_finish(behind, 1);
    pattern_check(scene.buffers[1].bytes, SHORT_BYTES, 9);
    pattern_check(scene.buffers[2].bytes, SHORT_BYTES, 9);
    scene_close();
}

static void s08_lost_behind_a_silent_copy(void)
{
    for (uint64_t skip = 0; skip < 6; skip++) {
        check_lost_behind_a_silent_copy(skip);
    }
}

/* A chain of short copies and one error, for every interrupt point. */
static void check_error_in_short(enum fault_kind kind, uint64_t skip)
{
    enum { SHORT_BYTES = 30 };

    scene_open(COUNT, SHORT_BYTES);
    fault_plan(kind, skip, 1);
    for (size_t i = 0; i < COUNT - 1; i++) {
        copy_start(scene.handle, &scene.copies[i]);
    }
    copy_finish(scene.copies, COUNT - 1);
    CHECK_EQ(copy_callback_count(), COUNT - 1);
    pattern_check(scene.buffers[COUNT - 1].bytes, SHORT_BYTES, 9);
    fault_forget_all();
    scene_close();
}

static void s09_first_descriptor(void)
{
    check_error_in_short(FAULT_FLIP_OWNER, 0);
}

static void s09_second_descriptor(void)
{
    check_error_in_short(FAULT_FLIP_OWNER, 1);
}

static void s09_later_descriptor(void)
{
    check_error_in_short(FAULT_FLIP_OWNER, 3);
}

static const struct test_case at_every_point[] = {
    {"S08 lost interrupt behind a silent copy", s08_lost_behind_a_silent_copy},
    {"S09 error in the first descriptor", s09_first_descriptor},
    {"S09 error in the second descriptor", s09_second_descriptor},
    {"S09 error in a later descriptor", s09_later_descriptor},
    {NULL, NULL},
};

/* The engine fails and then does not confirm that it stopped: every copy ends, the driver is dead,
 * says so, and keeps its memory, which the engine may still use. */
static void s09_engine_that_does_not_stop(void)
{
    for (uint64_t skip = 0; skip < 8; skip++) {
        fixture_power_on(0, fixture_options()->seed + skip);
        scene_open(COUNT, BYTES);
        fault_plan(FAULT_FLIP_OWNER, skip, 1);
        fault_plan(FAULT_NEVER_PARKS, 0, ALWAYS);
        for (size_t i = 0; i < COUNT; i++) {
            esp_err_t error = copy_submit(scene.handle, &scene.copies[i]);

            CHECK(error == ESP_OK || error == ESP_ERR_INVALID_STATE);
            scene.copies[i].woke = error == ESP_OK; /* marks it as accepted */
        }
        drain();
        CHECK_EQ(fault_count(FAULT_FLIP_OWNER), 1);
        for (size_t i = 0; i < COUNT; i++) {
            CHECK_EQ(scene.copies[i].calls, scene.copies[i].woke ? 1 : 0);
            CHECK(scene.copies[i].calls == 0 || scene.copies[i].status == ESP_OK ||
                  scene.copies[i].status == ESP_ERR_INVALID_STATE);
        }
        CHECK_EQ(copy_submit(scene.handle, &scene.copies[0]), ESP_ERR_INVALID_STATE);
        CHECK_EQ(esp_memcpy_blocking(scene.handle, scene.buffers[1].bytes, scene.buffers[0].bytes,
                                     BYTES, -1),
                 ESP_ERR_INVALID_STATE);
        CHECK_EQ(esp_async_memcpy_uninstall(scene.handle), ESP_ERR_INVALID_STATE);
        machine_power_off();
    }
}

static void s09_engine_that_does_not_stop_while_a_task_blocks(void)
{
    fixture_power_on(0, fixture_options()->seed);
    scene_open(1, BYTES);
    fault_plan(FAULT_FLIP_OWNER, 0, 1);
    fault_plan(FAULT_NEVER_PARKS, 0, ALWAYS);
    CHECK_EQ(esp_memcpy_blocking(scene.handle, scene.buffers[1].bytes, scene.buffers[0].bytes,
                                 BYTES, -1),
             ESP_ERR_INVALID_STATE);
    machine_power_off();
}

/* The same with a task that waits for a slot. */
static void s09_engine_that_does_not_stop_while_a_task_waits(void)
{
    fixture_power_on(0, fixture_options()->seed);
    scene_open(1, BYTES);
    fault_plan(FAULT_FLIP_OWNER, 0, 1);
    fault_plan(FAULT_NEVER_PARKS, 0, ALWAYS);
    copy_start(scene.handle, &scene.copies[0]);
    CHECK_EQ(esp_memcpy_blocking(scene.handle, scene.buffers[2].bytes, scene.buffers[0].bytes,
                                 BYTES, -1),
             ESP_ERR_INVALID_STATE);
    CHECK_EQ(scene.copies[0].calls, 1);
    CHECK_EQ(scene.copies[0].status, ESP_ERR_INVALID_STATE);
    machine_power_off();
}

static const struct test_case dead_driver[] = {
    {"S09 engine that does not stop", s09_engine_that_does_not_stop},
    {"S09 engine that does not stop while a task blocks",
     s09_engine_that_does_not_stop_while_a_task_blocks},
    {"S09 engine that does not stop while a task waits for a slot",
     s09_engine_that_does_not_stop_while_a_task_waits},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {scenarios, RUNNER_VARIANTS},
        {at_every_point, RUNNER_POINTS},
        {dead_driver, RUNNER_BARE},
        {NULL, RUNNER_BARE},
    };
    const struct runner_chip chips[] = {{NULL, suites}, {"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "interrupts", chips);
}
