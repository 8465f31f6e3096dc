/* SPDX-License-Identifier: Apache-2.0 */
/* S31: the DMA comes up gated and held in reset, and may have other users. */
#include <stddef.h>

#include "buffer.h"
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
    const struct platform_registers *registers = &platform_chip()->registers;
    uint32_t clocks = machine_read32(registers->clock);
    uint32_t resets = machine_read32(registers->reset);
    async_memcpy_handle_t handle;

    CHECK_EQ(clocks & registers->gate_mask, 0);
    CHECK_EQ(resets & registers->gate_mask, registers->gate_mask);
    handle = driver_install(2, 0);
    CHECK_EQ(machine_read32(registers->clock), clocks | registers->gate_mask);
    CHECK_EQ(machine_read32(registers->reset), resets & ~registers->gate_mask);
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

/* Receive's settings, and transmit's behind them. */
enum { SETTING_COUNT = 4, REGISTER_COUNT = 2 * SETTING_COUNT };

static uint32_t channel_of(unsigned pair)
{
    return platform_chip()->registers.channel + PLATFORM_CHANNEL_STRIDE * pair;
}

static void read_settings(unsigned pair, uint32_t values[REGISTER_COUNT])
{
    const struct platform_registers *registers = &platform_chip()->registers;
    const uint32_t offsets[SETTING_COUNT] = {0, registers->in_conf1, registers->in_priority,
                                             registers->in_peri_sel};

    for (unsigned i = 0; i < SETTING_COUNT; i++) {
        values[i] = machine_read32(channel_of(pair) + offsets[i]);
        values[SETTING_COUNT + i] = machine_read32(channel_of(pair) + offsets[i] +
                                                   PLATFORM_OUT_FROM_IN);
    }
}

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
    const struct platform_registers *registers = &platform_chip()->registers;
    const struct chip_engine *engine = port_chip()->ahb;

    other.pair = (unsigned)port_claim_pair(engine);
    other.id = port_claim_trigger_id(engine);
    buffer_open_in(&other.source, BUFFER_INTERNAL, BYTES, 0);
    buffer_open_in(&other.destination, BUFFER_INTERNAL, BYTES, 0);
    pattern_fill(other.source.bytes, BYTES, 15);
    other_make_items();
    machine_write32(registers->clock, machine_read32(registers->clock) | registers->gate_mask);
    machine_write32(registers->reset, machine_read32(registers->reset) & ~registers->gate_mask);
}

/* Begins a copy and leaves it running. */
static void other_start(void)
{
    const struct platform_registers *registers = &platform_chip()->registers;
    uint32_t in = channel_of(other.pair);
    uint32_t out = in + PLATFORM_OUT_FROM_IN;

    machine_write32(in + registers->in_peri_sel, (uint32_t)other.id);
    machine_write32(out + registers->in_peri_sel, (uint32_t)other.id);
    machine_write32(in + registers->in_priority, OTHER_PRIORITY);
    machine_write32(out + registers->in_priority, OTHER_PRIORITY);
    machine_write32(in, 0x10);
    machine_write32(out, 0x0C);
    machine_publish();
    machine_write32(in + registers->in_link,
                    (bus_addr_of(&other.items[0].rx) & 0xFFFFF) | 0x500000);
    machine_write32(out + registers->in_link,
                    (bus_addr_of(&other.items[0].tx) & 0xFFFFF) | 0x200000);
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

/* Fails if the driver shuts the gate or writes a register of the other user's channel. */
static void watch_writes(const struct trace_event *event, void *context)
{
    const struct platform_registers *registers = &platform_chip()->registers;
    uint32_t channel = channel_of(other.pair);
    uint32_t interrupts = registers->interrupts + registers->interrupt_stride * other.pair;

    (void)context;
    if (event->kind != TRACE_REGISTER_WRITE) {
        return;
    }
    CHECK(event->address != registers->clock || (event->value & registers->gate_mask) != 0);
    CHECK(event->address != registers->reset || (event->value & registers->gate_mask) == 0);
    CHECK(event->address < channel || event->address >= channel + PLATFORM_CHANNEL_STRIDE);
    CHECK(event->address < interrupts || event->address >= interrupts + 0x10);
}

/* The other user's copy runs while a driver is installed, copies and is uninstalled. */
static void s31_other_user_runs(void)
{
    const struct platform_registers *registers = &platform_chip()->registers;
    uint32_t before[REGISTER_COUNT];
    uint32_t after[REGISTER_COUNT];
    async_memcpy_handle_t handle;

    other_open();
    other_start();
    read_settings(other.pair, before);
    trace_listen(watch_writes, NULL);
    for (size_t i = 0; i < COPY_COUNT; i++) {
        handle = driver_install(2, i % 2 == 0 ? 0 : 4);
        copy_pattern(handle, 400, 0, 2);
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    }
    trace_listen(NULL, NULL);
    machine_advance(200000);
    read_settings(other.pair, after);
    for (size_t i = 0; i < REGISTER_COUNT; i++) {
        CHECK_EQ(after[i], before[i]);
    }
    CHECK((machine_read32(registers->interrupts + registers->interrupt_stride * other.pair) &
           PLATFORM_SUC_EOF) != 0);
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
    CHECK((machine_read32(platform_chip()->registers.clock) &
           platform_chip()->registers.gate_mask) != 0);
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
    const struct runner_chip chips[] = {{NULL, suites}, {"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "platform", chips);
}
