/* SPDX-License-Identifier: Apache-2.0 */
/* The port to the simulated chip, without the driver: what port.h promises. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "async_memcpy_host.h"
#include "check.h"
#include "esp_heap_caps.h"
#include "fault.h"
#include "fixture.h"
#include "port.h"
#include "port_sim.h"
#include "runner.h"
#include "trace.h"

enum { DMA_CAPS = MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL };

/* Counts what is complained about instead of failing the test. */
struct complaints {
    unsigned count;
    char text[200];
    jmp_buf *leave; /* if set: does not return to whoever complained */
};

static void note_complaint(enum machine_complaint kind, const char *text, void *context)
{
    struct complaints *complaints = context;
    CHECK_EQ(kind, MACHINE_MISTAKE);
    complaints->count++;
    strncpy(complaints->text, text, sizeof complaints->text - 1);
    if (complaints->leave != NULL) {
        longjmp(*complaints->leave, 1);
    }
}

/* Asserts an interrupt source by hand when 1 is written. */
static bus_addr_t software_register(unsigned number)
{
    return port_chip()->interrupts.software_base + 4 * number;
}

struct counter {
    struct port_interrupt interrupt;
    struct port_signal *signal;
    struct counter *next;
    unsigned calls;
    bool was_in_interrupt;
    bool woke;
};

static void count_call(void *argument)
{
    struct counter *counter = argument;
    counter->calls++;
    counter->was_in_interrupt = port_in_interrupt();
    if (counter->signal != NULL) {
        counter->woke = port_signal_give(counter->signal);
    }
}

static void test_memory(void)
{
    uint8_t *internal = heap_caps_malloc(1000, DMA_CAPS);
    uint8_t *any = heap_caps_malloc(1000, 0);
    CHECK(internal != NULL && any != NULL);
    const struct chip_range *sram = &port_chip()->sram;
    CHECK(bus_addr_of(internal) >= sram->low);
    CHECK(bus_addr_of(internal) + 1000 <= sram->low + sram->size_bytes);
    memset(internal, 0xFF, 1000);
    heap_caps_free(internal);
    uint8_t *zeroed = port_allocate(1000);
    for (unsigned i = 0; i < 1000; i++) {
        CHECK_EQ(zeroed[i], 0);
    }
    CHECK_EQ((uintptr_t)zeroed % 8, 0);
    port_free(zeroed);
    heap_caps_free(any);
    heap_caps_free(NULL);
    CHECK(heap_caps_malloc(0, DMA_CAPS) == NULL);
    CHECK(heap_caps_malloc(8, MALLOC_CAP_SPIRAM) == NULL);
    CHECK(heap_caps_malloc(8, DMA_CAPS | MALLOC_CAP_SPIRAM) == NULL);
    CHECK(heap_caps_calloc(SIZE_MAX / 4 + 2, 4, DMA_CAPS) == NULL);
    CHECK(heap_caps_aligned_alloc(24, 8, DMA_CAPS) == NULL);
    CHECK(heap_caps_aligned_alloc(0, 8, DMA_CAPS) == NULL);
}

static void test_memory_sizes(void)
{
    size_t dma = heap_caps_get_free_size(MALLOC_CAP_DMA);
    const size_t sram_bytes = port_chip()->sram.size_bytes;
    CHECK(dma > sram_bytes - 16 && dma < sram_bytes);
    CHECK_EQ(heap_caps_get_largest_free_block(MALLOC_CAP_DMA), dma);
    size_t all = heap_caps_get_free_size(MALLOC_CAP_INTERNAL);
    CHECK(all > dma + 8000 && all < dma + 8192);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_SPIRAM), 0);
    uint8_t *block = heap_caps_aligned_alloc(4096, dma - 8192, DMA_CAPS);
    CHECK(block != NULL && (uintptr_t)block % 4096 == 0);
    /* What the DMA cannot reach comes in when it has not to be reached. */
    uint8_t *beside = heap_caps_malloc(8000, MALLOC_CAP_INTERNAL);
    CHECK(beside != NULL && bus_addr_of(beside) - port_chip()->sram.low >= sram_bytes);
    CHECK(heap_caps_malloc(8192, DMA_CAPS) == NULL);
    heap_caps_free(beside);
    heap_caps_free(block);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), dma);
}

static void test_wrong_free(void)
{
    struct complaints complaints = {.count = 0};
    static uint8_t foreign[16];
    void *block = heap_caps_malloc(16, DMA_CAPS);
    machine_on_complaint(note_complaint, &complaints);
    heap_caps_free(block);
    CHECK_EQ(complaints.count, 0);
    heap_caps_free(block);
    CHECK_EQ(complaints.count, 1);
    CHECK(strstr(complaints.text, "freed already") != NULL);
    heap_caps_free(foreign);
    CHECK_EQ(complaints.count, 2);
    machine_on_complaint(NULL, NULL);
}

static void test_allocation_fault(void)
{
    fault_plan(FAULT_ALLOCATION, 1, 1);
    void *first = port_allocate(16);
    CHECK(first != NULL);
    CHECK(port_allocate(16) == NULL);
    void *third = port_allocate(16);
    CHECK(third != NULL);
    port_free(first);
    port_free(third);
}

static void test_pairs(void)
{
    const struct chip_engine *engine = port_chip()->ahb;
    CHECK_EQ(port_claim_pair(engine), 0);
    CHECK_EQ(port_claim_pair(engine), 1);
    CHECK_EQ(port_claim_pair(engine), 2);
    CHECK_EQ(port_claim_pair(engine), -1);
    port_release_pair(engine, 1);
    CHECK_EQ(port_claim_pair(engine), 1);
    port_release_pair(engine, 0);
    port_release_pair(engine, 1);
    port_release_pair(engine, 2);
}

/* S25: SPI2 is id 0 and must be the last to be borrowed. */
static void test_trigger_ids(void)
{
    static const int order[] = {8, 7, 6, 3, 2, 0, -1};
    const struct chip_engine *engine = port_chip()->ahb;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        CHECK_EQ(port_claim_trigger_id(engine), order[i]);
    }
    port_release_trigger_id(engine, 6);
    CHECK_EQ(port_claim_trigger_id(engine), 6);
    for (size_t i = 0; order[i] >= 0; i++) {
        port_release_trigger_id(engine, order[i]);
    }
}

/* The claims of one engine are not those of another one. */
static void test_engines_apart(void)
{
    struct chip_engine other = *port_chip()->ahb;
    other.pair_mask = 0x6;
    CHECK_EQ(port_claim_pair(port_chip()->ahb), 0);
    CHECK_EQ(port_claim_pair(&other), 1);
    CHECK_EQ(port_claim_pair(&other), 2);
    CHECK_EQ(port_claim_pair(&other), -1);
    CHECK_EQ(port_claim_pair(port_chip()->ahb), 1);
    port_release_pair(port_chip()->ahb, 1);
    port_release_pair(port_chip()->ahb, 0);
    port_release_pair(&other, 1);
    port_release_pair(&other, 2);
}

/* Notes whether a write holds the engine up, be it for a moment. */
static void note_gate(const struct trace_event *event, void *context)
{
    const struct chip_gate *gate = &port_chip()->ahb->gate;
    bool *held_up = context;
    if (event->kind == TRACE_REGISTER_WRITE) {
        *held_up = *held_up ||
                   (event->address == gate->clock_register &&
                    (event->value & gate->clock_mask) == 0) ||
                   (event->address == gate->reset_register &&
                    (event->value & gate->reset_mask) != 0);
    }
}

/* S31: both gates are opened, other blocks' bits stay, and a block that runs does not notice. */
static void test_gate(void)
{
    const struct chip_gate *gate = &port_chip()->ahb->gate;
    uint32_t clocks = mmio_read32(gate->clock_register);
    uint32_t resets = mmio_read32(gate->reset_register);
    CHECK_EQ(clocks & gate->clock_mask, 0);
    CHECK_EQ(resets & gate->reset_mask, gate->reset_mask);
    port_enable_engine(port_chip()->ahb);
    CHECK_EQ(mmio_read32(gate->clock_register), clocks | gate->clock_mask);
    CHECK_EQ(mmio_read32(gate->reset_register), resets & ~gate->reset_mask);
    bool held_up = false;
    trace_listen(note_gate, &held_up);
    port_enable_engine(port_chip()->ahb);
    trace_listen(NULL, NULL);
    CHECK(!held_up);
    CHECK_EQ(mmio_read32(gate->clock_register), clocks | gate->clock_mask);
    mmio_write32(gate->reset_register, resets);
    port_enable_engine(port_chip()->ahb);
    CHECK_EQ(mmio_read32(gate->reset_register), resets & ~gate->reset_mask);
}

static unsigned source_of(unsigned number)
{
    return port_chip()->interrupts.software_source + number;
}

static void wait_for_calls(const struct counter *counter, unsigned calls)
{
    while (counter->calls < calls) {
        CHECK(async_memcpy_host_wait_for_interrupt());
    }
}

static void test_pend(void)
{
    struct counter counter = {.calls = 0};
    CHECK_EQ(port_interrupt_open(&counter.interrupt, source_of(3), 0, count_call, &counter),
             ESP_OK);
    for (unsigned i = 1; i <= 3; i++) {
        port_interrupt_pend(&counter.interrupt);
        wait_for_calls(&counter, i);
        CHECK(counter.was_in_interrupt);
        CHECK(!port_in_interrupt());
    }
    CHECK(!async_memcpy_host_wait_for_interrupt());
    CHECK_EQ(counter.calls, 3);
    port_interrupt_close(&counter.interrupt);
}

static void clear_source_3(void *argument)
{
    mmio_write32(software_register(3), 0);
    count_call(argument);
}

static void test_source(void)
{
    struct counter counter = {.calls = 0};
    CHECK_EQ(port_interrupt_open(&counter.interrupt, source_of(3), 0, clear_source_3, &counter),
             ESP_OK);
    mmio_write32(software_register(3), 1);
    wait_for_calls(&counter, 1);
    CHECK(!async_memcpy_host_wait_for_interrupt());
    port_interrupt_close(&counter.interrupt);
    CHECK_EQ(counter.calls, 1);
}

/* A level that was high when the line is closed does not reach the handler, nor a pend. */
static void test_close(void)
{
    struct counter counter = {.calls = 0};
    struct counter second = {.calls = 0};
    CHECK_EQ(port_interrupt_open(&counter.interrupt, source_of(3), 0, count_call, &counter),
             ESP_OK);
    port_lock_t lock = {0};
    port_lock_state_t state = port_lock(&lock);
    port_interrupt_pend(&counter.interrupt);
    mmio_write32(software_register(3), 1);
    port_interrupt_close(&counter.interrupt);
    port_unlock(&lock, state);
    const struct chip_interrupts *chip = &port_chip()->interrupts;
    CHECK_EQ(mmio_read32(chip->map_base + 4 * source_of(3)), chip->map_none);
    while (async_memcpy_host_wait_for_interrupt()) {
    }
    CHECK_EQ(mmio_read32(software_register(0)), 0);
    CHECK_EQ(counter.calls, 0);
    mmio_write32(software_register(3), 0);
    CHECK_EQ(port_interrupt_open(&second.interrupt, source_of(3), 0, count_call, &second), ESP_OK);
    CHECK(!async_memcpy_host_wait_for_interrupt());
    CHECK_EQ(second.calls, 0);
    port_interrupt_close(&second.interrupt);
}

/* Lines 2..5 and 7..31 are safe to use (interrupts.md, section 3); one is the software interrupt's,
 * which serves all that are open. */
enum { OPEN_MAX = 28 };

static void open_all(struct counter *counters)
{
    for (unsigned i = 0; i < OPEN_MAX; i++) {
        CHECK_EQ(port_interrupt_open(&counters[i].interrupt, i + 1, 0, count_call, &counters[i]),
                 ESP_OK);
    }
}

/* A failed open holds nothing. */
static void test_interrupts_run_out(void)
{
    struct counter counters[OPEN_MAX + 1];
    memset(counters, 0, sizeof counters);
    open_all(counters);
    CHECK_EQ(port_interrupt_open(&counters[OPEN_MAX].interrupt, OPEN_MAX + 1, 0, count_call,
                                 &counters[OPEN_MAX]),
             ESP_ERR_NOT_FOUND);
    CHECK_EQ(mmio_read32(port_chip()->interrupts.map_base + 4 * (OPEN_MAX + 1)),
             port_chip()->interrupts.map_none);
    for (unsigned i = 0; i < OPEN_MAX; i++) {
        port_interrupt_pend(&counters[i].interrupt);
    }
    for (unsigned i = 0; i < OPEN_MAX; i++) {
        wait_for_calls(&counters[i], 1);
        port_interrupt_close(&counters[i].interrupt);
    }
    CHECK_EQ(port_interrupt_open(&counters[0].interrupt, 1, 0, count_call, &counters[0]), ESP_OK);
    port_interrupt_close(&counters[0].interrupt);
}

/* What is pended while the handlers of others run is not lost. */
static void pend_next(void *argument)
{
    struct counter *counter = argument;
    count_call(counter);
    if (counter->calls < 3) {
        port_interrupt_pend(&counter->next->interrupt);
        port_interrupt_pend(&counter->next->interrupt);
    }
}

static void test_pend_from_handler(void)
{
    struct counter first = {.calls = 0};
    struct counter second = {.next = &first};
    first.next = &second;
    CHECK_EQ(port_interrupt_open(&first.interrupt, 1, 0, pend_next, &first), ESP_OK);
    CHECK_EQ(port_interrupt_open(&second.interrupt, 2, 0, pend_next, &second), ESP_OK);
    port_interrupt_pend(&first.interrupt);
    wait_for_calls(&first, 3);
    while (async_memcpy_host_wait_for_interrupt()) {
    }
    CHECK(second.calls >= 2);
    port_interrupt_close(&first.interrupt);
    port_interrupt_close(&second.interrupt);
}

static void clear_sources(void *argument)
{
    mmio_write32(software_register(2), 0);
    mmio_write32(software_register(3), 0);
    count_call(argument);
}

/* Both sources of an interrupt reach the handler, and neither does after closing. */
static void test_two_sources(void)
{
    struct counter counter = {.calls = 0};
    CHECK_EQ(port_interrupt_open(&counter.interrupt, source_of(3), source_of(2), clear_sources,
                                 &counter),
             ESP_OK);
    mmio_write32(software_register(3), 1);
    wait_for_calls(&counter, 1);
    mmio_write32(software_register(2), 1);
    wait_for_calls(&counter, 2);
    port_interrupt_close(&counter.interrupt);
    mmio_write32(software_register(3), 1);
    mmio_write32(software_register(2), 1);
    CHECK(!async_memcpy_host_wait_for_interrupt());
    CHECK_EQ(counter.calls, 2);
    mmio_write32(software_register(3), 0);
    mmio_write32(software_register(2), 0);
}

static void test_lock(void)
{
    struct counter counter = {.calls = 0};
    port_lock_t lock = {0};
    CHECK_EQ(port_interrupt_open(&counter.interrupt, source_of(3), 0, count_call, &counter),
             ESP_OK);
    port_lock_state_t state = port_lock(&lock);
    port_interrupt_pend(&counter.interrupt);
    for (unsigned i = 0; i < 1000; i++) {
        (void)mmio_read32(software_register(0));
    }
    CHECK_EQ(counter.calls, 0);
    port_unlock(&lock, state);
    wait_for_calls(&counter, 1);
    port_interrupt_close(&counter.interrupt);
}

static void test_lock_recursion(void)
{
    struct complaints complaints = {.count = 0};
    port_lock_t lock = {0};
    machine_on_complaint(note_complaint, &complaints);
    port_lock_state_t outer = port_lock(&lock);
    CHECK_EQ(complaints.count, 0);
    port_lock_state_t inner = port_lock(&lock);
    CHECK_EQ(complaints.count, 1);
    port_unlock(&lock, inner);
    port_unlock(&lock, outer);
    CHECK_EQ(complaints.count, 1);
    port_unlock(&lock, port_lock(&lock));
    CHECK_EQ(complaints.count, 1);
    machine_on_complaint(NULL, NULL);
}

static void test_signal(void)
{
    struct port_signal signal;
    struct counter counter = {.signal = &signal};
    port_signal_init(&signal);
    CHECK_EQ(port_interrupt_open(&counter.interrupt, source_of(3), 0, count_call, &counter),
             ESP_OK);
    port_interrupt_pend(&counter.interrupt);
    CHECK(port_signal_take_within(&signal, 1));
    CHECK_EQ(counter.calls, 1);
    CHECK(!port_signal_give(&signal)); /* nobody waits */
    CHECK(!port_signal_give(&signal));
    CHECK(port_signal_take_within(&signal, 1)); /* twice given is once given */
    port_interrupt_pend(&counter.interrupt);
    CHECK(port_signal_take_within(&signal, 1));
    CHECK_EQ(counter.calls, 2);
    port_signal_deinit(&signal);
    port_interrupt_close(&counter.interrupt);
}

/* Time stands still under a lock in this configuration, so the interrupt comes in the wait. */
static void test_signal_wakes(void)
{
    struct port_signal signal;
    struct counter counter = {.signal = &signal};
    struct machine_config config = {.chip = "esp32c3", .explore = true};
    fixture_power_on_with(&config);
    port_signal_init(&signal);
    CHECK_EQ(port_interrupt_open(&counter.interrupt, source_of(3), 0, count_call, &counter),
             ESP_OK);
    port_interrupt_pend(&counter.interrupt);
    CHECK_EQ(counter.calls, 0);
    CHECK(port_signal_take_within(&signal, 1));
    CHECK_EQ(counter.calls, 1);
    CHECK(counter.woke);
    port_interrupt_close(&counter.interrupt);
    fixture_check_clean();
}

/* Returns after how many cycles a wait of some milliseconds ended in vain. */
static uint64_t wait_in_vain(struct port_signal *signal, uint32_t timeout_ms)
{
    uint64_t begin = machine_now_cycles();
    CHECK(!port_signal_take_within(signal, timeout_ms));
    return machine_now_cycles() - begin;
}

/* A wait lasts as long as it may; one for ever, in short waits, is noticed. */
static void test_signal_never_comes(void)
{
    enum { VAIN_TRIES = 10000 };
    const uint64_t ms_cycles = machine_description()->cpu_hz / 1000;
    jmp_buf leave;
    struct complaints complaints = {.leave = &leave};
    struct port_signal signal;
    port_signal_init(&signal);
    CHECK(wait_in_vain(&signal, 0) < ms_cycles / 10);
    uint64_t passed = wait_in_vain(&signal, 3);
    CHECK(passed >= 3 * ms_cycles && passed < 3 * ms_cycles + ms_cycles / 10);
    machine_on_complaint(note_complaint, &complaints);
    if (setjmp(leave) == 0) {
        for (unsigned i = 0; i < VAIN_TRIES; i++) {
            (void)wait_in_vain(&signal, 1);
        }
    }
    CHECK_EQ(complaints.count, 1);
    CHECK(strstr(complaints.text, "deadlock") != NULL);
    machine_on_complaint(NULL, NULL);
}

static void test_time_and_yield(void)
{
    uint32_t before = port_now_us();
    machine_advance((uint64_t)machine_description()->cpu_hz / 1000);
    uint32_t passed = port_now_us() - before;
    CHECK(passed >= 999 && passed <= 1001);
    CHECK_EQ(port_sim_yield_count(), 0);
    port_yield_from_isr();
    port_yield_from_isr();
    CHECK_EQ(port_sim_yield_count(), 2);
}

static void test_power_cycle(void)
{
    struct machine_config config = {.chip = "esp32c3", .seed = 7};
    CHECK(port_sim_power_on(&config));
    size_t room = heap_caps_get_free_size(MALLOC_CAP_DMA);
    struct counter counters[OPEN_MAX];
    memset(counters, 0, sizeof counters);
    CHECK(heap_caps_malloc(1000, DMA_CAPS) != NULL);
    CHECK_EQ(port_claim_pair(port_chip()->ahb), 0);
    CHECK_EQ(port_claim_trigger_id(port_chip()->ahb), 8);
    open_all(counters);
    port_yield_from_isr();
    CHECK(port_sim_power_on(&config));
    open_all(counters);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), room);
    CHECK_EQ(port_claim_pair(port_chip()->ahb), 0);
    CHECK_EQ(port_claim_trigger_id(port_chip()->ahb), 8);
    CHECK_EQ(port_sim_yield_count(), 0);
    port_release_pair(port_chip()->ahb, 0);
    port_release_trigger_id(port_chip()->ahb, 8);
    config.chip = "esp32c99";
    CHECK(!port_sim_power_on(&config));
}

/* A machine that a test switches on by itself is taken over at the first use. */
static void test_adoption(void)
{
    struct machine_config config = {.chip = "esp32c3"};
    struct counter counter = {.calls = 0};
    port_sim_reset();
    CHECK(machine_power_on(&config));
    CHECK(port_chip() == chip_find("esp32c3"));
    CHECK_EQ(port_interrupt_open(&counter.interrupt, 1, 0, count_call, &counter), ESP_OK);
    port_interrupt_pend(&counter.interrupt);
    wait_for_calls(&counter, 1);
    machine_power_off();
}

static void switch_off(void)
{
    port_sim_reset();
    machine_power_off();
    CHECK_EQ(unsetenv("ASYNC_MEMCPY_CHIP"), 0);
}

static void test_select_chip(void)
{
    switch_off();
    CHECK_EQ(async_memcpy_host_select_chip(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(async_memcpy_host_select_chip("esp32c99"), ESP_ERR_NOT_SUPPORTED);
    CHECK_EQ(setenv("ASYNC_MEMCPY_CHIP", "esp32c99", 1), 0);
    CHECK_EQ(async_memcpy_host_select_chip("esp32c3"), ESP_OK);
    CHECK(!machine_is_on());
    CHECK(port_chip() == chip_find("esp32c3"));
    CHECK(machine_is_on());
    CHECK_EQ(async_memcpy_host_select_chip("esp32c3"), ESP_OK);
    switch_off();
}

static void test_chip_by_environment(void)
{
    switch_off();
    CHECK_EQ(setenv("ASYNC_MEMCPY_CHIP", "esp32c99", 1), 0);
    CHECK(port_chip() == NULL);
    CHECK(heap_caps_malloc(16, 0) == NULL);
    CHECK_EQ(heap_caps_get_free_size(0), 0);
    CHECK(!machine_is_on());
    CHECK_EQ(setenv("ASYNC_MEMCPY_CHIP", "esp32c3", 1), 0);
    void *block = heap_caps_malloc(16, 0);
    CHECK(block != NULL && machine_is_on());
    heap_caps_free(block);
    switch_off();
    CHECK(port_chip() == chip_find("esp32s3"));
    switch_off();
}

static void test_stats(void)
{
    async_memcpy_host_stats_t stats;
    switch_off();
    memset(&stats, 0xFF, sizeof stats);
    async_memcpy_host_get_stats(&stats);
    CHECK(stats.chip == NULL);
    CHECK_EQ(stats.time_ns, 0);
    CHECK_EQ(stats.register_writes, 0);
    CHECK(!async_memcpy_host_wait_for_interrupt());
    CHECK_EQ(strcmp(async_memcpy_host_chip_name(0), "esp32c3"), 0);
    CHECK(async_memcpy_host_chip_name(1000) == NULL);
    port_enable_engine(port_chip()->ahb);
    async_memcpy_host_get_stats(&stats);
    CHECK_EQ(strcmp(stats.chip, "esp32s3"), 0);
    CHECK(stats.time_ns > 0);
    CHECK_EQ(stats.register_writes, 2);
    CHECK_EQ(stats.dma_bytes, 0);
    switch_off();
}

/* Who does not choose the machine gets times without the seed's jitter. */
static void test_steady(void)
{
    switch_off();
    CHECK(port_chip() != NULL);
    uint64_t before = machine_now_cycles();
    for (unsigned i = 0; i < 1000; i++) {
        machine_point();
    }
    CHECK_EQ(machine_now_cycles(), before + 4000);
    switch_off();
}

static const struct test_case machine_cases[] = {
    {"memory by capability", test_memory},
    {"how much memory there is", test_memory_sizes},
    {"wrong pointers to heap_caps_free", test_wrong_free},
    {"allocations that fail by plan", test_allocation_fault},
    {"claiming channel pairs", test_pairs},
    {"claiming trigger ids, SPI2 last", test_trigger_ids},
    {"claims of two engines", test_engines_apart},
    {"clock and reset gate", test_gate},
    {"a pended interrupt", test_pend},
    {"an interrupt by its source", test_source},
    {"closing an interrupt that is pending", test_close},
    {"interrupts run out", test_interrupts_run_out},
    {"an interrupt of two sources", test_two_sources},
    {"pending from a handler", test_pend_from_handler},
    {"a lock keeps interrupts away", test_lock},
    {"a lock taken twice", test_lock_recursion},
    {"a signal", test_signal},
    {"a signal that never comes", test_signal_never_comes},
    {"time and yields", test_time_and_yield},
    {NULL, NULL},
};

static const struct test_case bare_cases[] = {
    {"a signal wakes whoever waits", test_signal_wakes},
    {"a power cycle forgets all", test_power_cycle},
    {"a machine that was switched on apart", test_adoption},
    {"choosing the chip", test_select_chip},
    {"the chip by environment", test_chip_by_environment},
    {"counters and names", test_stats},
    {"steady time", test_steady},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {machine_cases, RUNNER_MACHINE},
        {bare_cases, RUNNER_BARE},
        {NULL, RUNNER_BARE},
    };
    return runner_main(argc, argv, "port", suites);
}
