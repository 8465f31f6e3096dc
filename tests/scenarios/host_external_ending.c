/* SPDX-License-Identifier: Apache-2.0 */
/* S27 with external RAM: when a copy has been withdrawn, the CPU sees of its destination what RAM
 * holds, so that it sees the same later, and so does the engine. */
#include <stddef.h>
#include <string.h>

#include "buffer.h"
#include "check.h"
#include "copy.h"
#include "fault.h"
#include "fixture.h"
#include "platform.h"
#include "port.h"
#include "runner.h"

enum {
    LINE_MAX = 64,
    LONG_BYTES = 313 * LINE_MAX, /* more than the items of a driver with a backlog of 2 */
    SHORT_BYTES = 5 * LINE_MAX,
    ARMED_CYCLES = 38000, /* about as long as what is armed takes */
    ALL_CYCLES = 4000000,
    STALL_BURSTS = 300, /* fewer than what is armed takes */
    BEFORE = 3,
    PATTERN = 9,
    WRITTEN = 700,
};

struct scene {
    async_memcpy_handle_t handle;
    struct buffer source;
    struct buffer destination;
    struct buffer other; /* a destination, too */
    struct buffer back;
    uint8_t seen[LONG_BYTES];
    struct copy copies[2];
    async_memcpy_ticket_t ticket;
    bool over;
};

static struct scene scene;

static void scene_open(size_t size_bytes)
{
    copy_forget();
    scene.handle = driver_install(2, 0);
    buffer_open_in(&scene.source, BUFFER_INTERNAL, size_bytes, 5);
    buffer_open_in(&scene.destination, BUFFER_EXTERNAL, size_bytes, 0);
    buffer_open_in(&scene.other, BUFFER_EXTERNAL, size_bytes, 0);
    buffer_open_in(&scene.back, BUFFER_INTERNAL, size_bytes, 1);
    pattern_fill(scene.source.bytes, size_bytes, PATTERN);
    pattern_fill(scene.destination.bytes, size_bytes, BEFORE);
    scene.copies[0] = copy_of(scene.destination.bytes, scene.source.bytes, size_bytes);
    scene.copies[1] = copy_of(scene.other.bytes, scene.source.bytes, size_bytes);
    scene.over = false;
}

static void scene_close(void)
{
    driver_uninstall(scene.handle);
    buffer_close(&scene.back);
    buffer_close(&scene.other);
    buffer_close(&scene.destination);
    buffer_close(&scene.source);
}

/* The engine reads what the CPU sees; and RAM holds it, as a line that is fetched again shows. */
static void check_view_is_kept(void)
{
    size_t size_bytes = scene.destination.size_bytes;

    memcpy(scene.seen, scene.destination.bytes, size_bytes);
    CHECK_EQ(esp_memcpy_blocking(scene.handle, scene.back.bytes, scene.destination.bytes,
                                 size_bytes, -1),
             ESP_OK);
    CHECK_EQ(memcmp(scene.back.bytes, scene.seen, size_bytes), 0);
    port_cache_invalidate(scene.destination.bytes, size_bytes);
    CHECK_EQ(memcmp(scene.destination.bytes, scene.seen, size_bytes), 0);
}

static void submit(void)
{
    copy_start(scene.handle, &scene.copies[0]);
}

static void submit_with_ticket(void)
{
    CHECK_EQ(esp_async_memcpy_with_ticket(scene.handle, scene.destination.bytes, scene.source.bytes,
                                          LONG_BYTES, &scene.ticket),
             ESP_OK);
}

static void cancel(void *argument)
{
    (void)argument;
    CHECK_EQ(esp_async_memcpy_cancel(scene.handle), ESP_OK);
}

static void cancel_ticket(void *argument)
{
    (void)argument;
    CHECK_EQ(esp_async_memcpy_ticket_cancel(scene.handle, &scene.ticket), ESP_OK);
    CHECK_EQ(esp_async_memcpy_ticket_wait(scene.handle, &scene.ticket, 0), ESP_ERR_NOT_FINISHED);
}

/* Withdraws in a critical section, so many cycles after the submission: no interrupt has taken what
 * the engine has done meanwhile. */
static void check_withdrawn(void (*begin)(void), void (*withdraw)(void *argument), uint64_t cycles)
{
    scene_open(LONG_BYTES);
    machine_mask_interrupts();
    begin();
    machine_advance(cycles);
    port_call_as_interrupt(withdraw, NULL);
    machine_unmask_interrupts();
    check_view_is_kept();
    scene_close();
}

static void check_cancelled(uint64_t cycles)
{
    check_withdrawn(submit, cancel, cycles);
    CHECK_EQ(scene.copies[0].calls, 1);
    CHECK_EQ(scene.copies[0].status, ESP_ERR_NOT_FINISHED);
}

static void s27_cancel_after_all_that_was_armed(void)
{
    check_cancelled(ALL_CYCLES);
}

static void s27_ticket_cancel_after_all_that_was_armed(void)
{
    check_withdrawn(submit_with_ticket, cancel_ticket, ALL_CYCLES);
}

static void s27_cancel_amid_an_item(void)
{
    for (unsigned i = 0; i < 4; i++) {
        check_cancelled(platform_random(ARMED_CYCLES));
        check_withdrawn(submit_with_ticket, cancel_ticket, platform_random(ARMED_CYCLES));
    }
}

/* The engine has written part of an item and does not go on. */
static void s27_cancel_amid_a_stalled_item(void)
{
    for (unsigned i = 0; i < 8; i++) {
        fault_plan(FAULT_STALL, platform_random(STALL_BURSTS), 1);
        check_cancelled(ALL_CYCLES);
        CHECK_EQ(fault_count(FAULT_STALL), 1);
        fault_forget_all();
    }
}

static void block_for_no_time(void *argument)
{
    esp_err_t error = esp_memcpy_blocking(scene.handle, scene.destination.bytes, scene.source.bytes,
                                          LONG_BYTES, 0);

    (void)argument;
    CHECK(error == ESP_ERR_TIMEOUT || error == ESP_OK);
    scene.over = true;
}

/* Whenever the core that blocks is held up, what was armed ends; and the other core, which takes
 * the interrupts, is in a critical section all the while. */
static void s27_timeout_after_all_that_was_armed(void)
{
    scene_open(LONG_BYTES);
    machine_start_core(1, block_for_no_time, NULL);
    machine_mask_interrupts();
    while (!scene.over) {
        machine_advance(platform_random(3 * ARMED_CYCLES));
        machine_point();
    }
    machine_unmask_interrupts();
    machine_join_core(1);
    check_view_is_kept();
    scene_close();
}

static void cancel_and_write(struct copy *copy)
{
    (void)copy;
    CHECK_EQ(esp_async_memcpy_cancel(scene.handle), ESP_OK);
    memcpy(scene.seen, scene.other.bytes, SHORT_BYTES);
    pattern_fill(scene.other.bytes, SHORT_BYTES, WRITTEN);
}

/* The other copy has ended, too, unless the engine lost it, but its callback has not come: its
 * memory is the program's as soon as it is withdrawn. */
static void s27_cancel_in_a_callback(void)
{
    scene_open(SHORT_BYTES);
    scene.copies[0].in_callback = cancel_and_write;
    machine_mask_interrupts();
    copy_start(scene.handle, &scene.copies[0]);
    copy_start(scene.handle, &scene.copies[1]);
    machine_advance(ALL_CYCLES);
    machine_unmask_interrupts();
    copy_wait(&scene.copies[1]);
    CHECK_EQ(scene.copies[0].status, ESP_OK);
    pattern_check(scene.destination.bytes, SHORT_BYTES, PATTERN);
    if (scene.copies[1].status == ESP_OK) {
        pattern_check(scene.seen, SHORT_BYTES, PATTERN);
    }
    pattern_check(scene.other.bytes, SHORT_BYTES, WRITTEN);
    port_cache_write_back(scene.other.bytes, SHORT_BYTES);
    port_cache_invalidate(scene.other.bytes, SHORT_BYTES);
    pattern_check(scene.other.bytes, SHORT_BYTES, WRITTEN);
    scene_close();
}

static const struct test_case with_timings[] = {
    {"S27 cancel after all that was armed", s27_cancel_after_all_that_was_armed},
    {"S27 ticket cancel after all that was armed", s27_ticket_cancel_after_all_that_was_armed},
    {"S27 timeout after all that was armed", s27_timeout_after_all_that_was_armed},
    {"S27 cancel amid an item", s27_cancel_amid_an_item},
    {"S27 cancel amid a stalled item", s27_cancel_amid_a_stalled_item},
    {"S27 cancel in a callback", s27_cancel_in_a_callback},
    {NULL, NULL},
};

static const struct test_case at_every_point[] = {
    {"S27 cancel in a callback", s27_cancel_in_a_callback},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {with_timings, RUNNER_TIMINGS},
        {at_every_point, RUNNER_POINTS},
        {NULL, RUNNER_BARE},
    };
    const struct runner_chip chips[] = {{"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "external, ending", chips);
}
