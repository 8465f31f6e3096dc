/* SPDX-License-Identifier: Apache-2.0 */
/* The GDMA model without a driver: what late hardware and planned faults change. */
#include <string.h>

#include "check.h"
#include "fault.h"
#include "machine.h"
#include "raw_dma.h"
#include "runner.h"

static void run_one_item(uint32_t variants)
{
    raw_power_on_filled(variants);
    raw_numbered_item(0, RAW_END);
    raw_numbered_item(1, RAW_END);
    raw_start(0, 0);
    raw_run();
    CHECK(raw_item_copied(0));
    CHECK_EQ(raw_events(0), RAW_COPIED);
}

static void stop_both(void)
{
    raw_write(0, RAW_IN_LINK, RAW_IN_STOP);
    raw_write(0, RAW_OUT_LINK, RAW_OUT_STOP);
}

/* The events and PARK come first, then the owner bits. */
static void test_write_back_late(void)
{
    unsigned late_tx = 0;
    unsigned late_rx = 0;
    for (uint64_t seed = 0; seed < 30; seed++) {
        raw_power_on(MACHINE_WRITE_BACK_LATE, seed);
        raw_fill(RAW_ITEM_BYTES);
        raw_item(0, 0, 40, RAW_OWNER | RAW_EOF, RAW_END);
        raw_start(0, 0);
        while ((raw_read(0, RAW_INT_RAW) & RAW_IN_SUC_EOF) == 0) {
            CHECK(machine_run_next_event());
        }
        CHECK(raw_parked(0));
        CHECK(raw_copied(0, 40));
        late_tx += raw_tx(0)[0] >> 31;
        late_rx += raw_rx(0)[0] >> 31;
        machine_advance(101);
        CHECK(!raw_item_owned(0));
        CHECK_EQ(raw_rx(0)[0], 40 | 40 << 12 | RAW_EOF);
    }
    CHECK(late_rx == 30 && late_tx > 5);
}

/* A late write-back does not come after what is written back behind it, nor after RST. */
static void test_write_back_late_order(void)
{
    for (uint64_t seed = 0; seed < 30; seed++) {
        raw_power_on(MACHINE_WRITE_BACK_LATE, seed);
        raw_fill(8 * RAW_ITEM_BYTES);
        for (unsigned i = 0; i < 8; i++) {
            raw_item(i, 4 * i, 4, RAW_OWNER | RAW_EOF, i == 7 ? RAW_END : i + 1);
        }
        raw_start(0, 0);
        while (machine_run_next_event()) {
            for (unsigned i = 1; i < 8; i++) {
                CHECK(raw_rx(i)[0] >> 31 != 0 || raw_rx(i - 1)[0] >> 31 == 0);
            }
        }
        raw_numbered_item(10, RAW_END);
        raw_start(0, 10);
        while ((raw_read(0, RAW_INT_RAW) & RAW_IN_SUC_EOF) == 0 ||
               (raw_read(0, RAW_IN_SUC_EOF_DES_ADDR) != raw_rx_address(10))) {
            CHECK(machine_run_next_event());
        }
        raw_reset_channel();
        CHECK(!raw_item_owned(10));
    }
}

/* The engine sees its own write-backs before they have landed. */
static void test_late_write_back_is_seen(void)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        raw_power_on(MACHINE_WRITE_BACK_LATE | MACHINE_RESTART_USES_ADDR, seed);
        raw_fill(8);
        raw_item(0, 0, 8, RAW_OWNER | RAW_EOF, RAW_END);
        raw_start(0, 0);
        while ((raw_read(0, RAW_INT_RAW) & RAW_IN_SUC_EOF) == 0) {
            CHECK(machine_run_next_event());
        }
        (void)raw_events(0);
        raw_restart(0, 0);
        raw_run();
        CHECK_EQ(raw_events(0), RAW_IN_DSCR_ERR | RAW_OUT_DSCR_ERR);
        CHECK_EQ(machine_stats()->dma_read_bytes, 8);
    }
}

/* A receive item that still carries suc_eof from an earlier use. */
static void test_stale_eof(void)
{
    for (unsigned stale = 0; stale < 2; stale++) {
        raw_power_on_filled(stale == 0 ? 0 : MACHINE_STALE_EOF_COMPLETES);
        raw_item(0, 0, 200, RAW_OWNER | RAW_EOF, RAW_END);
        raw_rx(0)[0] |= RAW_EOF;
        raw_start(0, 0);
        raw_run_until_changed((uint32_t *)(uintptr_t)RAW_TARGET);
        CHECK_EQ(raw_events(0) & RAW_IN_SUC_EOF, stale == 0 ? 0 : RAW_IN_SUC_EOF);
        CHECK_EQ(raw_read(0, RAW_IN_SUC_EOF_DES_ADDR), stale == 0 ? 0 : raw_rx_address(0));
        CHECK(raw_untouched(150, 50));
        raw_run();
        CHECK_EQ(raw_events(0) & RAW_IN_SUC_EOF, RAW_IN_SUC_EOF);
    }
}

/* Stores that were not published may be missed by the engine, each by itself. */
static void test_stores_delayed(void)
{
    unsigned seen = 0;
    unsigned missed = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        raw_power_on(seed % 2 == 0 ? MACHINE_STORES_DELAYED : 0, seed);
        raw_fill(RAW_ITEM_BYTES);
        raw_numbered_item(0, RAW_END);
        raw_tx(0)[0] &= ~RAW_OWNER;
        raw_rx(0)[0] &= ~RAW_OWNER;
        machine_store_word(raw_tx(0), raw_tx(0)[0] | RAW_OWNER);
        machine_store_word(raw_rx(0), raw_rx(0)[0] | RAW_OWNER);
        CHECK_EQ(machine_load_word(raw_rx(0)) >> 31, 1);
        if (seed % 4 == 2) {
            machine_publish();
        }
        raw_start(0, 0);
        raw_run();
        bool copied = raw_item_copied(0);
        CHECK(copied || seed % 4 == 0);
        seen += copied && seed % 4 == 0 ? 1 : 0;
        missed += copied ? 0 : 1;
        CHECK(!copied || !raw_item_owned(0));
    }
    CHECK(seen > 2 && missed > 8);
}

/* What the engine writes is not undone by an older store. */
static void test_stores_delayed_under_write_back(void)
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        raw_power_on(MACHINE_STORES_DELAYED, seed);
        raw_fill(RAW_ITEM_BYTES);
        raw_numbered_item(0, RAW_END);
        raw_start(0, 0);
        raw_run_until_changed((uint32_t *)(uintptr_t)RAW_TARGET);
        machine_store_word(raw_rx(0), RAW_ITEM_BYTES | RAW_OWNER);
        raw_run();
        CHECK_EQ(raw_rx(0)[0], RAW_ITEM_BYTES | RAW_ITEM_BYTES << 12 | RAW_EOF);
        (void)raw_events(0);
        raw_write(0, RAW_IN_LINK, (raw_rx_address(0) & 0xFFFFF) | RAW_IN_START);
        raw_run();
        CHECK_EQ(raw_events(0), RAW_IN_DSCR_ERR);
    }
}

/* Resets a copy at some moment. Returns how many bytes land afterwards, all of them soon. */
static uint32_t bytes_after_reset(uint64_t delay)
{
    raw_fill(200);
    raw_open(0, true);
    raw_item(0, 0, 200, RAW_OWNER | RAW_EOF, RAW_END);
    uint64_t at_start = machine_stats()->dma_written_bytes;
    raw_start(0, 0);
    machine_advance(delay);
    uint64_t written = machine_stats()->dma_written_bytes;
    raw_write(0, RAW_OUT_CONF0, RAW_OUT_WRBACK | RAW_RST);
    raw_write(0, RAW_IN_CONF0, RAW_MEM_TRANS | RAW_RST | RAW_IN_BURST);
    CHECK_EQ(machine_stats()->dma_written_bytes, written);
    machine_advance(41);
    uint64_t then = machine_stats()->dma_written_bytes;
    CHECK(raw_copied(0, (uint32_t)(then - at_start)));
    raw_run();
    CHECK_EQ(machine_stats()->dma_written_bytes, then);
    return (uint32_t)(then - written);
}

/* Bytes that were under way land after RST, one burst at most, each time. */
static void test_burst_lands_after_reset(void)
{
    unsigned landed = 0;
    raw_power_on(MACHINE_BURST_LANDS_AFTER_RESET, 1);
    for (uint64_t delay = 0; delay < 300; delay += 3) {
        uint32_t bytes = bytes_after_reset(delay);
        CHECK(bytes <= 16);
        landed += bytes > 0 ? 1 : 0;
    }
    CHECK(landed > 20);
    raw_power_on(0, 1);
    for (uint64_t delay = 0; delay < 300; delay += 3) {
        CHECK_EQ(bytes_after_reset(delay), 0);
    }
}

static void test_lost_and_delayed_events(void)
{
    run_one_item(0);
    fault_plan(FAULT_LOSE_INTERRUPT, 0, 100);
    raw_start(0, 1);
    raw_run();
    CHECK(raw_item_copied(1));
    CHECK_EQ(raw_events(0), 0);
    CHECK_EQ(fault_count(FAULT_LOSE_INTERRUPT), 5);

    run_one_item(0);
    fault_plan(FAULT_DELAY_INTERRUPT, 0, 100);
    raw_start(0, 1);
    raw_run_until_changed(raw_rx(1));
    CHECK_EQ(raw_read(0, RAW_INT_RAW), 0);
    machine_advance(1900);
    CHECK_EQ(raw_read(0, RAW_INT_RAW) & RAW_IN_SUC_EOF, 0);
    machine_advance(200);
    CHECK_EQ(raw_events(0), RAW_COPIED);
}

/* A flag that is up already cannot rise. */
static void test_no_occasion_to_lose(void)
{
    raw_power_on_filled(0);
    raw_numbered_item(0, RAW_END);
    raw_numbered_item(1, RAW_END);
    raw_start(0, 0);
    raw_run();
    fault_plan(FAULT_LOSE_INTERRUPT, 0, 100);
    raw_start(0, 1);
    raw_run();
    CHECK(raw_item_copied(1));
    CHECK_EQ(fault_count(FAULT_LOSE_INTERRUPT), 0);
}

static void test_flipped_owner(void)
{
    raw_power_on_filled(0);
    for (unsigned i = 0; i < 4; i++) {
        raw_numbered_item(i, i == 3 ? RAW_END : i + 1);
    }
    fault_plan(FAULT_FLIP_OWNER, 0, 1);
    raw_start(0, 0);
    raw_run();
    CHECK_EQ(fault_count(FAULT_FLIP_OWNER), 1);
    uint32_t errors = raw_events(0) & (RAW_IN_DSCR_ERR | RAW_OUT_DSCR_ERR);
    CHECK(errors == RAW_IN_DSCR_ERR || errors == RAW_OUT_DSCR_ERR);
    CHECK(raw_untouched(0, 4 * RAW_ITEM_BYTES));
    CHECK_EQ(raw_mistakes(), 0);
    if (errors == RAW_IN_DSCR_ERR) {
        raw_write(0, RAW_IN_LINK, RAW_IN_RESTART);
    } else {
        raw_write(0, RAW_OUT_LINK, RAW_OUT_RESTART);
    }
    raw_run();
    CHECK(raw_copied(0, 4 * RAW_ITEM_BYTES));
}

static void test_bad_next(void)
{
    for (unsigned late = 0; late < 2; late++) {
        raw_power_on_filled(late == 0 ? 0 : MACHINE_NEXT_READ_LATE);
        raw_numbered_item(0, 1);
        raw_numbered_item(1, RAW_END);
        fault_plan(FAULT_BAD_NEXT, 0, 10);
        raw_start(0, 0);
        raw_run();
        CHECK_EQ(fault_count(FAULT_BAD_NEXT), 2);
        CHECK_EQ(raw_events(0) & (RAW_IN_DSCR_ERR | RAW_OUT_DSCR_ERR),
                 RAW_IN_DSCR_ERR | RAW_OUT_DSCR_ERR);
        CHECK(raw_item_copied(0));
        CHECK(raw_item_untouched(1));
        CHECK_EQ(raw_mistakes(), 0);
    }
}

static void test_stall(void)
{
    raw_power_on_filled(0);
    raw_open(1, false);
    raw_numbered_item(0, RAW_END);
    raw_numbered_item(1, RAW_END);
    fault_plan(FAULT_STALL, 6, 1);
    raw_start(0, 0);
    raw_run();
    CHECK_EQ(fault_count(FAULT_STALL), 1);
    CHECK_EQ(machine_stats()->dma_bursts, 6);
    CHECK(!raw_item_copied(0));
    CHECK(!raw_parked(0));
    stop_both();
    raw_run();
    CHECK(!raw_parked(0));
    raw_start(1, 1); /* the others go on */
    raw_run();
    CHECK(raw_item_copied(1));
    raw_reset_channel();
    CHECK(raw_parked(0));
    raw_numbered_item(0, RAW_END);
    raw_start(0, 0);
    raw_run();
    CHECK(raw_item_copied(0));
}

/* Nothing of the channel moves on behind a stall, wherever it strikes. */
static void test_stall_anywhere(void)
{
    for (uint64_t skip = 0; skip < 300; skip++) {
        raw_power_on(0, skip);
        raw_fill(8 * RAW_ITEM_BYTES);
        for (unsigned i = 0; i < 8; i++) {
            raw_item(i, i * RAW_ITEM_BYTES, 40, RAW_OWNER | RAW_EOF, i == 7 ? RAW_END : i + 1);
        }
        fault_plan(FAULT_STALL, skip, 1);
        raw_start(0, 0);
        while (fault_count(FAULT_STALL) == 0 && machine_run_next_event()) {
        }
        uint64_t busy = machine_stats()->dma_busy_cycles;
        raw_run();
        if (fault_count(FAULT_STALL) != 0) {
            CHECK_EQ(machine_stats()->dma_busy_cycles, busy);
            CHECK_EQ(machine_stats()->dma_bursts, skip);
        } else {
            CHECK(skip >= 160);
        }
    }
}

static void test_never_parks(void)
{
    raw_power_on_filled(0);
    fault_plan(FAULT_NEVER_PARKS, 0, 1);
    raw_write(0, RAW_IN_LINK, RAW_IN_STOP);
    CHECK_EQ(raw_read(0, RAW_IN_LINK) & RAW_IN_PARK, 0);
    CHECK_EQ(raw_read(0, RAW_OUT_LINK) & RAW_OUT_PARK, RAW_OUT_PARK);
    raw_reset_channel();
    raw_run();
    CHECK_EQ(raw_read(0, RAW_IN_LINK) & RAW_IN_PARK, 0);
    machine_write32(0x600C001C, machine_read32(0x600C001C) | 0x40);
    raw_open_gate();
    CHECK(raw_parked(0));
    fault_plan(FAULT_NEVER_PARKS, 0, 1);
    raw_write(0, RAW_OUT_CONF0, RAW_RST);
    CHECK_EQ(raw_read(0, RAW_OUT_LINK) & RAW_OUT_PARK, 0);
}

static const struct test_case cases[] = {
    {"late write-back", test_write_back_late},
    {"late write-backs in order", test_write_back_late_order},
    {"late write-back is seen by the engine", test_late_write_back_is_seen},
    {"stale EOF", test_stale_eof},
    {"delayed stores", test_stores_delayed},
    {"delayed stores under a write-back", test_stores_delayed_under_write_back},
    {"burst lands after RST", test_burst_lands_after_reset},
    {"lost and delayed events", test_lost_and_delayed_events},
    {"no occasion to lose an event", test_no_occasion_to_lose},
    {"flipped owner", test_flipped_owner},
    {"bad next", test_bad_next},
    {"stall", test_stall},
    {"stall anywhere", test_stall_anywhere},
    {"never parks", test_never_parks},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    static const struct runner_suite suites[] = {{cases, RUNNER_BARE}, {NULL, RUNNER_BARE}};
    return runner_main(argc, argv, "machine_fault", suites);
}
