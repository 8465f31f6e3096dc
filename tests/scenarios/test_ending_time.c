/* SPDX-License-Identifier: Apache-2.0 */
/* How long waits last, in the machine's time, and after how long the engine counts as stalled. */
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "check.h"
#include "clock.h"
#include "copy.h"
#include "fault.h"
#include "fixture.h"
#include "machine_internal.h"
#include "platform.h"
#include "port.h"
#include "runner.h"

enum {
    BYTES = 20000,
    COUNT = 24, /* copies that are at work for milliseconds */
    FEW = 6,
    PATTERN = 9,
    US_PER_MS = 1000,
    STALL_MS_DEFAULT = 100,
    STALL_MS = 7,
    ALWAYS = 20000,
    NS_PER_US = 1000,
    PESTER_COUNT = 4000,
};

struct scene {
    async_memcpy_handle_t handle;
    struct buffer source;
    struct buffer destination;
    struct buffer late;
    async_memcpy_ticket_t ticket;
};

static struct scene scene;

static void scene_open(uint32_t backlog, uint32_t stall_ms)
{
    const async_memcpy_config_t config = {.backlog = backlog, .stall_ms = stall_ms};

    copy_forget();
    scene.handle = driver_install_with(&config);
    buffer_open_in(&scene.source, BUFFER_INTERNAL, BYTES, 0);
    buffer_open_in(&scene.destination, BUFFER_INTERNAL, BYTES, 1);
    buffer_open_in(&scene.late, BUFFER_INTERNAL, BYTES, 2);
    pattern_fill(scene.source.bytes, BYTES, PATTERN);
}

static void scene_close(void)
{
    CHECK_EQ(esp_async_memcpy_uninstall(scene.handle), ESP_OK);
    buffer_close(&scene.late);
    buffer_close(&scene.destination);
    buffer_close(&scene.source);
}

static uint64_t now_us(void)
{
    return machine_cycles_to_ns(machine_now_cycles()) / NS_PER_US;
}

static void start(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(esp_async_memcpy(scene.handle, scene.destination.bytes, scene.source.bytes, BYTES,
                                  NULL, NULL),
                 ESP_OK);
    }
}

static void start_ticket(void)
{
    CHECK_EQ(esp_async_memcpy_with_ticket(scene.handle, scene.late.bytes, scene.source.bytes, BYTES,
                                          &scene.ticket),
             ESP_OK);
}

static esp_err_t block(int32_t timeout_ms)
{
    return esp_memcpy_blocking(scene.handle, scene.late.bytes, scene.source.bytes, BYTES,
                               timeout_ms);
}

static esp_err_t drain(int32_t timeout_ms)
{
    return esp_async_memcpy_drain(scene.handle, timeout_ms);
}

static esp_err_t await_ticket(int32_t timeout_ms)
{
    return esp_async_memcpy_ticket_wait(scene.handle, &scene.ticket, timeout_ms);
}

static async_memcpy_stats_t stats(void)
{
    async_memcpy_stats_t result;

    CHECK_EQ(esp_async_memcpy_get_stats(scene.handle, &result), ESP_OK);
    return result;
}

/* A wait lasts as long as it may, to a millisecond, and one more where the engine is stopped. */
static void check_lasts(esp_err_t (*wait)(int32_t timeout_ms), int32_t timeout_ms)
{
    uint64_t begin_us = now_us();
    uint64_t passed_us;

    CHECK_EQ(wait(timeout_ms), ESP_ERR_TIMEOUT);
    passed_us = now_us() - begin_us;
    CHECK(passed_us + US_PER_MS >= (uint64_t)timeout_ms * US_PER_MS);
    CHECK(passed_us <= (uint64_t)(timeout_ms + 2) * US_PER_MS);
}

static void waits_last_as_long_as_they_may(void)
{
    static const int32_t timeouts[] = {0, 1, 3, 20};

    for (size_t i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
        /* An engine that is at it for ever, and nobody does anything about it. */
        scene_open(2, 1000);
        fault_plan(FAULT_STALL, 100, 1);
        start(1);
        start_ticket();
        check_lasts(drain, timeouts[i]);
        check_lasts(await_ticket, timeouts[i]);
        check_lasts(block, timeouts[i]);
        fault_forget_all();
        CHECK_EQ(esp_async_memcpy_cancel(scene.handle), ESP_OK);
        scene_close();
    }
}

/* The wait for a slot and that for the end are one. All copies take more than twice as long as this
 * one waits, and a slot is free long before. */
static void a_full_backlog_counts(void)
{
    scene_open(COUNT, 0);
    for (int32_t timeout_ms = 1; timeout_ms <= 2; timeout_ms++) {
        start(COUNT);
        check_lasts(block, timeout_ms);
        CHECK_EQ(drain(-1), ESP_OK);
    }
    CHECK_EQ(block(-1), ESP_OK);
    pattern_check(scene.late.bytes, BYTES, PATTERN);
    scene_close();
}

/* In flight and waiting are as long each; either is shorter than the time, both are longer. */
static void a_slot_and_the_end_share_their_time(void)
{
    enum { HUGE_BYTES = 160 * 1024 };
    async_memcpy_handle_t handle = driver_install(1, 0);
    struct buffer source;
    struct buffer destination;
    uint64_t begin_us;
    uint64_t passed_us;
    int32_t timeout_ms;

    if (machine_has_variant(MACHINE_RESTART_USES_ADDR)) {
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
        return; /* each refill ends in an error, and no two copies take as long */
    }
    buffer_open_in(&source, BUFFER_INTERNAL, HUGE_BYTES, 0);
    buffer_open_in(&destination, BUFFER_INTERNAL, HUGE_BYTES, 0);
    begin_us = now_us();
    CHECK_EQ(esp_memcpy_blocking(handle, destination.bytes, source.bytes, HUGE_BYTES, -1), ESP_OK);
    passed_us = now_us() - begin_us;
    timeout_ms = (int32_t)(passed_us / US_PER_MS + 1);
    CHECK(2 * passed_us > (uint64_t)timeout_ms * US_PER_MS + US_PER_MS / 2);
    CHECK_EQ(esp_async_memcpy(handle, destination.bytes, source.bytes, HUGE_BYTES, NULL, NULL),
             ESP_OK);
    CHECK_EQ(esp_memcpy_blocking(handle, destination.bytes, source.bytes, HUGE_BYTES, timeout_ms),
             ESP_ERR_TIMEOUT);
    CHECK_EQ(esp_async_memcpy_drain(handle, -1), ESP_OK);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&destination);
    buffer_close(&source);
}

/* Every kind of wait, for copies with and without callback, with and without a free slot. */
static void wait_in_every_way(void)
{
    struct copy copy = copy_of(scene.destination.bytes, scene.source.bytes, BYTES);

    copy_start(scene.handle, &copy);
    CHECK_EQ(drain(-1), ESP_OK);
    start(FEW);
    CHECK_EQ(block(-1), ESP_OK);
    start(2);
    CHECK_EQ(drain(-1), ESP_OK);
    start_ticket();
    CHECK_EQ(await_ticket(-1), ESP_OK);
}

/* Who waits is woken, and need not look. Three rounds, since now and then a wake-up is missed. */
static void check_woken(uint32_t backlog)
{
    uint64_t shortest_us = UINT64_MAX;

    scene_open(backlog, 1000);
    for (unsigned round = 0; round < 3; round++) {
        uint64_t begin_us = now_us();
        uint64_t passed_us;

        wait_in_every_way();
        passed_us = now_us() - begin_us;
        shortest_us = passed_us < shortest_us ? passed_us : shortest_us;
    }
    CHECK(shortest_us < 500 * US_PER_MS);
    scene_close();
}

static void waits_are_woken(void)
{
    check_woken(FEW);
    check_woken(COUNT);
}

/* Nothing is a stall before its time. Whoever waits looks as often as that: once to see where the
 * engine is, a second or a third time to see that it is there still, and perhaps twice more, since
 * the next starts may be lost. */
static void check_stall(esp_err_t (*wait)(int32_t timeout_ms), uint32_t stall_ms)
{
    uint64_t expected_us = (uint64_t)(stall_ms == 0 ? STALL_MS_DEFAULT : stall_ms) * US_PER_MS;
    uint64_t begin_us;
    uint64_t passed_us;

    scene_open(3, stall_ms);
    fault_plan(FAULT_STALL, 20, 1);
    start(1);
    start_ticket();
    begin_us = now_us();
    CHECK_EQ(wait(-1), ESP_OK);
    passed_us = now_us() - begin_us;
    CHECK_EQ(fault_count(FAULT_STALL), 1);
    CHECK_EQ(stats().stalls, 1);
    CHECK(passed_us >= expected_us);
    CHECK(passed_us <= 5 * expected_us);
    CHECK_EQ(drain(-1), ESP_OK);
    pattern_check(scene.destination.bytes, BYTES, PATTERN);
    pattern_check(scene.late.bytes, BYTES, PATTERN);
    fault_forget_all();
    scene_close();
}

static void stalls_are_noticed_by_waits(void)
{
    static esp_err_t (*const waits[])(int32_t timeout_ms) = {drain, await_ticket, block};

    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        check_stall(waits[i], STALL_MS);
        check_stall(waits[i], 0);
    }
}

static void stalls_are_noticed_by_polls(void)
{
    const uint64_t ms_cycles = machine_description()->cpu_hz / 1000u;

    scene_open(2, STALL_MS);
    fault_plan(FAULT_STALL, 20, 1);
    start(1);
    machine_advance(20 * STALL_MS * ms_cycles);
    /* Nobody has looked yet. */
    CHECK_EQ(esp_async_memcpy_poll(scene.handle), ESP_ERR_NOT_FINISHED);
    CHECK_EQ(stats().stalls, 0);
    for (unsigned i = 0; i < 5; i++) {
        machine_advance(ms_cycles);
        CHECK_EQ(esp_async_memcpy_poll(scene.handle), ESP_ERR_NOT_FINISHED);
        CHECK_EQ(stats().stalls, 0);
    }
    machine_advance(3 * ms_cycles);
    (void)esp_async_memcpy_poll(scene.handle);
    CHECK_EQ(stats().stalls, 1);
    CHECK_EQ(drain(-1), ESP_OK);
    pattern_check(scene.destination.bytes, BYTES, PATTERN);
    fault_forget_all();
    scene_close();
}

/* An engine that makes progress, however long all of it takes, is none. */
static void work_is_no_stall(void)
{
    scene_open(FEW, 1);
    start(FEW);
    while (esp_async_memcpy_poll(scene.handle) == ESP_ERR_NOT_FINISHED) {
        machine_advance(2000);
    }
    CHECK_EQ(stats().stalls, 0);
    start(FEW);
    CHECK_EQ(drain(-1), ESP_OK);
    CHECK_EQ(block(-1), ESP_OK);
    CHECK_EQ(stats().stalls, 0);
    scene_close();
}

/* A wait need not be twice as long as a stall to notice it. */
static void stalls_are_noticed_in_time(void)
{
    scene_open(2, STALL_MS);
    fault_plan(FAULT_STALL, 0, 1);
    start(1);
    CHECK_EQ(drain(STALL_MS + STALL_MS / 2), ESP_OK);
    CHECK_EQ(stats().stalls, 1);
    fault_forget_all();
    scene_close();
}

/* Who waits for a ticket looks before he sleeps. */
static void lost_interrupts_are_noticed_before_sleeping(void)
{
    uint64_t begin_us;

    scene_open(8, STALL_MS);
    fault_plan(FAULT_LOSE_INTERRUPT, 0, ALWAYS);
    start_ticket();
    machine_advance(1000000);
    begin_us = now_us();
    CHECK_EQ(await_ticket(-1), ESP_OK);
    CHECK(now_us() - begin_us <= STALL_MS * US_PER_MS / 2);
    fault_forget_all();
    pattern_check(scene.late.bytes, BYTES, PATTERN);
    scene_close();
}

/* What stood still and was withdrawn says nothing about what comes after it. */
static void withdrawn_stall_is_no_stall(void)
{
    uint64_t begin_us;

    scene_open(2, STALL_MS);
    fault_plan(FAULT_STALL, 0, 1);
    start_ticket();
    start(1);
    CHECK(!esp_async_memcpy_ticket_is_done(scene.handle, &scene.ticket));
    begin_us = now_us();
    while (now_us() - begin_us <= 2 * STALL_MS * US_PER_MS) {
        machine_advance(2000);
    }
    CHECK_EQ(esp_async_memcpy_ticket_cancel(scene.handle, &scene.ticket), ESP_OK);
    CHECK_EQ(drain(-1), ESP_OK);
    CHECK_EQ(stats().stalls, 0);
    pattern_check(scene.destination.bytes, BYTES, PATTERN);
    fault_forget_all();
    scene_close();
}

/* One item after another ends while nobody looks and no interrupt is taken. */
static void progress_is_no_stall(void)
{
    enum { MANY = 40 }; /* items, which take longer than a stall may */
    uint64_t begin_us;

    scene_open(MANY, 1);
    start(MANY / 4);
    machine_mask_interrupts();
    CHECK_EQ(esp_async_memcpy_poll(scene.handle), ESP_ERR_NOT_FINISHED);
    begin_us = now_us();
    while (now_us() - begin_us <= US_PER_MS) {
        machine_advance(2000);
    }
    (void)esp_async_memcpy_poll(scene.handle);
    machine_unmask_interrupts();
    CHECK_EQ(drain(-1), ESP_OK);
    CHECK_EQ(stats().stalls, 0);
    scene_close();
}

/* The items of a small backlog come round again: one that was looked at, and has ended, may be in
 * use anew when somebody looks the next time. */
static void idling_is_no_stall(void)
{
    enum { ROUNDS = 36, ROUNDS_MOST = 6 };
    const uint64_t ms_cycles = machine_description()->cpu_hz / 1000u;

    for (unsigned every = 1; every <= ROUNDS_MOST; every++) {
        scene_open(1, 1);
        for (unsigned i = 0; i < ROUNDS; i++) {
            start(1);
            if (i % every == 0) {
                (void)esp_async_memcpy_poll(scene.handle);
            }
            CHECK_EQ(drain(-1), ESP_OK);
            machine_advance(3 * ms_cycles);
        }
        CHECK_EQ(stats().stalls, 0);
        scene_close();
    }
}

/* As another driver's software interrupt, which calls all handlers: it wakes who waits, many times
 * in a millisecond. */
static void pester(void *context, uint32_t left)
{
    const uint64_t pause_cycles = 8000;

    (void)context;
    machine_set_source(port_chip()->interrupts.software_source, true);
    if (left != 0) {
        clock_schedule(pause_cycles, pester, NULL, left - 1);
    }
}

static void stalls_are_noticed_among_interrupts(void)
{
    const uint64_t expected_us = (uint64_t)STALL_MS * US_PER_MS;
    uint64_t begin_us;

    scene_open(2, STALL_MS);
    fault_plan(FAULT_STALL, 0, 1);
    start(1);
    pester(NULL, PESTER_COUNT);
    begin_us = now_us();
    CHECK_EQ(drain(-1), ESP_OK);
    CHECK(now_us() - begin_us <= 5 * expected_us);
    CHECK_EQ(stats().stalls, 1);
    pattern_check(scene.destination.bytes, BYTES, PATTERN);
    fault_forget_all();
    scene_close();
}

static void time_passes_among_interrupts(void)
{
    uint64_t begin_us;

    scene_open(2, 1000);
    fault_plan(FAULT_STALL, 0, 1);
    start(1);
    pester(NULL, PESTER_COUNT);
    begin_us = now_us();
    CHECK_EQ(drain(5), ESP_ERR_TIMEOUT);
    CHECK(now_us() - begin_us <= 8 * US_PER_MS);
    CHECK_EQ(esp_async_memcpy_cancel(scene.handle), ESP_OK);
    fault_forget_all();
    scene_close();
}

/* Who only asks a ticket comes to know of it, too. */
static void stalls_are_noticed_by_asking(void)
{
    const uint64_t ms_cycles = machine_description()->cpu_hz / 1000u;
    unsigned asked = 0;

    scene_open(2, STALL_MS);
    fault_plan(FAULT_STALL, 20, 1);
    start_ticket();
    while (!esp_async_memcpy_ticket_is_done(scene.handle, &scene.ticket)) {
        CHECK(asked < 100);
        asked++;
        machine_advance(ms_cycles);
    }
    CHECK_EQ(stats().stalls, 1);
    CHECK_EQ(drain(-1), ESP_OK);
    pattern_check(scene.late.bytes, BYTES, PATTERN);
    fault_forget_all();
    scene_close();
}

static const struct test_case cases[] = {
    {"waits last as long as they may", waits_last_as_long_as_they_may},
    {"a full backlog counts into the time", a_full_backlog_counts},
    {"a slot and the end share their time", a_slot_and_the_end_share_their_time},
    {"waits are woken", waits_are_woken},
    {"stalls are noticed by waits", stalls_are_noticed_by_waits},
    {"stalls are noticed among other interrupts", stalls_are_noticed_among_interrupts},
    {"time passes among other interrupts", time_passes_among_interrupts},
    {"stalls are noticed by asking", stalls_are_noticed_by_asking},
    {"idling is no stall", idling_is_no_stall},
    {"stalls are noticed by polls", stalls_are_noticed_by_polls},
    {"work is no stall", work_is_no_stall},
    {"progress is no stall", progress_is_no_stall},
    {"stalls are noticed in time", stalls_are_noticed_in_time},
    {"lost interrupts are noticed before sleeping", lost_interrupts_are_noticed_before_sleeping},
    {"a withdrawn stall is no stall", withdrawn_stall_is_no_stall},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {{cases, RUNNER_VARIANTS}, {NULL, RUNNER_BARE}};
    const struct runner_chip chips[] = {{NULL, suites}, {"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "time of endings", chips);
}
