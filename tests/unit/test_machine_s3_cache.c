/* SPDX-License-Identifier: Apache-2.0 */
/* The data cache of the ESP32-S3's machine, and data that lands late in external RAM. */
#include <string.h>

#include "check.h"
#include "machine.h"
#include "raw_dma.h"
#include "raw_s3.h"
#include "runner.h"
#include "trace.h"

enum { POISON = 0xA5, LINE = 32, SEEDS = 200, POINTS = 200 };

/* What the CPU sees. */
static uint8_t *view(uint32_t address)
{
    return raw_bytes(address);
}

static bool same(const uint8_t *one, const uint8_t *other, uint32_t bytes)
{
    return memcmp(one, other, bytes) == 0;
}

static bool is_poison(const uint8_t *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (bytes[i] != POISON) {
            return false;
        }
    }
    return true;
}

/* The DMA reads what was written back, and nothing else (S13). */
static void test_source_must_be_written_back(void)
{
    for (unsigned line = 16; line <= 64; line *= 2) {
        s3_power_on(0, line);
        s3_fill(S3_PSRAM_SOURCE, 256, 1);
        s3_copy(S3_PSRAM_SOURCE, S3_SRAM_TARGET, 256);
        CHECK(is_poison(view(S3_SRAM_TARGET), 256));
        s3_sync(S3_WRITE_BACK, S3_PSRAM_SOURCE + line, 256 - 2 * line);
        s3_copy(S3_PSRAM_SOURCE, S3_SRAM_TARGET, 256);
        CHECK(same(view(S3_PSRAM_SOURCE + line), view(S3_SRAM_TARGET + line), 256 - 2 * line));
        CHECK(is_poison(view(S3_SRAM_TARGET), line));
        CHECK(is_poison(view(S3_SRAM_TARGET + 256 - line), line));
        CHECK_EQ(raw_mistakes(), 0);
    }
}

/* The CPU reads what the DMA has written when it was invalidated, and not before (S12). */
static void test_target_must_be_invalidated(void)
{
    for (unsigned line = 16; line <= 64; line *= 2) {
        s3_power_on(0, line);
        s3_fill(S3_SRAM_SOURCE, 256, 1);
        s3_copy(S3_SRAM_SOURCE, S3_PSRAM_TARGET, 256);
        CHECK(is_poison(view(S3_PSRAM_TARGET), 256));
        s3_sync(S3_WRITE_BACK, S3_PSRAM_TARGET, 256);
        CHECK(is_poison(view(S3_PSRAM_TARGET), 256));
        s3_sync(S3_INVALIDATE, S3_PSRAM_TARGET + line, line);
        CHECK(is_poison(view(S3_PSRAM_TARGET), line));
        CHECK(same(view(S3_SRAM_SOURCE + line), view(S3_PSRAM_TARGET + line), line));
        CHECK(is_poison(view(S3_PSRAM_TARGET + 2 * line), 256 - 2 * line));
        s3_sync(S3_INVALIDATE, S3_PSRAM_TARGET, 256);
        CHECK(same(view(S3_SRAM_SOURCE), view(S3_PSRAM_TARGET), 256));
        CHECK_EQ(raw_mistakes(), 0);
    }
}

/* A line is written back as a whole: the DMA's bytes beside the CPU's are lost (S11). */
static void test_write_back_writes_whole_lines(void)
{
    s3_power_on(0, LINE);
    s3_fill(S3_SRAM_SOURCE, LINE, 1);
    s3_copy(S3_SRAM_SOURCE, S3_PSRAM_TARGET, LINE);
    *view(S3_PSRAM_TARGET + 5) = 0x77;
    s3_sync(S3_WRITE_BACK, S3_PSRAM_TARGET, LINE);
    CHECK_EQ(*s3_store(S3_PSRAM_TARGET + 5), 0x77);
    CHECK(is_poison(s3_store(S3_PSRAM_TARGET), 5));
    CHECK(is_poison(s3_store(S3_PSRAM_TARGET + 6), LINE - 6));
}

/* What the CPU has written to an invalidated line is lost (S11). */
static void test_invalidate_forgets(void)
{
    s3_power_on(0, LINE);
    *view(S3_PSRAM_TARGET) = 1;
    *view(S3_PSRAM_TARGET + LINE) = 2;
    s3_sync(S3_INVALIDATE, S3_PSRAM_TARGET, LINE);
    CHECK_EQ(*view(S3_PSRAM_TARGET), POISON);
    CHECK_EQ(*view(S3_PSRAM_TARGET + LINE), 2);
    s3_sync(S3_WRITE_BACK, S3_PSRAM_TARGET, 2 * LINE);
    CHECK_EQ(*s3_store(S3_PSRAM_TARGET), POISON);
    CHECK_EQ(*s3_store(S3_PSRAM_TARGET + LINE), 2);
    /* The last line of external RAM, and beyond; and what is flash. */
    *view(S3_PSRAM_END - 1) = 3;
    s3_sync(S3_INVALIDATE, S3_PSRAM_END - LINE, 2 * LINE);
    CHECK_EQ(*view(S3_PSRAM_END - 1), POISON);
    *view(S3_PSRAM) = 4;
    s3_sync(S3_WRITE_BACK, S3_PSRAM - LINE, 2 * LINE);
    CHECK_EQ(*s3_store(S3_PSRAM), 4);
    CHECK_EQ(raw_mistakes(), 0);
}

static uint64_t time_of_sync(uint32_t operation, uint32_t bytes)
{
    uint64_t before = machine_now_cycles();
    s3_sync(operation, S3_PSRAM, bytes);
    return machine_now_cycles() - before;
}

/* Maintenance takes time, and has its effect at the end. */
static void test_maintenance_takes_time(void)
{
    s3_power_on(0, LINE);
    CHECK_EQ(machine_read32(S3_SYNC_CTRL), S3_SYNC_DONE);
    *view(S3_PSRAM) = 1;
    s3_sync_begin(S3_WRITE_BACK, S3_PSRAM, LINE);
    CHECK_EQ(machine_read32(S3_SYNC_CTRL), S3_WRITE_BACK);
    CHECK_EQ(*s3_store(S3_PSRAM), POISON);
    machine_advance(10);
    CHECK_EQ(machine_read32(S3_SYNC_CTRL), S3_WRITE_BACK);
    raw_run();
    CHECK_EQ(machine_read32(S3_SYNC_CTRL), S3_SYNC_DONE);
    CHECK_EQ(*s3_store(S3_PSRAM), 1);

    uint64_t one_line = time_of_sync(S3_INVALIDATE, LINE);
    uint64_t many_lines = time_of_sync(S3_INVALIDATE, 100 * LINE);
    CHECK(many_lines >= one_line + 99);
    s3_fill(S3_PSRAM, 100 * LINE, 1);
    uint64_t dirty = time_of_sync(S3_WRITE_BACK, 100 * LINE);
    uint64_t clean = time_of_sync(S3_WRITE_BACK, 100 * LINE);
    CHECK(dirty > 10 * clean);
    CHECK_EQ(clean, many_lines);
    CHECK_EQ(raw_mistakes(), 0);
}

static void check_refused(uint32_t operation, uint32_t address, uint32_t bytes)
{
    s3_sync_begin(operation, address, bytes);
    CHECK_EQ(raw_mistakes(), 1);
    CHECK_EQ(machine_read32(S3_SYNC_CTRL), S3_SYNC_DONE);
}

static void test_maintenance_mistakes(void)
{
    s3_power_on(0, LINE);
    s3_fill(S3_PSRAM, 4 * LINE, 1);
    check_refused(S3_WRITE_BACK, S3_PSRAM + 16, LINE);
    check_refused(S3_WRITE_BACK, S3_PSRAM, LINE + 16);
    check_refused(S3_WRITE_BACK, S3_PSRAM, 0);
    check_refused(S3_WRITE_BACK, S3_SRAM_SOURCE, LINE);
    check_refused(S3_WRITE_BACK, 0x3DFFFFE0, 2 * LINE);
    check_refused(S3_WRITE_BACK | S3_INVALIDATE, S3_PSRAM, LINE);
    raw_run();
    CHECK(is_poison(s3_store(S3_PSRAM), 4 * LINE));
    machine_write32(S3_SYNC_CTRL, S3_CLEAN);
    CHECK_EQ(raw_not_modelled(), 1);
    (void)machine_read32(S3_SYNC_CTRL - 4);
    CHECK_EQ(raw_not_modelled(), 1);
    CHECK_EQ(raw_mistakes(), 0);
}

/* Whoever touches the registers while an operation runs. */
static void test_maintenance_overlaps(void)
{
    static const uint32_t registers[] = {S3_SYNC_CTRL, S3_SYNC_ADDR, S3_SYNC_SIZE};
    for (size_t i = 0; i < 3; i++) {
        s3_power_on(0, LINE);
        s3_fill(S3_PSRAM, 4 * LINE, 1);
        s3_sync_begin(S3_WRITE_BACK, S3_PSRAM, 2 * LINE);
        machine_write32(registers[i], registers[i] == S3_SYNC_CTRL ? S3_WRITE_BACK : S3_PSRAM);
        CHECK_EQ(raw_mistakes(), 1);
        raw_run();
        CHECK(same(view(S3_PSRAM), s3_store(S3_PSRAM), 2 * LINE));
        CHECK(is_poison(s3_store(S3_PSRAM + 2 * LINE), 2 * LINE));
    }
}

/* Maintenance by two cores that mixes (S40). */
static void prepare_on_core_1(void *argument)
{
    (void)argument;
    machine_write32(S3_SYNC_ADDR, S3_PSRAM);
}

static void test_maintenance_of_two_cores_mixes(void)
{
    s3_power_on(0, LINE);
    machine_write32(S3_SYNC_ADDR, S3_PSRAM);
    machine_write32(S3_SYNC_SIZE, LINE);
    machine_start_core(1, prepare_on_core_1, NULL);
    machine_join_core(1);
    machine_write32(S3_SYNC_CTRL, S3_WRITE_BACK);
    CHECK_EQ(raw_mistakes(), 1);
    s3_sync(S3_WRITE_BACK, S3_PSRAM, LINE);
    CHECK_EQ(raw_mistakes(), 0);
}

/* Likewise of a task and an interrupt. */
static void prepare_in_interrupt(unsigned line)
{
    (void)line;
    machine_write32(S3_SYSTEM + 0x30, 0);
    machine_write32(S3_SYNC_SIZE, 2 * LINE);
}

static void test_maintenance_in_interrupt_mixes(void)
{
    s3_power_on(0, LINE);
    machine_set_interrupt_entry(prepare_in_interrupt);
    machine_write32(S3_MATRIX + 4 * 79, 5);
    machine_enable_line(5, true);
    machine_write32(S3_SYNC_ADDR, S3_PSRAM);
    machine_write32(S3_SYNC_SIZE, LINE);
    machine_write32(S3_SYSTEM + 0x30, 1);
    CHECK(machine_wait_for_interrupt());
    machine_write32(S3_SYNC_CTRL, S3_WRITE_BACK);
    CHECK_EQ(raw_mistakes(), 1);
    machine_set_interrupt_entry(NULL);
}

static void pass_points(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        machine_point();
    }
}

struct luck {
    unsigned evicted;    /* a dirty line near the DMA's traffic */
    unsigned fetched;    /* a clean one */
    unsigned elsewhere;  /* a line far from it */
    unsigned next_to_it; /* a dirty line that is no part of the traffic, but the next one */
};

static struct luck luck_of_seeds(uint64_t first)
{
    struct luck luck = {0};
    for (uint64_t seed = first; seed < first + SEEDS; seed++) {
        s3_power_on_timed(seed, 0, LINE);
        s3_fill(S3_SRAM_SOURCE, 4 * LINE, 1);
        s3_copy(S3_SRAM_SOURCE, S3_PSRAM_TARGET, 4 * LINE);
        *view(S3_PSRAM_TARGET) = 1;
        *view(S3_PSRAM_TARGET + 4 * LINE) = 2;
        *view(S3_PSRAM_TARGET + 100 * LINE) = 3;
        pass_points(20);
        luck.evicted += is_poison(s3_store(S3_PSRAM_TARGET + 1), LINE - 1) ? 1 : 0;
        luck.fetched += is_poison(view(S3_PSRAM_TARGET + LINE), LINE) ? 0 : 1;
        luck.next_to_it += *s3_store(S3_PSRAM_TARGET + 4 * LINE) == 2 ? 1 : 0;
        luck.elsewhere += *s3_store(S3_PSRAM_TARGET + 100 * LINE) == 3 ? 1 : 0;
    }
    return luck;
}

/* By seed, lines are lost and come back near the DMA's traffic. */
static void test_evicts_and_fetches(void)
{
    struct luck luck = luck_of_seeds(1);
    CHECK(luck.evicted > SEEDS / 10 && luck.evicted < SEEDS);
    CHECK(luck.fetched > SEEDS / 10 && luck.fetched < SEEDS);
    CHECK(luck.next_to_it > SEEDS / 4 && luck.next_to_it < SEEDS);
    CHECK_EQ(luck.elsewhere, 0);
    struct luck again = luck_of_seeds(1);
    CHECK_EQ(memcmp(&luck, &again, sizeof(luck)), 0);
}

/* Nor does anything that the CPU has written ever get lost by that. */
static void test_eviction_loses_nothing(void)
{
    for (uint64_t seed = 1; seed < 40; seed++) {
        s3_power_on_timed(seed, 0, 16u << seed % 3);
        s3_copy(S3_SRAM_SOURCE, S3_PSRAM_TARGET + 1024, 1024);
        for (uint32_t i = 0; i < 1024; i++) {
            view(S3_PSRAM_TARGET)[i] = (uint8_t)(i * 13 + seed);
            machine_point();
        }
        for (uint32_t i = 0; i < 1024; i++) {
            CHECK_EQ(view(S3_PSRAM_TARGET)[i], (uint8_t)(i * 13 + seed));
        }
    }
}

/* Without traffic in external RAM the cache leaves alone what there is, and draws no numbers: those
 * of a chip without cache are the same. */
static void test_idle_cache(void)
{
    s3_power_on_timed(1, 0, LINE);
    s3_fill(S3_PSRAM, 1024, 1);
    pass_points(POINTS);
    CHECK(is_poison(s3_store(S3_PSRAM), 1024));
    unsigned points = (unsigned)machine_point_count();
    uint32_t with_cache = machine_random(1000000);
    const struct machine_config config = {.chip = "esp32c3", .seed = 1};
    CHECK(machine_power_on(&config));
    pass_points(points);
    CHECK_EQ(machine_random(1000000), with_cache);
}

/* Maintenance is traffic, too, at both ends of its range. */
static void test_maintenance_is_traffic(void)
{
    unsigned first = 0;
    unsigned last = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        s3_power_on_timed(seed, 0, LINE);
        s3_sync(S3_INVALIDATE, S3_PSRAM, 16 * LINE);
        *view(S3_PSRAM) = 1;
        *view(S3_PSRAM + 15 * LINE) = 2;
        pass_points(20);
        first += *s3_store(S3_PSRAM) == 1 ? 1 : 0;
        last += *s3_store(S3_PSRAM + 15 * LINE) == 2 ? 1 : 0;
    }
    CHECK(first > SEEDS / 4 && last > SEEDS / 4);
}

/* Exploring, at listed points only. */
static void test_explored_points(void)
{
    unsigned evicted = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        for (uint64_t listed = 0; listed < 2; listed++) {
            const struct machine_config config = {.chip = "esp32s3",
                                                  .seed = seed,
                                                  .explore = true,
                                                  .explore_count = (size_t)listed,
                                                  .explore_points = {10}};
            CHECK(machine_power_on(&config));
            s3_sync(S3_INVALIDATE, S3_PSRAM, LINE); /* traffic: 4 points */
            CHECK(machine_point_count() <= 10);
            *view(S3_PSRAM) = 1;
            pass_points(10 - (unsigned)machine_point_count());
            CHECK_EQ(*s3_store(S3_PSRAM), POISON);
            machine_point();
            evicted += *s3_store(S3_PSRAM) == 1 ? 1 : 0;
            CHECK(listed == 1 || *s3_store(S3_PSRAM) == POISON);
            *view(S3_PSRAM) = 2;
            pass_points(POINTS);
            CHECK(*s3_store(S3_PSRAM) != 2);
        }
    }
    CHECK(evicted >= 5 && evicted <= 19);
}

/* With real threads the memories are coherent. */
static void test_coherent(void)
{
    const struct machine_config config = {.chip = "esp32s3", .seed = 1, .threads = true};
    CHECK(machine_power_on(&config));
    raw_count_complaints();
    CHECK(s3_store(S3_PSRAM) == view(S3_PSRAM));
    machine_write32(S3_SYSTEM + 0x1C, machine_read32(S3_SYSTEM + 0x1C) | 0x40);
    machine_write32(S3_SYSTEM + 0x24, machine_read32(S3_SYSTEM + 0x24) & ~UINT32_C(0x40));
    s3_open(0, 16, false);
    s3_fill(S3_PSRAM_SOURCE, 512, 1);
    s3_copy(S3_PSRAM_SOURCE, S3_PSRAM_TARGET, 512);
    CHECK(same(view(S3_PSRAM_SOURCE), view(S3_PSRAM_TARGET), 512));
    pass_points(POINTS);
    s3_sync(S3_INVALIDATE, S3_PSRAM_TARGET, 512);
    s3_sync(S3_WRITE_BACK, S3_PSRAM_TARGET, 512);
    CHECK(same(view(S3_PSRAM_SOURCE), view(S3_PSRAM_TARGET), 512));
    CHECK_EQ(raw_mistakes(), 0);
}

/* Starts a copy and runs until EOF is told. */
static void copy_until_eof(uint32_t bytes)
{
    s3_fill(S3_SRAM_SOURCE, bytes, 1);
    s3_item(0, S3_SRAM_SOURCE, S3_PSRAM_TARGET, bytes, S3_END);
    s3_start(0, 0);
    while ((s3_read(0, S3_IN_INT_RAW) & S3_IN_SUC_EOF) == 0) {
        CHECK(machine_run_next_event());
    }
}

static bool has_landed(uint32_t bytes)
{
    return same(view(S3_SRAM_SOURCE), s3_store(S3_PSRAM_TARGET), bytes);
}

/* Data that lands after EOF (S39): in order, some time, and before what the cache writes. */
static void test_lands_late(void)
{
    unsigned late = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        s3_power_on_timed(seed, MACHINE_PSRAM_LANDS_LATE, LINE);
        copy_until_eof(256);
        late += has_landed(256) ? 0 : 1;
        bool gap = false;
        for (uint32_t block = 0; block < 256; block += 16) {
            bool there = !is_poison(s3_store(S3_PSRAM_TARGET + block), 16);
            CHECK(!(gap && there));
            gap = gap || !there;
        }
        raw_run();
        CHECK(has_landed(256));
    }
    CHECK(late >= 15);
    s3_power_on(0, LINE);
    copy_until_eof(256);
    CHECK(has_landed(256));
}

static void test_write_back_pushes(void)
{
    const uint32_t barrier = S3_PSRAM_END - 64;
    s3_power_on(MACHINE_PSRAM_LANDS_LATE, LINE);
    copy_until_eof(64);
    CHECK(!has_landed(64));
    /* What is clean is not written, and pushes nothing. */
    s3_sync_begin(S3_WRITE_BACK, barrier, LINE);
    machine_advance(25);
    CHECK_EQ(machine_read32(S3_SYNC_CTRL), S3_SYNC_DONE);
    CHECK(!has_landed(64));
    s3_sync_begin(S3_INVALIDATE, barrier, LINE);
    machine_advance(25);
    CHECK(!has_landed(64));
    *view(barrier) = 1;
    s3_sync(S3_WRITE_BACK, barrier, LINE);
    CHECK(has_landed(64));
    CHECK_EQ(*s3_store(barrier), 1);
    CHECK_EQ(raw_mistakes(), 0);
}

/* A dirty line that is evicted goes to external RAM like any other. */
static void test_eviction_pushes(void)
{
    unsigned pushed = 0;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        s3_power_on_timed(seed, MACHINE_PSRAM_LANDS_LATE, LINE);
        copy_until_eof(256);
        if (has_landed(256)) {
            continue;
        }
        *view(S3_PSRAM_TARGET + 256) = 1;
        for (unsigned i = 0; i < 20 && !has_landed(256); i++) {
            machine_point();
            bool evicted = *s3_store(S3_PSRAM_TARGET + 256) == 1;
            CHECK(!evicted || has_landed(256));
            pushed += evicted ? 1 : 0;
        }
    }
    CHECK(pushed >= 3);
}

static struct trace_event traced;
static unsigned traced_count;

static void note_maintenance(const struct trace_event *event, void *context)
{
    (void)context;
    if (event->kind == TRACE_CACHE_WRITE_BACK || event->kind == TRACE_CACHE_INVALIDATE) {
        traced = *event;
        traced_count++;
    }
}

static void invalidate_on_core_1(void *argument)
{
    (void)argument;
    s3_sync_begin(S3_INVALIDATE, S3_PSRAM, LINE);
}

static void test_trace(void)
{
    s3_power_on(0, LINE);
    trace_listen(note_maintenance, NULL);
    traced_count = 0;
    uint64_t begun = machine_now_cycles();
    s3_sync(S3_WRITE_BACK, S3_PSRAM, 4 * LINE);
    CHECK_EQ(traced_count, 1);
    CHECK_EQ(traced.kind, TRACE_CACHE_WRITE_BACK);
    CHECK_EQ(traced.address, S3_PSRAM);
    CHECK_EQ(traced.value, 4 * LINE);
    CHECK_EQ(traced.channel, -1);
    CHECK_EQ(traced.core, 0);
    CHECK_EQ(traced.cycles - traced.busy_cycles, begun);
    CHECK(strcmp(trace_kind_name(traced.kind), "cache-write-back") == 0);
    machine_start_core(1, invalidate_on_core_1, NULL);
    machine_join_core(1);
    raw_run();
    CHECK_EQ(traced_count, 2);
    CHECK_EQ(traced.kind, TRACE_CACHE_INVALIDATE);
    CHECK_EQ(traced.core, 1);
    CHECK(strcmp(trace_kind_name(traced.kind), "cache-invalidate") == 0);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"a source must be written back", test_source_must_be_written_back},
        {"a target must be invalidated", test_target_must_be_invalidated},
        {"whole lines are written back", test_write_back_writes_whole_lines},
        {"invalidating forgets", test_invalidate_forgets},
        {"maintenance takes time", test_maintenance_takes_time},
        {"mistakes of maintenance", test_maintenance_mistakes},
        {"maintenance overlaps", test_maintenance_overlaps},
        {"maintenance of two cores mixes", test_maintenance_of_two_cores_mixes},
        {"maintenance in an interrupt mixes", test_maintenance_in_interrupt_mixes},
        {"lines are evicted and fetched by seed", test_evicts_and_fetches},
        {"eviction loses nothing", test_eviction_loses_nothing},
        {"an idle cache", test_idle_cache},
        {"maintenance is traffic", test_maintenance_is_traffic},
        {"eviction at explored points", test_explored_points},
        {"coherent caches", test_coherent},
        {"data lands late", test_lands_late},
        {"a write-back pushes late data", test_write_back_pushes},
        {"an eviction pushes late data", test_eviction_pushes},
        {"traced maintenance", test_trace},
        {NULL, NULL},
    };
    static const struct runner_suite suites[] = {{cases, RUNNER_BARE}, {NULL, RUNNER_BARE}};
    return runner_main(argc, argv, "machine_s3_cache", suites);
}
