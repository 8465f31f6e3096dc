/* SPDX-License-Identifier: Apache-2.0 */
/* S31: the DMA comes up gated and held in reset, and may have other users. */
#include <stddef.h>

#include "buffer.h"
#include "c3_registers.h"
#include "check.h"
#include "copy.h"
#include "engine.h"
#include "esp_heap_caps.h"
#include "fixture.h"
#include "platform.h"
#include "port.h"
#include "runner.h"
#include "trace.h"

enum { BYTES = 12000, ITEM_COUNT = 3, COPY_COUNT = 4, OTHER_PRIORITY = 5 };

/* As after power-on: no clock, and reset held; other bits of the same registers are others'
 * business. */
static void s31_gate_after_power_on(void)
{
    uint32_t clocks = machine_read32(C3_PERIP_CLK_EN1);
    uint32_t resets = machine_read32(C3_PERIP_RST_EN1);
    async_memcpy_handle_t handle;

    CHECK_EQ(clocks & C3_DMA_GATE_MASK, 0);
    CHECK_EQ(resets & C3_DMA_GATE_MASK, C3_DMA_GATE_MASK);
    handle = driver_install(2, 0);
    CHECK_EQ(machine_read32(C3_PERIP_CLK_EN1), clocks | C3_DMA_GATE_MASK);
    CHECK_EQ(machine_read32(C3_PERIP_RST_EN1), resets & ~C3_DMA_GATE_MASK);
    copy_pattern(handle, 1000, 1, 2);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

/* Another driver of the same block, with a channel pair of its own, programmed by register. */
struct other_user {
    unsigned pair;
    int id;
    struct item *items;
    struct buffer source;
    struct buffer destination;
};

static struct other_user other;

static uint32_t channel_registers[] = {C3_IN_CONF0,  C3_IN_CONF1,  C3_IN_PERI_SEL,  0x9C,
                                       C3_OUT_CONF0, C3_OUT_CONF1, C3_OUT_PERI_SEL, 0xFC};
enum { REGISTER_COUNT = sizeof(channel_registers) / sizeof(channel_registers[0]) };

static void other_make_items(void)
{
    uint32_t from = bus_addr_of(other.source.bytes);
    uint32_t to = bus_addr_of(other.destination.bytes);
    const uint32_t bytes = BYTES / ITEM_COUNT;

    other.items = heap_caps_calloc(ITEM_COUNT, sizeof(*other.items), MALLOC_CAP_DMA);
    CHECK(other.items != NULL);
    for (uint32_t i = 0; i < ITEM_COUNT; i++) {
        struct item *item = &other.items[i];
        bool last = i + 1 == ITEM_COUNT;

        item->tx.buffer = from + i * bytes;
        item->rx.buffer = to + i * bytes;
        item->tx.next = last ? 0 : bus_addr_of(&item[1].tx);
        item->rx.next = last ? 0 : bus_addr_of(&item[1].rx);
        item->tx.dw0 = DW0_OWNER_DMA | (last ? DW0_SUC_EOF : 0) | bytes << 12 | bytes;
        item->rx.dw0 = DW0_OWNER_DMA | bytes;
    }
}

static void other_open(void)
{
    const struct chip_engine *engine = port_chip()->ahb;

    other.pair = (unsigned)port_claim_pair(engine);
    other.id = port_claim_trigger_id(engine);
    buffer_open(&other.source, BYTES, 0);
    buffer_open(&other.destination, BYTES, 0);
    pattern_fill(other.source.bytes, BYTES, 15);
    other_make_items();
    machine_write32(C3_PERIP_CLK_EN1, machine_read32(C3_PERIP_CLK_EN1) | C3_DMA_GATE_MASK);
    machine_write32(C3_PERIP_RST_EN1, machine_read32(C3_PERIP_RST_EN1) & ~C3_DMA_GATE_MASK);
}

/* Begins a copy and leaves it running. */
static void other_start(void)
{
    uint32_t channel = C3_CHANNEL(other.pair);

    machine_write32(channel + C3_IN_PERI_SEL, (uint32_t)other.id);
    machine_write32(channel + C3_OUT_PERI_SEL, (uint32_t)other.id);
    machine_write32(channel + 0x9C, OTHER_PRIORITY);
    machine_write32(channel + 0xFC, OTHER_PRIORITY);
    machine_write32(channel + C3_IN_CONF0, 0x10);
    machine_write32(channel + C3_OUT_CONF0, 0x0C);
    machine_publish();
    machine_write32(channel + C3_IN_LINK, (bus_addr_of(&other.items[0].rx) & 0xFFFFF) | 0x500000);
    machine_write32(channel + C3_OUT_LINK, (bus_addr_of(&other.items[0].tx) & 0xFFFFF) | 0x200000);
}

static void other_close(void)
{
    const struct chip_engine *engine = port_chip()->ahb;

    port_release_trigger_id(engine, other.id);
    port_release_pair(engine, (int)other.pair);
    heap_caps_free(other.items);
    buffer_close(&other.destination);
    buffer_close(&other.source);
}

/* Fails if the driver writes a register of the gate or of the other user's channel. */
static void watch_writes(const struct trace_event *event, void *context)
{
    uint32_t channel = C3_CHANNEL(other.pair);
    uint32_t interrupts = C3_INTERRUPTS(other.pair);

    (void)context;
    if (event->kind != TRACE_REGISTER_WRITE) {
        return;
    }
    CHECK(event->address != C3_PERIP_CLK_EN1 && event->address != C3_PERIP_RST_EN1);
    CHECK(event->address < channel + 0x70 || event->address > channel + 0x100);
    CHECK(event->address < interrupts || event->address > interrupts + C3_INT_CLR);
}

/* The other user's copy runs while a driver is installed, copies and is uninstalled. */
static void s31_other_user_runs(void)
{
    uint32_t before[REGISTER_COUNT];
    async_memcpy_handle_t handle;

    other_open();
    other_start();
    for (size_t i = 0; i < REGISTER_COUNT; i++) {
        before[i] = machine_read32(C3_CHANNEL(other.pair) + channel_registers[i]);
    }
    trace_listen(watch_writes, NULL);
    for (size_t i = 0; i < COPY_COUNT; i++) {
        handle = driver_install(2, i % 2 == 0 ? 0 : 4);
        copy_pattern(handle, 400, 0, 2);
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    }
    trace_listen(NULL, NULL);
    machine_advance(200000);
    for (size_t i = 0; i < REGISTER_COUNT; i++) {
        CHECK_EQ(machine_read32(C3_CHANNEL(other.pair) + channel_registers[i]), before[i]);
    }
    CHECK((machine_read32(C3_INTERRUPTS(other.pair)) & C3_INT_IN_SUC_EOF) != 0);
    pattern_check(other.destination.bytes, BYTES, 15);
    other_close();
}

/* It is there before the driver and stays after it; a driver that errs and recovers leaves it
 * alone. */
static void s31_clock_stays_for_others(void)
{
    async_memcpy_handle_t handle = driver_install(2, 0);

    other_open();
    copy_pattern(handle, 100, 0, 0);
    other_start();
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    CHECK((machine_read32(C3_PERIP_CLK_EN1) & C3_DMA_GATE_MASK) != 0);
    machine_advance(200000);
    pattern_check(other.destination.bytes, BYTES, 15);
    other_close();
}

static const struct test_case scenarios[] = {
    {"S31 gate as after power-on", s31_gate_after_power_on},
    {"S31 another user's channel runs", s31_other_user_runs},
    {"S31 clock stays for other users", s31_clock_stays_for_others},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {scenarios, RUNNER_TIMINGS},
        {NULL, RUNNER_BARE},
    };

    return runner_main(argc, argv, "platform", suites);
}
