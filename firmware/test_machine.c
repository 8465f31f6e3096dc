/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scenarios use of the machine and of the fixture on a PC, for an image on the emulated
 * chip: done by the CPU where it can do it, else asked of the emulator. So the scenarios' files are
 * compiled as they are, each into an image.
 *
 * Here a test is run once, in the one timing that real instructions give; variants are chosen when
 * the chip is switched on (amcp boot --variants).
 */
#include <string.h>

#include "board.h"
#include "check.h"
#include "common.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "fault.h"
#include "fixture.h"
#include "host_calls.h"
#include "machine_internal.h"
#include "platform.h"
#include "port.h"
#include "runner.h"
#include "semihosting.h"
#include "test_platform.h"
#include "test_time.h"
#include "trace.h"

static uint32_t call_with_kind(uint32_t operation, enum fault_kind kind)
{
    uint32_t block[3] = {kind, 0, 0};
    return semihosting_call(operation, block);
}

void fault_plan(enum fault_kind kind, uint64_t skip, uint64_t count)
{
    uint32_t block[5] = {kind, (uint32_t)skip, (uint32_t)(skip >> 32), (uint32_t)count,
                         (uint32_t)(count >> 32)};
    semihosting_call(HOST_FAULT_PLAN, block);
}

void fault_forget_all(void)
{
    semihosting_call(HOST_FAULT_FORGET_ALL, NULL);
}

bool fault_strikes(enum fault_kind kind)
{
    return call_with_kind(HOST_FAULT_STRIKES, kind) != 0;
}

uint64_t fault_count(enum fault_kind kind)
{
    uint32_t block[3] = {kind, 0, 0};
    semihosting_call(HOST_FAULT_COUNT, block);
    return (uint64_t)block[2] << 32 | block[1];
}

/* The counters are 64-bit words, and nothing else. */
union counters {
    struct machine_stats stats;
    uint64_t words[sizeof(struct machine_stats) / sizeof(uint64_t)];
};

static union counters counters_at_start;

/* Counted from the beginning of the test: on a PC the chip is switched on there. */
const struct machine_stats *machine_stats(void)
{
    static union counters counters;
    semihosting_call(HOST_STATS, &counters);
    for (size_t i = 0; i < sizeof counters.words / sizeof counters.words[0]; i++) {
        counters.words[i] -= counters_at_start.words[i];
    }
    return &counters.stats;
}

bool machine_has_variant(enum machine_variant variant)
{
    uint32_t block[1] = {variant};
    return semihosting_call(HOST_HAS_VARIANT, block) != 0;
}

uint32_t machine_read32(uint32_t address)
{
    return mmio_read32(address);
}

void machine_write32(uint32_t address, uint32_t value)
{
    mmio_write32(address, value);
}

void machine_publish(void)
{
    dma_publish();
}

/* Masking nests. */
static unsigned mask_depth;
static uint32_t status_before;

void machine_mask_interrupts(void)
{
    uint32_t status = cpu_mask_interrupts();
    if (mask_depth++ == 0) {
        status_before = status;
    }
}

void machine_unmask_interrupts(void)
{
    if (--mask_depth == 0) {
        cpu_restore_interrupts(status_before);
    }
}

/* Here an interrupt may come at every instruction. */
void machine_point(void)
{
}

/* Two instructions a round, which the compiler alone does not promise. */
void machine_advance(uint64_t cycles)
{
    uint32_t rounds = (uint32_t)cycles / 2;
    if (rounds != 0) {
        __asm__ volatile("1: addi %0, %0, -1\n\tbnez %0, 1b" : "+r"(rounds));
    }
}

/* The pending interrupt is taken at the return of the call. */
bool machine_wait_for_interrupt(void)
{
    return semihosting_call(HOST_WAIT, NULL) != 0;
}

bool test_platform_sleep(void)
{
    return machine_wait_for_interrupt();
}

static trace_listener listener;
static void *listener_context;

/* Events are told when listening ends: the emulator keeps them until then. */
void trace_listen(trace_listener new_listener, void *context)
{
    struct trace_event event;
    if (listener != NULL) {
        semihosting_call(HOST_TRACE_STOP, NULL);
        while (semihosting_call(HOST_TRACE_NEXT, &event) != 0) {
            listener(&event, listener_context);
        }
    }
    listener = new_listener;
    listener_context = context;
    if (listener != NULL) {
        semihosting_call(HOST_TRACE_START, NULL);
    }
}

const struct fixture_options *fixture_options(void)
{
    static const struct fixture_options options = {.seed = 1, .full = false};
    return &options;
}

/* Brings everything that outlives a driver back to the state after power-on. */
static void forget_all(void)
{
    const struct chip *chip = port_chip();
    const struct chip_gate *gate = &chip->ahb->gate;
    fault_forget_all();
    mmio_write32(chip->interrupts.enable_register, 0);
    mmio_write32(gate->reset_register, mmio_read32(gate->reset_register) | gate->reset_mask);
    mmio_write32(gate->clock_register, mmio_read32(gate->clock_register) & ~gate->clock_mask);
    port_claims_forget_all();
    port_interrupts_forget_all();
    heap_caps_forget_all();
}

void fixture_power_on(uint32_t variants, uint64_t seed)
{
    (void)variants;
    (void)seed;
    forget_all();
}

void machine_power_off(void)
{
    forget_all();
}

/* The allocations of the port: the linker sends them here (--wrap). */
void *__real_port_allocate(size_t size_bytes);
void *__wrap_port_allocate(size_t size_bytes);
void *__wrap_port_allocate(size_t size_bytes)
{
    return fault_strikes(FAULT_ALLOCATION) ? NULL : __real_port_allocate(size_bytes);
}

/* Why a test does not apply to a chip, or NULL. */
static const char *reason_to_skip(const struct test_case *test)
{
    static const char still[] = "the engine is faster than two calls, and time cannot stand still";
    static const struct {
        const char *name;
        const char *reason;
    } pc_only[] = {
        {"S19 memory of the host", "there is no host: constants and the stack lie in internal RAM"},
        {"S04 interrupt inside a callback",
         "the port's interrupts do not nest, and there is one core"},
        {"slots of copies at work are not free", still},
        {"a lost interrupt comes with the next submission", still},
    };
    for (size_t i = 0; i < sizeof pc_only / sizeof pc_only[0]; i++) {
        if (strcmp(pc_only[i].name, test->name) == 0) {
            return pc_only[i].reason;
        }
    }
    return NULL;
}

static void run_case(const struct test_case *test)
{
    const char *reason = reason_to_skip(test);
    if (reason != NULL) {
        test_platform_skip(test, reason);
        return;
    }
    forget_all();
    size_t free_bytes_at_start = heap_caps_get_free_size(MALLOC_CAP_DMA);
    semihosting_call(HOST_STATS, &counters_at_start);
    test_platform_run_one(test);
    test_time_forget();
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes_at_start);
}

static bool was_run(const struct runner_suite *suites, const struct runner_suite *end,
                    const struct test_case *test)
{
    for (; suites != end; suites++) {
        for (const struct test_case *other = suites->cases; other->name != NULL; other++) {
            if (other->body == test->body) {
                return true;
            }
        }
    }
    return false;
}

int runner_main(int argc, char **argv, const char *group, const struct runner_suite *suites)
{
    (void)argc;
    (void)argv;
    (void)group;
    for (const struct runner_suite *suite = suites; suite->cases != NULL; suite++) {
        for (const struct test_case *test = suite->cases; test->name != NULL; test++) {
            if (!was_run(suites, suite, test) && test_platform_wants(test)) {
                run_case(test);
            }
        }
    }
    return test_platform_end();
}

/* The suites of the chip that images are for come first. */
int runner_main_on(int argc, char **argv, const char *group, const struct runner_chip *chips)
{
    return runner_main(argc, argv, group, chips->suites);
}
