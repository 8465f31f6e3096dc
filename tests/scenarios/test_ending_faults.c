/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S08, S09 and S26 to S28 with hardware that fails while somebody waits, asks or withdraws: each
 * wait ends, with what happened, and nothing is written afterwards.
 */
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "check.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "fault.h"
#include "fixture.h"
#include "machine_internal.h"
#include "platform.h"
#include "runner.h"

enum {
    COUNT = 3,
    BYTES = 300,
    ITEM_BYTES = 4095,
    LONG_BYTES = 3 * ITEM_BYTES,
    PATTERN = 9,
    SCRIBBLE = 600,
    SKIP_MAX = 400,
    ALWAYS = 20000,
    POLLS_MAX = 200000,
    STALL_MS = 1,
    ENOUGH_MS = 50,
    POLL_CYCLES = 1000,
};

struct scene {
    async_memcpy_handle_t handle;
    size_t size_bytes;
    struct buffer source;
    struct buffer destinations[COUNT];
    struct copy copies[COUNT];
    async_memcpy_ticket_t ticket;
};

static struct scene scene;

/* The oldest copy stands for a ticket, the others have callbacks. */
static void scene_open_with(const async_memcpy_config_t *config, size_t size_bytes)
{
    copy_forget();
    scene.handle = driver_install_with(config);
    scene.size_bytes = size_bytes;
    buffer_open(&scene.source, size_bytes, 1);
    pattern_fill(scene.source.bytes, size_bytes, PATTERN);
    for (size_t i = 0; i < COUNT; i++) {
        buffer_open(&scene.destinations[i], size_bytes, i);
        scene.copies[i] = copy_of(scene.destinations[i].bytes, scene.source.bytes, size_bytes);
    }
}

static void scene_open(size_t size_bytes)
{
    const async_memcpy_config_t config = {.backlog = COUNT, .stall_ms = STALL_MS};

    scene_open_with(&config, size_bytes);
}

static void scene_close(void)
{
    CHECK_EQ(esp_async_memcpy_uninstall(scene.handle), ESP_OK);
    for (size_t i = COUNT; i-- != 0;) {
        buffer_close(&scene.destinations[i]);
    }
    buffer_close(&scene.source);
}

static void check_destination(size_t index)
{
    pattern_check(scene.destinations[index].bytes, scene.size_bytes, PATTERN);
}

static async_memcpy_stats_t stats(void)
{
    async_memcpy_stats_t result;

    CHECK_EQ(esp_async_memcpy_get_stats(scene.handle, &result), ESP_OK);
    return result;
}

static void start_ticket(void)
{
    CHECK_EQ(esp_async_memcpy_with_ticket(scene.handle, scene.destinations[0].bytes,
                                          scene.source.bytes, scene.size_bytes, &scene.ticket),
             ESP_OK);
}

static void start_all(void)
{
    start_ticket();
    for (size_t i = 1; i < COUNT; i++) {
        copy_start(scene.handle, &scene.copies[i]);
    }
}

static esp_err_t block(size_t index, int32_t timeout_ms)
{
    return esp_memcpy_blocking(scene.handle, scene.destinations[index].bytes, scene.source.bytes,
                               scene.size_bytes, timeout_ms);
}

/* Ways to wait for the end of everything, each of which notices what no interrupt tells of. All
 * copies arrive. */
static void end_by_drain(void)
{
    start_all();
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, -1), ESP_OK);
}

static void end_by_drain_in_time(void)
{
    start_all();
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, ENOUGH_MS), ESP_OK);
}

static void end_by_blocking(void)
{
    start_ticket();
    copy_start(scene.handle, &scene.copies[1]);
    CHECK_EQ(block(2, -1), ESP_OK);
    check_destination(2);
    copy_start(scene.handle, &scene.copies[2]);
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, -1), ESP_OK);
}

static void end_by_blocking_in_time(void)
{
    start_ticket();
    copy_start(scene.handle, &scene.copies[1]);
    CHECK_EQ(block(2, ENOUGH_MS), ESP_OK);
    check_destination(2);
    CHECK_EQ(scene.copies[1].calls, 1);
    copy_start(scene.handle, &scene.copies[2]);
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, ENOUGH_MS), ESP_OK);
}

static void end_by_ticket(void)
{
    start_ticket();
    CHECK_EQ(esp_async_memcpy_ticket_wait(scene.handle, &scene.ticket, -1), ESP_OK);
    copy_start(scene.handle, &scene.copies[1]);
    start_ticket();
    CHECK_EQ(esp_async_memcpy_ticket_wait(scene.handle, &scene.ticket, ENOUGH_MS), ESP_OK);
    CHECK_EQ(scene.copies[1].calls, 1);
    copy_start(scene.handle, &scene.copies[2]);
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, -1), ESP_OK);
}

static void end_by_poll(void)
{
    unsigned polls = 0;

    start_all();
    while (esp_async_memcpy_poll(scene.handle) == ESP_ERR_NOT_FINISHED) {
        machine_advance(POLL_CYCLES);
        polls++;
        CHECK(polls < POLLS_MAX);
    }
    CHECK_EQ(esp_async_memcpy_poll(scene.handle), ESP_OK);
}

static void end_by_asking(void)
{
    unsigned times = 0;

    start_ticket();
    while (!esp_async_memcpy_ticket_is_done(scene.handle, &scene.ticket)) {
        machine_advance(POLL_CYCLES);
        times++;
        CHECK(times < POLLS_MAX);
    }
    copy_start(scene.handle, &scene.copies[1]);
    copy_start(scene.handle, &scene.copies[2]);
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, -1), ESP_OK);
}

static void (*const ways[])(void) = {
    end_by_asking,           end_by_drain,  end_by_drain_in_time, end_by_blocking,
    end_by_blocking_in_time, end_by_ticket, end_by_poll};
enum { WAY_COUNT = sizeof(ways) / sizeof(ways[0]) };

/* All have ended well, with one callback each. */
static void check_all_well(void)
{
    CHECK_EQ(esp_async_memcpy_ticket_wait(scene.handle, &scene.ticket, -1), ESP_OK);
    check_destination(0);
    CHECK_EQ(copy_callback_count(), COUNT - 1);
    for (size_t i = 1; i < COUNT; i++) {
        CHECK_EQ(scene.copies[i].calls, 1);
        CHECK_EQ(scene.copies[i].status, ESP_OK);
        check_destination(i);
    }
    CHECK_EQ(stats().in_flight, 0);
    CHECK_EQ(stats().failed, 0);
    CHECK_EQ(stats().withdrawn, 0);
}

/* A fault happens `count` times from each of its occasions on, or from as many as are given. */
static void check_survived(enum fault_kind kind, uint64_t count, size_t size_bytes, uint64_t skips)
{
    uint64_t total = 0;

    /* Asking alone does not see to a stalled engine. */
    for (size_t way = kind == FAULT_STALL ? 1 : 0; way < WAY_COUNT; way++) {
        uint64_t struck = 1;

        for (uint64_t skip = 0; struck != 0 && skip < skips; skip++) {
            scene_open(size_bytes);
            fault_plan(kind, skip, count);
            ways[way]();
            struck = fault_count(kind);
            fault_forget_all();
            total += struck;
            check_all_well();
            copy_pattern(scene.handle, BYTES, 0, 1);
            scene_close();
        }
    }
    CHECK(total > 0);
}

static void s08_lost_while_waiting(void)
{
    check_survived(FAULT_LOSE_INTERRUPT, 1, BYTES, SKIP_MAX);
    check_survived(FAULT_LOSE_INTERRUPT, ALWAYS, BYTES, 2);
}

/* All interrupts are lost, and who looks once sees that the copy has ended. */
static void s08_lost_before_looking_once(void)
{
    scene_open(BYTES);
    fault_plan(FAULT_LOSE_INTERRUPT, 0, ALWAYS);
    copy_start(scene.handle, &scene.copies[1]);
    machine_advance(100000);
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, 0), ESP_OK);
    CHECK_EQ(scene.copies[1].calls, 1);
    start_ticket();
    machine_advance(100000);
    CHECK_EQ(esp_async_memcpy_ticket_wait(scene.handle, &scene.ticket, 0), ESP_OK);
    CHECK(fault_count(FAULT_LOSE_INTERRUPT) != 0);
    fault_forget_all();
    check_destination(0);
    check_destination(1);
    scene_close();
}

/* Likewise who asks for numbers: the interrupt comes after all. */
static void s08_lost_before_asking_for_numbers(void)
{
    async_memcpy_stats_t numbers;
    async_memcpy_info_t info;

    for (unsigned way = 0; way < 3; way++) {
        scene_open(BYTES);
        fault_plan(FAULT_LOSE_INTERRUPT, 0, ALWAYS);
        copy_start(scene.handle, &scene.copies[1]);
        machine_advance(100000);
        CHECK(fault_count(FAULT_LOSE_INTERRUPT) != 0);
        CHECK_EQ(scene.copies[1].calls, 0);
        CHECK_EQ(way == 0   ? esp_async_memcpy_get_stats(scene.handle, &numbers)
                 : way == 1 ? esp_async_memcpy_get_info(scene.handle, &info)
                            : esp_async_memcpy_set_cpu_threshold(scene.handle, 0),
                 ESP_OK);
        while (machine_wait_for_interrupt()) {
        }
        CHECK_EQ(scene.copies[1].calls, 1);
        fault_forget_all();
        check_destination(1);
        scene_close();
    }
}

/* Likewise who asks after a ticket. */
static void s08_lost_before_asking_after_a_ticket(void)
{
    scene_open(BYTES);
    fault_plan(FAULT_LOSE_INTERRUPT, 0, ALWAYS);
    start_ticket();
    machine_advance(100000);
    (void)esp_async_memcpy_ticket_is_done(scene.handle, &scene.ticket);
    while (machine_wait_for_interrupt()) {
    }
    CHECK(esp_async_memcpy_ticket_is_done(scene.handle, &scene.ticket));
    CHECK_EQ(esp_async_memcpy_ticket_wait(scene.handle, &scene.ticket, 0), ESP_OK);
    fault_forget_all();
    check_destination(0);
    scene_close();
}

static void s08_lost_while_waiting_for_long_copies(void)
{
    check_survived(FAULT_LOSE_INTERRUPT, 1, LONG_BYTES, 3);
    check_survived(FAULT_LOSE_INTERRUPT, ALWAYS, LONG_BYTES, 1);
}

static void s07_late_while_waiting(void)
{
    check_survived(FAULT_DELAY_INTERRUPT, ALWAYS, BYTES, 3);
}

static void s07_twice_while_waiting(void)
{
    check_survived(FAULT_DOUBLE_INTERRUPT, ALWAYS, BYTES, 3);
}

static void s07_spurious_while_waiting(void)
{
    check_survived(FAULT_SPURIOUS_INTERRUPT, ALWAYS, BYTES, 1);
}

static void s09_error_while_waiting(void)
{
    check_survived(FAULT_FLIP_OWNER, 1, BYTES, SKIP_MAX);
    /* Where RESTART uses ADDR, a refill ends in an error of its own, and two in a row are one too
     * many. */
    if (!machine_has_variant(MACHINE_RESTART_USES_ADDR)) {
        check_survived(FAULT_FLIP_OWNER, 1, LONG_BYTES, 4);
        check_survived(FAULT_BAD_NEXT, 1, LONG_BYTES, 4);
    }
}

/* No interrupt tells of it: whoever waits or asks sees to it. */
static void stall_while_waiting(void)
{
    check_survived(FAULT_STALL, 1, BYTES, 4);
}

static void stall_is_counted(void)
{
    scene_open(BYTES);
    fault_plan(FAULT_STALL, 3, 1);
    end_by_drain();
    CHECK_EQ(fault_count(FAULT_STALL), 1);
    fault_forget_all();
    check_all_well();
    CHECK_EQ(stats().stalls, 1);
    CHECK(stats().recoveries >= 1);
    scene_close();
}

/* For a while each item stalls: the CPU does one, and the second time in a row the copy is given
 * up; what comes later is done. */
static void stall_again_and_again(void)
{
    scene_open(LONG_BYTES);
    fault_plan(FAULT_STALL, 0, ALWAYS);
    CHECK_EQ(block(0, -1), ESP_FAIL);
    CHECK(fault_count(FAULT_STALL) >= 2);
    fault_forget_all();
    CHECK_EQ(stats().failed, 1);
    CHECK(stats().stalls >= 2);
    CHECK_EQ(block(1, -1), ESP_OK);
    check_destination(1);
    scene_close();
}

/* The time is over before the stall is one: withdrawn like any other. */
static void s26_timeout_of_a_stalled_copy(void)
{
    const async_memcpy_config_t config = {.backlog = COUNT, .stall_ms = 1000};

    scene_open_with(&config, BYTES);
    fault_plan(FAULT_STALL, 2, 1);
    CHECK_EQ(block(0, 1), ESP_ERR_TIMEOUT);
    CHECK_EQ(fault_count(FAULT_STALL), 1);
    fault_forget_all();
    pattern_fill(scene.destinations[0].bytes, BYTES, SCRIBBLE);
    CHECK_EQ(stats().stalls, 0);
    CHECK_EQ(stats().withdrawn, 1);
    CHECK_EQ(block(1, -1), ESP_OK);
    check_destination(1);
    pattern_check(scene.destinations[0].bytes, BYTES, SCRIBBLE);
    scene_close();
}

/* Faults in the middle of what is withdrawn: each copy ends once, and later ones are done. */
static void check_cancel(enum fault_kind kind, uint64_t skip, uint64_t count, size_t size_bytes)
{
    esp_err_t status;

    scene_open(size_bytes);
    fault_plan(kind, skip, count);
    start_all();
    machine_advance(100 * skip);
    CHECK_EQ(esp_async_memcpy_cancel(scene.handle), ESP_OK);
    fault_forget_all();
    status = esp_async_memcpy_ticket_wait(scene.handle, &scene.ticket, 0);
    CHECK(status == ESP_OK || status == ESP_ERR_NOT_FINISHED || status == ESP_FAIL);
    CHECK_EQ(copy_callback_count(), COUNT - 1);
    for (size_t i = 1; i < COUNT; i++) {
        CHECK_EQ(scene.copies[i].calls, 1);
        CHECK_EQ(scene.copies[i].rank, i - 1);
        status = scene.copies[i].status;
        CHECK(status == ESP_OK || status == ESP_ERR_NOT_FINISHED || status == ESP_FAIL);
    }
    CHECK_EQ(stats().in_flight, 0);
    for (size_t i = 0; i < COUNT; i++) {
        pattern_fill(scene.destinations[i].bytes, size_bytes, SCRIBBLE);
    }
    copy_pattern(scene.handle, LONG_BYTES, 0, 1);
    for (size_t i = 0; i < COUNT; i++) {
        pattern_check(scene.destinations[i].bytes, size_bytes, SCRIBBLE);
    }
    scene_close();
}

static void s27_cancel_amid_faults(void)
{
    static const enum fault_kind kinds[] = {FAULT_LOSE_INTERRUPT,
                                            FAULT_DELAY_INTERRUPT,
                                            FAULT_DOUBLE_INTERRUPT,
                                            FAULT_SPURIOUS_INTERRUPT,
                                            FAULT_FLIP_OWNER,
                                            FAULT_BAD_NEXT,
                                            FAULT_STALL};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        for (uint64_t skip = 0; skip < 4; skip++) {
            check_cancel(kinds[i], skip, 1, BYTES);
        }
        check_cancel(kinds[i], i % 3, ALWAYS, LONG_BYTES);
    }
}

/* An error ends the copy that it struck, once, without the CPU; later ones are done. */
static void check_reported(enum fault_kind kind, uint64_t skip)
{
    const async_memcpy_config_t config = {
        .backlog = COUNT, .flags = ASYNC_MEMCPY_REPORT_ERRORS, .stall_ms = STALL_MS};
    uint64_t struck;

    scene_open_with(&config, BYTES);
    fault_plan(kind, skip, 1);
    copy_start(scene.handle, &scene.copies[0]);
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, -1), ESP_OK);
    struck = fault_count(kind);
    fault_forget_all();
    CHECK(skip != 0 || struck == 1);
    CHECK_EQ(scene.copies[0].calls, 1);
    CHECK_EQ(scene.copies[0].status, struck != 0 ? ESP_FAIL : ESP_OK);
    CHECK_EQ(stats().failed, struck);
    CHECK_EQ(stats().recoveries, struck);
    copy_start(scene.handle, &scene.copies[1]);
    copy_finish(&scene.copies[1], 1);
    check_destination(1);
    CHECK_EQ(block(2, -1), ESP_OK);
    check_destination(2);
    scene_close();
}

static void errors_are_reported(void)
{
    for (uint64_t skip = 0; skip < 3; skip++) {
        check_reported(FAULT_FLIP_OWNER, skip);
        check_reported(FAULT_STALL, skip);
    }
}

static void errors_are_reported_to_who_waits(void)
{
    const async_memcpy_config_t config = {.backlog = COUNT, .flags = ASYNC_MEMCPY_REPORT_ERRORS};

    scene_open_with(&config, BYTES);
    fault_plan(FAULT_FLIP_OWNER, 0, 1);
    CHECK_EQ(block(0, -1), ESP_FAIL);
    fault_plan(FAULT_FLIP_OWNER, 0, 1);
    start_ticket();
    CHECK_EQ(esp_async_memcpy_ticket_wait(scene.handle, &scene.ticket, -1), ESP_FAIL);
    fault_forget_all();
    start_ticket();
    CHECK_EQ(esp_async_memcpy_ticket_wait(scene.handle, &scene.ticket, -1), ESP_OK);
    check_destination(0);
    CHECK_EQ(stats().failed, 2);
    scene_close();
}

/* No allocation of any kind: each one fails. */
static void no_heap_after_static_install(void)
{
    const async_memcpy_config_t config = {.backlog = 2};
    size_t bytes = esp_async_memcpy_static_bytes(config.backlog);
    struct buffer memory;
    esp_err_t error;

    scene_open(LONG_BYTES);
    buffer_open_in(&memory, BUFFER_INTERNAL, bytes, 0);
    CHECK_EQ(esp_async_memcpy_uninstall(scene.handle), ESP_OK);
    fault_plan(FAULT_ALLOCATION, 0, ALWAYS);
    CHECK_EQ(esp_async_memcpy_install_static(&config, memory.bytes, bytes, &scene.handle), ESP_OK);
    start_ticket();
    copy_start(scene.handle, &scene.copies[1]);
    CHECK_EQ(block(2, -1), ESP_OK);
    error = block(2, 0);
    CHECK(error == ESP_OK || error == ESP_ERR_TIMEOUT);
    CHECK_EQ(scene.copies[1].calls, 1);
    start_ticket();
    CHECK_EQ(esp_async_memcpy_ticket_cancel(scene.handle, &scene.ticket), ESP_OK);
    copy_start(scene.handle, &scene.copies[1]);
    CHECK_EQ(esp_async_memcpy_cancel(scene.handle), ESP_OK);
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, -1), ESP_OK);
    CHECK_EQ(fault_count(FAULT_ALLOCATION), 0);
    fault_forget_all();
    scene_close();
    buffer_close(&memory);
}

/* The engine is not asked below the threshold, and is from there on. */
static void threshold_spares_the_engine(void)
{
    enum { BELOW = 100 };
    uint64_t bursts;

    scene_open(BYTES);
    CHECK_EQ(esp_async_memcpy_set_cpu_threshold(scene.handle, BELOW), ESP_OK);
    bursts = machine_stats()->dma_bursts;
    for (size_t i = 0; i < COUNT; i++) {
        scene.copies[i].size_bytes = BELOW - 1;
        copy_start(scene.handle, &scene.copies[i]);
    }
    copy_finish(scene.copies, COUNT);
    CHECK_EQ(machine_stats()->dma_bursts, bursts);
    pattern_check(scene.destinations[1].bytes, BELOW - 1, PATTERN);
    for (size_t i = 0; i < COUNT; i++) {
        scene.copies[i].size_bytes = BELOW;
        copy_start(scene.handle, &scene.copies[i]);
    }
    copy_finish(scene.copies, COUNT);
    CHECK(machine_stats()->dma_bursts > bursts);
    scene_close();
}

static const struct test_case faults[] = {
    {"S08 lost interrupt while waiting", s08_lost_while_waiting},
    {"S08 lost interrupts before looking once", s08_lost_before_looking_once},
    {"S08 lost interrupt before asking for numbers", s08_lost_before_asking_for_numbers},
    {"S08 lost interrupt before asking after a ticket", s08_lost_before_asking_after_a_ticket},
    {"S08 lost interrupt while waiting for long copies", s08_lost_while_waiting_for_long_copies},
    {"S07 late interrupts while waiting", s07_late_while_waiting},
    {"S07 interrupts twice while waiting", s07_twice_while_waiting},
    {"S07 spurious interrupts while waiting", s07_spurious_while_waiting},
    {"S09 error while waiting", s09_error_while_waiting},
    {"stall while waiting", stall_while_waiting},
    {"stall is counted", stall_is_counted},
    {"stall again and again", stall_again_and_again},
    {"S26 timeout of a stalled copy", s26_timeout_of_a_stalled_copy},
    {"S27 cancel amid faults", s27_cancel_amid_faults},
    {"errors are reported", errors_are_reported},
    {"errors are reported to who waits", errors_are_reported_to_who_waits},
    {"no heap after static installation", no_heap_after_static_install},
    {"threshold spares the engine", threshold_spares_the_engine},
    {NULL, NULL},
};

/* A dead driver says so wherever it is asked, and keeps its memory. */
static void check_dead(void)
{
    async_memcpy_info_t info;
    async_memcpy_ticket_t ticket;

    CHECK_EQ(esp_async_memcpy_get_info(scene.handle, &info), ESP_OK);
    CHECK(info.dead);
    CHECK_EQ(info.free, 0);
    CHECK_EQ(stats().in_flight, 0);
    CHECK_EQ(stats().withdrawn, 0);
    CHECK_EQ(copy_submit(scene.handle, &scene.copies[0]), ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_async_memcpy_with_ticket(scene.handle, scene.destinations[0].bytes,
                                          scene.source.bytes, BYTES, &ticket),
             ESP_ERR_INVALID_STATE);
    CHECK_EQ(block(1, -1), ESP_ERR_INVALID_STATE);
    CHECK_EQ(block(1, 0), ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_async_memcpy_drain(scene.handle, -1), ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_async_memcpy_poll(scene.handle), ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_async_memcpy_cancel(scene.handle), ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_async_memcpy_uninstall(scene.handle), ESP_ERR_INVALID_STATE);
}

/* Every copy has ended as what it is: not withdrawn, not free. */
static void check_abandoned(void)
{
    CHECK_EQ(copy_callback_count(), COUNT - 1);
    for (size_t i = 1; i < COUNT; i++) {
        CHECK_EQ(scene.copies[i].calls, 1);
        CHECK_EQ(scene.copies[i].status, ESP_ERR_INVALID_STATE);
    }
    CHECK(esp_async_memcpy_ticket_is_done(scene.handle, &scene.ticket));
    CHECK_EQ(esp_async_memcpy_ticket_wait(scene.handle, &scene.ticket, -1), ESP_ERR_INVALID_STATE);
}

/* Opens a scene with three long copies in flight on an engine that does not confirm a stop. */
static void dying_open(void)
{
    fixture_power_on(0, fixture_options()->seed);
    scene_open(LONG_BYTES);
    fault_plan(FAULT_NEVER_PARKS, 0, ALWAYS);
}

static void dying_close(void)
{
    check_dead();
    machine_power_off();
}

static void dead_by_cancel(void)
{
    dying_open();
    start_all();
    CHECK_EQ(esp_async_memcpy_cancel(scene.handle), ESP_ERR_INVALID_STATE);
    check_abandoned();
    dying_close();
}

static void cancel_in_interrupt(void *argument)
{
    (void)argument;
    CHECK_EQ(esp_async_memcpy_cancel(scene.handle), ESP_ERR_INVALID_STATE);
    check_abandoned();
}

static void dead_by_cancel_in_an_interrupt(void)
{
    dying_open();
    start_all();
    platform_run_in_interrupt(cancel_in_interrupt, NULL);
    check_abandoned();
    dying_close();
}

static void dead_by_ticket_cancel(void)
{
    dying_open();
    start_all();
    CHECK_EQ(esp_async_memcpy_ticket_cancel(scene.handle, &scene.ticket), ESP_ERR_INVALID_STATE);
    check_abandoned();
    CHECK_EQ(esp_async_memcpy_ticket_cancel(scene.handle, &scene.ticket), ESP_ERR_INVALID_STATE);
    dying_close();
}

static void dead_by_timeout(void)
{
    dying_open();
    CHECK_EQ(block(0, 0), ESP_ERR_INVALID_STATE);
    dying_close();
}

/* A stall is what kills here: each way to notice it says so. */
/* Nobody calls the driver after that, and yet all is abandoned. */
static void dead_by_error(void)
{
    dying_open();
    fault_plan(FAULT_FLIP_OWNER, 0, 1);
    machine_mask_interrupts();
    start_all();
    machine_unmask_interrupts();
    while (machine_wait_for_interrupt()) {
    }
    check_abandoned();
    dying_close();
}

static esp_err_t notice_by_poll(void)
{
    esp_err_t error = ESP_ERR_NOT_FINISHED;

    for (unsigned i = 0; i < POLLS_MAX && error == ESP_ERR_NOT_FINISHED; i++) {
        machine_advance(POLL_CYCLES);
        error = esp_async_memcpy_poll(scene.handle);
    }
    return error;
}

/* Likewise for who only polls: when he is told, all has been abandoned. */
static void dead_by_error_of_who_polls(void)
{
    dying_open();
    fault_plan(FAULT_FLIP_OWNER, 0, 1);
    machine_mask_interrupts();
    start_all();
    CHECK_EQ(notice_by_poll(), ESP_ERR_INVALID_STATE);
    check_abandoned();
    machine_unmask_interrupts();
    dying_close();
}

static void check_dead_by_stall(esp_err_t (*notice)(void))
{
    dying_open();
    fault_plan(FAULT_STALL, 5, 1);
    start_all();
    CHECK_EQ(notice(), ESP_ERR_INVALID_STATE);
    CHECK_EQ(fault_count(FAULT_STALL), 1);
    check_abandoned();
    dying_close();
}

static esp_err_t notice_by_drain(void)
{
    return esp_async_memcpy_drain(scene.handle, -1);
}

static esp_err_t notice_by_ticket(void)
{
    return esp_async_memcpy_ticket_wait(scene.handle, &scene.ticket, ENOUGH_MS);
}

/* The backlog is full. */
static esp_err_t notice_by_blocking(void)
{
    return block(1, -1);
}

static void dead_by_stall(void)
{
    check_dead_by_stall(notice_by_drain);
    check_dead_by_stall(notice_by_ticket);
    check_dead_by_stall(notice_by_poll);
    check_dead_by_stall(notice_by_blocking);
}

static const struct test_case dead_driver[] = {
    {"dead by cancel", dead_by_cancel},
    {"dead by cancel in an interrupt", dead_by_cancel_in_an_interrupt},
    {"dead by cancel of a ticket", dead_by_ticket_cancel},
    {"S26 dead by timeout", dead_by_timeout},
    {"dead by error", dead_by_error},
    {"dead by error of who polls", dead_by_error_of_who_polls},
    {"dead by stall", dead_by_stall},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {faults, RUNNER_VARIANTS},
        {dead_driver, RUNNER_BARE},
        {NULL, RUNNER_BARE},
    };
    const struct runner_chip chips[] = {{NULL, suites}, {"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "ending faults", chips);
}
