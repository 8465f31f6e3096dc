/* SPDX-License-Identifier: Apache-2.0 */
/* S26 to S28: waits that time out, copies that are withdrawn, and what is written afterwards. */
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "check.h"
#include "copy.h"
#include "fault.h"
#include "fixture.h"
#include "platform.h"
#include "runner.h"

enum {
    COUNT = 4,
    SMALL_BYTES = 40,
    MEDIUM_BYTES = 700,
    ITEM_BYTES = 4095,
    PATTERN = 9,
    SCRIBBLE = 500,
    BACKLOG = 3,
    POLLS_MAX = 100000,
    STORM_STEPS = 24,
    STORM_BYTES = 3000,
};

/* Copies of one source. A destination that was given back is scribbled on at once. */
struct scene {
    async_memcpy_handle_t handle;
    size_t size_bytes;
    struct buffer source;
    struct buffer destinations[COUNT];
    bool scribbled[COUNT];
    struct copy copies[COUNT];
    async_memcpy_ticket_t tickets[COUNT];
};

static struct scene scene;

static void scene_open(uint32_t backlog, size_t size_bytes)
{
    copy_forget();
    scene.handle = driver_install(backlog, 0);
    scene.size_bytes = size_bytes;
    buffer_open(&scene.source, size_bytes, 1);
    pattern_fill(scene.source.bytes, size_bytes, PATTERN);
    for (size_t i = 0; i < COUNT; i++) {
        buffer_open(&scene.destinations[i], size_bytes, i);
        scene.scribbled[i] = false;
        scene.copies[i] = copy_of(scene.destinations[i].bytes, scene.source.bytes, size_bytes);
    }
}

static uint32_t sum_of(const struct buffer *buffer)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < buffer->size_bytes; i++) {
        sum = sum * 31 + buffer->bytes[i];
    }
    return sum;
}

/* Uses a destination that was given back: it reads as what it is, again and again, and keeps what
 * is written to it. */
static void scribble(size_t index)
{
    uint32_t sum = sum_of(&scene.destinations[index]);

    machine_advance(2000);
    machine_point();
    CHECK_EQ(sum_of(&scene.destinations[index]), sum);
    scene.scribbled[index] = true;
    pattern_fill(scene.destinations[index].bytes, scene.size_bytes, SCRIBBLE + (uint32_t)index);
}

static void check_destination(size_t index)
{
    pattern_check(scene.destinations[index].bytes, scene.size_bytes,
                  scene.scribbled[index] ? SCRIBBLE + (uint32_t)index : PATTERN);
}

/* Nothing is in flight any more, and nothing was written after it was not to be. */
static void scene_close(void)
{
    CHECK_EQ(esp_async_memcpy_uninstall(scene.handle), ESP_OK);
    for (size_t i = COUNT; i-- != 0;) {
        if (scene.scribbled[i]) {
            check_destination(i);
        }
        buffer_close(&scene.destinations[i]);
    }
    buffer_close(&scene.source);
}

static esp_err_t block(size_t index, int32_t timeout_ms)
{
    return esp_memcpy_blocking(scene.handle, scene.destinations[index].bytes, scene.source.bytes,
                               scene.size_bytes, timeout_ms);
}

static void start_ticket(size_t index)
{
    CHECK_EQ(esp_async_memcpy_with_ticket(scene.handle, scene.destinations[index].bytes,
                                          scene.source.bytes, scene.size_bytes,
                                          &scene.tickets[index]),
             ESP_OK);
}

/* Looks once; returns whether the time was over before the copy. */
static bool block_briefly(size_t index)
{
    esp_err_t error = block(index, 0);

    if (error == ESP_OK) {
        check_destination(index);
        return false;
    }
    CHECK_EQ(error, ESP_ERR_TIMEOUT);
    scribble(index);
    return true;
}

static void finish(size_t index)
{
    copy_finish(&scene.copies[index], 1);
    check_destination(index);
}

/* The end of a wait meets the end of the copy, with others before it and behind it. */
static void check_timeout(uint32_t backlog, size_t size_bytes)
{
    scene_open(backlog, size_bytes);
    copy_start(scene.handle, &scene.copies[0]);
    (void)block_briefly(1);
    while (copy_submit(scene.handle, &scene.copies[2]) != ESP_OK) {
        platform_pass_time();
    }
    finish(0);
    finish(2);
    CHECK(scene.copies[0].rank < scene.copies[2].rank);
    CHECK_EQ(block(3, -1), ESP_OK);
    check_destination(3);
    scene_close();
}

static void s26_timeout(void)
{
    check_timeout(BACKLOG, SMALL_BYTES);
}

static void s26_timeout_at_a_full_backlog(void)
{
    check_timeout(1, SMALL_BYTES);
}

static void s26_timeout_of_longer_copies(void)
{
    check_timeout(BACKLOG, 2 * ITEM_BYTES + 10);
    check_timeout(1, 3 * ITEM_BYTES + 10);
    check_timeout(2, MEDIUM_BYTES);
}

/* Buffers are given back and used again in random order, with random sizes. */
static void s26_timeouts_one_after_another(void)
{

    scene_open(2, STORM_BYTES);
    for (unsigned step = 0; step < STORM_STEPS; step++) {
        size_t index = platform_random(COUNT);
        size_t size = 1 + platform_random(STORM_BYTES);
        esp_err_t error;

        if (scene.scribbled[index]) {
            check_destination(index);
        }
        error = esp_memcpy_blocking(scene.handle, scene.destinations[index].bytes,
                                    scene.source.bytes, size, (int32_t)platform_random(2));
        scene.scribbled[index] = false;
        if (error == ESP_OK) {
            pattern_check(scene.destinations[index].bytes, size, PATTERN);
        } else {
            CHECK_EQ(error, ESP_ERR_TIMEOUT);
            scribble(index);
        }
    }
    scene_close();
}

/* Each called back once, in order. */
static void check_called_back(size_t count)
{
    CHECK_EQ(copy_callback_count(), count);
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(scene.copies[i].calls, 1);
        CHECK_EQ(scene.copies[i].rank, i);
        if (scene.copies[i].status == ESP_OK) {
            check_destination(i);
        } else {
            CHECK_EQ(scene.copies[i].status, ESP_ERR_NOT_FINISHED);
            scribble(i);
        }
    }
}

/* Likewise, and those that were withdrawn are last. */
static void check_withdrawn(size_t count)
{
    check_called_back(count);
    for (size_t i = 1; i < count; i++) {
        CHECK(!scene.scribbled[i - 1] || scene.scribbled[i]);
    }
}

static void start_all(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        copy_start(scene.handle, &scene.copies[i]);
    }
}

static void check_cancel(size_t count, size_t size_bytes)
{
    scene_open(COUNT, size_bytes);
    start_all(count);
    CHECK_EQ(esp_async_memcpy_cancel(scene.handle), ESP_OK);
    check_withdrawn(count);
    copy_start(scene.handle, &scene.copies[COUNT - 1]);
    finish(COUNT - 1);
    scene_close();
}

static void s27_cancel(void)
{
    check_cancel(2, SMALL_BYTES);
}

static void s27_cancel_of_longer_copies(void)
{
    check_cancel(3, MEDIUM_BYTES);
    check_cancel(1, 3 * ITEM_BYTES + 10);
    check_cancel(3, 2 * ITEM_BYTES + 10);
}

static void cancel_here(struct copy *copy)
{
    CHECK_EQ(esp_async_memcpy_cancel(copy->handle), ESP_OK);
    CHECK_EQ(copy_callback_count(), copy->rank + 1);
}

static void s27_cancel_in_a_callback(void)
{
    scene_open(COUNT, SMALL_BYTES);
    scene.copies[0].in_callback = cancel_here;
    start_all(3);
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, -1), ESP_OK);
    CHECK_EQ(scene.copies[0].status, ESP_OK);
    check_called_back(3); /* what was submitted after the callback was not withdrawn */
    copy_start(scene.handle, &scene.copies[3]);
    finish(3);
    scene_close();
}

static void cancel_here_twice(struct copy *copy)
{
    CHECK_EQ(esp_async_memcpy_cancel(copy->handle), ESP_OK);
    CHECK_EQ(esp_async_memcpy_cancel(copy->handle), ESP_OK);
}

/* What has been withdrawn already is not withdrawn once more. */
static void s27_cancel_twice_in_a_callback(void)
{
    async_memcpy_stats_t stats;
    uint32_t withdrawn = 0;

    scene_open(COUNT, MEDIUM_BYTES);
    scene.copies[0].in_callback = cancel_here_twice;
    machine_mask_interrupts();
    start_all(3);
    machine_unmask_interrupts();
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, -1), ESP_OK);
    for (size_t i = 0; i < 3; i++) {
        withdrawn += scene.copies[i].status == ESP_ERR_NOT_FINISHED;
    }
    CHECK_EQ(esp_async_memcpy_get_stats(scene.handle, &stats), ESP_OK);
    CHECK_EQ(stats.withdrawn, withdrawn);
    scene_close();
}

static void cancel_in_interrupt(void *argument)
{
    (void)argument;
    CHECK_EQ(esp_async_memcpy_cancel(scene.handle), ESP_OK);
    check_withdrawn(2);
}

static void s27_cancel_in_an_interrupt(void)
{
    scene_open(COUNT, SMALL_BYTES);
    start_all(2);
    platform_run_in_interrupt(cancel_in_interrupt, NULL);
    copy_start(scene.handle, &scene.copies[3]);
    finish(3);
    scene_close();
}

/* A ticket between callbacks. */
static void check_ticket(size_t size_bytes)
{
    esp_err_t status;

    scene_open(COUNT, size_bytes);
    copy_start(scene.handle, &scene.copies[0]);
    start_ticket(1);
    copy_start(scene.handle, &scene.copies[2]);
    CHECK_EQ(esp_async_memcpy_ticket_cancel(scene.handle, &scene.tickets[1]), ESP_OK);
    status = esp_async_memcpy_ticket_wait(scene.handle, &scene.tickets[1], -1);
    CHECK(status == ESP_OK || status == ESP_ERR_NOT_FINISHED);
    if (status == ESP_OK) {
        check_destination(1);
    } else {
        scribble(1);
    }
    copy_start(scene.handle, &scene.copies[3]);
    finish(0);
    finish(2);
    finish(3);
    CHECK(scene.copies[0].rank < scene.copies[2].rank);
    CHECK(scene.copies[2].rank < scene.copies[3].rank);
    scene_close();
}

static void s27_cancel_of_a_ticket(void)
{
    check_ticket(SMALL_BYTES);
}

static void s27_cancel_of_a_longer_ticket(void)
{
    check_ticket(MEDIUM_BYTES);
    check_ticket(2 * ITEM_BYTES + 10);
}

/* The wait that follows one that timed out ends with its own copy, not with the other. */
static void s28_wait_after_a_timeout(void)
{
    scene_open(2, SMALL_BYTES);
    (void)block_briefly(0);
    CHECK_EQ(block(1, -1), ESP_OK);
    check_destination(1);
    (void)block_briefly(2);
    CHECK_EQ(block(3, -1), ESP_OK);
    check_destination(3);
    scene_close();
}

/* Likewise where the copy was not withdrawn and ends while nobody waits. */
static void s28_ticket_after_a_timeout(void)
{
    esp_err_t error;

    scene_open(2, SMALL_BYTES);
    start_ticket(0);
    error = esp_async_memcpy_ticket_wait(scene.handle, &scene.tickets[0], 0);
    CHECK(error == ESP_OK || error == ESP_ERR_TIMEOUT);
    CHECK_EQ(block(1, -1), ESP_OK);
    check_destination(1);
    CHECK_EQ(esp_async_memcpy_ticket_wait(scene.handle, &scene.tickets[0], -1), ESP_OK);
    check_destination(0);
    pattern_fill(scene.destinations[0].bytes, SMALL_BYTES, SCRIBBLE);
    start_ticket(0);
    CHECK_EQ(esp_async_memcpy_ticket_wait(scene.handle, &scene.tickets[0], -1), ESP_OK);
    check_destination(0);
    scene_close();
}

/* Drains, polls and waits for slots while interrupts come anywhere: no wake-up is lost, and no
 * callback is lost or comes twice. */
static void wait_by_drain(void)
{
    scene_open(2, SMALL_BYTES);
    start_all(2);
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, -1), ESP_OK);
    CHECK_EQ(copy_callback_count(), 2);
    finish(0);
    finish(1);
    scene_close();
}

static void wait_by_poll(void)
{
    esp_err_t error = ESP_ERR_NOT_FINISHED;

    scene_open(2, SMALL_BYTES);
    start_all(2);
    for (unsigned i = 0; i < POLLS_MAX && error == ESP_ERR_NOT_FINISHED; i++) {
        machine_advance(100);
        error = esp_async_memcpy_poll(scene.handle);
    }
    CHECK_EQ(error, ESP_OK);
    finish(0);
    finish(1);
    scene_close();
}

/* With interrupts masked altogether, three copies on one slot. */
static void wait_by_poll_alone(void)
{
    scene_open(1, SMALL_BYTES);
    machine_mask_interrupts();
    for (size_t i = 0; i < 3; i++) {
        unsigned polls = 0;

        copy_start(scene.handle, &scene.copies[i]);
        while (esp_async_memcpy_poll(scene.handle) == ESP_ERR_NOT_FINISHED) {
            machine_advance(100);
            polls++;
            CHECK(polls < POLLS_MAX);
        }
        CHECK_EQ(scene.copies[i].calls, 1);
        check_destination(i);
    }
    machine_unmask_interrupts();
    CHECK_EQ(copy_callback_count(), 3);
    scene_close();
}

static void wait_for_a_slot(void)
{
    scene_open(1, SMALL_BYTES);
    copy_start(scene.handle, &scene.copies[0]);
    CHECK_EQ(block(1, 1000), ESP_OK);
    check_destination(1);
    CHECK_EQ(scene.copies[0].calls, 1);
    copy_start(scene.handle, &scene.copies[2]);
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, 1000), ESP_OK);
    finish(2);
    scene_close();
}

static void wait_for_a_ticket(void)
{
    scene_open(2, SMALL_BYTES);
    start_ticket(0);
    start_ticket(1);
    CHECK_EQ(esp_async_memcpy_ticket_wait(scene.handle, &scene.tickets[1], -1), ESP_OK);
    CHECK(esp_async_memcpy_ticket_is_done(scene.handle, &scene.tickets[0]));
    check_destination(0);
    check_destination(1);
    scene_close();
}

/* What the CPU does, it does in turn, wherever interrupts come. */
static void wait_with_threshold(void)
{
    scene_open(COUNT, 2 * SMALL_BYTES);
    CHECK_EQ(esp_async_memcpy_set_cpu_threshold(scene.handle, SMALL_BYTES + 1), ESP_OK);
    scene.copies[1].source = scene.copies[0].destination;
    scene.copies[1].size_bytes = SMALL_BYTES;
    scene.copies[2].source = scene.copies[1].destination;
    scene.copies[2].size_bytes = SMALL_BYTES;
    start_all(COUNT);
    copy_finish(scene.copies, COUNT);
    pattern_check(scene.destinations[1].bytes, SMALL_BYTES, PATTERN);
    pattern_check(scene.destinations[2].bytes, SMALL_BYTES, PATTERN);
    check_destination(3);
    scene_close();
}

static const struct test_case at_every_point[] = {
    {"S26 timeout", s26_timeout},
    {"S26 timeout at a full backlog", s26_timeout_at_a_full_backlog},
    {"S27 cancel", s27_cancel},
    {"S27 cancel in a callback", s27_cancel_in_a_callback},
    {"S27 cancel twice in a callback", s27_cancel_twice_in_a_callback},
    {"S27 cancel in an interrupt", s27_cancel_in_an_interrupt},
    {"S27 cancel of a ticket", s27_cancel_of_a_ticket},
    {"copies by CPU in their turn", wait_with_threshold},
    {NULL, NULL},
};

static const struct test_case at_many_times[] = {
    {"S26 timeout of longer copies", s26_timeout_of_longer_copies},
    {"S26 timeouts one after another", s26_timeouts_one_after_another},
    {"S27 cancel of longer copies", s27_cancel_of_longer_copies},
    {"S27 cancel of a longer ticket", s27_cancel_of_a_longer_ticket},
    {"S28 wait after a timeout", s28_wait_after_a_timeout},
    {"poll without interrupts", wait_by_poll_alone},
    {"wait for a slot", wait_for_a_slot},
    {"poll", wait_by_poll},
    {"S28 ticket after a timeout", s28_ticket_after_a_timeout},
    {"drain", wait_by_drain},
    {"wait for a ticket", wait_for_a_ticket},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {at_every_point, RUNNER_POINTS},
        {at_every_point, RUNNER_TIMINGS},
        {at_many_times, RUNNER_TIMINGS},
        {NULL, RUNNER_BARE},
    };
    const struct runner_chip chips[] = {{NULL, suites}, {"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "ending", chips);
}
