/* SPDX-License-Identifier: Apache-2.0 */
/*
 * esp_async_memcpy_cancel(): every documented result that needs no failing hardware, from every
 * context. What was withdrawn is the caller's again, what is beside it is intact, and what comes
 * after it is done as usual.
 */
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"
#include "queue.h"

static struct queue queue;

/* Each of the copies was called back once, in order: first those that were done, then those that
 * were withdrawn, `withdrawn_min` of them at least. */
static void check_called_back(size_t withdrawn_min)
{
    size_t withdrawn = 0;

    CHECK_EQ(copy_callback_count(), queue.count);
    for (size_t i = 0; i < queue.count; i++) {
        CHECK_EQ(queue.copies[i].calls, 1);
        CHECK_EQ(queue.copies[i].rank, i);
        if (queue.copies[i].status == ESP_OK) {
            CHECK_EQ(withdrawn, 0);
            queue_check_copied(&queue, i);
        } else {
            CHECK_EQ(queue.copies[i].status, ESP_ERR_NOT_FINISHED);
            withdrawn++;
        }
    }
    CHECK(withdrawn >= withdrawn_min);
}

/* The destinations of withdrawn copies are the caller's, as of now. */
static void scribble_on_withdrawn(void)
{
    for (size_t i = 0; i < queue.count; i++) {
        if (queue.copies[i].status == ESP_ERR_NOT_FINISHED) {
            queue_scribble(&queue, i);
        }
    }
}

/* They stay so, copies are done as usual, and nothing is in flight. */
static void check_afterwards(void)
{
    for (size_t i = 0; i < queue.count; i++) {
        if (queue.copies[i].status == ESP_ERR_NOT_FINISHED) {
            queue_check_scribbled(&queue, i);
        }
    }
    copy_pattern(queue.handle, 20000, 3, 1);
    queue_close(&queue);
}

static void cancel_refuses_null(void)
{
    CHECK_EQ(esp_async_memcpy_cancel(NULL), ESP_ERR_INVALID_ARG);
}

static void cancel_without_copies(void)
{
    queue_open(&queue, 1, 1);
    CHECK_EQ(esp_async_memcpy_cancel(queue.handle), ESP_OK);
    CHECK_EQ(esp_async_memcpy_cancel(queue.handle), ESP_OK);
    queue_start(&queue, 0, 1);
    copy_finish(queue.copies, 1);
    queue_check_copied(&queue, 0);
    CHECK_EQ(esp_async_memcpy_cancel(queue.handle), ESP_OK);
    CHECK_EQ(copy_callback_count(), 1);
    queue_close(&queue);
}

static void cancel_of_running_and_queued_copies(void)
{
    for (size_t count = 1; count <= QUEUE_MAX; count += 2) {
        queue_open(&queue, QUEUE_MAX, count);
        queue_start(&queue, 0, count);
        CHECK_EQ(esp_async_memcpy_cancel(queue.handle), ESP_OK);
        scribble_on_withdrawn();
        check_called_back(count);
        check_afterwards();
    }
}

/* With some of them done, and one in the middle of its list. */
static void cancel_after_a_while(void)
{
    for (unsigned round = 0; round < 4; round++) {
        queue_open(&queue, QUEUE_MAX, QUEUE_MAX);
        queue_start(&queue, 0, QUEUE_MAX);
        for (unsigned i = 0; i < 3 * round; i++) {
            platform_pass_time();
        }
        CHECK_EQ(esp_async_memcpy_cancel(queue.handle), ESP_OK);
        scribble_on_withdrawn();
        check_called_back(0);
        check_afterwards();
    }
}

/* Copies that wait for the end of earlier ones. */
static void cancel_of_dependent_copies(void)
{
    queue_open(&queue, 4, 4);
    for (size_t i = 1; i < 4; i++) {
        queue.copies[i].source = queue.copies[i - 1].destination;
    }
    queue_start(&queue, 0, 4);
    CHECK_EQ(esp_async_memcpy_cancel(queue.handle), ESP_OK);
    scribble_on_withdrawn();
    check_called_back(4);
    check_afterwards();
}

/* Longer than the items of the driver. */
static void cancel_of_a_streamed_copy(void)
{
    enum { LONG_BYTES = 60000 };
    struct buffer source;
    struct buffer destination;
    struct copy copy;

    queue_open(&queue, 1, 0);
    buffer_open(&source, LONG_BYTES, 1);
    buffer_open(&destination, LONG_BYTES, 2);
    copy = copy_of(destination.bytes, source.bytes, LONG_BYTES);
    for (unsigned round = 0; round < 3; round++) {
        copy_start(queue.handle, &copy);
        for (unsigned i = 0; i < round; i++) {
            platform_pass_time();
        }
        CHECK_EQ(esp_async_memcpy_cancel(queue.handle), ESP_OK);
        CHECK_EQ(copy.calls, 1);
        CHECK_EQ(copy.status, ESP_ERR_NOT_FINISHED);
        pattern_fill(destination.bytes, LONG_BYTES, 600);
        copy_pattern(queue.handle, 20000, 3, 1);
        pattern_check(destination.bytes, LONG_BYTES, 600);
    }
    buffer_close(&destination);
    buffer_close(&source);
    queue_close(&queue);
}

static void cancel_of_copies_without_callback(void)
{
    queue_open(&queue, 3, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct copy *copy = &queue.copies[i];

        CHECK_EQ(esp_async_memcpy(queue.handle, copy->destination, copy->source, copy->size_bytes,
                                  NULL, NULL),
                 ESP_OK);
    }
    CHECK_EQ(esp_async_memcpy_cancel(queue.handle), ESP_OK);
    CHECK_EQ(esp_async_memcpy_drain(queue.handle, 0), ESP_OK);
    for (size_t i = 0; i < 3; i++) {
        queue_scribble(&queue, i);
    }
    for (size_t i = 0; i < 3; i++) {
        queue_check_scribbled(&queue, i);
    }
    queue_close(&queue);
}

/* Nothing is left in flight, so that the driver's memory can be given back at once. */
static void cancel_and_uninstall(void)
{
    enum { BLOCK_BYTES = 4096 };
    size_t free_bytes = heap_caps_get_free_size(MALLOC_CAP_DMA);
    uint8_t *block;

    queue_open(&queue, 3, 3);
    queue_start(&queue, 0, 3);
    CHECK_EQ(esp_async_memcpy_cancel(queue.handle), ESP_OK);
    scribble_on_withdrawn();
    check_called_back(3);
    queue_close(&queue);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
    block = heap_caps_malloc(BLOCK_BYTES, MALLOC_CAP_DMA);
    CHECK(block != NULL);
    pattern_fill(block, BLOCK_BYTES, 9);
    for (unsigned i = 0; i < 10; i++) {
        platform_pass_time();
    }
    pattern_check(block, BLOCK_BYTES, 9);
    heap_caps_free(block);
}

static void cancel_in_interrupt(void *argument)
{
    (void)argument;
    CHECK_EQ(esp_async_memcpy_cancel(queue.handle), ESP_OK);
    scribble_on_withdrawn();
    check_called_back(1);
}

static void cancel_from_an_interrupt(void)
{
    queue_open(&queue, QUEUE_MAX, QUEUE_MAX);
    queue_start(&queue, 0, QUEUE_MAX);
    platform_run_in_interrupt(cancel_in_interrupt, NULL);
    check_called_back(1);
    check_afterwards();
}

/* All other callbacks come when this one has returned. */
static void cancel_here(struct copy *copy)
{
    unsigned before = copy_callback_count();

    CHECK_EQ(esp_async_memcpy_cancel(copy->handle), ESP_OK);
    CHECK_EQ(copy_callback_count(), before);
    CHECK_EQ(copy->status, ESP_OK);
}

static void cancel_from_a_callback(void)
{
    queue_open_with_long(&queue, QUEUE_MAX, QUEUE_MAX, 2);
    queue.copies[1].in_callback = cancel_here;
    queue_start(&queue, 0, QUEUE_MAX);
    CHECK_EQ(esp_async_memcpy_drain(queue.handle, -1), ESP_OK);
    scribble_on_withdrawn();
    CHECK_EQ(queue.copies[1].status, ESP_OK);
    check_called_back(QUEUE_MAX - 2);
    check_afterwards();
}

static struct copy late;

static void cancel_and_submit(struct copy *copy)
{
    cancel_here(copy);
    copy_start(copy->handle, &late);
}

/* What is submitted after it, in the same callback, is done. */
static void cancel_from_a_callback_that_submits(void)
{
    struct buffer destination;

    queue_open_with_long(&queue, 4, 3, 1);
    buffer_open(&destination, QUEUE_BYTES, 7);
    late = copy_of(destination.bytes, queue.source.bytes, QUEUE_BYTES);
    queue.copies[0].in_callback = cancel_and_submit;
    queue_start(&queue, 0, 3);
    CHECK_EQ(esp_async_memcpy_drain(queue.handle, -1), ESP_OK);
    CHECK_EQ(queue.copies[1].status, ESP_ERR_NOT_FINISHED);
    CHECK_EQ(queue.copies[2].status, ESP_ERR_NOT_FINISHED);
    CHECK_EQ(queue.copies[2].rank, 2);
    CHECK_EQ(late.calls, 1);
    CHECK_EQ(late.rank, 3);
    CHECK_EQ(late.status, ESP_OK);
    pattern_check(destination.bytes, QUEUE_BYTES, queue.pattern);
    scribble_on_withdrawn();
    buffer_close(&destination);
    check_afterwards();
}

/* The callbacks of withdrawn copies submit them again. */
static void submit_again(struct copy *copy)
{
    static struct copy again[QUEUE_MAX];
    size_t index = (size_t)(copy - queue.copies);

    if (copy->status == ESP_ERR_NOT_FINISHED) {
        again[index] = copy_of(copy->destination, copy->source, copy->size_bytes);
        copy_start(copy->handle, &again[index]);
    }
}

static void cancel_with_callbacks_that_submit(void)
{
    queue_open(&queue, 3, 3);
    for (size_t i = 0; i < 3; i++) {
        queue.copies[i].in_callback = submit_again;
    }
    queue_start(&queue, 0, 3);
    CHECK_EQ(esp_async_memcpy_cancel(queue.handle), ESP_OK);
    CHECK_EQ(queue.copies[2].status, ESP_ERR_NOT_FINISHED);
    CHECK_EQ(esp_async_memcpy_drain(queue.handle, -1), ESP_OK);
    CHECK_EQ(copy_callback_count(), 6);
    for (size_t i = 0; i < 3; i++) {
        queue_check_copied(&queue, i);
    }
    queue_close(&queue);
}

/* A task that blocks is told that its copy was withdrawn, whether it had a slot or not. */
static void check_blocking(uint32_t backlog, esp_err_t expected)
{
    queue_open_with_long(&queue, backlog, 3, 1);
    queue.copies[0].in_callback = cancel_here;
    queue_start(&queue, 0, 2);
    CHECK_EQ(esp_memcpy_blocking(queue.handle, queue.copies[2].destination, queue.copies[2].source,
                                 QUEUE_BYTES, -1),
             expected);
    CHECK_EQ(queue.copies[1].status, ESP_ERR_NOT_FINISHED);
    if (expected == ESP_OK) {
        queue_check_copied(&queue, 2);
    } else {
        queue_scribble(&queue, 2);
        queue_check_scribbled(&queue, 2);
    }
    queue_close(&queue);
}

static void cancel_while_a_task_blocks(void)
{
    check_blocking(3, ESP_ERR_NOT_FINISHED);
    check_blocking(2, ESP_OK);
}

/* Another driver's copies are not meant. */
static void cancel_beside_another_driver(void)
{
    async_memcpy_handle_t other = driver_install(2, 0);

    queue_open(&queue, 2, 2);
    queue_start(&queue, 0, 2);
    CHECK_EQ(esp_async_memcpy_cancel(other), ESP_OK);
    CHECK_EQ(copy_callback_count(), 0);
    copy_finish(queue.copies, 2);
    queue_check_copied(&queue, 1);
    CHECK_EQ(esp_async_memcpy_uninstall(other), ESP_OK);
    queue_close(&queue);
}

const struct test_case conformance_cancel[] = {
    {"cancel refuses NULL", cancel_refuses_null},
    {"cancel without copies", cancel_without_copies},
    {"cancel of running and queued copies", cancel_of_running_and_queued_copies},
    {"cancel after a while", cancel_after_a_while},
    {"cancel of dependent copies", cancel_of_dependent_copies},
    {"cancel of a streamed copy", cancel_of_a_streamed_copy},
    {"cancel of copies without callback", cancel_of_copies_without_callback},
    {"cancel and uninstall", cancel_and_uninstall},
    {"cancel from an interrupt", cancel_from_an_interrupt},
    {"cancel from a callback", cancel_from_a_callback},
    {"cancel from a callback that submits", cancel_from_a_callback_that_submits},
    {"cancel with callbacks that submit", cancel_with_callbacks_that_submit},
    {"cancel while a task blocks", cancel_while_a_task_blocks},
    {"cancel beside another driver", cancel_beside_another_driver},
    {NULL, NULL},
};
