/* SPDX-License-Identifier: Apache-2.0 */
#include "raw_s3.h"

#include "check.h"
#include "memory.h"
#include "raw_dma.h"

enum { ITEM_BYTES = 32, RX_OFFSET = 16, ID = 4, CHECK_OWNER = 1 << 12, BLOCK_SIZE_SHIFT = 13 };

static const uint32_t items_base = 0x3FC90000;

static void power_on(const struct machine_config *config)
{
    CHECK(machine_power_on(config));
    raw_count_complaints();
    const uint32_t clock = S3_SYSTEM + 0x1C;
    const uint32_t reset = S3_SYSTEM + 0x24;
    machine_write32(clock, machine_read32(clock) | 0x40);
    machine_write32(reset, machine_read32(reset) & ~UINT32_C(0x40));
    s3_open(0, 16, false);
}

void s3_power_on(uint32_t variants, unsigned cache_line_bytes)
{
    power_on(&(struct machine_config){.chip = "esp32s3",
                                      .seed = 1,
                                      .variants = variants,
                                      .explore = true,
                                      .cache_line_bytes = cache_line_bytes});
}

void s3_power_on_timed(uint64_t seed, uint32_t variants, unsigned cache_line_bytes)
{
    power_on(&(struct machine_config){.chip = "esp32s3",
                                      .seed = seed,
                                      .variants = variants,
                                      .cache_line_bytes = cache_line_bytes});
}

void s3_open(unsigned channel, uint32_t block_bytes, bool burst)
{
    uint32_t block_size = (block_bytes / 32) << BLOCK_SIZE_SHIFT;
    s3_write(channel, S3_IN_CONF0, RAW_MEM_TRANS | (burst ? RAW_IN_BURST : 0));
    s3_write(channel, S3_OUT_CONF0,
             RAW_OUT_WRBACK | RAW_OUT_EOF_MODE | (burst ? RAW_OUT_BURST : 0));
    s3_write(channel, S3_IN_CONF1, CHECK_OWNER | 0xC | block_size);
    s3_write(channel, S3_OUT_CONF1, CHECK_OWNER | block_size);
    s3_write(channel, S3_IN_PERI_SEL, ID + channel);
    s3_write(channel, S3_OUT_PERI_SEL, ID + channel);
}

static uint32_t register_address(unsigned channel, uint32_t offset)
{
    return S3_GDMA + offset + channel * 0xC0u;
}

uint32_t s3_read(unsigned channel, uint32_t offset)
{
    return machine_read32(register_address(channel, offset));
}

void s3_write(unsigned channel, uint32_t offset, uint32_t value)
{
    machine_write32(register_address(channel, offset), value);
}

static uint32_t tx_address(unsigned item)
{
    return items_base + ITEM_BYTES * item;
}

uint32_t s3_rx_address(unsigned item)
{
    return tx_address(item) + RX_OFFSET;
}

uint32_t *s3_tx(unsigned item)
{
    return (uint32_t *)(uintptr_t)tx_address(item);
}

uint32_t *s3_rx(unsigned item)
{
    return (uint32_t *)(uintptr_t)s3_rx_address(item);
}

void s3_item(unsigned item, uint32_t source, uint32_t target, uint32_t bytes, unsigned next)
{
    uint32_t *tx = s3_tx(item);
    uint32_t *rx = s3_rx(item);
    tx[0] = bytes | bytes << 12 | RAW_OWNER | RAW_EOF;
    tx[1] = source;
    tx[2] = next == S3_END ? 0 : tx_address(next);
    rx[0] = bytes | RAW_OWNER;
    rx[1] = target;
    rx[2] = next == S3_END ? 0 : s3_rx_address(next);
}

void s3_start(unsigned channel, unsigned item)
{
    s3_write(channel, S3_IN_LINK, (s3_rx_address(item) & 0xFFFFF) | RAW_IN_START);
    s3_write(channel, S3_OUT_LINK, (tx_address(item) & 0xFFFFF) | RAW_OUT_START);
}

void s3_copy(uint32_t source, uint32_t target, uint32_t bytes)
{
    s3_item(0, source, target, bytes, S3_END);
    s3_start(0, 0);
    raw_run();
}

uint8_t *s3_store(uint32_t address)
{
    const struct memory_external *external = memory_external();
    return external->store + (address - external->base);
}

void s3_sync_begin(uint32_t operation, uint32_t address, uint32_t bytes)
{
    machine_write32(S3_SYNC_ADDR, address);
    machine_write32(S3_SYNC_SIZE, bytes);
    machine_write32(S3_SYNC_CTRL, operation);
}

void s3_sync(uint32_t operation, uint32_t address, uint32_t bytes)
{
    s3_sync_begin(operation, address, bytes);
    while ((machine_read32(S3_SYNC_CTRL) & S3_SYNC_DONE) == 0) {
        CHECK(machine_run_next_event());
    }
}

void s3_fill(uint32_t address, uint32_t bytes, uint8_t first)
{
    for (uint32_t i = 0; i < bytes; i++) {
        raw_bytes(address)[i] = (uint8_t)(first + i * 7);
    }
}
