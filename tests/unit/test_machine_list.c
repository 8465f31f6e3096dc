/* SPDX-License-Identifier: Apache-2.0 */
/* The GDMA model without a driver: RESTART, STOP and RST, under the variants of RESTART. */
#include <string.h>

#include "check.h"
#include "machine.h"
#include "raw_dma.h"
#include "runner.h"

static void link_items(unsigned last, unsigned first)
{
    raw_rx(last)[2] = raw_rx_address(first);
    raw_tx(last)[2] = raw_tx_address(first);
}

static void append(unsigned last, unsigned first)
{
    link_items(last, first);
    raw_restart(0, first);
}

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

/* RESTART at the end of a list: the last item's `next` is read again. */
static void test_restart_at_end(void)
{
    run_one_item(0);
    append(0, 1);
    CHECK(!raw_parked(0));
    raw_run();
    CHECK(raw_item_copied(1));
    CHECK_EQ(raw_events(0), RAW_COPIED);
    CHECK(raw_parked(0));
    /* Nothing linked: nothing happens, and nothing is told twice. */
    raw_restart(0, 0);
    CHECK(!raw_parked(0));
    raw_run();
    CHECK(raw_parked(0));
    CHECK_EQ(raw_events(0), 0);
    CHECK_EQ(raw_mistakes(), 0);
}

static void test_restart_at_end_lost(void)
{
    run_one_item(MACHINE_RESTART_LOST_AT_END);
    append(0, 1);
    CHECK(raw_parked(0));
    raw_run();
    CHECK(raw_item_untouched(1));
    raw_start(0, 1);
    raw_run();
    CHECK(raw_item_copied(1));
}

/* RESTART goes on at the address in LINK, whatever is linked. */
static void test_restart_uses_address(void)
{
    run_one_item(MACHINE_RESTART_USES_ADDR);
    raw_numbered_item(2, RAW_END);
    link_items(0, 1);
    raw_restart(0, 2);
    raw_run();
    CHECK(raw_item_untouched(1));
    CHECK(raw_item_copied(2));
    /* An item that is done is refused by the owner check. */
    raw_restart(0, 2);
    raw_run();
    CHECK_EQ(raw_events(0), RAW_COPIED | RAW_IN_DSCR_ERR | RAW_OUT_DSCR_ERR);
}

/* Runs item 0 until its `next` has been read as 0 by both sides, then appends item 1. */
static void append_while_running(uint32_t variants)
{
    raw_power_on_filled(variants);
    raw_numbered_item(0, RAW_END);
    raw_numbered_item(1, RAW_END);
    raw_start(0, 0);
    raw_run_until_changed((uint32_t *)(uintptr_t)RAW_TARGET);
    append(0, 1);
    raw_run();
    CHECK(raw_item_copied(0));
    CHECK_EQ(raw_mistakes(), 0);
}

static void test_restart_while_running(void)
{
    append_while_running(0);
    CHECK(raw_item_copied(1));
    CHECK_EQ(raw_events(0), RAW_COPIED);
    append_while_running(MACHINE_RESTART_USES_ADDR);
    CHECK(raw_item_copied(1));
    append_while_running(MACHINE_RESTART_LOST_AT_END);
    CHECK(raw_item_untouched(1));
    CHECK(raw_parked(0));
    /* There the link alone suffices, if it is read late enough. */
    append_while_running(MACHINE_RESTART_LOST_AT_END | MACHINE_NEXT_READ_LATE);
    CHECK(raw_item_copied(1));
    append_while_running(MACHINE_NEXT_READ_LATE);
    CHECK(raw_item_copied(1));
}

/* Without RESTART a late link is seen only if `next` is read late. */
static void test_next_read_late(void)
{
    for (unsigned late = 0; late < 2; late++) {
        raw_power_on_filled(late == 0 ? 0 : MACHINE_NEXT_READ_LATE);
        raw_numbered_item(0, RAW_END);
        raw_numbered_item(1, RAW_END);
        raw_start(0, 0);
        raw_run_until_changed((uint32_t *)(uintptr_t)RAW_TARGET);
        link_items(0, 1);
        raw_run();
        CHECK_EQ(raw_item_copied(1), late == 1);
        CHECK_EQ(raw_item_untouched(1), late == 0);
        CHECK(raw_parked(0));
    }
}

/* OUT_TOTAL_EOF tells the end of the whole list, not of the part before an append. */
static void test_total_eof_once(void)
{
    raw_power_on_filled(0);
    raw_numbered_item(0, RAW_END);
    raw_numbered_item(1, RAW_END);
    raw_start(0, 0);
    raw_run_until_changed((uint32_t *)(uintptr_t)RAW_TARGET);
    append(0, 1);
    raw_run_until_changed(raw_rx(0));
    CHECK_EQ(raw_events(0) & RAW_OUT_TOTAL_EOF, 0);
    raw_run();
    CHECK_EQ(raw_events(0) & RAW_OUT_TOTAL_EOF, RAW_OUT_TOTAL_EOF);
}

/* Where RESTART uses the address, but the link has led there by itself, nothing is done twice. */
static void test_restart_address_reached(void)
{
    append_while_running(MACHINE_RESTART_USES_ADDR | MACHINE_NEXT_READ_LATE);
    CHECK(raw_item_copied(1));
    CHECK_EQ(raw_events(0), RAW_COPIED);
    CHECK(raw_parked(0));
}

/* A chain of appends, each at another moment, under each combination of variants. Whatever RESTART
 * does, what was lost can be started once both sides are parked. */
static void append_at(uint32_t variants, uint64_t seed, uint64_t delay)
{
    enum { ITEMS = 6 };
    raw_power_on(variants, seed);
    raw_fill(ITEMS * RAW_ITEM_BYTES);
    raw_numbered_item(0, RAW_END);
    raw_start(0, 0);
    for (unsigned i = 1; i < ITEMS; i++) {
        machine_advance(delay);
        raw_numbered_item(i, RAW_END);
        append(i - 1, i);
    }
    for (unsigned rounds = 0; rounds < 2 * ITEMS; rounds++) {
        raw_run();
        unsigned first = 0;
        while (first < ITEMS && (raw_rx(first)[0] & RAW_OWNER) == 0) {
            first++;
        }
        if (first == ITEMS) {
            break;
        }
        raw_reset_channel();
        raw_run();
        for (unsigned i = first; i < ITEMS; i++) {
            raw_numbered_item(i, i == ITEMS - 1 ? RAW_END : i + 1);
        }
        raw_start(0, first);
    }
    CHECK(raw_copied(0, ITEMS * RAW_ITEM_BYTES));
    CHECK_EQ(raw_mistakes(), 0);
}

static void test_appends_at_any_time(void)
{
    for (uint32_t variants = 0; variants < 1u << MACHINE_VARIANT_COUNT; variants++) {
        if ((variants & MACHINE_STORES_DELAYED) == 0) {
            append_at(variants, variants, machine_random(300));
        }
    }
    for (uint64_t delay = 0; delay < 300; delay++) {
        append_at(0, delay, delay);
        append_at(MACHINE_RESTART_USES_ADDR, delay, delay);
        append_at(MACHINE_RESTART_LOST_AT_END, delay, delay);
    }
}

/* After an owner error RESTART reads the same descriptor again. */
static void test_restart_after_owner_error(void)
{
    for (unsigned needs_reset = 0; needs_reset < 2; needs_reset++) {
        raw_power_on_filled(needs_reset == 0 ? 0 : MACHINE_RESTART_NEEDS_RESET);
        raw_item(0, 0, RAW_ITEM_BYTES, RAW_EOF, RAW_END);
        raw_start(0, 0);
        raw_run();
        CHECK_EQ(raw_events(0), RAW_IN_DSCR_ERR | RAW_OUT_DSCR_ERR);
        CHECK(raw_parked(0));
        raw_numbered_item(0, RAW_END);
        raw_restart(0, 1);
        raw_run();
        CHECK_EQ(raw_item_copied(0), needs_reset == 0);
        CHECK_EQ(raw_events(0), needs_reset == 0 ? RAW_COPIED : 0);
        raw_reset_channel();
        raw_start(0, 0);
        raw_numbered_item(0, RAW_END);
        raw_run();
        CHECK(raw_item_copied(0));
        CHECK_EQ(raw_mistakes(), 0);
    }
}

/* A ring of items without an end, started once: each copy hands items over and restarts. */
static void test_ring(void)
{
    enum { RING = 4 };
    for (uint64_t seed = 0; seed < 50; seed++) {
        raw_power_on(0, seed);
        raw_fill(RING * RAW_ITEM_BYTES);
        for (unsigned i = 0; i < RING; i++) {
            raw_item(i, i * RAW_ITEM_BYTES, RAW_ITEM_BYTES, RAW_EOF, (i + 1) % RING);
        }
        raw_start(0, 0);
        raw_run();
        for (unsigned turn = 0; turn < 3 * RING; turn++) {
            unsigned item = turn % RING;
            if (raw_item_owned(item)) {
                raw_run();
            }
            (void)raw_events(0);
            raw_bytes(RAW_SOURCE)[item * RAW_ITEM_BYTES] ^= 0x80;
            raw_tx(item)[0] |= RAW_OWNER;
            raw_rx(item)[0] = RAW_ITEM_BYTES | RAW_OWNER;
            raw_restart(0, item);
            machine_advance(machine_random(400));
            if (machine_random(2) == 0) {
                raw_run();
            }
        }
        raw_run();
        CHECK(raw_copied(0, RING * RAW_ITEM_BYTES));
        CHECK_EQ(raw_mistakes(), 0);
    }
}

static void test_error_not_parked(void)
{
    raw_power_on_filled(MACHINE_ERROR_NOT_PARKED);
    raw_item(0, 0, RAW_ITEM_BYTES, RAW_EOF, RAW_END);
    raw_start(0, 0);
    raw_run();
    CHECK_EQ(raw_events(0), RAW_IN_DSCR_ERR | RAW_OUT_DSCR_ERR);
    CHECK(!raw_parked(0));
    raw_write(0, RAW_IN_LINK, RAW_IN_STOP);
    raw_write(0, RAW_OUT_LINK, RAW_OUT_STOP);
    raw_run();
    CHECK(!raw_parked(0));
    raw_reset_channel();
    CHECK(raw_parked(0));
}

static void stop_both(void)
{
    raw_write(0, RAW_IN_LINK, RAW_IN_STOP);
    raw_write(0, RAW_OUT_LINK, RAW_OUT_STOP);
}

/* STOP finishes the item in progress on each side; RESTART goes on behind it. */
static void test_stop(void)
{
    raw_power_on_filled(0);
    for (unsigned i = 0; i < 10; i++) {
        raw_numbered_item(i, i == 9 ? RAW_END : i + 1);
    }
    raw_start(0, 0);
    raw_run_until_changed(raw_rx(2));
    raw_run_until_changed((uint32_t *)(uintptr_t)(RAW_TARGET + 3 * RAW_ITEM_BYTES));
    raw_write(0, RAW_IN_LINK, RAW_IN_STOP);
    CHECK_EQ(raw_read(0, RAW_IN_LINK) & RAW_IN_PARK, 0);
    raw_run();
    CHECK_EQ(raw_read(0, RAW_IN_LINK) & RAW_IN_PARK, RAW_IN_PARK);
    CHECK(raw_item_copied(3));
    CHECK(raw_item_untouched(4));
    CHECK_EQ(raw_rx(4)[0] >> 31, 1);
    CHECK_EQ(raw_read(0, RAW_INT_RAW) & RAW_IN_DSCR_EMPTY, 0);
    /* Transmit waits for room in the FIFO, in the middle of an item. */
    raw_write(0, RAW_OUT_LINK, RAW_OUT_STOP);
    raw_run();
    CHECK_EQ(raw_read(0, RAW_OUT_LINK) & RAW_OUT_PARK, 0);
    raw_write(0, RAW_IN_LINK, RAW_IN_RESTART);
    raw_run();
    CHECK_EQ(raw_read(0, RAW_OUT_LINK) & RAW_OUT_PARK, RAW_OUT_PARK);
    raw_write(0, RAW_OUT_LINK, RAW_OUT_RESTART);
    raw_run();
    CHECK(raw_copied(0, 10 * RAW_ITEM_BYTES));
    CHECK_EQ(raw_mistakes(), 0);
}

static void test_stop_when_idle(void)
{
    raw_power_on_filled(0);
    stop_both();
    raw_run();
    CHECK(raw_parked(0));
    raw_numbered_item(0, RAW_END);
    raw_start(0, 0);
    raw_run();
    CHECK(raw_item_copied(0));
    stop_both();
    raw_run();
    raw_numbered_item(1, RAW_END);
    raw_start(0, 1);
    raw_run();
    CHECK(raw_item_copied(1));
}

/* START counts as work in progress: the first item is still done, and RESTART goes on behind it. */
static void test_stop_right_after_start(void)
{
    raw_power_on_filled(0);
    raw_numbered_item(0, 1);
    raw_numbered_item(1, RAW_END);
    raw_start(0, 0);
    stop_both();
    raw_run();
    CHECK(raw_parked(0));
    CHECK(raw_item_copied(0));
    CHECK(raw_item_untouched(1));
    CHECK(raw_item_owned(1));
    raw_restart(0, 0);
    raw_run();
    CHECK(raw_item_copied(1));
    CHECK_EQ(raw_mistakes(), 0);
}

/* STOP between two items: the second one is not even fetched. Another channel keeps the bus for
 * itself meanwhile. */
static void test_stop_before_fetch(void)
{
    raw_power_on_filled(MACHINE_NEXT_READ_LATE);
    raw_open(1, false);
    raw_write(1, RAW_IN_PRI, 9);
    raw_write(1, RAW_OUT_PRI, 9);
    raw_numbered_item(0, 1);
    raw_numbered_item(1, RAW_END);
    raw_item(2, 1000, 4000, RAW_OWNER | RAW_EOF, RAW_END);
    raw_start(0, 0);
    raw_run_until_changed(raw_rx(0));
    raw_start(1, 2);
    machine_advance(500);
    CHECK_EQ(raw_read(0, RAW_IN_DSCR), raw_rx_address(1));
    CHECK_EQ(raw_read(0, RAW_IN_DSCR_BF0), raw_rx_address(0));
    raw_write(0, RAW_IN_LINK, RAW_IN_STOP);
    raw_run();
    CHECK_EQ(raw_read(0, RAW_IN_LINK) & RAW_IN_PARK, RAW_IN_PARK);
    CHECK_EQ(raw_read(0, RAW_IN_DSCR_BF0), raw_rx_address(0));
    CHECK(raw_copied(1000, 4000));
    raw_write(0, RAW_IN_LINK, RAW_IN_RESTART);
    raw_run();
    CHECK(raw_item_copied(1));
    CHECK_EQ(raw_mistakes(), 0);
}

/* A receive side that waits for data that never comes does not park. */
static void test_stop_without_data(void)
{
    raw_power_on_filled(0);
    raw_numbered_item(0, RAW_END);
    raw_write(0, RAW_IN_LINK, (raw_rx_address(0) & 0xFFFFF) | RAW_IN_START);
    raw_run();
    raw_write(0, RAW_IN_LINK, RAW_IN_STOP);
    raw_run();
    CHECK_EQ(raw_read(0, RAW_IN_LINK) & RAW_IN_PARK, 0);
    raw_reset_channel();
    CHECK(raw_parked(0));
}

/* RST stops at once, drops the FIFO, and keeps the registers. */
static void test_reset_while_running(void)
{
    for (uint64_t delay = 0; delay < 700; delay += 7) {
        raw_power_on_filled(0);
        raw_write(0, RAW_INT_ENA, 3);
        raw_item(0, 0, 200, RAW_OWNER | RAW_EOF, RAW_END);
        raw_start(0, 0);
        machine_advance(delay);
        uint64_t written = machine_stats()->dma_written_bytes;
        raw_reset_channel();
        CHECK(raw_parked(0));
        raw_run();
        CHECK_EQ(machine_stats()->dma_written_bytes, written);
        CHECK_EQ(raw_read(0, RAW_INFIFO_STATUS), 0x07800003);
        CHECK_EQ(raw_read(0, RAW_INT_ENA), 3);
        CHECK_EQ(raw_read(0, RAW_IN_PERI_SEL), RAW_ID);
        raw_restart(0, 0);
        CHECK_EQ(raw_mistakes(), 2);
        raw_item(1, 200, 200, RAW_OWNER | RAW_EOF, RAW_END);
        raw_start(0, 1);
        raw_run();
        CHECK(raw_copied(200, 200));
    }
}

/* Resetting one side leaves the other running, without what was in the FIFO. */
static void test_reset_of_one_side(void)
{
    raw_power_on_filled(0);
    raw_item(0, 0, 64, RAW_OWNER | RAW_EOF, RAW_END);
    raw_write(0, RAW_OUT_LINK, (raw_tx_address(0) & 0xFFFFF) | RAW_OUT_START);
    raw_run();
    raw_write(0, RAW_IN_CONF0, RAW_MEM_TRANS | RAW_RST);
    raw_write(0, RAW_IN_CONF0, RAW_MEM_TRANS);
    raw_numbered_item(1, RAW_END);
    raw_write(0, RAW_IN_LINK, (raw_rx_address(1) & 0xFFFFF) | RAW_IN_START);
    raw_run();
    CHECK(raw_item_untouched(1));
    raw_write(0, RAW_OUT_LINK, (raw_tx_address(1) & 0xFFFFF) | RAW_OUT_START);
    raw_run();
    CHECK(raw_item_copied(1));
    CHECK_EQ(raw_mistakes(), 0);
}

static void test_reset_of_transmit(void)
{
    for (uint64_t delay = 0; delay < 500; delay += 3) {
        raw_power_on(0, delay);
        raw_fill(200);
        raw_item(0, 0, 200, RAW_OWNER | RAW_EOF, RAW_END);
        raw_start(0, 0);
        machine_advance(delay);
        uint64_t written = machine_stats()->dma_written_bytes;
        raw_write(0, RAW_OUT_CONF0, RAW_OUT_WRBACK | RAW_RST);
        raw_write(0, RAW_OUT_CONF0, RAW_OUT_WRBACK);
        raw_run();
        CHECK_EQ(machine_stats()->dma_written_bytes, written);
        CHECK_EQ(raw_read(0, RAW_OUTFIFO_STATUS), 0x07800002);
        CHECK_EQ(raw_read(0, RAW_IN_LINK) & RAW_IN_PARK, written == 200 ? RAW_IN_PARK : 0);
    }
}

static void reset_block(void)
{
    machine_write32(0x600C001C, machine_read32(0x600C001C) | 0x40);
    raw_open_gate();
    raw_open(0, false);
}

/* Runs item 5 and returns how long that takes. */
static uint64_t time_of_item(void)
{
    raw_numbered_item(5, RAW_END);
    uint64_t before = machine_now_cycles();
    uint64_t busy = machine_stats()->dma_busy_cycles;
    raw_start(0, 5);
    while (!raw_parked(0)) {
        CHECK(machine_run_next_event());
    }
    CHECK(raw_item_copied(5));
    CHECK(machine_stats()->dma_busy_cycles - busy <= machine_now_cycles() - before);
    return machine_now_cycles() - before;
}

/* What was under way when the block was reset has no effect on what comes after. */
static void test_block_reset_while_running(void)
{
    raw_power_on_filled(0);
    uint64_t time = time_of_item();
    for (uint64_t delay = 0; delay < 500; delay++) {
        raw_power_on_filled(0);
        raw_item(0, 0, 200, RAW_OWNER | RAW_EOF, RAW_END);
        raw_start(0, 0);
        machine_advance(delay);
        uint64_t written = machine_stats()->dma_written_bytes;
        reset_block();
        CHECK_EQ(time_of_item(), time);
        CHECK_EQ(machine_stats()->dma_written_bytes, written + RAW_ITEM_BYTES);
    }
}

static const struct test_case cases[] = {
    {"RESTART at the end", test_restart_at_end},
    {"RESTART at the end, lost", test_restart_at_end_lost},
    {"RESTART uses the address", test_restart_uses_address},
    {"RESTART while running", test_restart_while_running},
    {"next is read late", test_next_read_late},
    {"total EOF once", test_total_eof_once},
    {"RESTART's address reached by link", test_restart_address_reached},
    {"appends at any time", test_appends_at_any_time},
    {"RESTART after an owner error", test_restart_after_owner_error},
    {"ring", test_ring},
    {"error without PARK", test_error_not_parked},
    {"STOP", test_stop},
    {"STOP when idle", test_stop_when_idle},
    {"STOP right after START", test_stop_right_after_start},
    {"STOP before a fetch", test_stop_before_fetch},
    {"STOP without data", test_stop_without_data},
    {"RST while running", test_reset_while_running},
    {"RST of one side", test_reset_of_one_side},
    {"RST of transmit", test_reset_of_transmit},
    {"reset of the block while running", test_block_reset_while_running},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    static const struct runner_suite suites[] = {{cases, RUNNER_BARE}, {NULL, RUNNER_BARE}};
    return runner_main(argc, argv, "machine_list", suites);
}
