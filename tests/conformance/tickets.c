/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets: every documented result that needs no failing hardware. */
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "platform.h"
#include "queue.h"

enum { SECOND_MS = 1000, ROUNDS = 20 };

static struct queue queue;
static async_memcpy_ticket_t tickets[QUEUE_MAX];

static esp_err_t submit(size_t index)
{
    const struct copy *copy = &queue.copies[index];

    return esp_async_memcpy_with_ticket(queue.handle, copy->destination, copy->source,
                                        copy->size_bytes, &tickets[index]);
}

static void start(size_t first, size_t last)
{
    for (size_t i = first; i < last; i++) {
        CHECK_EQ(submit(i), ESP_OK);
    }
}

static bool is_done(size_t index)
{
    return esp_async_memcpy_ticket_is_done(queue.handle, &tickets[index]);
}

static esp_err_t await(size_t index, int32_t timeout_ms)
{
    return esp_async_memcpy_ticket_wait(queue.handle, &tickets[index], timeout_ms);
}

static esp_err_t withdraw(size_t index)
{
    return esp_async_memcpy_ticket_cancel(queue.handle, &tickets[index]);
}

static void expect_copied(size_t index)
{
    CHECK_EQ(await(index, -1), ESP_OK);
    CHECK(is_done(index));
    queue_check_copied(&queue, index);
}

static void tickets_refuse_wrong_arguments(void)
{
    uint8_t *to;
    uint8_t *from;

    queue_open(&queue, 1, 1);
    to = queue.copies[0].destination;
    from = queue.source.bytes;
    CHECK_EQ(esp_async_memcpy_with_ticket(NULL, to, from, 4, &tickets[0]), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_with_ticket(queue.handle, to, from, 4, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_with_ticket(queue.handle, NULL, from, 4, &tickets[0]),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_with_ticket(queue.handle, to, NULL, 4, &tickets[0]),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_with_ticket(queue.handle, to, from, 0, &tickets[0]),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_with_ticket(queue.handle, to, to + 3, 4, &tickets[0]),
             ESP_ERR_INVALID_ARG);
    start(0, 1);
    CHECK_EQ(esp_async_memcpy_ticket_wait(NULL, &tickets[0], -1), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_ticket_wait(queue.handle, NULL, -1), ESP_ERR_INVALID_ARG);
    CHECK_EQ(await(0, -2), ESP_ERR_INVALID_ARG);
    CHECK_EQ(await(0, INT32_MIN), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_ticket_cancel(NULL, &tickets[0]), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_ticket_cancel(queue.handle, NULL), ESP_ERR_INVALID_ARG);
    expect_copied(0);
    queue_close(&queue);
}

static void tickets_keep_to_the_declared_alignment(void)
{
    async_memcpy_handle_t handle = driver_install(1, 8);
    struct buffer source;
    struct buffer destination;

    buffer_open(&source, 32, 1);
    buffer_open_in(&destination, BUFFER_INTERNAL, 32, 0);
    CHECK_EQ(
        esp_async_memcpy_with_ticket(handle, destination.bytes + 4, source.bytes, 8, &tickets[0]),
        ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_with_ticket(handle, destination.bytes, source.bytes, 12, &tickets[0]),
             ESP_ERR_INVALID_ARG);
    buffer_check_untouched(&destination);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&destination);
    buffer_close(&source);
}

static void tickets_at_a_full_backlog(void)
{
    queue_open(&queue, 2, 3);
    start(0, 2);
    CHECK_EQ(submit(2), ESP_ERR_INVALID_STATE);
    CHECK(is_done(2)); /* the ticket is still the caller's */
    expect_copied(0);
    expect_copied(1);
    buffer_check_untouched(&queue.destinations[2]);
    start(2, 3);
    expect_copied(2);
    queue_close(&queue);
}

static void tickets_tell_when_a_copy_has_ended(void)
{
    queue_open(&queue, 3, 3);
    start(0, 3);
    CHECK(!is_done(0));
    CHECK(!is_done(2));
    CHECK_EQ(await(2, -1), ESP_OK);
    for (size_t i = 0; i < 3; i++) {
        CHECK(is_done(i));
        CHECK_EQ(await(i, 0), ESP_OK);
        queue_check_copied(&queue, i);
    }
    queue_close(&queue);
}

/* Asking again and again is enough. */
static void tickets_without_waiting(void)
{
    queue_open(&queue, 3, 3);
    start(0, 3);
    while (!is_done(2)) {
        platform_pass_time();
    }
    CHECK(is_done(0));
    queue_check_copied(&queue, 2);
    queue_close(&queue);
}

/* The copy is not withdrawn. */
static void tickets_wait_times_out(void)
{
    queue_open(&queue, 2, 2);
    start(0, 2);
    CHECK_EQ(await(1, 0), ESP_ERR_TIMEOUT);
    CHECK(!is_done(1));
    CHECK_EQ(await(1, SECOND_MS), ESP_OK);
    queue_check_copied(&queue, 1);
    CHECK_EQ(await(1, 0), ESP_OK);
    queue_close(&queue);
}

/* A wait that timed out leaves nothing behind that a later one could take for its own. */
static void tickets_are_used_again(void)
{
    queue_open(&queue, 2, 2);
    for (unsigned round = 0; round < ROUNDS; round++) {
        bool times_out = round % 3 == 0;
        size_t index = times_out ? 0 : 1;

        queue_scribble(&queue, index);
        queue.copies[1].size_bytes = 1 + round;
        start(index, index + 1);
        CHECK_EQ(await(index, times_out ? 0 : -1), times_out ? ESP_ERR_TIMEOUT : ESP_OK);
        CHECK_EQ(await(index, -1), ESP_OK);
        queue_check_copied(&queue, index);
    }
    queue_close(&queue);
}

static void ask_in_interrupt(void *argument)
{
    size_t index = *(const size_t *)argument;

    CHECK_EQ(await(index, -1), is_done(index) ? ESP_OK : ESP_ERR_INVALID_STATE);
    CHECK_EQ(await(index, 0), is_done(index) ? ESP_OK : ESP_ERR_INVALID_STATE);
}

static void ask_in_callback(struct copy *copy)
{
    (void)copy;
    CHECK(is_done(0));
    CHECK_EQ(await(0, -1), ESP_OK);
    CHECK(!is_done(2));
    CHECK_EQ(await(2, -1), ESP_ERR_INVALID_STATE);
}

static void tickets_in_interrupts(void)
{
    size_t last = 2;

    queue_open(&queue, 3, 3);
    start(0, 1);
    queue.copies[1].in_callback = ask_in_callback;
    queue_start(&queue, 1, 2);
    start(2, 3);
    CHECK(!is_done(2));
    platform_run_in_interrupt(ask_in_interrupt, &last);
    expect_copied(2);
    CHECK_EQ(queue.copies[1].calls, 1);
    platform_run_in_interrupt(ask_in_interrupt, &last);
    queue_close(&queue);
}

static void submit_in_interrupt(void *argument)
{
    (void)argument;
    start(0, 2);
}

static void tickets_from_an_interrupt(void)
{
    queue_open(&queue, 2, 2);
    platform_run_in_interrupt(submit_in_interrupt, NULL);
    expect_copied(1);
    expect_copied(0);
    queue_close(&queue);
}

/* A place in the queue is withdrawn: the others are done, in order, and what it wrote to is the
 * caller's at once. */
static void check_one_withdrawn(size_t which)
{
    unsigned rank = 0;

    queue_open(&queue, QUEUE_MAX, QUEUE_MAX);
    for (size_t i = 0; i < QUEUE_MAX; i++) {
        if (i == which) {
            start(i, i + 1);
        } else {
            queue_start(&queue, i, i + 1);
        }
    }
    CHECK_EQ(withdraw(which), ESP_OK);
    while (!is_done(which)) {
        platform_pass_time();
    }
    queue_scribble(&queue, which);
    CHECK_EQ(await(which, -1), ESP_ERR_NOT_FINISHED);
    CHECK_EQ(esp_async_memcpy_drain(queue.handle, -1), ESP_OK);
    for (size_t i = 0; i < QUEUE_MAX; i++) {
        if (i != which) {
            CHECK_EQ(queue.copies[i].calls, 1);
            CHECK_EQ(queue.copies[i].status, ESP_OK);
            CHECK_EQ(queue.copies[i].rank, rank);
            queue_check_copied(&queue, i);
            rank++;
        }
    }
    CHECK_EQ(copy_callback_count(), QUEUE_MAX - 1);
    queue_check_scribbled(&queue, which);
    queue_close(&queue);
}

static void tickets_cancel_at_every_place(void)
{
    for (size_t which = 0; which < QUEUE_MAX; which++) {
        check_one_withdrawn(which);
    }
}

/* Withdrawn one after another from the middle, each stays so. */
static void tickets_cancel_several(void)
{
    static const size_t order[] = {2, 4, 1, 5};
    const size_t count = sizeof(order) / sizeof(order[0]);

    queue_open(&queue, QUEUE_MAX, QUEUE_MAX);
    start(0, QUEUE_MAX);
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(withdraw(order[i]), ESP_OK);
        CHECK_EQ(withdraw(order[i]), ESP_OK);
    }
    expect_copied(0);
    expect_copied(3);
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(await(order[i], -1), ESP_ERR_NOT_FINISHED);
    }
    queue_close(&queue);
}

static void tickets_cancel_of_an_ended_copy(void)
{
    queue_open(&queue, 2, 1);
    start(0, 1);
    CHECK_EQ(await(0, -1), ESP_OK);
    CHECK_EQ(withdraw(0), ESP_OK);
    expect_copied(0);
    queue_close(&queue);
}

/* A ticket that was withdrawn stands for another copy at once. */
static void tickets_cancel_and_use_again(void)
{
    queue_open(&queue, 4, 3);
    for (unsigned round = 0; round < 5; round++) {
        start(0, 3);
        CHECK_EQ(withdraw(1), ESP_OK);
        CHECK(is_done(1));
        CHECK_EQ(await(1, 0), ESP_ERR_NOT_FINISHED);
        if (round % 2 == 0) {
            start(1, 2);
            expect_copied(1);
        }
        expect_copied(2);
        expect_copied(0);
    }
    queue_close(&queue);
}

static void cancel_in_interrupt(void *argument)
{
    (void)argument;
    CHECK_EQ(withdraw(1), ESP_OK);
}

static void tickets_cancel_from_an_interrupt(void)
{
    queue_open(&queue, 3, 3);
    start(0, 3);
    platform_run_in_interrupt(cancel_in_interrupt, NULL);
    CHECK_EQ(await(1, -1), ESP_ERR_NOT_FINISHED);
    queue_scribble(&queue, 1);
    expect_copied(0);
    expect_copied(2);
    queue_check_scribbled(&queue, 1);
    queue_close(&queue);
}

static void cancel_in_callback(struct copy *copy)
{
    (void)copy;
    CHECK_EQ(withdraw(2), ESP_OK);
}

static void tickets_cancel_from_a_callback(void)
{
    queue_open_with_long(&queue, 4, 4, 1);
    queue.copies[0].in_callback = cancel_in_callback;
    queue_start(&queue, 0, 1);
    start(1, 4);
    expect_copied(3);
    CHECK_EQ(await(2, -1), ESP_ERR_NOT_FINISHED);
    queue_scribble(&queue, 2);
    expect_copied(1);
    queue_check_scribbled(&queue, 2);
    queue_close(&queue);
}

/* Which others read: they end as usual, with whatever was there. */
static void tickets_cancel_of_what_others_read(void)
{
    queue_open(&queue, 4, 4);
    queue.copies[1].source = queue.copies[0].destination;
    queue.copies[2].source = queue.copies[1].destination;
    start(0, 4);
    CHECK_EQ(withdraw(0), ESP_OK);
    CHECK_EQ(await(1, -1), ESP_OK);
    CHECK_EQ(await(2, -1), ESP_OK);
    expect_copied(3);
    queue_close(&queue);
}

static void tickets_of_a_cancelled_driver(void)
{
    queue_open(&queue, 3, 3);
    start(0, 3);
    CHECK_EQ(esp_async_memcpy_cancel(queue.handle), ESP_OK);
    for (size_t i = 0; i < 3; i++) {
        CHECK(is_done(i));
        CHECK_EQ(await(i, -1), ESP_ERR_NOT_FINISHED);
        queue_scribble(&queue, i);
    }
    queue_check_scribbled(&queue, 0);
    start(0, 1);
    expect_copied(0);
    queue_close(&queue);
}

const struct test_case conformance_tickets[] = {
    {"tickets refuse wrong arguments", tickets_refuse_wrong_arguments},
    {"tickets keep to the declared alignment", tickets_keep_to_the_declared_alignment},
    {"tickets at a full backlog", tickets_at_a_full_backlog},
    {"tickets tell when a copy has ended", tickets_tell_when_a_copy_has_ended},
    {"tickets without waiting", tickets_without_waiting},
    {"tickets, wait times out", tickets_wait_times_out},
    {"tickets are used again", tickets_are_used_again},
    {"tickets in interrupts", tickets_in_interrupts},
    {"tickets from an interrupt", tickets_from_an_interrupt},
    {"tickets, cancel at every place", tickets_cancel_at_every_place},
    {"tickets, cancel several", tickets_cancel_several},
    {"tickets, cancel of an ended copy", tickets_cancel_of_an_ended_copy},
    {"tickets, cancel and use again", tickets_cancel_and_use_again},
    {"tickets, cancel from an interrupt", tickets_cancel_from_an_interrupt},
    {"tickets, cancel from a callback", tickets_cancel_from_a_callback},
    {"tickets, cancel of what others read", tickets_cancel_of_what_others_read},
    {"tickets of a cancelled driver", tickets_of_a_cancelled_driver},
    {NULL, NULL},
};
