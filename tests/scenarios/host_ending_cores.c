/* SPDX-License-Identifier: Apache-2.0 */
/* S27 and waits on both cores of an ESP32-S3: one withdraws what the other has submitted. */
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "check.h"
#include "copy.h"
#include "fixture.h"
#include "machine.h"
#include "platform.h"
#include "runner.h"

enum { COUNT = 3, FEW = 2, BYTES = 150, PATTERN = 9, SCRIBBLE = 700, TRIES_MAX = 20000 };

struct scene {
    async_memcpy_handle_t handle;
    struct buffer source;
    struct buffer destinations[COUNT];
    struct copy copies[COUNT];
    async_memcpy_ticket_t ticket;
    bool submitted; /* the ticket's copy */
    bool inside;    /* a callback */
    bool seen;      /* by the other core, that it runs */
};

static struct scene scene;

static void scene_open(uint32_t backlog)
{
    copy_forget();
    scene.handle = driver_install(backlog, 0);
    scene.submitted = false;
    scene.inside = false;
    scene.seen = false;
    buffer_open(&scene.source, BYTES, 1);
    pattern_fill(scene.source.bytes, BYTES, PATTERN);
    for (size_t i = 0; i < COUNT; i++) {
        buffer_open(&scene.destinations[i], BYTES, 3 * i);
        scene.copies[i] = copy_of(scene.destinations[i].bytes, scene.source.bytes, BYTES);
    }
}

static void scene_close(void)
{
    driver_uninstall(scene.handle);
    for (size_t i = COUNT; i-- != 0;) {
        buffer_close(&scene.destinations[i]);
    }
    buffer_close(&scene.source);
}

/* Uses a destination that was given back. */
static void check_given_back(size_t index)
{
    pattern_fill(scene.destinations[index].bytes, BYTES, SCRIBBLE);
    for (unsigned i = 0; i < 200; i++) {
        machine_point();
    }
    pattern_check(scene.destinations[index].bytes, BYTES, SCRIBBLE);
}

/* A callback may come in a call of the other core, where no interrupt wakes this one. */
static void await_callback(const struct copy *copy)
{
    for (unsigned i = 0; i < TRIES_MAX && copy->calls == 0; i++) {
        machine_point();
    }
    CHECK_EQ(copy->calls, 1);
}

static void submit_and_wait(void *argument)
{
    (void)argument;
    for (size_t i = 0; i < FEW; i++) {
        copy_start(scene.handle, &scene.copies[i]);
    }
    for (size_t i = 0; i < FEW; i++) {
        await_callback(&scene.copies[i]);
        CHECK_EQ(scene.copies[i].rank, i);
        if (scene.copies[i].status == ESP_OK) {
            pattern_check(scene.destinations[i].bytes, BYTES, PATTERN);
        } else {
            CHECK_EQ(scene.copies[i].status, ESP_ERR_NOT_FINISHED);
            check_given_back(i);
        }
    }
}

/* All callbacks of what is withdrawn have returned when it does. */
static void cancel_task(void *argument)
{
    (void)argument;
    CHECK_EQ(esp_async_memcpy_cancel(scene.handle), ESP_OK);
    for (size_t i = 0; i < COUNT; i++) {
        if (scene.copies[i].status == ESP_ERR_NOT_FINISHED) {
            CHECK_EQ(scene.copies[i].calls, 1);
        }
    }
}

static void check_both(void (*mine)(void *argument), void (*others)(void *argument))
{
    machine_start_core(1, others, NULL);
    mine(NULL);
    machine_join_core(1);
}

/* The interrupts come on the core that submits, or on the one that withdraws. */
static void s27_cancel_from_another_core(void)
{
    scene_open(COUNT);
    check_both(submit_and_wait, cancel_task);
    CHECK_EQ(copy_callback_count(), FEW);
    scene_close();
    scene_open(COUNT);
    check_both(cancel_task, submit_and_wait);
    CHECK_EQ(copy_callback_count(), FEW);
    scene_close();
}

static void block_and_check(void *argument)
{
    esp_err_t error = esp_memcpy_blocking(scene.handle, scene.destinations[0].bytes,
                                          scene.source.bytes, BYTES, -1);

    (void)argument;
    if (error == ESP_OK) {
        pattern_check(scene.destinations[0].bytes, BYTES, PATTERN);
    } else {
        CHECK_EQ(error, ESP_ERR_NOT_FINISHED);
        check_given_back(0);
    }
}

static void s27_cancel_while_another_core_blocks(void)
{
    scene_open(1);
    check_both(block_and_check, cancel_task);
    check_both(cancel_task, block_and_check);
    scene_close();
}

static void block_briefly(void *argument)
{
    const size_t index = argument == NULL ? 0 : 1;
    esp_err_t error = esp_memcpy_blocking(scene.handle, scene.destinations[index].bytes,
                                          scene.source.bytes, BYTES, 0);

    if (error == ESP_OK) {
        pattern_check(scene.destinations[index].bytes, BYTES, PATTERN);
    } else {
        CHECK_EQ(error, ESP_ERR_TIMEOUT);
        check_given_back(index);
    }
}

static void s26_timeouts_on_both_cores(void)
{
    for (uint32_t backlog = 1; backlog <= 2; backlog++) {
        scene_open(backlog);
        machine_start_core(1, block_briefly, &scene);
        block_briefly(NULL);
        machine_join_core(1);
        copy_start(scene.handle, &scene.copies[2]);
        copy_finish(&scene.copies[2], 1);
        pattern_check(scene.destinations[2].bytes, BYTES, PATTERN);
        scene_close();
    }
}

static void await_submission(void)
{
    for (unsigned i = 0; i < TRIES_MAX && !scene.submitted; i++) {
        machine_point();
    }
    CHECK(scene.submitted);
}

static void cancel_ticket(void *argument)
{
    (void)argument;
    await_submission();
    CHECK_EQ(esp_async_memcpy_ticket_cancel(scene.handle, &scene.ticket), ESP_OK);
}

static void wait_for_ticket(void *argument)
{
    esp_err_t status;

    (void)argument;
    CHECK_EQ(esp_async_memcpy_with_ticket(scene.handle, scene.destinations[1].bytes,
                                          scene.source.bytes, BYTES, &scene.ticket),
             ESP_OK);
    scene.submitted = true;
    copy_start(scene.handle, &scene.copies[2]);
    status = esp_async_memcpy_ticket_wait(scene.handle, &scene.ticket, -1);
    if (status == ESP_OK) {
        pattern_check(scene.destinations[1].bytes, BYTES, PATTERN);
    } else {
        CHECK_EQ(status, ESP_ERR_NOT_FINISHED);
        check_given_back(1);
    }
    copy_finish(&scene.copies[2], 1);
    pattern_check(scene.destinations[2].bytes, BYTES, PATTERN);
}

static void s27_ticket_cancelled_by_another_core(void)
{
    scene_open(COUNT);
    check_both(wait_for_ticket, cancel_ticket);
    scene_close();
}

/* The last callback does not return before the other core has seen it run, and a little later. */
static void linger(struct copy *copy)
{
    (void)copy;
    scene.inside = true;
    for (unsigned i = 0; i < TRIES_MAX && !scene.seen; i++) {
        machine_point();
    }
    for (unsigned i = 0; i < 50; i++) {
        machine_point();
    }
    scene.inside = false;
}

static void submit_lingering(void *argument)
{
    (void)argument;
    scene.copies[FEW - 1].in_callback = linger;
    for (size_t i = 0; i < FEW; i++) {
        copy_start(scene.handle, &scene.copies[i]);
    }
    for (size_t i = 0; i < FEW; i++) {
        await_callback(&scene.copies[i]);
    }
}

static void await_lingering(void)
{
    for (unsigned i = 0; i < TRIES_MAX && !scene.inside; i++) {
        machine_point();
    }
    CHECK(scene.inside);
    scene.seen = true;
}

static void drain_lingering(void *argument)
{
    (void)argument;
    await_lingering();
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, -1), ESP_OK);
    CHECK(!scene.inside);
}

static void cancel_lingering(void *argument)
{
    (void)argument;
    await_lingering();
    CHECK_EQ(esp_async_memcpy_cancel(scene.handle), ESP_OK);
    CHECK(!scene.inside);
}

/* Callbacks on another core have returned when a wait or a cancel has. */
static void drain_waits_for_callbacks_of_another_core(void)
{
    scene_open(COUNT);
    check_both(submit_lingering, drain_lingering);
    scene_close();
}

static void s27_cancel_waits_for_callbacks_of_another_core(void)
{
    scene_open(COUNT);
    check_both(submit_lingering, cancel_lingering);
    scene_close();
}

static void drain_task(void *argument)
{
    (void)argument;
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, -1), ESP_OK);
}

/* One core waits for all, while the other one's callbacks come on either. */
static void drain_beside_submissions(void)
{
    scene_open(COUNT);
    check_both(submit_and_wait, drain_task);
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, -1), ESP_OK);
    CHECK_EQ(copy_callback_count(), FEW);
    scene_close();
}

static void poll_task(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < 10; i++) {
        esp_err_t error = esp_async_memcpy_poll(scene.handle);

        CHECK(error == ESP_OK || error == ESP_ERR_NOT_FINISHED);
    }
}

static void poll_beside_submissions(void)
{
    scene_open(COUNT);
    check_both(submit_and_wait, poll_task);
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, -1), ESP_OK);
    CHECK_EQ(copy_callback_count(), FEW);
    scene_close();
}

static const struct test_case at_every_point[] = {
    {"S27 cancel from another core", s27_cancel_from_another_core},
    {"S27 cancel while another core blocks", s27_cancel_while_another_core_blocks},
    {"S27 ticket cancelled by another core", s27_ticket_cancelled_by_another_core},
    {"S26 timeouts on both cores", s26_timeouts_on_both_cores},
    {NULL, NULL},
};

static const struct test_case at_many_times[] = {
    {"drain waits for callbacks of another core", drain_waits_for_callbacks_of_another_core},
    {"S27 cancel waits for callbacks of another core",
     s27_cancel_waits_for_callbacks_of_another_core},
    {"drain beside submissions", drain_beside_submissions},
    {"poll beside submissions", poll_beside_submissions},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    static const struct runner_suite suites[] = {
        {at_every_point, RUNNER_POINTS},
        {at_every_point, RUNNER_TIMINGS},
        {at_many_times, RUNNER_TIMINGS},
        {NULL, RUNNER_BARE},
    };
    static const struct runner_chip chips[] = {{"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "endings on two cores", chips);
}
