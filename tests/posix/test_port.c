/* SPDX-License-Identifier: Apache-2.0 */
/* The port by itself: what the driver relies on and no call of the driver shows for certain. */
#define _POSIX_C_SOURCE 200809L
#include "suite.h"

#include <sched.h>
#include <time.h>

#include "clock.h"
#include "monitor.h"
#include "port.h"

enum { A_LONG_TIME = 2000, WINDOWS = 65536, AT_MOST_MS = 100000 };

/* A handler that takes its time. */
struct slow {
    struct port_interrupt interrupt;
    struct port_signal entered;
    atomic_uint begun;
    atomic_uint ended;
};

static void run_slowly(void *argument)
{
    struct slow *slow = argument;
    atomic_fetch_add(&slow->begun, 1);
    for (unsigned i = 0; i < A_LONG_TIME; i++) {
        CHECK(port_in_interrupt());
        CHECK_EQ(sched_yield(), 0);
    }
    atomic_fetch_add(&slow->ended, 1);
}

static unsigned any_source(void)
{
    return port_chip()->interrupts.software_source;
}

/* Closing returns when the handler neither runs nor will. */
static void close_waits_for_the_handler(void)
{
    for (unsigned round = 0; round < 20; round++) {
        struct slow slow = {.begun = 0};
        CHECK_EQ(port_interrupt_open(&slow.interrupt, any_source(), 0, run_slowly, &slow), ESP_OK);
        port_interrupt_pend(&slow.interrupt);
        while (round % 2 == 0 && atomic_load(&slow.begun) == 0) {
            CHECK_EQ(sched_yield(), 0);
        }
        port_interrupt_close(&slow.interrupt);
        unsigned begun = atomic_load(&slow.begun);
        CHECK_EQ(atomic_load(&slow.ended), begun);
        CHECK(!async_memcpy_host_wait_for_interrupt() || begun == 1);
        CHECK_EQ(atomic_load(&slow.begun), begun);
    }
}

static void count(void *argument)
{
    atomic_fetch_add((atomic_uint *)argument, 1);
}

/* Pending once or several times before the handler runs calls it at least once, and not for ever.
 */
static void pend_calls_the_handler(void)
{
    struct port_interrupt interrupt;
    atomic_uint calls = 0;
    CHECK_EQ(port_interrupt_open(&interrupt, any_source(), 0, count, &calls), ESP_OK);
    for (unsigned round = 1; round <= 50; round++) {
        unsigned before = atomic_load(&calls);
        port_interrupt_pend(&interrupt);
        port_interrupt_pend(&interrupt);
        while (async_memcpy_host_wait_for_interrupt()) {
        }
        unsigned more = atomic_load(&calls) - before;
        CHECK(more == 1 || more == 2);
    }
    port_interrupt_close(&interrupt);
}

/* Interrupts run out, and come back. */
static void lines_run_out(void)
{
    enum { LINES_MAX = 32 };
    static struct port_interrupt interrupts[LINES_MAX];
    static atomic_uint calls[LINES_MAX];
    unsigned opened = 0;
    while (port_interrupt_open(&interrupts[opened], any_source(), 0, count, &calls[opened]) ==
           ESP_OK) {
        opened++;
        CHECK(opened < LINES_MAX);
    }
    CHECK(opened >= 5);
    for (unsigned i = 0; i < opened; i++) {
        port_interrupt_pend(&interrupts[i]);
    }
    while (async_memcpy_host_wait_for_interrupt()) {
    }
    for (unsigned i = 0; i < opened; i++) {
        CHECK_EQ(atomic_load(&calls[i]), 1);
        port_interrupt_close(&interrupts[i]);
    }
    CHECK_EQ(port_interrupt_open(&interrupts[0], any_source(), 0, count, &calls[0]), ESP_OK);
    port_interrupt_close(&interrupts[0]);
}

static void do_nothing(void *context, uint32_t argument)
{
    (void)context;
    (void)argument;
}

/* What happens on the machine need not interrupt. Who waits then is told when all is over. */
static void waiting_for_events_that_do_not_interrupt(void)
{
    CHECK(port_chip() != NULL);
    (void)async_memcpy_host_wait_for_interrupt();
    for (unsigned round = 0; round < A_LONG_TIME; round++) {
        monitor_enter();
        for (uint32_t delay = 1; delay < 50; delay++) {
            clock_schedule(delay, do_nothing, NULL, 0);
        }
        monitor_leave();
        CHECK(!async_memcpy_host_wait_for_interrupt());
        monitor_enter();
        CHECK(!clock_has_event());
        monitor_leave();
    }
}

/* Giving twice is giving once, and a give before the take is not lost. */
static void signal_is_binary(void)
{
    struct port_signal signal;
    port_signal_init(&signal);
    CHECK(!port_signal_give(&signal));
    CHECK(!port_signal_give(&signal));
    CHECK(port_signal_take_within(&signal, AT_MOST_MS));
    monitor_enter();
    CHECK(!signal.given);
    monitor_leave();
    port_signal_deinit(&signal);
}

/* Of a clock of the system, in milliseconds. */
static double now_ms(clockid_t clock)
{
    struct timespec now;
    CHECK_EQ(clock_gettime(clock, &now), 0);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* A take uses a give up, and who waits sleeps, the machine's thread too. One that turned round and
 * round would use the processor for the most part, be the system ever so busy. */
static void waiting_is_sleeping(void)
{
    enum { WAIT_MS = 400, SHARE_MAX = 8 };
    struct port_signal signal;
    CHECK(port_chip() != NULL);
    while (async_memcpy_host_wait_for_interrupt()) {
    }
    port_signal_init(&signal);
    (void)port_signal_give(&signal);
    CHECK(port_signal_take_within(&signal, WAIT_MS));
    double began_ms = now_ms(CLOCK_MONOTONIC);
    double began_cpu_ms = now_ms(CLOCK_PROCESS_CPUTIME_ID);
    CHECK(!port_signal_take_within(&signal, WAIT_MS));
    double cpu_ms = now_ms(CLOCK_PROCESS_CPUTIME_ID) - began_cpu_ms;
    CHECK(now_ms(CLOCK_MONOTONIC) - began_ms >= WAIT_MS - 1);
    CHECK(cpu_ms < (double)WAIT_MS / SHARE_MAX);
    port_signal_deinit(&signal);
}

static void give_and_linger(void *argument)
{
    struct slow *slow = argument;
    (void)port_signal_give(&slow->entered);
    run_slowly(slow);
}

static void do_nothing_as_interrupt(void *argument)
{
    (void)argument;
}

/* A task that an interrupt wakes goes on when that interrupt has ended, and not when some other. */
static void signals_take_effect_at_the_end(void)
{
    for (unsigned round = 0; round < 20; round++) {
        struct slow slow = {.begun = 0};
        port_signal_init(&slow.entered);
        CHECK_EQ(port_interrupt_open(&slow.interrupt, any_source(), 0, give_and_linger, &slow),
                 ESP_OK);
        port_interrupt_pend(&slow.interrupt);
        while (round % 2 == 0 && atomic_load(&slow.begun) == 0) {
            CHECK_EQ(sched_yield(), 0);
        }
        port_call_as_interrupt(do_nothing_as_interrupt, NULL);
        CHECK(port_signal_take_within(&slow.entered, AT_MOST_MS));
        CHECK_EQ(atomic_load(&slow.ended), 1);
        port_interrupt_close(&slow.interrupt);
        port_signal_deinit(&slow.entered);
    }
}

static void call_slowly(void *argument, unsigned index)
{
    struct slow *slow = argument;
    if (index == 0) {
        port_call_as_interrupt(run_slowly, slow);
        CHECK(!port_in_interrupt());
        return;
    }
    while (atomic_load(&slow->begun) == 0) {
        CHECK_EQ(sched_yield(), 0);
    }
    while (atomic_load(&slow->ended) == 0) {
        CHECK(async_memcpy_host_wait_for_interrupt());
    }
}

/* What is called as an interrupt is one for who waits. */
static void waiting_for_what_is_called_as_interrupt(void)
{
    CHECK(port_chip() != NULL);
    for (unsigned round = 0; round < 20; round++) {
        struct slow slow = {.begun = 0};
        suite_run_threads(2, call_slowly, &slow);
    }
}

struct turns {
    struct port_signal signal;
    struct port_signal back;
    atomic_uint taken;
};

static void take_turns(void *argument, unsigned index)
{
    struct turns *turns = argument;
    for (unsigned i = 0; i < A_LONG_TIME; i++) {
        if (index == 0) {
            (void)port_signal_give(&turns->signal);
            CHECK(port_signal_take_within(&turns->back, AT_MOST_MS));
        } else {
            CHECK(port_signal_take_within(&turns->signal, AT_MOST_MS));
            atomic_fetch_add(&turns->taken, 1);
            (void)port_signal_give(&turns->back);
        }
    }
}

static void signals_between_threads(void)
{
    struct turns turns = {.taken = 0};
    port_signal_init(&turns.signal);
    port_signal_init(&turns.back);
    suite_run_threads(2, take_turns, &turns);
    CHECK_EQ(atomic_load(&turns.taken), A_LONG_TIME);
    port_signal_deinit(&turns.signal);
    port_signal_deinit(&turns.back);
}

/* A loop that does nothing but look at the clock ends. */
static void clock_goes_on(void)
{
    CHECK(port_chip() != NULL);
    uint32_t began_us = port_now_us();
    while (port_now_us() - began_us < 50) {
    }
    began_us = port_engine_now_us();
    while (port_engine_now_us() - began_us < 50) {
    }
}

/* A window lasts while a descriptor word names it, and no longer. */
static void windows_last_as_long_as_named(void)
{
    static uint8_t ordinary[64];
    uint32_t *word = port_allocate(sizeof *word);
    CHECK(word != NULL);
    bus_addr_t address = bus_addr_of(&ordinary[1]);
    CHECK_EQ(address % 4096, (uintptr_t)&ordinary[1] % 4096);
    dma_store32(word, address);
    for (unsigned i = 0; i < 2 * WINDOWS; i++) {
        CHECK(bus_addr_of(&ordinary[1]) != address);
    }
    port_free(word);
    unsigned seen = 0;
    for (unsigned i = 0; i < WINDOWS; i++) {
        seen += bus_addr_of(&ordinary[1]) == address ? 1 : 0;
    }
    CHECK_EQ(seen, 1);
}

static const struct test_case tests[] = {
    {"close waits for the handler", close_waits_for_the_handler},
    {"pend calls the handler", pend_calls_the_handler},
    {"lines run out", lines_run_out},
    {"waiting for events that do not interrupt", waiting_for_events_that_do_not_interrupt},
    {"signal is binary", signal_is_binary},
    {"waiting is sleeping", waiting_is_sleeping},
    {"signals take effect at the end", signals_take_effect_at_the_end},
    {"waiting for what is called as interrupt", waiting_for_what_is_called_as_interrupt},
    {"signals between threads", signals_between_threads},
    {"clock goes on", clock_goes_on},
    {"windows last as long as named", windows_last_as_long_as_named},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, SUITE_CHIP, tests);
}
