/* SPDX-License-Identifier: Apache-2.0 */
/* The port to a simulated chip with two cores and external RAM, without the driver. */
#include <setjmp.h>
#include <string.h>

#include "check.h"
#include "esp_heap_caps.h"
#include "fixture.h"
#include "memory.h"
#include "port.h"
#include "psram.h"
#include "runner.h"

enum { LINE_BYTES = 32, ROUNDS = 40, WAIT_MS = 1000 };

struct complaints {
    unsigned count;
    char text[200];
    jmp_buf *leave; /* if set: does not return to whoever complained */
};

static void leave_by(void *leave)
{
    longjmp(*(jmp_buf *)leave, 1);
}

static void note_complaint(enum machine_complaint kind, const char *text, void *context)
{
    struct complaints *complaints = context;
    CHECK_EQ(kind, MACHINE_MISTAKE);
    complaints->count++;
    strncpy(complaints->text, text, sizeof complaints->text - 1);
    if (complaints->leave != NULL) {
        machine_call_on_first_core(leave_by, complaints->leave);
    }
}

/* Runs a task on both cores. */
static void run_both(void (*task)(void *argument), void *argument)
{
    machine_start_core(1, task, argument);
    task(argument);
    machine_join_core(1);
}

static port_lock_t lock;
static port_lock_t other_lock;
static unsigned counter;
static bool inside;

static void add_under_lock(void *argument)
{
    const unsigned *rounds = argument;
    for (unsigned i = 0; i < *rounds; i++) {
        port_lock_state_t state = port_lock(&lock);
        CHECK(!inside);
        inside = true;
        unsigned before = counter;
        machine_point();
        counter = before + 1;
        machine_point();
        inside = false;
        port_unlock(&lock, state);
    }
}

static void add_on_both(unsigned rounds)
{
    lock = (port_lock_t){0};
    counter = 0;
    inside = false;
    run_both(add_under_lock, &rounds);
    CHECK_EQ(counter, 2 * rounds);
}

static void test_lock(void)
{
    add_on_both(ROUNDS);
}

static void test_lock_briefly(void)
{
    add_on_both(1);
}

/* Another core's turn may come, and an interrupt, between a look at something and the lock. */
static void test_point_before_lock(void)
{
    port_lock_t free_lock = {0};
    uint64_t points = machine_point_count();
    port_lock_state_t state = port_lock(&free_lock);
    CHECK_EQ(machine_point_count(), points + 1);
    port_unlock(&free_lock, state);
    CHECK_EQ(machine_point_count(), points + 2);
}

static void take_both_locks(port_lock_t *first, port_lock_t *second)
{
    port_lock_state_t outer = port_lock(first);
    machine_point();
    port_lock_state_t inner = port_lock(second);
    port_unlock(second, inner);
    port_unlock(first, outer);
}

static void take_in_order(void *argument)
{
    (void)argument;
    take_both_locks(&lock, &other_lock);
}

/* Returns whether a deadlock was told of. */
static bool deadlocks(uint64_t seed)
{
    jmp_buf leave;
    struct complaints complaints = {.leave = &leave};
    fixture_power_on(0, seed);
    machine_on_complaint(note_complaint, &complaints);
    lock = (port_lock_t){0};
    other_lock = (port_lock_t){0};
    if (setjmp(leave) == 0) {
        machine_start_core(1, take_in_order, NULL);
        take_both_locks(&other_lock, &lock);
        machine_join_core(1);
    }
    machine_power_off();
    return complaints.count == 1 && strstr(complaints.text, "deadlock") != NULL;
}

/* Two locks that are taken in different orders are found out at some seeds. */
static void test_deadlock(void)
{
    unsigned found = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        found += deadlocks(seed);
    }
    CHECK(found > 10 && found < 100);
}

static port_lock_state_t held_state;

static void hold_lock(void *argument)
{
    (void)argument;
    held_state = port_lock(&lock);
    machine_unmask_interrupts(); /* so that the task may end with the lock held */
}

static void test_foreign_unlock(void)
{
    struct complaints complaints = {.count = 0};
    lock = (port_lock_t){0};
    machine_start_core(1, hold_lock, NULL);
    machine_join_core(1);
    machine_on_complaint(note_complaint, &complaints);
    machine_mask_interrupts();
    port_unlock(&lock, held_state);
    CHECK_EQ(complaints.count, 1);
    machine_on_complaint(NULL, NULL);
}

static struct port_signal there;
static struct port_signal back;
static unsigned taken[2];

static void answer(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < ROUNDS; i++) {
        CHECK(port_signal_take_within(&there, WAIT_MS));
        CHECK_EQ(counter, 2 * i + 1);
        counter++;
        (void)port_signal_give(&back);
    }
}

/* Each core waits for the other one in turn. */
static void test_signals(void)
{
    counter = 0;
    port_signal_init(&there);
    port_signal_init(&back);
    machine_start_core(1, answer, NULL);
    for (unsigned i = 0; i < ROUNDS; i++) {
        CHECK_EQ(counter, 2 * i);
        counter++;
        (void)port_signal_give(&there);
        CHECK(port_signal_take_within(&back, WAIT_MS));
    }
    machine_join_core(1);
    port_signal_deinit(&there);
    port_signal_deinit(&back);
}

static void take_once(void *argument)
{
    (void)argument;
    CHECK(port_signal_take_within(&there, WAIT_MS));
    taken[machine_core()]++;
}

static uint64_t short_wait_cycles;

static void wait_shortly(void *argument)
{
    (void)argument;
    uint64_t begin = machine_now_cycles();
    CHECK(!port_signal_take_within(&there, 1));
    short_wait_cycles = machine_now_cycles() - begin;
}

/* Each core waits as long as it may, be the other one's wait longer. */
static void test_signal_never_comes(void)
{
    const uint64_t ms_cycles = machine_description()->cpu_hz / 1000;
    port_signal_init(&there);
    machine_start_core(1, wait_shortly, NULL);
    uint64_t begin = machine_now_cycles();
    CHECK(!port_signal_take_within(&there, 5));
    CHECK(machine_now_cycles() - begin >= 5 * ms_cycles);
    machine_join_core(1);
    CHECK(short_wait_cycles >= ms_cycles && short_wait_cycles < 2 * ms_cycles);
    port_signal_deinit(&there);
}

/* It may not go while somebody waits for it, be it on the other core. */
static void test_signal_goes(void)
{
    struct complaints complaints = {.count = 0};
    port_signal_init(&there);
    machine_start_core(1, take_once, NULL);
    while (there.takers == 0) {
        machine_spin();
    }
    machine_on_complaint(note_complaint, &complaints);
    port_signal_deinit(&there);
    CHECK_EQ(complaints.count, 1);
    machine_on_complaint(NULL, NULL);
    (void)port_signal_give(&there);
    machine_join_core(1);
    port_signal_deinit(&there);
}

/* Of two takers a give wakes one. */
static void test_signal_for_one(void)
{
    memset(taken, 0, sizeof taken);
    port_signal_init(&there);
    machine_start_core(1, take_once, NULL);
    while (there.takers == 0) {
        machine_spin();
    }
    (void)port_signal_give(&there);
    (void)port_signal_give(&there);
    machine_join_core(1);
    CHECK_EQ(taken[1], 1);
    (void)port_signal_give(&there);
    take_once(NULL);
    CHECK_EQ(taken[0], 1);
    CHECK(!there.given);
    port_signal_deinit(&there);
}

/* An interrupt that is open on a core, and what became of it. */
struct probe {
    struct port_interrupt interrupt;
    unsigned core; /* that it was opened on */
    unsigned calls;
    unsigned running; /* handlers */
    unsigned source;  /* number of the FROM_CPU register that the handler clears */
    unsigned linger;  /* points that the handler takes */
};

/* Asserts an interrupt source by hand when 1 is written. */
static bus_addr_t software_register(unsigned number)
{
    return port_chip()->interrupts.software_base + 4 * number;
}

static void handle(void *argument)
{
    struct probe *probe = argument;
    CHECK_EQ(machine_core(), probe->core);
    CHECK(port_in_interrupt());
    CHECK_EQ(probe->running, 0);
    probe->running++;
    if (probe->source != 0) {
        mmio_write32(software_register(probe->source), 0);
    }
    for (unsigned i = 0; i < probe->linger; i++) {
        machine_point();
    }
    probe->calls++;
    probe->running--;
}

static void open_probe(void *argument)
{
    struct probe *probe = argument;
    unsigned source = probe->source == 0 ? 1
                                         : port_chip()->interrupts.software_source + probe->source;
    probe->core = machine_core();
    CHECK_EQ(port_interrupt_open(&probe->interrupt, source, 0, handle, probe), ESP_OK);
}

static void open_on_core_1(struct probe *probe)
{
    machine_start_core(1, open_probe, probe);
    machine_join_core(1);
}

/* Who pends may have others called as well. */
static void wait_for_calls(const struct probe *probe, unsigned calls)
{
    while (probe->calls < calls) {
        CHECK(machine_wait_for_interrupt() || probe->calls >= calls);
    }
}

/* Handlers run on the core that opened, whoever pends or asserts. */
static void test_interrupts(void)
{
    struct probe mine = {.source = 2};
    struct probe other = {.source = 3};
    open_probe(&mine);
    open_on_core_1(&other);
    for (unsigned i = 0; i < 10; i++) {
        mmio_write32(software_register(mine.source), 1);
        mmio_write32(software_register(other.source), 1);
        wait_for_calls(&mine, 2 * i + 1);
        wait_for_calls(&other, 2 * i + 1);
        port_interrupt_pend(&mine.interrupt);
        port_interrupt_pend(&other.interrupt);
        wait_for_calls(&mine, 2 * i + 2);
        wait_for_calls(&other, 2 * i + 2);
    }
    port_interrupt_close(&mine.interrupt);
    port_interrupt_close(&other.interrupt);
}

static void pend_many(void *argument)
{
    struct probe *probe = argument;
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned before = probe->calls;
        port_interrupt_pend(&probe->interrupt);
        while (probe->calls == before) {
            machine_spin();
        }
    }
}

/* A pend is never lost, whatever the other core does at the time. */
static void test_pend_from_both(void)
{
    struct probe probe = {.source = 0};
    open_probe(&probe);
    run_both(pend_many, &probe);
    CHECK(probe.calls >= ROUNDS);
    port_interrupt_close(&probe.interrupt);
}

/* 1: the lines of a core go to drivers on that core. */
static void test_lines_of_both(void)
{
    enum { LINES = 9 }; /* 3, 4, 5, 8, 9, 12, 13, 17, 18 */
    struct probe probes[LINES] = {{.source = 0}};
    struct probe other = {.source = 0};
    struct probe late = {.source = 0};
    for (unsigned i = 0; i < LINES; i++) {
        open_probe(&probes[i]);
    }
    CHECK_EQ(port_interrupt_open(&late.interrupt, 1, 0, handle, &late), ESP_ERR_NOT_FOUND);
    open_on_core_1(&other);
    port_interrupt_pend(&other.interrupt);
    wait_for_calls(&other, 1);
    for (unsigned i = 0; i < LINES; i++) {
        port_interrupt_pend(&probes[i].interrupt);
        wait_for_calls(&probes[i], 1);
        port_interrupt_close(&probes[i].interrupt);
    }
    open_probe(&late);
    port_interrupt_close(&late.interrupt);
    port_interrupt_close(&other.interrupt);
}

static void ask_core_1(struct probe *probe)
{
    if (probe->source != 0) {
        mmio_write32(software_register(probe->source), 1);
    } else {
        port_interrupt_pend(&probe->interrupt);
    }
}

/* Closing from another core: the handler does not run then, nor any more. The same place in memory
 * is filled with something else at once, as a user does. */
static void close_from_other_core(unsigned source)
{
    struct probe probe = {.source = source, .linger = 5};
    open_on_core_1(&probe);
    ask_core_1(&probe);
    machine_point();
    port_interrupt_close(&probe.interrupt);
    CHECK_EQ(probe.running, 0);
    unsigned calls = probe.calls;
    CHECK(calls <= 1);
    if (source != 0) {
        mmio_write32(software_register(source), 1);
    }
    while (machine_wait_for_interrupt()) {
    }
    CHECK_EQ(probe.calls, calls);
    mmio_write32(software_register(source), 0);
}

static void test_close_pended(void)
{
    close_from_other_core(0);
}

static void test_close_asserted(void)
{
    close_from_other_core(3);
}

/* A second interrupt on the core makes closing wait for one handler, not for all to come. */
static void test_close_beside_another(void)
{
    struct probe busy = {.source = 2, .linger = 10};
    struct probe probe = {.source = 3, .linger = 3};
    open_on_core_1(&busy);
    open_on_core_1(&probe);
    mmio_write32(software_register(2), 1);
    mmio_write32(software_register(3), 1);
    port_interrupt_close(&probe.interrupt);
    CHECK_EQ(probe.running, 0);
    mmio_write32(software_register(3), 0);
    port_interrupt_close(&busy.interrupt);
}

static uint8_t *external;
static const struct memory_external *store;

static void external_open(void)
{
    external = heap_caps_aligned_alloc(LINE_BYTES, 16 * LINE_BYTES, MALLOC_CAP_SPIRAM);
    CHECK(external != NULL);
    store = memory_external();
}

static uint8_t *stored(const uint8_t *address)
{
    return store->store + (bus_addr_of(address) - store->base);
}

/* All lines that a range touches are written back, and no others are by force. */
static void test_write_back(void)
{
    external_open();
    memset(external, 0x11, 8 * LINE_BYTES);
    port_cache_write_back(external, 8 * LINE_BYTES);
    memset(external, 0x22, 8 * LINE_BYTES);
    port_cache_write_back(external + LINE_BYTES - 1, LINE_BYTES + 2);
    CHECK_EQ(*stored(external), 0x22);
    CHECK_EQ(*stored(external + 3 * LINE_BYTES - 1), 0x22);
    port_cache_write_back(external, 0);
    heap_caps_free(external);
}

static void test_invalidate(void)
{
    external_open();
    memset(external, 0x11, 8 * LINE_BYTES);
    port_cache_write_back(external, 8 * LINE_BYTES);
    memset(stored(external), 0x33, 8 * LINE_BYTES);
    port_cache_invalidate(external, 4 * LINE_BYTES);
    CHECK_EQ(external[0], 0x33);
    CHECK_EQ(external[4 * LINE_BYTES - 1], 0x33);
    heap_caps_free(external);
}

/* S39: what the DMA has written before a barrier can be read after it, at every barrier. */
static void test_barrier(void)
{
    unsigned late = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        fixture_power_on(MACHINE_PSRAM_LANDS_LATE, seed);
        external_open();
        memset(external, 0, LINE_BYTES);
        for (uint8_t round = 1; round < 10; round++) {
            port_cache_write_back(external, LINE_BYTES);
            CHECK(psram_write(bus_addr_of(external) + 3, &round, 1));
            late += stored(external)[3] != round;
            port_external_barrier();
            CHECK_EQ(stored(external)[3], round);
            port_cache_invalidate(external, LINE_BYTES);
            CHECK_EQ(external[3], round);
        }
        heap_caps_free(external);
        fixture_check_clean();
    }
    CHECK(late > 100);
}

struct persistent {
    struct port_interrupt interrupt;
    unsigned calls;
};

static void pend_again(void *argument)
{
    struct persistent *persistent = argument;
    persistent->calls++;
    port_interrupt_pend(&persistent->interrupt);
}

/* Interrupts are taken while a long range is written back. */
static void test_long_range(void)
{
    const size_t bytes = 1024 * 1024 + 5;
    struct persistent persistent = {.calls = 0};
    uint8_t *memory = heap_caps_aligned_alloc(LINE_BYTES, bytes, MALLOC_CAP_SPIRAM);
    CHECK(memory != NULL);
    store = memory_external();
    memset(memory, 0x44, bytes);
    CHECK_EQ(port_interrupt_open(&persistent.interrupt, 1, 0, pend_again, &persistent), ESP_OK);
    port_interrupt_pend(&persistent.interrupt);
    port_cache_write_back(memory, bytes);
    CHECK(persistent.calls > 50);
    port_interrupt_close(&persistent.interrupt);
    for (size_t i = 0; i < bytes; i++) {
        CHECK_EQ(*stored(memory + i), 0x44);
    }
    heap_caps_free(memory);
}

/* Maintains own lines. A complaint of the model fails the test. */
static void maintain(uint8_t *memory, uint8_t value)
{
    memset(memory, value, LINE_BYTES);
    port_cache_write_back(memory, LINE_BYTES);
    CHECK_EQ(*stored(memory), value);
    port_external_barrier();
    *stored(memory) = (uint8_t)(value + 1);
    port_cache_invalidate(memory, LINE_BYTES);
    CHECK_EQ(*memory, value + 1);
}

static void maintain_in_task(void *argument)
{
    const unsigned *rounds = argument;
    for (unsigned i = 0; i < *rounds; i++) {
        maintain(external + machine_core() * 4 * LINE_BYTES, (uint8_t)(2 * i));
    }
}

static void maintain_in_interrupt(void *argument)
{
    unsigned *calls = argument;
    maintain(external + 12 * LINE_BYTES, (uint8_t)(2 * *calls));
    ++*calls;
}

/* S40: tasks on both cores and an interrupt at cache maintenance at the same time. */
static void maintain_everywhere(unsigned rounds)
{
    struct port_interrupt interrupt;
    unsigned calls = 0;
    external_open();
    CHECK_EQ(port_interrupt_open(&interrupt, 1, 0, maintain_in_interrupt, &calls), ESP_OK);
    machine_start_core(1, maintain_in_task, &rounds);
    for (unsigned i = 0; i < 5; i++) {
        port_interrupt_pend(&interrupt);
        maintain_in_task(&rounds);
    }
    machine_join_core(1);
    while (machine_wait_for_interrupt()) {
    }
    port_interrupt_close(&interrupt);
    CHECK(calls > 0);
    heap_caps_free(external);
}

static void test_maintenance_everywhere(void)
{
    maintain_everywhere(10);
}

static void test_maintenance_briefly(void)
{
    maintain_everywhere(1);
}

/* On a chip without external RAM there is nothing to do, and nothing is done. */
static void test_no_external(void)
{
    struct machine_config config = {.chip = "esp32c3"};
    uint8_t bytes[LINE_BYTES];
    fixture_power_on_with(&config);
    CHECK(!port_has_external());
    CHECK_EQ(port_cache_line_bytes(), 0);
    CHECK_EQ(port_external_range().size_bytes, 0);
    uint64_t writes = machine_stats()->register_writes;
    port_cache_write_back(bytes, sizeof bytes);
    port_cache_invalidate(bytes, sizeof bytes);
    port_external_barrier();
    CHECK_EQ(machine_stats()->register_writes, writes);
    fixture_check_clean();
}

static void test_line_bytes(void)
{
    static const unsigned possible[] = {16, 32, 64};
    for (size_t i = 0; i < sizeof possible / sizeof possible[0]; i++) {
        struct machine_config config = {.chip = "esp32s3", .cache_line_bytes = possible[i]};
        fixture_power_on_with(&config);
        CHECK_EQ(port_cache_line_bytes(), possible[i]);
        external_open();
        memset(external, 0x55, 8 * LINE_BYTES);
        port_cache_write_back(external + 1, 4 * LINE_BYTES);
        CHECK_EQ(*stored(external), 0x55);
        CHECK_EQ(*stored(external + 4 * LINE_BYTES), 0x55);
        port_external_barrier();
        heap_caps_free(external);
        fixture_check_clean();
    }
    struct machine_config config = {.chip = "esp32s3", .threads = true};
    CHECK(machine_power_on(&config));
    CHECK_EQ(port_cache_line_bytes(), 0);
    machine_power_off();
}

/* External RAM comes when it is asked for, or when internal RAM is at its end; flash never does,
 * and the barrier's bytes do not either. */
static void test_memory(void)
{
    struct chip_range range = port_external_range();
    CHECK(port_has_external());
    CHECK_EQ(range.low, 0x3C100000);
    CHECK_EQ(range.size_bytes, 0x800000 - 64);
    size_t room = heap_caps_get_largest_free_block(MALLOC_CAP_SPIRAM);
    CHECK(room > range.size_bytes - 16 && room < range.size_bytes);
    uint8_t *all = heap_caps_malloc(room, MALLOC_CAP_SPIRAM | MALLOC_CAP_8BIT);
    CHECK(all != NULL && bus_addr_of(all) >= range.low);
    CHECK(bus_addr_of(all) + room <= range.low + range.size_bytes);
    CHECK(heap_caps_malloc(64, MALLOC_CAP_SPIRAM) == NULL);
    heap_caps_free(all);
    CHECK(heap_caps_malloc(64, MALLOC_CAP_SPIRAM | MALLOC_CAP_DMA) == NULL);
    CHECK(heap_caps_malloc(64, MALLOC_CAP_SPIRAM | MALLOC_CAP_INTERNAL) == NULL);
    uint8_t *usual = heap_caps_malloc(64, MALLOC_CAP_DEFAULT);
    CHECK(usual != NULL && bus_addr_of(usual) >= port_chip()->sram.low);
    uint8_t *large = heap_caps_malloc(0x100000, MALLOC_CAP_DEFAULT);
    CHECK(large != NULL && bus_addr_of(large) - range.low < range.size_bytes);
    heap_caps_free(usual);
    heap_caps_free(large);
}

static const struct test_case timing_cases[] = {
    {"a lock between cores", test_lock},
    {"signals between cores", test_signals},
    {"a signal wakes one of two", test_signal_for_one},
    {"interrupts on both cores", test_interrupts},
    {"pending from both cores", test_pend_from_both},
    {"closing, pended, from another core", test_close_pended},
    {"closing, asserted, from another core", test_close_asserted},
    {"closing beside another interrupt", test_close_beside_another},
    {"cache maintenance everywhere", test_maintenance_everywhere},
    {NULL, NULL},
};

static const struct test_case point_cases[] = {
    {"a lock between cores", test_lock_briefly},
    {"closing, pended, from another core", test_close_pended},
    {"closing, asserted, from another core", test_close_asserted},
    {"closing beside another interrupt", test_close_beside_another},
    {"cache maintenance everywhere", test_maintenance_briefly},
    {NULL, NULL},
};

static const struct test_case machine_cases[] = {
    {"an interrupt point before a lock", test_point_before_lock},
    {"a lock that another core gives back", test_foreign_unlock},
    {"a signal that never comes", test_signal_never_comes},
    {"a signal that goes too early", test_signal_goes},
    {"lines of both cores", test_lines_of_both},
    {"writing back", test_write_back},
    {"invalidating", test_invalidate},
    {"a long range", test_long_range},
    {"memory by capability", test_memory},
    {NULL, NULL},
};

static const struct test_case bare_cases[] = {
    {"locks in different orders", test_deadlock},
    {"no external memory", test_no_external},
    {"lines of the cache", test_line_bytes},
    {"the barrier", test_barrier},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    static const struct runner_suite suites[] = {
        {timing_cases, RUNNER_TIMINGS},
        {point_cases, RUNNER_POINTS},
        {machine_cases, RUNNER_MACHINE},
        {bare_cases, RUNNER_BARE},
        {NULL, RUNNER_BARE},
    };
    static const struct runner_chip chips[] = {{"esp32s3", suites}, {NULL, NULL}};
    return runner_main_on(argc, argv, "port on two cores", chips);
}
