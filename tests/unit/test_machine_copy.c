/* SPDX-License-Identifier: Apache-2.0 */
/* The GDMA model without a driver: what one list does to data, events and registers. */
#include <string.h>

#include "check.h"
#include "machine.h"
#include "raw_dma.h"
#include "runner.h"
#include "trace.h"

enum { FIFO_BYTES = 128, VARIANTS_ALL = (1 << MACHINE_VARIANT_COUNT) - 1 };

static void copy_once(uint32_t bytes, uint32_t source_offset, uint32_t target_offset)
{
    const uint32_t around = 8;
    raw_fill(bytes + 64);
    raw_item(0, 0, bytes, RAW_OWNER | RAW_EOF, RAW_END);
    raw_tx(0)[1] += source_offset;
    raw_rx(0)[1] += around + target_offset;
    raw_start(0, 0);
    raw_run();
    CHECK(memcmp(raw_bytes(RAW_SOURCE + source_offset),
                 raw_bytes(RAW_TARGET + around + target_offset), bytes) == 0);
    CHECK(raw_untouched(0, around + target_offset));
    CHECK(raw_untouched(around + target_offset + bytes, 16));
    CHECK_EQ(raw_events(0), RAW_COPIED);
    CHECK(raw_parked(0));
    CHECK_EQ(raw_tx(0)[0], bytes | bytes << 12 | RAW_EOF);
    CHECK_EQ(raw_rx(0)[0], bytes | bytes << 12 | RAW_EOF);
}

static void test_sizes_and_alignments(void)
{
    for (uint32_t bytes = 1; bytes <= 40; bytes++) {
        raw_power_on(0, bytes);
        for (uint32_t source = 0; source < 5; source++) {
            for (uint32_t target = 0; target < 5; target++) {
                copy_once(bytes, source, target);
            }
        }
        CHECK_EQ(raw_mistakes(), 0);
    }
}

static void test_sizes_with_bursts(void)
{
    for (uint32_t bytes = 4; bytes <= 80; bytes += 4) {
        raw_power_on(0, bytes);
        raw_open(0, true);
        for (uint32_t source = 0; source < 5; source++) {
            copy_once(bytes, source, 0);
        }
        CHECK_EQ(raw_mistakes(), 0);
    }
}

static void test_largest_item(void)
{
    raw_power_on(0, 1);
    copy_once(4095, 3, 1);
    raw_open(0, true);
    copy_once(4092, 1, 0);
    CHECK_EQ(machine_stats()->dma_read_bytes, 4095 + 4092);
    CHECK_EQ(machine_stats()->dma_written_bytes, 4095 + 4092);
}

/* The last byte of the memory can be copied, and nothing behind it. */
static void test_end_of_memory(void)
{
    const uint32_t last = 0x3FCDFFFF;
    raw_power_on(0, 1);
    raw_item(0, 0, 1, RAW_OWNER | RAW_EOF, RAW_END);
    raw_rx(0)[1] = last;
    *raw_bytes(RAW_SOURCE) = 0x42;
    raw_start(0, 0);
    raw_run();
    CHECK_EQ(*raw_bytes(last), 0x42);
    CHECK_EQ(raw_mistakes(), 0);
    raw_item(0, 0, 2, RAW_OWNER | RAW_EOF, RAW_END);
    raw_tx(0)[1] = last;
    raw_start(0, 0);
    raw_run();
    CHECK_EQ(raw_mistakes(), 1);
    CHECK_EQ(raw_events(0) & RAW_OUT_DSCR_ERR, RAW_OUT_DSCR_ERR);
}

static void test_start_takes_time(void)
{
    raw_power_on(0, 1);
    raw_fill(16);
    raw_item(0, 0, 16, RAW_OWNER | RAW_EOF, RAW_END);
    raw_start(0, 0);
    CHECK_EQ(machine_now_cycles(), 0);
    CHECK_EQ(raw_read(0, RAW_INT_RAW), 0);
    CHECK(!raw_parked(0));
    CHECK(raw_untouched(0, 16));
    CHECK_EQ(raw_tx(0)[0] >> 31, 1);
    machine_advance(20);
    CHECK(!raw_parked(0));
    CHECK(raw_untouched(0, 16));
    raw_run_until_changed((uint32_t *)(uintptr_t)RAW_TARGET);
    CHECK(raw_copied(0, 4));
    CHECK(raw_untouched(4, 12));
    raw_run();
    CHECK(machine_now_cycles() > 64);
    CHECK(raw_copied(0, 16));
}

static uint64_t time_of_copy(bool burst, uint32_t bytes)
{
    raw_power_on(0, 1);
    raw_open(0, burst);
    copy_once(bytes, 0, 0);
    CHECK(machine_stats()->dma_busy_cycles <= machine_now_cycles());
    CHECK(machine_stats()->dma_busy_cycles + 10 >= machine_now_cycles());
    return machine_now_cycles();
}

static bool bursts_expected;

/* Without burst a transfer is one beat: aligned, and no more than a word. */
static void check_transfer(const struct trace_event *event, void *context)
{
    (void)context;
    if (event->kind != TRACE_DATA_READ && event->kind != TRACE_DATA_WRITE) {
        return;
    }
    uint32_t beats = (event->address + event->value - 1) / 4 - event->address / 4 + 1;
    CHECK(event->value >= 1 && event->value <= 16 && beats <= 4);
    CHECK_EQ(event->busy_cycles, 2 + 2 * beats);
    if (bursts_expected) {
        CHECK(event->kind == TRACE_DATA_READ || event->address % 4 == 0);
    } else {
        CHECK(event->value == 1 || event->value == 2 || event->value == 4);
        CHECK_EQ(event->address % event->value, 0);
    }
}

static void test_transfers(void)
{
    for (uint64_t seed = 0; seed < 64; seed++) {
        bursts_expected = seed % 2 == 1;
        raw_power_on(0, seed);
        raw_open(0, bursts_expected);
        trace_listen(check_transfer, NULL);
        copy_once(4 * (1 + machine_random(50)), machine_random(8),
                  bursts_expected ? 0 : machine_random(8));
    }
}

static void test_bursts_are_faster(void)
{
    uint64_t slow = time_of_copy(false, 1024);
    CHECK_EQ(machine_stats()->dma_bursts, 512);
    uint64_t fast = time_of_copy(true, 1024);
    CHECK_EQ(machine_stats()->dma_bursts, 128);
    CHECK(fast < slow && slow < 3 * fast);
}

/* The order in which things reach memory and registers: data, descriptor, event. */
static void test_order_of_completion(void)
{
    raw_power_on(0, 1);
    raw_fill(16);
    raw_item(0, 0, 16, RAW_OWNER | RAW_EOF, RAW_END);
    raw_start(0, 0);
    while ((raw_rx(0)[0] & RAW_OWNER) != 0) {
        CHECK_EQ(raw_read(0, RAW_INT_RAW) & (RAW_IN_DONE | RAW_IN_SUC_EOF), 0);
        CHECK(machine_run_next_event());
    }
    CHECK(raw_copied(0, 16));
    CHECK_EQ(raw_read(0, RAW_INT_RAW), RAW_COPIED);
}

/* Three items, EOF on the second and the third: what happens at each. */
static void test_events_of_a_list(void)
{
    raw_power_on(0, 1);
    raw_fill(300);
    raw_item(0, 0, 100, RAW_OWNER, 1);
    raw_item(1, 100, 100, RAW_OWNER | RAW_EOF, 2);
    raw_item(2, 200, 100, RAW_OWNER | RAW_EOF, RAW_END);
    raw_start(0, 0);
    raw_run_until_changed(raw_tx(0));
    CHECK_EQ(raw_events(0) & ~(uint32_t)RAW_IN_DONE, RAW_OUT_DONE);
    while ((raw_rx(0)[0] & RAW_OWNER) != 0) {
        CHECK(machine_run_next_event());
    }
    CHECK_EQ(raw_rx(0)[0], 100 | 100 << 12);
    CHECK_EQ(raw_read(0, RAW_INT_RAW) & (RAW_IN_DONE | RAW_IN_SUC_EOF), RAW_IN_DONE);
    raw_run_until_changed(raw_rx(1));
    CHECK_EQ(raw_rx(1)[0], 100 | 100 << 12 | RAW_EOF);
    CHECK_EQ(raw_events(0) & (RAW_IN_SUC_EOF | RAW_OUT_EOF | RAW_OUT_TOTAL_EOF),
             RAW_IN_SUC_EOF | RAW_OUT_EOF);
    CHECK_EQ(raw_read(0, RAW_IN_SUC_EOF_DES_ADDR), raw_rx_address(1));
    CHECK_EQ(raw_read(0, RAW_OUT_EOF_DES_ADDR), raw_tx_address(1));
    CHECK_EQ(raw_read(0, RAW_OUT_EOF_BFR_DES_ADDR), raw_tx_address(0));
    raw_run();
    CHECK_EQ(raw_events(0) & RAW_OUT_TOTAL_EOF, RAW_OUT_TOTAL_EOF);
    CHECK_EQ(raw_read(0, RAW_IN_SUC_EOF_DES_ADDR), raw_rx_address(2));
    CHECK_EQ(raw_read(0, RAW_OUT_EOF_DES_ADDR), raw_tx_address(2));
    CHECK_EQ(raw_read(0, RAW_OUT_EOF_BFR_DES_ADDR), raw_tx_address(1));
    CHECK(raw_copied(0, 300));
}

static void test_no_eof(void)
{
    raw_power_on(0, 1);
    raw_fill(50);
    raw_item(0, 0, 50, RAW_OWNER, RAW_END);
    raw_rx(0)[0] = 20 | RAW_OWNER;
    raw_rx(0)[2] = raw_rx_address(1);
    raw_item(1, 20, 40, RAW_OWNER, RAW_END);
    raw_start(0, 0);
    raw_run();
    CHECK(raw_copied(0, 50));
    CHECK_EQ(raw_events(0), RAW_IN_DONE | RAW_OUT_DONE);
    CHECK_EQ(raw_rx(0)[0], 20 | 20 << 12);
    /* The second receive item is neither full nor closed: it waits. */
    CHECK_EQ(raw_rx(1)[0], 40 | RAW_OWNER);
    CHECK_EQ(raw_read(0, RAW_IN_LINK) & RAW_IN_PARK, 0);
    CHECK_EQ(raw_read(0, RAW_OUT_LINK) & RAW_OUT_PARK, RAW_OUT_PARK);
}

/* An EOF closes a receive item that is not full; what follows goes to the next one. */
static void test_eof_closes(void)
{
    raw_power_on(0, 1);
    raw_fill(200);
    raw_item(0, 0, 33, RAW_OWNER | RAW_EOF, 1);
    raw_item(1, 33, 17, RAW_OWNER | RAW_EOF, RAW_END);
    raw_rx(0)[0] = 100 | RAW_OWNER;
    raw_rx(1)[0] = 100 | RAW_OWNER;
    raw_rx(1)[1] = RAW_TARGET + 100;
    raw_start(0, 0);
    raw_run();
    CHECK_EQ(raw_rx(0)[0], 100 | 33 << 12 | RAW_EOF);
    CHECK_EQ(raw_rx(1)[0], 100 | 17 << 12 | RAW_EOF);
    CHECK(raw_copied(0, 33));
    CHECK(raw_untouched(33, 67));
    CHECK(memcmp(raw_bytes(RAW_SOURCE + 33), raw_bytes(RAW_TARGET + 100), 17) == 0);
    CHECK_EQ(raw_events(0), RAW_COPIED);
}

/* Transmit and receive may be cut at different places. */
static void test_different_cuts(void)
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        raw_power_on(0, seed);
        raw_open(0, seed % 2 == 0);
        raw_fill(4096);
        uint32_t tx_at = 0;
        uint32_t rx_at = 0;
        for (unsigned i = 0; i < 8; i++) {
            uint32_t tx_bytes = 1 + machine_random(300);
            uint32_t rx_bytes = 4 * (1 + machine_random(100));
            unsigned next = i == 7 ? RAW_END : i + 1;
            raw_item(i, tx_at, tx_bytes, RAW_OWNER | (i == 7 ? RAW_EOF : 0), next);
            raw_rx(i)[0] = rx_bytes | RAW_OWNER;
            raw_rx(i)[1] = RAW_TARGET + rx_at;
            tx_at += tx_bytes;
            rx_at += rx_bytes;
        }
        raw_start(0, 0);
        raw_run();
        CHECK_EQ(raw_mistakes(), 0);
        uint32_t moved = tx_at < rx_at ? tx_at : rx_at;
        CHECK(raw_copied(0, moved));
        CHECK(raw_untouched(moved, 16));
        uint32_t events = raw_events(0);
        CHECK_EQ((events & RAW_IN_SUC_EOF) != 0, tx_at <= rx_at);
        CHECK_EQ((events & RAW_IN_DSCR_EMPTY) != 0, tx_at > rx_at);
    }
}

static void test_eof_mode(void)
{
    for (unsigned mode = 0; mode < 2; mode++) {
        raw_power_on(0, 1);
        raw_write(0, RAW_OUT_CONF0, RAW_OUT_WRBACK | (mode == 0 ? 0 : RAW_OUT_EOF_MODE));
        raw_item(0, 0, 16, RAW_OWNER | RAW_EOF, RAW_END);
        /* Without a receive list the FIFO keeps what it gets. */
        raw_write(0, RAW_OUT_LINK, (raw_tx_address(0) & 0xFFFFF) | RAW_OUT_START);
        raw_run();
        CHECK_EQ(raw_events(0), RAW_OUT_DONE | (mode == 0 ? RAW_OUT_EOF : 0));
        raw_write(0, RAW_IN_LINK, (raw_rx_address(0) & 0xFFFFF) | RAW_IN_START);
        raw_run();
        CHECK_EQ(raw_events(0),
                 RAW_IN_DONE | RAW_IN_SUC_EOF | RAW_OUT_TOTAL_EOF | (mode == 0 ? 0 : RAW_OUT_EOF));
    }
}

/* Transmit fills the FIFO before receive has written anything: later changes are not seen. */
static void test_read_ahead(void)
{
    raw_power_on(0, 1);
    raw_fill(400);
    raw_item(0, 0, 400, RAW_OWNER | RAW_EOF, RAW_END);
    raw_write(0, RAW_OUT_LINK, (raw_tx_address(0) & 0xFFFFF) | RAW_OUT_START);
    raw_run();
    CHECK_EQ(machine_stats()->dma_read_bytes, FIFO_BYTES);
    CHECK_EQ(raw_read(0, RAW_OUTFIFO_STATUS), 63u << 2 | 1);
    CHECK_EQ(raw_read(0, RAW_INFIFO_STATUS), 63u << 2 | 1);
    uint8_t before = raw_bytes(RAW_SOURCE)[FIFO_BYTES - 1];
    raw_bytes(RAW_SOURCE)[FIFO_BYTES - 1] ^= 0xFF;
    raw_bytes(RAW_SOURCE)[FIFO_BYTES] ^= 0xFF;
    raw_write(0, RAW_IN_LINK, (raw_rx_address(0) & 0xFFFFF) | RAW_IN_START);
    raw_run();
    CHECK_EQ(raw_bytes(RAW_TARGET)[FIFO_BYTES - 1], before);
    CHECK_EQ(raw_bytes(RAW_TARGET)[FIFO_BYTES], raw_bytes(RAW_SOURCE)[FIFO_BYTES]);
    CHECK_EQ(raw_read(0, RAW_OUTFIFO_STATUS), 0x07800002);
    CHECK_EQ(raw_read(0, RAW_INFIFO_STATUS), 0x07800002);
}

/* By seed, transmit reads the source of a later item before receive has written an earlier one. */
static void test_read_ahead_of_items(void)
{
    unsigned stale = 0;
    unsigned fresh = 0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        raw_power_on(0, seed);
        raw_fill(64);
        raw_item(0, 0, 32, RAW_OWNER | RAW_EOF, 1);
        raw_item(1, 32, 32, RAW_OWNER | RAW_EOF, RAW_END);
        raw_tx(1)[1] = RAW_TARGET;
        raw_start(0, 0);
        raw_run();
        bool is_fresh = memcmp(raw_bytes(RAW_SOURCE), raw_bytes(RAW_TARGET + 32), 32) == 0;
        fresh += is_fresh ? 1 : 0;
        stale += is_fresh ? 0 : 1;
    }
    CHECK(stale >= 5);
    CHECK(fresh >= 1);
}

static void test_fifo_status(void)
{
    raw_power_on(0, 1);
    CHECK_EQ(raw_read(0, RAW_INFIFO_STATUS), 0x07800003);
    CHECK_EQ(raw_read(0, RAW_OUTFIFO_STATUS), 0x07800002);
    raw_item(0, 0, 2, RAW_OWNER, RAW_END);
    raw_write(0, RAW_OUT_LINK, (raw_tx_address(0) & 0xFFFFF) | RAW_OUT_START);
    raw_run();
    CHECK_EQ(raw_read(0, RAW_OUTFIFO_STATUS), 2u << 2 | 0x06000000);
    raw_power_on(0, 1);
    raw_item(0, 0, 2, RAW_OWNER, RAW_END);
    raw_write(0, RAW_IN_LINK, (raw_rx_address(0) & 0xFFFFF) | RAW_IN_START);
    raw_run();
    CHECK_EQ(raw_read(0, RAW_INFIFO_STATUS) >> 27, 1);
}

static void test_address_trail(void)
{
    raw_power_on(0, 1);
    raw_item(0, 0, 8, RAW_OWNER, 1);
    raw_item(1, 8, 8, RAW_OWNER, 2);
    raw_item(2, 16, 4000, RAW_OWNER | RAW_EOF, 3);
    raw_item(3, 16, 8, RAW_OWNER | RAW_EOF, RAW_END);
    raw_start(0, 0);
    raw_run_until_changed(raw_tx(1));
    raw_run_until_changed(raw_rx(1));
    machine_advance(400);
    CHECK_EQ(raw_read(0, RAW_OUT_STATE) & 0x3FFFF, raw_tx_address(2) & 0x3FFFF);
    CHECK_EQ(raw_read(0, RAW_IN_STATE) & 0x3FFFF, raw_rx_address(2) & 0x3FFFF);
    CHECK(raw_read(0, RAW_OUT_STATE) >> 18 != 0);
    /* The next descriptor has been read ahead. */
    CHECK_EQ(raw_read(0, RAW_OUT_DSCR), 0);
    CHECK_EQ(raw_read(0, RAW_OUT_DSCR_BF0), raw_tx_address(3));
    CHECK_EQ(raw_read(0, RAW_OUT_DSCR_BF1), raw_tx_address(2));
    CHECK_EQ(raw_read(0, RAW_IN_DSCR), 0);
    CHECK_EQ(raw_read(0, RAW_IN_DSCR_BF0), raw_rx_address(3));
    CHECK_EQ(raw_read(0, RAW_IN_DSCR_BF1), raw_rx_address(2));
    raw_run();
    CHECK_EQ(raw_read(0, RAW_OUT_STATE), raw_tx_address(3) & 0x3FFFF);
    CHECK(raw_parked(0));
}

/* Receive has nowhere to go: it says so, and nothing is lost. */
static void test_receive_list_too_short(void)
{
    raw_power_on(0, 1);
    raw_fill(300);
    raw_item(0, 0, 300, RAW_OWNER | RAW_EOF, RAW_END);
    raw_rx(0)[0] = 60 | RAW_OWNER;
    raw_start(0, 0);
    while ((raw_read(0, RAW_INT_RAW) & RAW_IN_DSCR_EMPTY) == 0) {
        CHECK(machine_run_next_event());
    }
    CHECK_EQ(raw_events(0), RAW_IN_DONE | RAW_IN_DSCR_EMPTY);
    raw_run();
    CHECK_EQ(raw_events(0), 0); /* told once */
    CHECK(raw_copied(0, 60));
    CHECK(raw_untouched(60, 240));
    raw_item(1, 60, 240, RAW_OWNER, RAW_END);
    raw_rx(0)[2] = raw_rx_address(1);
    raw_write(0, RAW_IN_LINK, RAW_IN_RESTART);
    raw_run();
    CHECK(raw_copied(0, 300));
    CHECK_EQ(raw_events(0), RAW_COPIED);
    CHECK_EQ(raw_mistakes(), 0);
}

static void test_owner_check(void)
{
    raw_power_on(0, 1);
    raw_fill(8);
    raw_item(0, 0, 8, RAW_EOF, RAW_END);
    raw_start(0, 0);
    raw_run();
    CHECK_EQ(raw_events(0), RAW_IN_DSCR_ERR | RAW_OUT_DSCR_ERR);
    CHECK(raw_untouched(0, 8));
    CHECK(raw_parked(0));
    CHECK_EQ(raw_mistakes(), 0);

    raw_power_on(0, 1);
    raw_fill(8);
    raw_item(0, 0, 8, RAW_EOF, RAW_END);
    raw_write(0, RAW_IN_CONF1, 0);
    raw_write(0, RAW_OUT_CONF1, 0);
    raw_start(0, 0);
    raw_run();
    CHECK_EQ(raw_events(0), RAW_COPIED);
    CHECK(raw_copied(0, 8));
}

static void test_write_back_settings(void)
{
    raw_power_on(0, 1);
    raw_write(0, RAW_OUT_CONF0, RAW_OUT_EOF_MODE);
    raw_item(0, 0, 8, RAW_OWNER | RAW_EOF, RAW_END);
    raw_start(0, 0);
    raw_run();
    CHECK_EQ(raw_tx(0)[0] >> 31, 1);
    CHECK_EQ(raw_rx(0)[0] >> 31, 0);
    CHECK_EQ(raw_events(0), RAW_COPIED);
    raw_write(0, RAW_OUT_CONF0, RAW_OUT_EOF_MODE | RAW_OUT_WRBACK | RAW_LOOP_TEST);
    raw_write(0, RAW_IN_CONF0, RAW_MEM_TRANS | RAW_LOOP_TEST);
    raw_item(0, 0, 8, RAW_OWNER | RAW_EOF, RAW_END);
    raw_start(0, 0);
    raw_run();
    CHECK_EQ(raw_tx(0)[0] >> 31, 1);
    CHECK_EQ(raw_rx(0)[0], 8 | 8 << 12 | RAW_EOF | RAW_OWNER);
}

struct bad_item {
    uint32_t word; /* of transmit; + 4: of receive */
    uint32_t value;
    uint32_t events;
    unsigned mistakes;
};

static void test_bad_items(void)
{
    static const struct bad_item bad[] = {
        /* transmit length 0 */
        {0, RAW_OWNER | 8, RAW_OUT_DSCR_ERR, 1},
        /* receive size 0 */
        {4, RAW_OWNER, RAW_IN_DSCR_ERR, 1},
        /* transmit buffer below */
        {1, 0x3FC7FFFF, RAW_OUT_DSCR_ERR, 1},
        /* transmit buffer beyond */
        {1, 0x3FCE0000, RAW_OUT_DSCR_ERR, 1},
        /* transmit buffer in RTC RAM */
        {1, 0x50000000, RAW_OUT_DSCR_ERR, 1},
        /* receive buffer in flash */
        {5, 0x3C000000, RAW_IN_DSCR_ERR, 1},
        /* receive buffer over the end */
        {5, 0x3FCDFFFC, RAW_IN_DSCR_ERR, 1},
        /* receive buffer at the wrap */
        {5, 0xFFFFFFFC, RAW_IN_DSCR_ERR, 1},
        /* transmit owned by the CPU */
        {0, 8u << 12, RAW_OUT_DSCR_ERR, 0},
        /* transmit reserved bits */
        {0, RAW_OWNER | RAW_EOF | 8u << 12 | 1u << 24, RAW_COPIED, 1},
        /* receive reserved bits */
        {4, RAW_OWNER | 8 | 1u << 29, RAW_COPIED, 1},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        raw_power_on(0, 1);
        raw_fill(8);
        raw_item(0, 0, 8, RAW_OWNER | RAW_EOF, RAW_END);
        uint32_t *words = bad[i].word < 4 ? raw_tx(0) : raw_rx(0);
        words[bad[i].word % 4] = bad[i].value;
        raw_start(0, 0);
        raw_run();
        CHECK_EQ(raw_events(0) & (bad[i].events | RAW_IN_DSCR_ERR | RAW_OUT_DSCR_ERR),
                 bad[i].events);
        CHECK_EQ(raw_mistakes(), bad[i].mistakes);
        CHECK_EQ(raw_copied(0, 8), bad[i].events == RAW_COPIED);
    }
}

static void test_bad_addresses(void)
{
    const uint32_t bad[] = {0x3FC90002, 0x3FC7FFF0, 0x3FCDFFF8, 0x3FCE0000};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        raw_power_on(0, 1);
        raw_write(0, RAW_OUT_LINK, (bad[i] & 0xFFFFF) | RAW_OUT_START);
        raw_run();
        CHECK_EQ(raw_mistakes(), 1);
        CHECK_EQ(raw_events(0), RAW_OUT_DSCR_ERR);
        raw_item(0, 0, 8, RAW_OWNER, RAW_END);
        raw_tx(0)[2] = bad[i];
        raw_write(0, RAW_OUT_CONF0, RAW_RST | RAW_OUT_WRBACK);
        raw_write(0, RAW_OUT_CONF0, RAW_OUT_WRBACK);
        raw_write(0, RAW_OUT_LINK, (raw_tx_address(0) & 0xFFFFF) | RAW_OUT_START);
        raw_run();
        CHECK_EQ(raw_mistakes(), 1);
        CHECK_EQ(raw_events(0), RAW_OUT_DONE | RAW_OUT_DSCR_ERR);
    }
}

static void test_unaligned_receive_burst(void)
{
    raw_power_on(0, 1);
    raw_open(0, true);
    raw_fill(64);
    raw_item(0, 8, 16, RAW_OWNER | RAW_EOF, RAW_END);
    raw_rx(0)[1] += 1;
    raw_start(0, 0);
    raw_run();
    CHECK_EQ(raw_mistakes(), 1);
    CHECK(raw_copied(8, 16)); /* rounded down */
    raw_item(0, 8, 15, RAW_OWNER | RAW_EOF, RAW_END);
    raw_start(0, 0);
    raw_run();
    CHECK_EQ(raw_mistakes(), 1);
}

struct bad_setting {
    uint32_t offset;
    uint32_t value;
};

/* Settings that do not connect the two sides: a mistake, and no data moves. */
static void test_bad_settings(void)
{
    static const struct bad_setting bad[] = {
        {RAW_IN_CONF0, 0},
        {RAW_IN_PERI_SEL, RAW_ID + 1},
        {RAW_OUT_PERI_SEL, 0x3F},
        {RAW_OUT_PERI_SEL, RAW_ID + 1},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        raw_power_on(0, 1);
        raw_fill(8);
        raw_item(0, 0, 8, RAW_OWNER | RAW_EOF, RAW_END);
        raw_write(0, bad[i].offset, bad[i].value);
        raw_start(0, 0);
        raw_run();
        CHECK_EQ(raw_mistakes(), 2);
        CHECK_EQ(machine_stats()->dma_read_bytes, 0);
        CHECK_EQ(raw_events(0), 0);
    }
}

static bool id_works(uint32_t id)
{
    raw_power_on(0, 1);
    raw_fill(8);
    raw_write(0, RAW_IN_PERI_SEL, id);
    raw_write(0, RAW_OUT_PERI_SEL, id);
    raw_item(0, 0, 8, RAW_OWNER | RAW_EOF, RAW_END);
    raw_start(0, 0);
    raw_run();
    bool works = raw_copied(0, 8);
    CHECK_EQ(raw_mistakes(), works ? 0 : 2);
    return works;
}

static void test_trigger_ids(void)
{
    uint64_t working = 0;
    for (uint32_t id = 0; id < 64; id++) {
        working |= id_works(id) ? UINT64_C(1) << id : 0;
    }
    CHECK_EQ(working, 0x1CD);
}

static void test_shared_trigger_id(void)
{
    for (unsigned side = 0; side < 2; side++) {
        raw_power_on(0, 1);
        raw_write(2, side == 0 ? RAW_IN_PERI_SEL : RAW_OUT_PERI_SEL, RAW_ID);
        raw_item(0, 0, 8, RAW_OWNER | RAW_EOF, RAW_END);
        raw_start(0, 0);
        raw_run();
        CHECK_EQ(raw_mistakes(), 2);
        CHECK_EQ(raw_events(0), 0);
    }
}

static void test_bad_commands(void)
{
    raw_power_on(0, 1);
    raw_restart(0, 0);
    CHECK_EQ(raw_mistakes(), 2); /* nothing was started */
    raw_fill(100);
    raw_item(0, 0, 100, RAW_OWNER | RAW_EOF, RAW_END);
    raw_start(0, 0);
    raw_start(0, 0);
    CHECK_EQ(raw_mistakes(), 2); /* it runs */
    raw_run();
    CHECK(raw_copied(0, 100));
    CHECK_EQ(raw_events(0), RAW_COPIED);
    raw_write(0, RAW_IN_LINK, RAW_IN_START | RAW_IN_STOP);
    CHECK_EQ(raw_mistakes(), 1);
    raw_write(0, RAW_OUT_CONF0, RAW_RST);
    raw_write(0, RAW_OUT_LINK, RAW_OUT_START);
    CHECK_EQ(raw_mistakes(), 1); /* held in reset */
    raw_item(0, 0, 8, 0, RAW_END);
    raw_write(0, RAW_IN_LINK, (raw_rx_address(0) & 0xFFFFF) | RAW_IN_START);
    raw_run();
    CHECK_EQ(raw_events(0), RAW_IN_DSCR_ERR);
    raw_write(0, RAW_IN_LINK, (raw_rx_address(0) & 0xFFFFF) | RAW_IN_START);
    CHECK_EQ(raw_mistakes(), 1); /* an error wants RST first */
}

static void test_interrupt_of_channels(void)
{
    raw_power_on(0, 1);
    for (unsigned n = 0; n < 3; n++) {
        raw_open(n, false);
        raw_item(0, 0, 8, RAW_OWNER | RAW_EOF, RAW_END);
        raw_start(n, 0);
        raw_run();
        CHECK_EQ(raw_read(n, RAW_INT_ST), 0);
        CHECK_EQ(machine_read32(0x600C20FC), 0);
        raw_write(n, RAW_INT_ENA, RAW_IN_SUC_EOF | RAW_OUT_DSCR_ERR);
        CHECK_EQ(raw_read(n, RAW_INT_ST), RAW_IN_SUC_EOF);
        CHECK_EQ(machine_read32(0x600C20FC), UINT32_C(1) << (44 + n - 32));
        raw_write(n, RAW_INT_RAW, RAW_IN_SUC_EOF); /* write 1 to clear */
        CHECK_EQ(machine_read32(0x600C20FC), 0);
        CHECK_EQ(raw_events(n), RAW_COPIED & ~RAW_IN_SUC_EOF);
    }
    CHECK_EQ(raw_mistakes(), 0);
}

/* Three channels at once: each byte arrives, and they take turns. */
static void start_three(uint32_t bytes)
{
    raw_fill(3 * bytes);
    for (unsigned n = 0; n < 3; n++) {
        raw_open(n, true);
        raw_item(n, n * bytes, bytes, RAW_OWNER | RAW_EOF, RAW_END);
        raw_start(n, n);
    }
}

static uint64_t finish_time(unsigned item)
{
    while ((raw_rx(item)[0] & RAW_OWNER) != 0) {
        CHECK(machine_run_next_event());
    }
    return machine_now_cycles();
}

static void test_arbitration(void)
{
    raw_power_on(0, 1);
    start_three(2000);
    uint64_t first = finish_time(0);
    raw_run();
    uint64_t last = machine_now_cycles();
    CHECK(last - first < last / 4);
    CHECK(raw_copied(0, 6000));

    raw_power_on(0, 1);
    raw_write(2, RAW_IN_PRI, 9);
    raw_write(2, RAW_OUT_PRI, 9);
    start_three(2000);
    first = finish_time(2);
    CHECK(raw_untouched(0, 500) || first < last / 2);
    raw_run();
    CHECK(raw_copied(0, 6000));
    uint64_t with_priority = first;

    raw_power_on(0, 1);
    raw_write(2, RAW_IN_PRI, 9);
    raw_write(2, RAW_OUT_PRI, 9);
    raw_write(0, RAW_MISC_CONF, 1u << 2);
    start_three(2000);
    CHECK(finish_time(2) > 2 * with_priority);
}

static void test_clock_stops_the_engine(void)
{
    raw_power_on(0, 1);
    raw_fill(200);
    raw_item(0, 0, 200, RAW_OWNER | RAW_EOF, RAW_END);
    raw_start(0, 0);
    raw_run_until_changed((uint32_t *)(uintptr_t)RAW_TARGET);
    const uint32_t clock = 0x600C0014;
    machine_write32(clock, machine_read32(clock) & ~UINT32_C(0x40));
    machine_advance(10000);
    CHECK(raw_untouched(180, 20));
    raw_open_gate();
    raw_run();
    CHECK(raw_copied(0, 200));
}

static void test_bus_master_reset(void)
{
    raw_power_on(0, 1);
    raw_fill(200);
    raw_item(0, 0, 200, RAW_OWNER | RAW_EOF, RAW_END);
    raw_start(0, 0);
    raw_run_until_changed((uint32_t *)(uintptr_t)RAW_TARGET);
    raw_write(0, RAW_MISC_CONF, 1);
    machine_advance(10000);
    CHECK(raw_untouched(180, 20));
    raw_write(0, RAW_MISC_CONF, 0);
    raw_run();
    CHECK(raw_copied(0, 200));
}

/* Whatever stands in registers and descriptors, the model survives, and stays within memory. */
static void test_random_content(void)
{
    for (uint64_t seed = 0; seed < 300; seed++) {
        raw_power_on(seed % 2 == 0 ? VARIANTS_ALL : 0, seed);
        for (unsigned i = 0; i < RAW_ITEMS; i++) {
            raw_item(i, machine_random(64), 1 + machine_random(100), RAW_OWNER,
                     machine_random(RAW_ITEMS));
            raw_tx(machine_random(RAW_ITEMS))[machine_random(8)] ^= UINT32_C(1)
                                                                    << machine_random(32);
        }
        for (unsigned i = 0; i < 200; i++) {
            uint32_t offset = 4 * machine_random(0xC4);
            uint32_t value = machine_random(2) == 0 ? machine_random(UINT32_MAX)
                                                    : UINT32_C(1) << machine_random(32);
            raw_write(0, offset, value);
            (void)raw_read(0, offset);
            machine_advance(machine_random(60));
        }
        machine_advance(5000);
    }
    CHECK(raw_mistakes() > 0);
}

static const struct test_case cases[] = {
    {"sizes and alignments", test_sizes_and_alignments},
    {"sizes with bursts", test_sizes_with_bursts},
    {"largest item", test_largest_item},
    {"end of memory", test_end_of_memory},
    {"start takes time", test_start_takes_time},
    {"transfers", test_transfers},
    {"bursts are faster", test_bursts_are_faster},
    {"order of completion", test_order_of_completion},
    {"events of a list", test_events_of_a_list},
    {"no EOF", test_no_eof},
    {"EOF closes an item", test_eof_closes},
    {"different cuts", test_different_cuts},
    {"EOF mode", test_eof_mode},
    {"read-ahead", test_read_ahead},
    {"read-ahead of items", test_read_ahead_of_items},
    {"FIFO status", test_fifo_status},
    {"address trail", test_address_trail},
    {"receive list too short", test_receive_list_too_short},
    {"owner check", test_owner_check},
    {"write-back settings", test_write_back_settings},
    {"bad items", test_bad_items},
    {"bad addresses", test_bad_addresses},
    {"unaligned receive burst", test_unaligned_receive_burst},
    {"bad settings", test_bad_settings},
    {"trigger ids", test_trigger_ids},
    {"shared trigger id", test_shared_trigger_id},
    {"bad commands", test_bad_commands},
    {"interrupt of channels", test_interrupt_of_channels},
    {"arbitration", test_arbitration},
    {"clock stops the engine", test_clock_stops_the_engine},
    {"bus master reset", test_bus_master_reset},
    {"random content", test_random_content},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    static const struct runner_suite suites[] = {{cases, RUNNER_BARE}, {NULL, RUNNER_BARE}};
    return runner_main(argc, argv, "machine_copy", suites);
}
