/* SPDX-License-Identifier: Apache-2.0 */
/* The machine of the ESP32-S3 without a driver: memories, gates, interrupts, the GDMA model with
 * internal and external RAM. */
#include <errno.h>
#include <string.h>

#include "check.h"
#include "fault.h"
#include "machine.h"
#include "memory.h"
#include "raw_dma.h"
#include "raw_s3.h"
#include "runner.h"
#include "trace.h"

enum { POISON = 0xA5, LINE = 5, OTHER_LINE = 9 };

static bool all_are(const uint8_t *bytes, uint32_t count, uint8_t value)
{
    for (uint32_t i = 0; i < count; i++) {
        if (bytes[i] != value) {
            return false;
        }
    }
    return true;
}

/* Fills PSRAM without the cache. */
static void fill_store(uint32_t address, uint32_t bytes, uint8_t first)
{
    for (uint32_t i = 0; i < bytes; i++) {
        s3_store(address)[i] = (uint8_t)(first + i * 7);
    }
}

static void test_memories(void)
{
    s3_power_on(0, 0);
    CHECK_EQ(machine_description()->core_count, 2);
    CHECK_EQ(machine_description()->cpu_hz, 240000000);
    CHECK_EQ(*raw_bytes(0x3FC88000), POISON);
    CHECK_EQ(*raw_bytes(0x3FCFFFFF), POISON);
    CHECK_EQ(*raw_bytes(S3_PSRAM), POISON);
    CHECK_EQ(*raw_bytes(S3_PSRAM_END - 1), POISON);
    CHECK_EQ(*raw_bytes(0x600FE000), POISON);
    CHECK_EQ(*raw_bytes(0x600FFFFF), POISON);
    /* Flash: no two neighbouring words are the same. */
    for (uint32_t i = 0; i < 0x100000 - 4; i += 4) {
        CHECK(memcmp(raw_bytes(S3_FLASH + i), raw_bytes(S3_FLASH + i + 4), 4) != 0);
    }
    *raw_bytes(S3_PSRAM) = 1;
    *s3_store(S3_PSRAM + 1) = 2;
    *raw_bytes(0x3FC88000) = 3;
    s3_power_on(0, 0);
    CHECK_EQ(*raw_bytes(S3_PSRAM), POISON);
    CHECK_EQ(*s3_store(S3_PSRAM + 1), POISON);
    CHECK_EQ(*raw_bytes(0x3FC88000), POISON);
}

static void test_cache_line_sizes(void)
{
    struct machine_config config = {.chip = "esp32s3", .explore = true};
    CHECK(machine_power_on(&config));
    CHECK_EQ(machine_cache_line_bytes(), 32);
    config.cache_line_bytes = 64;
    CHECK(machine_power_on(&config));
    CHECK_EQ(machine_cache_line_bytes(), 64);
    config.threads = true;
    CHECK(machine_power_on(&config));
    CHECK_EQ(machine_cache_line_bytes(), 0);
    config.cache_line_bytes = 48;
    errno = 0;
    CHECK(!machine_power_on(&config));
    CHECK_EQ(errno, EINVAL);
    CHECK(!machine_is_on());
    config = (struct machine_config){.chip = "esp32c3", .cache_line_bytes = 32};
    CHECK(machine_power_on(&config));
    CHECK_EQ(machine_cache_line_bytes(), 0);
}

static void test_gates(void)
{
    struct machine_config config = {.chip = "esp32s3", .explore = true};
    CHECK(machine_power_on(&config));
    raw_count_complaints();
    (void)s3_read(0, S3_IN_CONF0);
    CHECK_EQ(raw_mistakes(), 1);
    s3_power_on(0, 0);
    CHECK_EQ(s3_read(0, S3_INFIFO_STATUS), 0x0F00003A);
    CHECK_EQ(s3_read(0, S3_OUTFIFO_STATUS), 0x0780002A);
    CHECK_EQ(raw_mistakes(), 0);
    /* Reset takes the settings away. */
    machine_write32(S3_SYSTEM + 0x24, machine_read32(S3_SYSTEM + 0x24) | 0x40);
    machine_write32(S3_SYSTEM + 0x24, machine_read32(S3_SYSTEM + 0x24) & ~UINT32_C(0x40));
    CHECK_EQ(s3_read(0, S3_IN_CONF1), 0xC);
    CHECK_EQ(s3_read(4, S3_OUT_PERI_SEL), 0x3F);
    CHECK_EQ(s3_read(0, 0x40C), 0x2101180);
    /* The other bits of the gate registers are not the DMA's. */
    machine_write32(S3_SYSTEM + 0x1C, 0x40);
    CHECK_EQ(raw_mistakes(), 1);
}

/* The way to external RAM shut: data waits, and goes on when it is opened. */
static void check_shut(uint32_t address, uint32_t shut, uint32_t open)
{
    s3_power_on(0, 0);
    fill_store(S3_PSRAM_SOURCE, 100, 1);
    machine_write32(address, shut);
    s3_copy(S3_PSRAM_SOURCE, S3_SRAM_TARGET, 100);
    CHECK(all_are(raw_bytes(S3_SRAM_TARGET), 100, POISON));
    CHECK_EQ(s3_read(0, S3_IN_INT_RAW), 0);
    machine_write32(address, open);
    raw_run();
    CHECK(memcmp(raw_bytes(S3_SRAM_TARGET), s3_store(S3_PSRAM_SOURCE), 100) == 0);
    CHECK_EQ(raw_mistakes(), 0);
    machine_write32(address, shut);
    s3_copy(S3_SRAM_TARGET, S3_SRAM_TARGET + 200, 100);
    CHECK_EQ(s3_read(0, S3_IN_INT_RAW), S3_RECEIVED);
}

static void test_external_gates(void)
{
    check_shut(S3_SYSTEM + 0x44, 0, 1);
    check_shut(S3_SYSTEM + 0x44, 3, 1);
    check_shut(S3_GDMA + S3_MISC_CONF, 2, 0);
}

/* Interrupts. */

static void test_matrix(void)
{
    s3_power_on(0, 0);
    CHECK_EQ(machine_read32(S3_MATRIX + 4 * 66), 16);
    CHECK_EQ(machine_read32(S3_MATRIX + S3_CORE_STRIDE + 4 * 98), 16);
    CHECK_EQ(machine_read32(S3_MATRIX + 0x19C), 1);
    machine_write32(S3_SYSTEM + 0x30 + 4 * 2, 1);
    CHECK_EQ(machine_read32(S3_MATRIX + 0x18C + 4 * 2), 1u << (81 - 64));
    CHECK_EQ(machine_read32(S3_MATRIX + S3_CORE_STRIDE + 0x18C + 4 * 2), 1u << (81 - 64));
    CHECK_EQ(machine_pending_line(), 0);
    machine_write32(S3_MATRIX + 4 * 81, LINE);
    CHECK_EQ(machine_pending_line(), 0);
    machine_enable_line(LINE, true);
    CHECK_EQ(machine_pending_line(), LINE);
    machine_enable_line(LINE, false);
    CHECK_EQ(machine_pending_line(), 0);
    machine_enable_line(LINE, true);
    /* Of several, the lowest. */
    machine_enable_line(OTHER_LINE, true);
    machine_write32(S3_MATRIX + 4 * 82, OTHER_LINE);
    machine_write32(S3_SYSTEM + 0x30 + 4 * 3, 1);
    CHECK_EQ(machine_pending_line(), LINE);
    machine_write32(S3_SYSTEM + 0x30 + 4 * 2, 0);
    CHECK_EQ(machine_pending_line(), OTHER_LINE);
    machine_write32(S3_MATRIX + 4 * 82, 16);
    CHECK_EQ(machine_pending_line(), 0);
    CHECK_EQ(raw_mistakes(), 0);
}

/* The other core's map is its own, and so are its lines. */
static unsigned seen_on_core_1;

static void look_on_core_1(void *argument)
{
    (void)argument;
    CHECK_EQ(machine_core(), 1);
    machine_enable_line(LINE, true);
    seen_on_core_1 = machine_pending_line();
}

static void test_cores_are_apart(void)
{
    s3_power_on(0, 0);
    machine_mask_interrupts();
    machine_write32(S3_SYSTEM + 0x30, 1);
    machine_write32(S3_MATRIX + S3_CORE_STRIDE + 4 * 79, LINE);
    machine_enable_line(LINE, true);
    CHECK_EQ(machine_pending_line(), 0);
    seen_on_core_1 = 0;
    machine_start_core(1, look_on_core_1, NULL);
    machine_join_core(1);
    CHECK_EQ(seen_on_core_1, LINE);
    CHECK_EQ(machine_core(), 0);
    CHECK_EQ(machine_pending_line(), 0);
}

static void test_lines(void)
{
    static const unsigned usable[] = {1, 2, 3, 4, 5, 8, 9, 12, 13, 17, 18};
    s3_power_on(0, 0);
    for (size_t i = 0; i < sizeof(usable) / sizeof(usable[0]); i++) {
        machine_enable_line(usable[i], true);
    }
    CHECK_EQ(raw_mistakes() + raw_not_modelled(), 0);
    machine_enable_line(7, true);
    machine_enable_line(16, true);
    CHECK_EQ(raw_mistakes(), 2);
    machine_enable_line(0, true);
    machine_enable_line(10, true);
    machine_enable_line(23, true);
    CHECK_EQ(raw_not_modelled(), 3);
}

/* Each side of a pair has a source of its own. */
static void test_dma_sources(void)
{
    for (unsigned channel = 0; channel < 5; channel++) {
        s3_power_on(0, 0);
        s3_open(channel, 16, false);
        s3_item(0, S3_SRAM_SOURCE, S3_SRAM_TARGET, 32, S3_END);
        s3_start(channel, 0);
        raw_run();
        CHECK_EQ(s3_read(channel, S3_IN_INT_RAW), S3_RECEIVED);
        CHECK_EQ(s3_read(channel, S3_OUT_INT_RAW), S3_SENT);
        CHECK_EQ(machine_read32(S3_MATRIX + 0x18C + 8), 0);
        s3_write(channel, S3_IN_INT_ENA, S3_IN_SUC_EOF);
        CHECK_EQ(s3_read(channel, S3_IN_INT_ST), S3_IN_SUC_EOF);
        CHECK_EQ(s3_read(channel, S3_OUT_INT_ST), 0);
        CHECK_EQ(machine_read32(S3_MATRIX + 0x18C + 8), 1u << (66 + channel - 64));
        s3_write(channel, S3_IN_INT_CLR, S3_RECEIVED);
        s3_write(channel, S3_OUT_INT_ENA, S3_OUT_TOTAL_EOF);
        CHECK_EQ(machine_read32(S3_MATRIX + 0x18C + 8), 1u << (71 + channel - 64));
        s3_write(channel, S3_OUT_INT_RAW, S3_SENT);
        CHECK_EQ(machine_read32(S3_MATRIX + 0x18C + 8), 0);
    }
}

/* Copies. */

static void test_internal_copies(void)
{
    for (uint32_t bytes = 1; bytes < 70; bytes += 3) {
        for (uint32_t offset = 0; offset < 5; offset++) {
            s3_power_on(0, 0);
            s3_fill(S3_SRAM_SOURCE, bytes + 8, 3);
            s3_copy(S3_SRAM_SOURCE + offset, S3_SRAM_TARGET + 5 - offset, bytes);
            CHECK(memcmp(raw_bytes(S3_SRAM_SOURCE + offset), raw_bytes(S3_SRAM_TARGET + 5 - offset),
                         bytes) == 0);
            CHECK(all_are(raw_bytes(S3_SRAM_TARGET + 5 - offset + bytes), 16, POISON));
            CHECK_EQ(s3_rx(0)[0], bytes | bytes << 12 | RAW_EOF);
            CHECK_EQ(s3_read(0, S3_IN_SUC_EOF_DES_ADDR), s3_rx_address(0));
            CHECK_EQ(raw_mistakes(), 0);
        }
    }
}

/* Bursts are for internal RAM: there, receive must be aligned to words. */
static void test_internal_bursts(void)
{
    s3_power_on(0, 0);
    s3_open(0, 16, true);
    s3_copy(S3_SRAM_SOURCE + 1, S3_SRAM_TARGET, 64);
    CHECK_EQ(raw_mistakes(), 0);
    s3_copy(S3_SRAM_SOURCE, S3_SRAM_TARGET + 2, 64);
    CHECK_EQ(raw_mistakes(), 1);
    s3_copy(S3_SRAM_SOURCE, S3_PSRAM_TARGET, 64);
    s3_copy(S3_PSRAM_SOURCE + 1, S3_SRAM_TARGET, 64);
    CHECK_EQ(raw_mistakes(), 0);
}

/* Transmit from external RAM: any address, any length. */
static void test_from_external(void)
{
    for (uint32_t block = 16; block <= 64; block *= 2) {
        for (uint32_t offset = 0; offset < 70; offset += 7) {
            s3_power_on(0, 0);
            s3_open(0, block, false);
            fill_store(S3_PSRAM_SOURCE, 400, 9);
            uint32_t bytes = 300 - offset;
            s3_copy(S3_PSRAM_SOURCE + offset, S3_SRAM_TARGET, bytes);
            CHECK(memcmp(s3_store(S3_PSRAM_SOURCE + offset), raw_bytes(S3_SRAM_TARGET), bytes) ==
                  0);
            CHECK(all_are(raw_bytes(S3_SRAM_TARGET + bytes), 16, POISON));
            CHECK_EQ(raw_mistakes(), 0);
        }
    }
}

/* Receive into external RAM writes whole blocks, zeroes behind the data (S15). */
static void test_to_external_pads(void)
{
    for (uint32_t block = 16; block <= 64; block *= 2) {
        for (uint32_t bytes = 1; bytes <= 3 * block; bytes += 5) {
            uint32_t whole = (bytes + block - 1) / block * block;
            s3_power_on(0, 0);
            s3_open(0, block, true);
            s3_fill(S3_SRAM_SOURCE, bytes, 3);
            s3_item(0, S3_SRAM_SOURCE, S3_PSRAM_TARGET, bytes, S3_END);
            s3_rx(0)[0] = whole | RAW_OWNER;
            s3_start(0, 0);
            raw_run();
            CHECK(memcmp(raw_bytes(S3_SRAM_SOURCE), s3_store(S3_PSRAM_TARGET), bytes) == 0);
            CHECK(all_are(s3_store(S3_PSRAM_TARGET + bytes), whole - bytes, 0));
            CHECK(all_are(s3_store(S3_PSRAM_TARGET + whole), 64, POISON));
            CHECK_EQ(s3_rx(0)[0], whole | bytes << 12 | RAW_EOF);
            CHECK_EQ(s3_read(0, S3_IN_INT_RAW), S3_RECEIVED);
            CHECK_EQ(raw_mistakes(), 0);
        }
    }
}

static void test_external_alignment(void)
{
    for (uint32_t block = 16; block <= 64; block *= 2) {
        s3_power_on(0, 0);
        s3_open(0, block, false);
        s3_copy(S3_SRAM_SOURCE, S3_PSRAM_TARGET + block, block);
        CHECK_EQ(raw_mistakes(), 0);
        s3_copy(S3_SRAM_SOURCE, S3_PSRAM_TARGET + block / 2, block);
        CHECK_EQ(raw_mistakes(), 1);
        s3_copy(S3_SRAM_SOURCE, S3_PSRAM_TARGET, block + block / 2);
        CHECK_EQ(raw_mistakes(), 1);
    }
    s3_write(0, S3_IN_CONF1, 3u << 13);
    s3_copy(S3_SRAM_SOURCE, S3_PSRAM_TARGET, 64);
    CHECK_EQ(raw_mistakes(), 1);
}

/* Lists may mix both memories. */
static void test_mixed_list(void)
{
    s3_power_on(0, 0);
    s3_open(0, 32, false);
    s3_fill(S3_SRAM_SOURCE, 512, 3);
    fill_store(S3_PSRAM_SOURCE, 512, 77);
    s3_item(0, S3_SRAM_SOURCE, S3_PSRAM_TARGET, 128, 1);
    s3_item(1, S3_PSRAM_SOURCE + 3, S3_SRAM_TARGET, 99, 2);
    s3_item(2, S3_PSRAM_SOURCE, S3_PSRAM_TARGET + 128, 256, S3_END);
    s3_start(0, 0);
    raw_run();
    CHECK(memcmp(raw_bytes(S3_SRAM_SOURCE), s3_store(S3_PSRAM_TARGET), 128) == 0);
    CHECK(memcmp(s3_store(S3_PSRAM_SOURCE + 3), raw_bytes(S3_SRAM_TARGET), 99) == 0);
    CHECK(memcmp(s3_store(S3_PSRAM_SOURCE), s3_store(S3_PSRAM_TARGET + 128), 256) == 0);
    CHECK_EQ(raw_mistakes(), 0);
}

static uint64_t cycles_of(uint32_t source, uint32_t target, uint32_t block)
{
    s3_power_on(0, 0);
    s3_open(0, block, true);
    s3_copy(source, target, 2048);
    CHECK_EQ(raw_mistakes(), 0);
    return machine_now_cycles();
}

/* External RAM is slower than internal RAM, and more so in small blocks. */
static void test_bandwidth(void)
{
    uint64_t internal = cycles_of(S3_SRAM_SOURCE, S3_SRAM_TARGET, 16);
    uint64_t to_16 = cycles_of(S3_SRAM_SOURCE, S3_PSRAM_TARGET, 16);
    uint64_t to_32 = cycles_of(S3_SRAM_SOURCE, S3_PSRAM_TARGET, 32);
    uint64_t to_64 = cycles_of(S3_SRAM_SOURCE, S3_PSRAM_TARGET, 64);
    uint64_t from_64 = cycles_of(S3_PSRAM_SOURCE, S3_SRAM_TARGET, 64);
    uint64_t both_64 = cycles_of(S3_PSRAM_SOURCE, S3_PSRAM_TARGET, 64);
    CHECK(internal < to_64 && to_64 < to_32 && to_32 < to_16);
    CHECK(internal < from_64 && from_64 < both_64);
}

/* What the DMA may not reach. */

static void test_bus(void)
{
    static const uint32_t refused[] = {S3_FLASH,   0x600FE000,        S3_UNMAPPED,
                                       0x40378000, S3_PSRAM_END - 15, 0x3FCFFFFF};
    uint8_t bytes[16] = {0};
    s3_power_on(0, 0);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        CHECK(!memory_bus_read(refused[i], bytes, sizeof(bytes)));
        CHECK(!memory_bus_write(refused[i], bytes, sizeof(bytes)));
    }
    CHECK(memory_bus_read(S3_PSRAM, bytes, sizeof(bytes)));
    CHECK(memory_bus_write(S3_SRAM_SOURCE, bytes, sizeof(bytes)));
    CHECK_EQ(*raw_bytes(S3_SRAM_SOURCE), POISON);
}

static void test_unreachable(void)
{
    static const uint32_t outside[] = {0x600FE000, 0x3FC87FFC, 0x3FD00000, 0x42000000,
                                       0x40378000, 0x3E000000, 0x3BFFFFF0};
    for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
        s3_power_on(0, 0);
        s3_copy(outside[i], S3_SRAM_TARGET, 16);
        CHECK_EQ(s3_read(0, S3_OUT_INT_RAW), S3_OUT_DSCR_ERR);
        CHECK_EQ(raw_mistakes(), 1);
        CHECK(all_are(raw_bytes(S3_SRAM_TARGET), 16, POISON));
        s3_power_on(0, 0);
        s3_copy(S3_SRAM_SOURCE, outside[i], 16);
        CHECK_EQ(s3_read(0, S3_IN_INT_RAW), S3_IN_DSCR_ERR);
        CHECK_EQ(raw_mistakes(), 1);
    }
    /* A descriptor in external RAM: its address cannot even be written down. A `next` can. */
    s3_power_on(0, 0);
    s3_item(0, S3_SRAM_SOURCE, S3_SRAM_TARGET, 16, S3_END);
    s3_tx(0)[2] = S3_PSRAM;
    s3_start(0, 0);
    raw_run();
    CHECK_EQ(s3_read(0, S3_OUT_INT_RAW) & S3_OUT_DSCR_ERR, S3_OUT_DSCR_ERR);
    CHECK_EQ(raw_mistakes(), 1);
}

/* Pages of the window that are not external RAM. */
static void check_rejected(uint32_t address)
{
    s3_power_on(0, 0);
    machine_write32(S3_MATRIX + 4 * 98, LINE);
    machine_enable_line(LINE, true);
    s3_open(2, 16, false);
    s3_item(0, address, S3_SRAM_TARGET, 16, S3_END);
    s3_start(2, 0);
    raw_run();
    CHECK_EQ(raw_mistakes(), 1);
    CHECK_EQ(s3_read(2, S3_OUT_INT_RAW), S3_SENT);
    CHECK(all_are(raw_bytes(S3_SRAM_TARGET), 16, 0));
    CHECK_EQ(s3_read(0, S3_REJECT_INT_RAW), 1);
    CHECK_EQ(s3_read(0, S3_REJECT_ADDR), address);
    CHECK_EQ(s3_read(0, S3_REJECT_ST), 1u | 2u << 2 | 6u << 6);
    CHECK_EQ(machine_pending_line(), 0);
    s3_write(0, S3_REJECT_INT_ENA, 1);
    CHECK_EQ(s3_read(0, S3_REJECT_INT_ST), 1);
    CHECK_EQ(machine_pending_line(), LINE);
    s3_write(0, S3_REJECT_INT_CLR, 1);
    CHECK_EQ(machine_pending_line(), 0);
    s3_item(0, S3_SRAM_SOURCE, address, 16, S3_END);
    s3_start(2, 0);
    raw_run();
    CHECK_EQ(raw_mistakes(), 1);
    CHECK_EQ(s3_read(0, S3_REJECT_ST), 2u | 2u << 2 | 6u << 6);
    CHECK_EQ(machine_pending_line(), LINE);
}

static void test_rejected(void)
{
    check_rejected(S3_FLASH);
    check_rejected(S3_PSRAM - 16);
    check_rejected(S3_PSRAM_END);
    check_rejected(S3_UNMAPPED);
    s3_power_on(0, 0);
    s3_copy(S3_PSRAM_END - 16, S3_SRAM_TARGET, 17);
    CHECK_EQ(raw_mistakes(), 1);
    CHECK_EQ(s3_read(0, S3_REJECT_ADDR), S3_PSRAM_END);
}

/* Faults strike here as they do on other chips. */
static void test_faults(void)
{
    s3_power_on(0, 0);
    fault_plan(FAULT_FLIP_OWNER, 0, 1);
    s3_copy(S3_PSRAM_SOURCE, S3_SRAM_TARGET, 64);
    CHECK_EQ((s3_read(0, S3_IN_INT_RAW) & S3_IN_DSCR_ERR) != 0 ||
                 (s3_read(0, S3_OUT_INT_RAW) & S3_OUT_DSCR_ERR) != 0,
             true);
    s3_power_on(0, 0);
    fault_plan(FAULT_STALL, 1, 1);
    s3_copy(S3_PSRAM_SOURCE, S3_PSRAM_TARGET, 64);
    CHECK_EQ(fault_count(FAULT_STALL), 1);
    CHECK_EQ(s3_read(0, S3_IN_INT_RAW), 0);
    s3_power_on(0, 0);
    fault_plan(FAULT_LOSE_INTERRUPT, 0, 100);
    s3_copy(S3_PSRAM_SOURCE, S3_PSRAM_TARGET, 64);
    CHECK_EQ(s3_read(0, S3_IN_INT_RAW), 0);
    CHECK_EQ(s3_rx(0)[0], 64 | 64 << 12 | RAW_EOF);
}

/* Every event of the DMA, by the core that ran, in blocks. */
static uint32_t traced_bytes;

static void note_event(const struct trace_event *event, void *context)
{
    (void)context;
    CHECK_EQ(event->core, machine_core());
    if (event->kind == TRACE_DATA_WRITE) {
        CHECK_EQ(event->value, 32);
        CHECK_EQ(event->address % 32, 0);
        traced_bytes += event->value;
    }
}

static void test_trace(void)
{
    s3_power_on(0, 0);
    s3_open(0, 32, false);
    trace_listen(note_event, NULL);
    traced_bytes = 0;
    s3_copy(S3_SRAM_SOURCE, S3_PSRAM_TARGET, 256);
    CHECK_EQ(traced_bytes, 256);
    CHECK_EQ(machine_stats()->dma_written_bytes, 256);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"memories of the S3 and their content", test_memories},
        {"cache line sizes", test_cache_line_sizes},
        {"clock and reset of the DMA", test_gates},
        {"the way to external RAM can be shut", test_external_gates},
        {"interrupt matrix", test_matrix},
        {"maps and lines are each core's own", test_cores_are_apart},
        {"CPU lines", test_lines},
        {"interrupt sources of the DMA", test_dma_sources},
        {"copies in internal RAM", test_internal_copies},
        {"bursts act on internal RAM only", test_internal_bursts},
        {"any part of external RAM can be read", test_from_external},
        {"the last block in external RAM is padded", test_to_external_pads},
        {"alignment of receive to external RAM", test_external_alignment},
        {"lists mix both memories", test_mixed_list},
        {"bandwidth of external RAM", test_bandwidth},
        {"memory that the bus does not reach", test_bus},
        {"memory outside of the windows", test_unreachable},
        {"pages that are not external RAM are refused", test_rejected},
        {"faults strike", test_faults},
        {"traced blocks", test_trace},
        {NULL, NULL},
    };
    static const struct runner_suite suites[] = {{cases, RUNNER_BARE}, {NULL, RUNNER_BARE}};
    return runner_main(argc, argv, "machine_s3", suites);
}
