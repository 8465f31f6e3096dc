/* SPDX-License-Identifier: Apache-2.0 */
/* The machine without a driver: power, memories, registers, gates, interrupts, points, faults. */
#include <errno.h>
#include <string.h>

#include "check.h"
#include "clock.h"
#include "fault.h"
#include "machine.h"
#include "raw_dma.h"
#include "register_file.h"
#include "runner.h"
#include "trace.h"

#define CLOCK_REGISTER    UINT32_C(0x600C0014)
#define RESET_REGISTER    UINT32_C(0x600C001C)
#define SOFTWARE_REGISTER UINT32_C(0x600C0028)
#define MATRIX            UINT32_C(0x600C2000)
#define MAP_REGISTER(s)   (MATRIX + 4u * (s))
#define STATUS_REGISTER   (MATRIX + 0xF8u)
#define ENABLE_REGISTER   (MATRIX + 0x104u)
#define TYPE_REGISTER     (MATRIX + 0x108u)
#define CLEAR_REGISTER    (MATRIX + 0x10Cu)
#define EIP_REGISTER      (MATRIX + 0x110u)
#define PRIORITY(line)    (MATRIX + 0x114u + 4u * (line))
#define THRESHOLD         (MATRIX + 0x194u)
#define GDMA              UINT32_C(0x6003F000)

enum { SOFTWARE_SOURCE = 50, GDMA_SOURCE = 44, LINE = 5, OTHER_LINE = 9 };

static void power_on_timed(uint64_t seed)
{
    const struct machine_config config = {.chip = "esp32c3", .seed = seed};
    CHECK(machine_power_on(&config));
    raw_count_complaints();
    CHECK_EQ(machine_now_cycles(), 0);
    raw_open_gate();
}

static void power_on_exploring(size_t count, uint64_t first, uint64_t second)
{
    const struct machine_config config = {.chip = "esp32c3",
                                          .seed = 1,
                                          .explore = true,
                                          .explore_count = count,
                                          .explore_points = {first, second}};
    CHECK(machine_power_on(&config));
    raw_count_complaints();
}

/* Interrupts. */

static unsigned taken;
static unsigned taken_line;
static bool taken_masked;

static void note_interrupt(unsigned line)
{
    taken++;
    taken_line = line;
    taken_masked = machine_in_interrupt();
    /* Points in here must not take it again. */
    for (int i = 0; i < 20; i++) {
        machine_point();
    }
}

static void acknowledge_interrupt(unsigned line)
{
    note_interrupt(line);
    machine_write32(SOFTWARE_REGISTER, 0);
}

static void listen_with(void (*entry)(unsigned line))
{
    taken = 0;
    taken_line = 0;
    machine_set_interrupt_entry(entry);
}

static void route(unsigned source, unsigned line, uint32_t priority)
{
    machine_write32(MAP_REGISTER(source), line);
    machine_write32(PRIORITY(line), priority);
    machine_write32(ENABLE_REGISTER, machine_read32(ENABLE_REGISTER) | UINT32_C(1) << line);
}

static void test_power(void)
{
    struct machine_config config = {.chip = "esp8266"};
    raw_count_complaints();
    errno = 0;
    CHECK(!machine_power_on(&config));
    CHECK_EQ(errno, ENOENT);
    CHECK(!machine_is_on());
    CHECK(machine_description() == NULL);
    config.chip = NULL;
    CHECK(!machine_power_on(&config));

    raw_power_on(0, 1);
    CHECK(machine_is_on());
    CHECK(strcmp(machine_description()->chip, "esp32c3") == 0);
    CHECK(machine_known(0) == machine_description());
    CHECK(machine_known(100) == NULL);
    CHECK_EQ(machine_cycles_to_ns(machine_description()->cpu_hz), 1000000000);
    fault_plan(FAULT_ALLOCATION, 0, 1);
    machine_advance(1000);

    raw_power_on(0, 1);
    CHECK(!fault_strikes(FAULT_ALLOCATION));
    CHECK_EQ(machine_now_cycles(), 0);
    machine_power_off();
    CHECK(!machine_is_on());
    (void)machine_read32(GDMA);
    CHECK_EQ(raw_mistakes(), 1);
}

static void test_variant_names(void)
{
    for (size_t i = 0; i < MACHINE_VARIANT_COUNT; i++) {
        CHECK(machine_variant_name(i) != NULL);
        for (size_t j = 0; j < i; j++) {
            CHECK(strcmp(machine_variant_name(i), machine_variant_name(j)) != 0);
        }
    }
    CHECK(machine_variant_name(MACHINE_VARIANT_COUNT) == NULL);
}

static void test_memories(void)
{
    raw_power_on(0, 1);
    const struct machine_description *chip = machine_description();
    for (size_t i = 0; i < chip->memory_count; i++) {
        uint8_t *first = raw_bytes(chip->memories[i].base);
        uint8_t *last = first + chip->memories[i].size_bytes - 1;
        CHECK(*first != 0 && *last != 0);
        *first = 0;
        *last = 0;
    }
    raw_power_on(0, 1);
    for (size_t i = 0; i < chip->memory_count; i++) {
        uint8_t *first = raw_bytes(chip->memories[i].base);
        CHECK(*first != 0 && first[chip->memories[i].size_bytes - 1] != 0);
    }
}

static void test_random_numbers(void)
{
    uint32_t first[16];
    unsigned seen = 0;
    raw_power_on(0, 7);
    for (unsigned i = 0; i < 16; i++) {
        first[i] = machine_random(1000);
        CHECK(first[i] < 1000);
        seen |= 1u << machine_random(4);
    }
    CHECK_EQ(seen, 0xF);
    CHECK_EQ(machine_random(1), 0);
    raw_power_on(0, 7);
    CHECK_EQ(machine_random(1000), first[0]);
    raw_power_on(0, 8);
    unsigned same = 0;
    for (unsigned i = 0; i < 16; i++) {
        same += machine_random(1000) == first[i] ? 1 : 0;
        (void)machine_random(4);
    }
    CHECK(same < 8);
}

static void test_wrong_addresses(void)
{
    raw_power_on(0, 1);
    const uint32_t mistakes[] = {0, 0x3FC80000, 0x6003F001, 0x6003F030, 0x6003F2F0, 0x60040000};
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        CHECK_EQ(machine_read32(mistakes[i]), 0);
        machine_write32(mistakes[i], 1);
        CHECK_EQ(raw_mistakes(), 2);
    }
    const uint32_t not_modelled[] = {0x600C0010, 0x600C27FC, 0x6003F040};
    for (size_t i = 0; i < sizeof(not_modelled) / sizeof(not_modelled[0]); i++) {
        CHECK_EQ(machine_read32(not_modelled[i]), 0);
        machine_write32(not_modelled[i], 1);
        CHECK_EQ(raw_not_modelled(), 2);
    }
    CHECK_EQ(raw_mistakes(), 0);
}

/* Of the two gate registers, bits of others read as something. */
static bool is_gate(uint32_t address)
{
    return address == CLOCK_REGISTER || address == RESET_REGISTER;
}

static bool is_copy_or_interrupt_block(const struct register_description *about)
{
    return strcmp(about->block, "AHB_GDMA") == 0 || strcmp(about->block, "INTMTX") == 0 ||
           strcmp(about->block, "SYSTEM") == 0;
}

static void test_reset_values(void)
{
    const struct machine_config config = {.chip = "esp32c3", .seed = 1, .explore = true};
    raw_power_on(0, 1);
    CHECK(machine_power_on(&config));
    raw_open_gate();
    struct register_description about;
    size_t count = 0;
    for (; register_file_describe("esp32c3", count, &about); count++) {
        uint32_t address = about.base + about.offset;
        if (is_copy_or_interrupt_block(&about) && !is_gate(address)) {
            CHECK_EQ(machine_read32(address), about.reset);
        }
    }
    CHECK(count > 190);
    CHECK(!register_file_describe("esp8266", 0, &about));
    CHECK_EQ(raw_mistakes() + raw_not_modelled(), 0);
}

/* Each register keeps exactly the bits that it is said to keep. */
static void test_writable_bits(void)
{
    struct register_description about;
    raw_power_on(0, 1);
    for (size_t i = 0; register_file_describe("esp32c3", i, &about); i++) {
        uint32_t address = about.base + about.offset;
        if (!is_copy_or_interrupt_block(&about) || is_gate(address) || about.writable == 0) {
            continue;
        }
        machine_write32(address, about.writable);
        CHECK_EQ(raw_mistakes(), 0);
        CHECK_EQ(machine_read32(address) & ~about.read_only, about.writable);
        uint32_t reserved = ~(about.writable | about.clears | about.triggers | about.read_only) &
                            UINT32_MAX;
        if (reserved != 0) {
            machine_write32(address, reserved);
            CHECK_EQ(raw_mistakes(), 1);
            CHECK_EQ(machine_read32(address) & ~about.read_only, 0);
        }
        (void)raw_not_modelled();
        machine_write32(address, 0);
        (void)raw_not_modelled();
    }
}

static void test_read_only_registers(void)
{
    raw_power_on(0, 1);
    raw_write(0, RAW_INT_ST, 1);
    raw_write(0, RAW_IN_STATE, 0);
    machine_write32(STATUS_REGISTER, 0);
    CHECK_EQ(raw_mistakes(), 3);
    raw_write(0, RAW_IN_LINK, raw_read(0, RAW_IN_LINK));
    CHECK_EQ(raw_mistakes(), 0);
}

static void test_gate(void)
{
    raw_power_on(0, 1);
    raw_write(0, RAW_INT_ENA, 3);
    machine_write32(CLOCK_REGISTER, machine_read32(CLOCK_REGISTER) & ~UINT32_C(0x40));
    CHECK_EQ(raw_read(0, RAW_INT_ENA), 0);
    raw_write(0, RAW_INT_ENA, 1);
    CHECK_EQ(raw_mistakes(), 2);
    raw_open_gate();
    CHECK_EQ(raw_read(0, RAW_INT_ENA), 3);
    machine_write32(RESET_REGISTER, machine_read32(RESET_REGISTER) | 0x40);
    CHECK_EQ(raw_read(0, RAW_INT_ENA), 0);
    CHECK_EQ(raw_mistakes(), 1);
    raw_open_gate();
    CHECK_EQ(raw_read(0, RAW_INT_ENA), 0);
    CHECK_EQ(raw_read(0, RAW_IN_PERI_SEL), 0x3F);
    CHECK_EQ(raw_mistakes(), 0);
}

static void test_gates_after_power_on(void)
{
    power_on_exploring(0, 0, 0);
    (void)machine_read32(GDMA);
    CHECK_EQ(raw_mistakes(), 1);
    machine_write32(CLOCK_REGISTER, machine_read32(CLOCK_REGISTER) | 0x40);
    (void)machine_read32(GDMA);
    CHECK_EQ(raw_mistakes(), 1);
    CHECK_EQ(machine_read32(RESET_REGISTER) & 0x40, 0x40);
    raw_open_gate();
    (void)machine_read32(GDMA);
    CHECK_EQ(raw_mistakes(), 0);
}

/* Whoever writes these without having read them changes what belongs to others. */
static void test_bits_of_others(void)
{
    raw_power_on(0, 1);
    machine_write32(CLOCK_REGISTER, 0x40);
    CHECK_EQ(raw_mistakes(), 1);
    machine_write32(RESET_REGISTER, 0);
    CHECK_EQ(raw_mistakes(), 1);
}

static void test_software_interrupt(void)
{
    raw_power_on(0, 1);
    listen_with(acknowledge_interrupt);
    route(SOFTWARE_SOURCE, LINE, 3);
    CHECK_EQ(machine_pending_line(), 0);
    machine_write32(SOFTWARE_REGISTER, 1);
    CHECK_EQ(machine_pending_line(), LINE);
    CHECK_EQ(machine_read32(STATUS_REGISTER + 4), UINT32_C(1) << (SOFTWARE_SOURCE - 32));
    CHECK_EQ(machine_read32(STATUS_REGISTER), 0);
    CHECK_EQ(machine_read32(EIP_REGISTER), UINT32_C(1) << LINE);
    CHECK(machine_wait_for_interrupt());
    CHECK_EQ(taken, 1);
    CHECK_EQ(taken_line, LINE);
    CHECK(taken_masked);
    CHECK(!machine_in_interrupt());
    CHECK_EQ(machine_pending_line(), 0);
    CHECK_EQ(machine_stats()->interrupts, 1);
    CHECK(!machine_wait_for_interrupt());
}

static void test_every_software_interrupt(void)
{
    raw_power_on(0, 1);
    for (unsigned n = 0; n < 4; n++) {
        route(SOFTWARE_SOURCE + n, LINE + n, 1);
        machine_write32(SOFTWARE_REGISTER + 4 * n, 1);
        CHECK_EQ(machine_pending_line(), LINE + n);
        machine_write32(SOFTWARE_REGISTER + 4 * n, 0);
        CHECK_EQ(machine_pending_line(), 0);
    }
}

static void test_line_choice(void)
{
    raw_power_on(0, 1);
    route(SOFTWARE_SOURCE, LINE, 3);
    route(SOFTWARE_SOURCE + 1, OTHER_LINE, 3);
    machine_write32(SOFTWARE_REGISTER, 1);
    machine_write32(SOFTWARE_REGISTER + 4, 1);
    CHECK_EQ(machine_pending_line(), LINE);
    machine_write32(PRIORITY(OTHER_LINE), 4);
    CHECK_EQ(machine_pending_line(), OTHER_LINE);
    machine_write32(THRESHOLD, 4);
    CHECK_EQ(machine_pending_line(), OTHER_LINE);
    machine_write32(THRESHOLD, 5);
    CHECK_EQ(machine_pending_line(), 0);
    machine_write32(THRESHOLD, 0);
    machine_write32(PRIORITY(OTHER_LINE), 0);
    CHECK_EQ(machine_pending_line(), LINE);
    machine_write32(ENABLE_REGISTER, UINT32_C(1) << OTHER_LINE);
    CHECK_EQ(machine_pending_line(), 0);
    /* Line 0 is no line. */
    machine_write32(ENABLE_REGISTER, UINT32_MAX);
    machine_write32(MAP_REGISTER(SOFTWARE_SOURCE), 0);
    machine_write32(PRIORITY(0), 9);
    CHECK_EQ(machine_pending_line(), 0);
    CHECK_EQ(machine_read32(EIP_REGISTER), UINT32_C(1) << OTHER_LINE);
}

static void test_shared_line(void)
{
    raw_power_on(0, 1);
    route(SOFTWARE_SOURCE, LINE, 3);
    route(SOFTWARE_SOURCE + 3, LINE, 3);
    machine_write32(SOFTWARE_REGISTER, 1);
    machine_write32(SOFTWARE_REGISTER + 12, 1);
    machine_write32(SOFTWARE_REGISTER, 0);
    CHECK_EQ(machine_pending_line(), LINE);
    machine_write32(SOFTWARE_REGISTER + 12, 0);
    CHECK_EQ(machine_pending_line(), 0);
}

static void test_edge(void)
{
    raw_power_on(0, 1);
    route(SOFTWARE_SOURCE, LINE, 3);
    machine_write32(TYPE_REGISTER, UINT32_C(1) << LINE);
    machine_write32(SOFTWARE_REGISTER, 1);
    machine_write32(SOFTWARE_REGISTER, 0);
    CHECK_EQ(machine_pending_line(), LINE);
    machine_write32(CLEAR_REGISTER, UINT32_C(1) << LINE);
    machine_write32(CLEAR_REGISTER, 0);
    CHECK_EQ(machine_pending_line(), 0);
}

/* Points. */

static unsigned ran[4];
static unsigned ran_count;

static void note_event(void *context, uint32_t argument)
{
    unsigned *arguments = (unsigned *)context;
    arguments[ran_count++ % 4] = argument;
}

/* Events run when they are due, those of one moment in the order in which they were scheduled. */
static void test_events(void)
{
    raw_power_on(0, 1);
    ran_count = 0;
    clock_schedule(10, note_event, ran, 1);
    clock_schedule(20, note_event, ran, 3);
    clock_schedule(10, note_event, ran, 2);
    clock_schedule(5, note_event, ran, 0);
    machine_advance(9);
    CHECK_EQ(ran_count, 1);
    machine_advance(1);
    CHECK_EQ(ran_count, 3);
    CHECK(machine_run_next_event());
    CHECK_EQ(machine_now_cycles(), 20);
    CHECK(!machine_run_next_event());
    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQ(ran[i], i);
    }
    for (unsigned i = 0; i < 1000; i++) {
        clock_schedule(1, note_event, ran, 0);
    }
    CHECK(raw_not_modelled() > 0); /* and nothing is overwritten */
    raw_run();
}

static void test_time_passes(void)
{
    power_on_timed(3);
    uint64_t before = machine_now_cycles();
    (void)machine_read32(GDMA);
    CHECK(machine_now_cycles() >= before + 8);
    uint64_t points = machine_point_count();
    static uint32_t word = 77;
    before = machine_now_cycles();
    CHECK_EQ(machine_load_word(&word), 77);
    machine_store_word(&word, 78);
    machine_point();
    CHECK_EQ(word, 78);
    CHECK_EQ(machine_point_count(), points + 3);
    CHECK(machine_now_cycles() >= before + 2 + 2 + 4);
    before = machine_now_cycles();
    machine_advance(123);
    CHECK_EQ(machine_now_cycles(), before + 123);
    CHECK_EQ(machine_point_count(), points + 3);
    CHECK_EQ(machine_stats()->register_reads, 3);
    CHECK_EQ(machine_stats()->register_writes, 2);
}

/* Returns the time that some points and an interrupt take without jitter. */
static uint64_t steady_cycles(uint64_t seed)
{
    const struct machine_config config = {.chip = "esp32c3", .seed = seed, .steady = true};
    CHECK(machine_power_on(&config));
    raw_count_complaints();
    listen_with(acknowledge_interrupt);
    machine_mask_interrupts();
    route(SOFTWARE_SOURCE, LINE, 1);
    machine_write32(SOFTWARE_REGISTER, 1);
    uint64_t before = machine_now_cycles();
    for (unsigned i = 0; i < 1000; i++) {
        machine_point();
    }
    CHECK_EQ(machine_now_cycles(), before + 4000);
    machine_unmask_interrupts();
    CHECK_EQ(taken, 0);
    machine_point();
    CHECK_EQ(taken, 1);
    return machine_now_cycles();
}

static void test_steady(void)
{
    uint64_t cycles = steady_cycles(1);
    for (uint64_t seed = 2; seed < 20; seed++) {
        CHECK_EQ(steady_cycles(seed), cycles);
    }
}

/* A pending interrupt comes at one of the next points, at times not at the first. */
static void test_delivery(void)
{
    unsigned at_once = 0;
    unsigned later = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        power_on_timed(seed);
        listen_with(acknowledge_interrupt);
        machine_mask_interrupts();
        route(SOFTWARE_SOURCE, LINE, 1);
        machine_write32(SOFTWARE_REGISTER, 1);
        machine_mask_interrupts();
        machine_unmask_interrupts();
        machine_point();
        CHECK_EQ(taken, 0);
        machine_unmask_interrupts();
        CHECK_EQ(taken, 0);
        unsigned points = 0;
        while (taken == 0) {
            machine_point();
            points++;
        }
        CHECK(points <= 9);
        at_once += points == 1 ? 1 : 0;
        later += points > 1 ? 1 : 0;
        machine_point();
        CHECK_EQ(taken, 1);
    }
    CHECK(at_once > 50 && later > 5);
}

static void test_wrong_masking(void)
{
    raw_power_on(0, 1);
    machine_unmask_interrupts();
    CHECK_EQ(raw_mistakes(), 1);
    machine_mask_interrupts();
    CHECK(!machine_wait_for_interrupt());
    CHECK_EQ(raw_mistakes(), 1);
    machine_unmask_interrupts();
}

/* Prepares a copy of one item that interrupts when it is done, and starts it. */
static void start_interrupting_copy(void)
{
    raw_open_gate();
    raw_open(0, false);
    route(GDMA_SOURCE, LINE, 1);
    raw_write(0, RAW_INT_ENA, RAW_IN_SUC_EOF);
    raw_fill(64);
    raw_item(0, 0, 64, RAW_OWNER | RAW_EOF, RAW_END);
    raw_start(0, 0);
}

static void clear_copy_interrupt(unsigned line)
{
    note_interrupt(line);
    raw_write(0, RAW_INT_CLR, RAW_IN_SUC_EOF);
}

static void test_explore_stands_still(void)
{
    power_on_exploring(0, 0, 0);
    listen_with(clear_copy_interrupt);
    start_interrupting_copy();
    for (int i = 0; i < 100; i++) {
        machine_point();
    }
    CHECK_EQ(machine_now_cycles(), 0);
    CHECK_EQ(taken, 0);
    CHECK(raw_untouched(0, 64));
    CHECK(machine_wait_for_interrupt());
    CHECK_EQ(taken, 1);
    CHECK(raw_copied(0, 64));
}

static void test_explore_listed_points(void)
{
    power_on_exploring(0, 0, 0);
    listen_with(clear_copy_interrupt);
    start_interrupting_copy();
    uint64_t after_start = machine_point_count();

    power_on_exploring(1, after_start + 2, 0);
    listen_with(clear_copy_interrupt);
    start_interrupting_copy();
    machine_point();
    machine_point();
    CHECK_EQ(taken, 0);
    machine_point();
    CHECK_EQ(taken, 1);
    CHECK(raw_copied(0, 64));
    CHECK_EQ(machine_pending_line(), 0);
}

/* A listed point runs the models to the interrupt, and no further. */
static void test_explore_stops_at_the_interrupt(void)
{
    power_on_exploring(0, 0, 0);
    start_interrupting_copy();
    uint64_t after_start = machine_point_count();

    power_on_exploring(1, after_start, 0);
    listen_with(clear_copy_interrupt);
    start_interrupting_copy();
    raw_item(0, 0, 64, RAW_OWNER | RAW_EOF, 1);
    raw_item(1, 64, 2000, RAW_OWNER | RAW_EOF, RAW_END);
    machine_point();
    CHECK_EQ(taken, 1);
    CHECK_EQ(raw_rx(0)[0] >> 31, 0);
    CHECK_EQ(raw_rx(1)[0] >> 31, 1);
}

/* An interrupt that a listed point finds masked comes at the first point after the unmasking. */
static void test_explore_masked(void)
{
    power_on_exploring(0, 0, 0);
    start_interrupting_copy();
    uint64_t after_start = machine_point_count();

    power_on_exploring(2, after_start, 5);
    listen_with(clear_copy_interrupt);
    start_interrupting_copy();
    machine_mask_interrupts();
    machine_point();
    machine_point();
    CHECK_EQ(taken, 0);
    CHECK(raw_copied(0, 64));
    machine_unmask_interrupts();
    machine_point();
    CHECK_EQ(taken, 1);
}

/* A loop that waits for time to pass comes to its end. */
static void test_explore_loop(void)
{
    power_on_exploring(0, 0, 0);
    unsigned points = 0;
    while (machine_now_cycles() < 160) {
        machine_point();
        points++;
        CHECK(points < 10000);
    }
    CHECK(points > 1000);
}

/* Faults. */

static void test_fault_plans(void)
{
    raw_power_on(0, 1);
    fault_plan(FAULT_ALLOCATION, 2, 3);
    unsigned struck = 0;
    for (unsigned i = 0; i < 10; i++) {
        struck |= fault_strikes(FAULT_ALLOCATION) ? 1u << i : 0;
    }
    CHECK_EQ(struck, 0x1C);
    CHECK_EQ(fault_count(FAULT_ALLOCATION), 3);
    CHECK_EQ(fault_count(FAULT_STALL), 0);
    fault_plan(FAULT_ALLOCATION, 0, 1);
    CHECK_EQ(fault_count(FAULT_ALLOCATION), 0);
    CHECK(fault_strikes(FAULT_ALLOCATION));
    fault_plan(FAULT_ALLOCATION, 0, 1);
    fault_forget_all();
    CHECK(!fault_strikes(FAULT_ALLOCATION));
    for (unsigned kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        CHECK(fault_name((enum fault_kind)kind) != NULL);
    }
}

static void test_double_interrupt(void)
{
    raw_power_on(0, 1);
    listen_with(acknowledge_interrupt);
    route(SOFTWARE_SOURCE, LINE, 1);
    fault_plan(FAULT_DOUBLE_INTERRUPT, 0, 1);
    machine_write32(SOFTWARE_REGISTER, 1);
    CHECK(machine_wait_for_interrupt());
    CHECK_EQ(taken, 2);
    machine_write32(SOFTWARE_REGISTER, 1);
    CHECK(machine_wait_for_interrupt());
    CHECK_EQ(taken, 3);
    CHECK_EQ(machine_stats()->interrupts, 3);
}

static void test_spurious_interrupt(void)
{
    raw_power_on(0, 1);
    listen_with(note_interrupt);
    fault_plan(FAULT_SPURIOUS_INTERRUPT, 1, 1);
    machine_point();
    machine_point();
    CHECK_EQ(fault_count(FAULT_SPURIOUS_INTERRUPT), 0); /* no channel is routed */
    machine_mask_interrupts();
    route(GDMA_SOURCE + 2, LINE, 1);
    machine_point();
    CHECK_EQ(fault_count(FAULT_SPURIOUS_INTERRUPT), 0);
    machine_unmask_interrupts();
    machine_point();
    CHECK_EQ(taken, 0);
    machine_point();
    CHECK_EQ(taken, 1);
    CHECK_EQ(taken_line, LINE);
    machine_point();
    CHECK_EQ(taken, 1);
}

/* The same seed gives the same run, another one another. */

static uint64_t trace_hash;
static unsigned trace_count;

static void hash_event(const struct trace_event *event, void *context)
{
    const uint64_t words[] = {event->cycles,  (uint64_t)event->kind, (uint8_t)event->channel,
                              event->address, event->value,          event->busy_cycles};
    (void)context;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        trace_hash = (trace_hash ^ words[i]) * UINT64_C(0x100000001B3);
    }
    trace_count++;
    CHECK(trace_kind_name(event->kind) != NULL);
}

static uint64_t hash_of_run(uint64_t seed)
{
    const struct machine_config config = {
        .chip = "esp32c3", .seed = seed, .variants = (1u << MACHINE_VARIANT_COUNT) - 1};
    CHECK(machine_power_on(&config));
    trace_hash = 1;
    trace_count = 0;
    trace_listen(hash_event, NULL);
    listen_with(clear_copy_interrupt);
    start_interrupting_copy();
    while (taken == 0) {
        machine_point();
    }
    raw_run();
    CHECK(raw_copied(0, 64));
    CHECK(trace_count > 40);
    return trace_hash;
}

static void test_determinism(void)
{
    uint64_t first = hash_of_run(1);
    CHECK_EQ(hash_of_run(1), first);
    CHECK(hash_of_run(2) != first);
    unsigned before = trace_count;
    trace_listen(NULL, NULL);
    (void)raw_read(0, RAW_INT_RAW);
    CHECK_EQ(trace_count, before);
}

static const struct test_case cases[] = {
    {"power", test_power},
    {"variant names", test_variant_names},
    {"memories", test_memories},
    {"random numbers", test_random_numbers},
    {"wrong addresses", test_wrong_addresses},
    {"reset values", test_reset_values},
    {"writable bits", test_writable_bits},
    {"read-only registers", test_read_only_registers},
    {"gate", test_gate},
    {"gates after power-on", test_gates_after_power_on},
    {"bits of others", test_bits_of_others},
    {"software interrupt", test_software_interrupt},
    {"every software interrupt", test_every_software_interrupt},
    {"line choice", test_line_choice},
    {"shared line", test_shared_line},
    {"edge", test_edge},
    {"events", test_events},
    {"time passes", test_time_passes},
    {"steady time", test_steady},
    {"delivery", test_delivery},
    {"wrong masking", test_wrong_masking},
    {"explore: time stands still", test_explore_stands_still},
    {"explore: listed points", test_explore_listed_points},
    {"explore: no further than the interrupt", test_explore_stops_at_the_interrupt},
    {"explore: masked point", test_explore_masked},
    {"explore: a loop ends", test_explore_loop},
    {"fault plans", test_fault_plans},
    {"double interrupt", test_double_interrupt},
    {"spurious interrupt", test_spurious_interrupt},
    {"determinism", test_determinism},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    static const struct runner_suite suites[] = {{cases, RUNNER_BARE}, {NULL, RUNNER_BARE}};
    return runner_main(argc, argv, "machine", suites);
}
