/* SPDX-License-Identifier: Apache-2.0 */
#include "raw_dma.h"

#include <string.h>

#include "check.h"

enum { ITEM_BYTES = 32, RX_OFFSET = 16, UNTOUCHED = 0x5C };

static const uint32_t items_base = 0x3FC90000;
static unsigned complaints[2];

static void count_complaint(enum machine_complaint kind, const char *text, void *context)
{
    (void)text;
    (void)context;
    complaints[kind]++;
}

void raw_count_complaints(void)
{
    machine_on_complaint(count_complaint, NULL);
    memset(complaints, 0, sizeof(complaints));
}

void raw_open_gate(void)
{
    const uint32_t clock = 0x600C0014;
    const uint32_t reset = 0x600C001C;
    machine_write32(clock, machine_read32(clock) | 0x40);
    machine_write32(reset, machine_read32(reset) & ~UINT32_C(0x40));
}

void raw_power_on(uint32_t variants, uint64_t seed)
{
    const struct machine_config config = {
        .chip = "esp32c3", .seed = seed, .variants = variants, .explore = true};
    CHECK(machine_power_on(&config));
    raw_count_complaints();
    raw_open_gate();
    raw_open(0, false);
}

void raw_open(unsigned channel, bool burst)
{
    raw_write(channel, RAW_IN_CONF0, RAW_MEM_TRANS | (burst ? RAW_IN_BURST : 0));
    raw_write(channel, RAW_OUT_CONF0,
              RAW_OUT_WRBACK | RAW_OUT_EOF_MODE | (burst ? RAW_OUT_BURST : 0));
    raw_write(channel, RAW_IN_CONF1, 1u << 12);
    raw_write(channel, RAW_OUT_CONF1, 1u << 12);
    raw_write(channel, RAW_IN_PERI_SEL, RAW_ID + channel);
    raw_write(channel, RAW_OUT_PERI_SEL, RAW_ID + channel);
}

static uint32_t register_address(unsigned channel, uint32_t offset)
{
    return UINT32_C(0x6003F000) + offset + channel * (offset < 0x40 ? 0x10u : 0xC0u);
}

uint32_t raw_read(unsigned channel, uint32_t offset)
{
    return machine_read32(register_address(channel, offset));
}

void raw_write(unsigned channel, uint32_t offset, uint32_t value)
{
    machine_write32(register_address(channel, offset), value);
}

static unsigned take_complaints(enum machine_complaint kind)
{
    unsigned count = complaints[kind];
    complaints[kind] = 0;
    return count;
}

unsigned raw_mistakes(void)
{
    return take_complaints(MACHINE_MISTAKE);
}

unsigned raw_not_modelled(void)
{
    return take_complaints(MACHINE_NOT_MODELLED);
}

uint8_t *raw_bytes(uint32_t address)
{
    return (uint8_t *)(uintptr_t)address;
}

uint32_t raw_tx_address(unsigned item)
{
    return items_base + ITEM_BYTES * item;
}

uint32_t raw_rx_address(unsigned item)
{
    return raw_tx_address(item) + RX_OFFSET;
}

uint32_t *raw_tx(unsigned item)
{
    return (uint32_t *)(uintptr_t)raw_tx_address(item);
}

uint32_t *raw_rx(unsigned item)
{
    return (uint32_t *)(uintptr_t)raw_rx_address(item);
}

void raw_item(unsigned item, uint32_t offset, uint32_t bytes, uint32_t flags, unsigned next)
{
    uint32_t *tx = raw_tx(item);
    uint32_t *rx = raw_rx(item);
    tx[0] = bytes | bytes << 12 | flags;
    tx[1] = RAW_SOURCE + offset;
    tx[2] = next == RAW_END ? 0 : raw_tx_address(next);
    rx[0] = bytes | (flags & ~RAW_EOF);
    rx[1] = RAW_TARGET + offset;
    rx[2] = next == RAW_END ? 0 : raw_rx_address(next);
}

void raw_fill(uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        uint8_t value = (uint8_t)machine_random(256);
        raw_bytes(RAW_SOURCE)[i] = value == UNTOUCHED ? 0 : value;
    }
    memset(raw_bytes(RAW_TARGET), UNTOUCHED, bytes);
}

bool raw_copied(uint32_t offset, uint32_t bytes)
{
    return memcmp(raw_bytes(RAW_SOURCE + offset), raw_bytes(RAW_TARGET + offset), bytes) == 0;
}

bool raw_untouched(uint32_t offset, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        if (raw_bytes(RAW_TARGET + offset)[i] != UNTOUCHED) {
            return false;
        }
    }
    return true;
}

void raw_numbered_item(unsigned item, unsigned next)
{
    raw_item(item, item * RAW_ITEM_BYTES, RAW_ITEM_BYTES, RAW_OWNER | RAW_EOF, next);
}

bool raw_item_copied(unsigned item)
{
    return raw_copied(item * RAW_ITEM_BYTES, RAW_ITEM_BYTES);
}

bool raw_item_untouched(unsigned item)
{
    return raw_untouched(item * RAW_ITEM_BYTES, RAW_ITEM_BYTES);
}

bool raw_item_owned(unsigned item)
{
    return ((raw_tx(item)[0] | raw_rx(item)[0]) & RAW_OWNER) != 0;
}

void raw_power_on_filled(uint32_t variants)
{
    raw_power_on(variants, 1);
    raw_fill(RAW_ITEMS * RAW_ITEM_BYTES);
}

void raw_reset_channel(void)
{
    raw_write(0, RAW_IN_CONF0, RAW_MEM_TRANS | RAW_RST);
    raw_write(0, RAW_OUT_CONF0, RAW_OUT_WRBACK | RAW_OUT_EOF_MODE | RAW_RST);
    raw_write(0, RAW_IN_CONF0, RAW_MEM_TRANS);
    raw_write(0, RAW_OUT_CONF0, RAW_OUT_WRBACK | RAW_OUT_EOF_MODE);
}

static void command(unsigned channel, unsigned item, uint32_t in, uint32_t out)
{
    raw_write(channel, RAW_IN_LINK, (raw_rx_address(item) & 0xFFFFF) | in);
    raw_write(channel, RAW_OUT_LINK, (raw_tx_address(item) & 0xFFFFF) | out);
}

void raw_start(unsigned channel, unsigned item)
{
    command(channel, item, RAW_IN_START, RAW_OUT_START);
}

void raw_restart(unsigned channel, unsigned item)
{
    command(channel, item, RAW_IN_RESTART, RAW_OUT_RESTART);
}

void raw_run(void)
{
    while (machine_run_next_event()) {
    }
}

void raw_run_until_changed(const uint32_t *word)
{
    const uint32_t before = *word;
    while (*word == before && machine_run_next_event()) {
    }
}

uint32_t raw_events(unsigned channel)
{
    uint32_t events = raw_read(channel, RAW_INT_RAW);
    raw_write(channel, RAW_INT_CLR, events);
    return events;
}

bool raw_parked(unsigned channel)
{
    return (raw_read(channel, RAW_IN_LINK) & RAW_IN_PARK) != 0 &&
           (raw_read(channel, RAW_OUT_LINK) & RAW_OUT_PARK) != 0;
}
