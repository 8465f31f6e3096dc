/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting with a limit: esp_memcpy_blocking(), esp_async_memcpy_drain(), and going on without
 * interrupts by esp_async_memcpy_poll(). Every documented result that needs no failing hardware.
 */
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "platform.h"
#include "queue.h"

enum {
    SECOND_MS = 1000,
    POLLS_MAX = 1000000,
    MANY = 24,          /* long copies that take more than a millisecond */
    MANY_BYTES = 12000, /* of each */
};

static struct queue queue;

static esp_err_t block(size_t index, int32_t timeout_ms)
{
    const struct copy *copy = &queue.copies[index];

    return esp_memcpy_blocking(queue.handle, copy->destination, copy->source, copy->size_bytes,
                               timeout_ms);
}

static void expect_callbacks(size_t count, esp_err_t status)
{
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(queue.copies[i].calls, 1);
        CHECK_EQ(queue.copies[i].rank, i);
        CHECK_EQ(queue.copies[i].status, status);
    }
}

static void blocking_within_its_time(void)
{
    static const int32_t timeouts[] = {SECOND_MS, INT32_MAX, -1};

    queue_open(&queue, 3, 3);
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQ(block(i, timeouts[i]), ESP_OK);
        queue_check_copied(&queue, i);
    }
    queue_close(&queue);
}

/* 0 looks once: what is behind other copies has not ended, and what has ended is seen. */
static void blocking_that_looks_once(void)
{
    queue_open(&queue, 4, 4);
    queue_start(&queue, 0, 2);
    CHECK_EQ(block(2, 0), ESP_ERR_TIMEOUT);
    CHECK_EQ(queue.copies[1].calls, 0);
    CHECK_EQ(block(3, 0), ESP_ERR_TIMEOUT);
    queue_scribble(&queue, 2);
    queue_scribble(&queue, 3);
    copy_finish(queue.copies, 2);
    queue_check_copied(&queue, 0);
    queue_check_copied(&queue, 1);
    queue_check_scribbled(&queue, 2);
    queue_check_scribbled(&queue, 3);
    queue_close(&queue);
}

static void blocking_that_looks_once_alone(void)
{
    queue_open(&queue, 1, 1);
    CHECK_EQ(block(0, 0), ESP_ERR_TIMEOUT);
    queue_scribble(&queue, 0);
    queue_check_scribbled(&queue, 0);
    CHECK_EQ(block(0, -1), ESP_OK);
    queue_check_copied(&queue, 0);
    queue_close(&queue);
}

/* A copy for which no slot came free has never begun. */
static void blocking_that_looks_once_at_a_full_backlog(void)
{
    queue_open(&queue, 2, 3);
    queue_start(&queue, 0, 2);
    CHECK_EQ(block(2, 0), ESP_ERR_TIMEOUT);
    CHECK_EQ(queue.copies[0].calls, 0);
    buffer_check_untouched(&queue.destinations[2]);
    copy_finish(queue.copies, 2);
    buffer_check_untouched(&queue.destinations[2]);
    CHECK_EQ(block(2, SECOND_MS), ESP_OK);
    queue_check_copied(&queue, 2);
    queue_close(&queue);
}

static void blocking_waits_for_a_slot_in_time(void)
{
    for (uint32_t backlog = 1; backlog <= 3; backlog++) {
        queue_open(&queue, backlog, backlog + 1);
        queue_start(&queue, 0, backlog);
        CHECK_EQ(block(backlog, SECOND_MS), ESP_OK);
        expect_callbacks(backlog, ESP_OK);
        queue_check_copied(&queue, backlog);
        queue_close(&queue);
    }
}

/* Submits copies that are at work for more than a millisecond. */
static void start_many(const struct buffer *source, const struct buffer *destination)
{
    for (size_t i = 0; i < MANY; i++) {
        CHECK_EQ(esp_async_memcpy(queue.handle, destination->bytes, source->bytes, MANY_BYTES, NULL,
                                  NULL),
                 ESP_OK);
    }
}

/* After a millisecond the copy, or the wait for a slot, is over; what came before is not. */
static void check_one_millisecond(uint32_t backlog)
{
    struct buffer source;
    struct buffer destination;

    queue_open(&queue, backlog, 1);
    buffer_open(&source, MANY_BYTES, 0);
    buffer_open(&destination, MANY_BYTES, 1);
    pattern_fill(source.bytes, MANY_BYTES, 70);
    start_many(&source, &destination);
    CHECK_EQ(block(0, 1), ESP_ERR_TIMEOUT);
    CHECK_EQ(esp_async_memcpy_drain(queue.handle, 0), ESP_ERR_TIMEOUT);
    queue_scribble(&queue, 0);
    CHECK_EQ(esp_async_memcpy_drain(queue.handle, SECOND_MS), ESP_OK);
    pattern_check(destination.bytes, MANY_BYTES, 70);
    queue_check_scribbled(&queue, 0);
    buffer_close(&destination);
    buffer_close(&source);
    queue_close(&queue);
}

static void blocking_for_a_millisecond(void)
{
    check_one_millisecond(MANY + 1);
    check_one_millisecond(MANY);
}

/* A wait that timed out leaves nothing behind that the next one could take for its own. */
static void blocking_after_a_timeout(void)
{
    queue_open(&queue, 2, 2);
    for (unsigned round = 0; round < 6; round++) {
        CHECK_EQ(block(0, 0), ESP_ERR_TIMEOUT);
        queue_scribble(&queue, 1);
        CHECK_EQ(block(1, -1), ESP_OK);
        queue_check_copied(&queue, 1);
    }
    queue_close(&queue);
}

static void drain_refuses_wrong_arguments(void)
{
    async_memcpy_handle_t handle = driver_install(1, 0);

    CHECK_EQ(esp_async_memcpy_drain(NULL, 0), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_drain(NULL, -1), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_drain(handle, -2), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_drain(handle, INT32_MIN), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

static void drain_in_interrupt(void *argument)
{
    (void)argument;
    CHECK_EQ(esp_async_memcpy_drain(queue.handle, -1), ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_async_memcpy_drain(queue.handle, 0), ESP_ERR_INVALID_STATE);
}

static void drain_in_callback(struct copy *copy)
{
    CHECK_EQ(esp_async_memcpy_drain(copy->handle, -1), ESP_ERR_INVALID_STATE);
}

static void drain_refuses_interrupt_context(void)
{
    queue_open(&queue, 2, 2);
    platform_run_in_interrupt(drain_in_interrupt, NULL);
    queue.copies[0].in_callback = drain_in_callback;
    queue_start(&queue, 0, 2);
    platform_run_in_interrupt(drain_in_interrupt, NULL);
    copy_finish(queue.copies, 2);
    queue_close(&queue);
}

static void drain_waits_for_all(void)
{
    static const int32_t timeouts[] = {-1, SECOND_MS, INT32_MAX};

    for (size_t i = 0; i < 3; i++) {
        queue_open(&queue, 3, 3);
        CHECK_EQ(esp_async_memcpy_drain(queue.handle, timeouts[i]), ESP_OK);
        CHECK_EQ(esp_async_memcpy_drain(queue.handle, 0), ESP_OK);
        queue_start(&queue, 0, 3);
        CHECK_EQ(esp_async_memcpy_drain(queue.handle, timeouts[i]), ESP_OK);
        CHECK_EQ(copy_callback_count(), 3);
        expect_callbacks(3, ESP_OK);
        queue_check_copied(&queue, 2);
        queue_close(&queue);
    }
}

/* Nothing is withdrawn. */
static void drain_times_out(void)
{
    queue_open(&queue, 3, 3);
    queue_start(&queue, 0, 3);
    CHECK_EQ(esp_async_memcpy_drain(queue.handle, 0), ESP_ERR_TIMEOUT);
    copy_finish(queue.copies, 3);
    for (size_t i = 0; i < 3; i++) {
        queue_check_copied(&queue, i);
    }
    CHECK_EQ(esp_async_memcpy_drain(queue.handle, 0), ESP_OK);
    queue_close(&queue);
}

static void drain_waits_without_callbacks(void)
{
    queue_open(&queue, 2, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct copy *copy = &queue.copies[i];

        CHECK_EQ(esp_async_memcpy(queue.handle, copy->destination, copy->source, copy->size_bytes,
                                  NULL, NULL),
                 ESP_OK);
    }
    CHECK_EQ(esp_async_memcpy_drain(queue.handle, -1), ESP_OK);
    queue_check_copied(&queue, 0);
    queue_check_copied(&queue, 1);
    queue_close(&queue);
}

/* Each callback submits the next one. */
static void submit_next(struct copy *copy)
{
    size_t index = (size_t)(copy - queue.copies);

    if (index + 1 < queue.count) {
        queue.copies[index + 1].in_callback = submit_next;
        copy_start(copy->handle, &queue.copies[index + 1]);
    }
}

static void drain_waits_for_what_callbacks_submit(void)
{
    for (uint32_t backlog = 1; backlog <= 2; backlog++) {
        queue_open(&queue, backlog, QUEUE_MAX);
        queue.copies[0].in_callback = submit_next;
        queue_start(&queue, 0, 1);
        CHECK_EQ(esp_async_memcpy_drain(queue.handle, -1), ESP_OK);
        expect_callbacks(QUEUE_MAX, ESP_OK);
        queue_check_copied(&queue, QUEUE_MAX - 1);
        queue_close(&queue);
    }
}

static void poll_refuses_null(void)
{
    CHECK_EQ(esp_async_memcpy_poll(NULL), ESP_ERR_INVALID_ARG);
}

static void poll_in_a_task(void)
{
    esp_err_t error = ESP_ERR_NOT_FINISHED;

    queue_open(&queue, 2, 2);
    CHECK_EQ(esp_async_memcpy_poll(queue.handle), ESP_OK);
    queue_start(&queue, 0, 2);
    CHECK_EQ(esp_async_memcpy_poll(queue.handle), ESP_ERR_NOT_FINISHED);
    for (unsigned i = 0; i < POLLS_MAX && error == ESP_ERR_NOT_FINISHED; i++) {
        platform_pass_time();
        error = esp_async_memcpy_poll(queue.handle);
    }
    CHECK_EQ(error, ESP_OK);
    expect_callbacks(2, ESP_OK);
    queue_check_copied(&queue, 1);
    queue_close(&queue);
}

/* In an interrupt no other one is taken: copies that wait for slots, for items and for one another
 * all end by polling alone. */
static void poll_to_the_end(void *argument)
{
    esp_err_t error = ESP_ERR_NOT_FINISHED;

    (void)argument;
    queue_start(&queue, 0, 3);
    for (unsigned i = 0; i < POLLS_MAX && error == ESP_ERR_NOT_FINISHED; i++) {
        error = esp_async_memcpy_poll(queue.handle);
    }
    CHECK_EQ(error, ESP_OK);
    CHECK_EQ(copy_callback_count(), QUEUE_MAX);
}

static void poll_without_interrupts(void)
{
    queue_open(&queue, 3, QUEUE_MAX);
    queue.copies[1].source = queue.copies[0].destination;
    queue.copies[2].in_callback = submit_next;
    platform_run_in_interrupt(poll_to_the_end, NULL);
    expect_callbacks(QUEUE_MAX, ESP_OK);
    queue_check_copied(&queue, 1);
    queue_check_copied(&queue, QUEUE_MAX - 1);
    CHECK_EQ(esp_async_memcpy_poll(queue.handle), ESP_OK);
    queue_close(&queue);
}

static bool in_callback;

/* One callback at a time, whoever polls. */
static void poll_here(struct copy *copy)
{
    CHECK(!in_callback);
    in_callback = true;
    for (unsigned i = 0; i < 20; i++) {
        esp_err_t error = esp_async_memcpy_poll(copy->handle);

        CHECK(error == ESP_OK || error == ESP_ERR_NOT_FINISHED);
    }
    in_callback = false;
}

static void poll_in_callbacks(void)
{
    queue_open(&queue, 4, 4);
    for (size_t i = 0; i < 4; i++) {
        queue.copies[i].in_callback = poll_here;
        queue.copies[i].size_bytes = 50;
    }
    queue_start(&queue, 0, 4);
    copy_finish(queue.copies, 4);
    queue_close(&queue);
}

const struct test_case conformance_waiting[] = {
    {"blocking within its time", blocking_within_its_time},
    {"blocking that looks once", blocking_that_looks_once},
    {"blocking that looks once, alone", blocking_that_looks_once_alone},
    {"blocking that looks once at a full backlog", blocking_that_looks_once_at_a_full_backlog},
    {"blocking waits for a slot in time", blocking_waits_for_a_slot_in_time},
    {"blocking for a millisecond", blocking_for_a_millisecond},
    {"blocking after a timeout", blocking_after_a_timeout},
    {"drain refuses wrong arguments", drain_refuses_wrong_arguments},
    {"drain refuses interrupt context", drain_refuses_interrupt_context},
    {"drain waits for all", drain_waits_for_all},
    {"drain times out", drain_times_out},
    {"drain waits without callbacks", drain_waits_without_callbacks},
    {"drain waits for what callbacks submit", drain_waits_for_what_callbacks_submit},
    {"poll refuses NULL", poll_refuses_null},
    {"poll in a task", poll_in_a_task},
    {"poll without interrupts", poll_without_interrupts},
    {"poll in callbacks", poll_in_callbacks},
    {NULL, NULL},
};
