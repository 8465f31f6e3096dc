/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupt matrix of the ESP32-S3, and what of an Xtensa CPU's interrupts stands behind it.
 *
 * From interrupts.md, sections 1 and 2: a block of map registers and status words for each core,
 * reset value 16, which is "not routed"; the lines that are level-triggered, external and of level
 * 1; that lines 6, 7, 11, 14, 15, 16 and 29 belong to the CPU itself, so that a source which is
 * routed there goes nowhere. A line is enabled in the CPU, not by a register. Assumed: of several
 * pending lines of one level the lowest number is taken.
 *
 * Lacks: line 0, which the machine cannot tell from none; the lines of higher levels and those that
 * are edge-triggered; the register clock gate.
 */
#include "models/interrupts_s3.h"

#include <string.h>

enum { CORES = 2, SOURCES = 99, STATUS_WORDS = 4, INDEX_COUNT = 99, NOT_ROUTED = 16 };

enum { MAP, STATUS, CLOCK_GATE, REGISTER_COUNT };

#define LINES_LEVEL_1  UINT32_C(0x0006333F) /* 0..5, 8, 9, 12, 13, 17, 18 */
#define LINES_INTERNAL UINT32_C(0x2001C8C0) /* 6, 7, 11, 14, 15, 16, 29 */

static uint32_t values[CORES][REGISTER_COUNT * INDEX_COUNT];
static struct register_file files[CORES];
static uint32_t sources[STATUS_WORDS]; /* bit n of word w: the level of source 32 * w + n */
static uint32_t enabled[CORES];
static uint8_t best_line[CORES];

static uint32_t map_of(unsigned core, unsigned source)
{
    return *register_file_at(&files[core], MAP, source);
}

static uint32_t lines_of_sources(unsigned core)
{
    uint32_t result = 0;
    for (unsigned word = 0; word < STATUS_WORDS; word++) {
        uint32_t rest = sources[word];
        for (unsigned bit = 0; rest != 0; bit++, rest >>= 1) {
            if ((rest & 1u) != 0) {
                result |= UINT32_C(1) << map_of(core, 32 * word + bit);
            }
        }
    }
    return result;
}

/* The one place where lines follow from sources and settings. */
static void recompute(unsigned core)
{
    uint32_t takeable = lines_of_sources(core) & enabled[core];
    uint8_t line = 0;
    while (takeable != 0 && (takeable >> line & 1u) == 0) {
        line++;
    }
    best_line[core] = line;
}

static void recompute_all(void)
{
    for (unsigned core = 0; core < CORES; core++) {
        recompute(core);
    }
}

static void on_map(unsigned index, uint32_t written, uint32_t before)
{
    (void)index;
    (void)written;
    (void)before;
    recompute_all();
}

static void on_clock_gate(unsigned index, uint32_t written, uint32_t before)
{
    (void)index;
    (void)before;
    if (written == 0) {
        machine_complain(MACHINE_NOT_MODELLED, "the register clock gate of the interrupt matrix");
    }
}

static uint32_t read_status(unsigned index)
{
    return sources[index];
}

/* The map registers have names after their sources; only those of the DMA matter here. */
#define MAP_ROW(name_, first_source, count_, number)                                              \
    {                                                                                             \
        .name = (name_), .id = MAP, .offset = 4 * (first_source), .stride = 4, .count = (count_), \
        .first_index = (first_source), .first_number = (number), .reset = NOT_ROUTED,             \
        .writable = 0x1F, .write = on_map                                                         \
    }

const struct register_row interrupts_s3_rows[] = {
    MAP_ROW("SOURCE_%u_INT_MAP", 0, 66, 0),
    MAP_ROW("DMA_IN_CH%u_INT_MAP", 66, 5, 0),
    MAP_ROW("DMA_OUT_CH%u_INT_MAP", 71, 5, 0),
    MAP_ROW("SOURCE_%u_INT_MAP", 76, 22, 76),
    MAP_ROW("DMA_EXTMEM_REJECT_INT_MAP", 98, 1, 0),
    {.name = "INTR_STATUS_%u",
     .id = STATUS,
     .offset = 0x18C,
     .stride = 4,
     .count = STATUS_WORDS,
     .read_only = UINT32_MAX,
     .read = read_status},
    {.name = "CLOCK_GATE",
     .id = CLOCK_GATE,
     .offset = 0x19C,
     .reset = 1,
     .writable = 1,
     .write = on_clock_gate},
    {.name = NULL},
};

static void power_on(unsigned core, const struct machine_device *device)
{
    files[core] = (struct register_file){.block = device->block,
                                         .rows = device->rows,
                                         .unknown = MACHINE_NOT_MODELLED,
                                         .index_count = INDEX_COUNT};
    files[core].values = values[core];
    register_file_open(&files[core]);
    register_file_reset(&files[core]);
    memset(sources, 0, sizeof(sources));
    enabled[core] = 0;
    best_line[core] = 0;
}

static void core0_power_on(const struct machine_device *device)
{
    power_on(0, device);
}

static void core1_power_on(const struct machine_device *device)
{
    power_on(1, device);
}

static uint32_t core0_read(uint32_t offset)
{
    return register_file_read(&files[0], offset);
}

static uint32_t core1_read(uint32_t offset)
{
    return register_file_read(&files[1], offset);
}

static void core0_write(uint32_t offset, uint32_t value)
{
    register_file_write(&files[0], offset, value);
}

static void core1_write(uint32_t offset, uint32_t value)
{
    register_file_write(&files[1], offset, value);
}

const struct device_ops interrupts_s3_core0_ops = {
    .power_on = core0_power_on, .read = core0_read, .write = core0_write};
const struct device_ops interrupts_s3_core1_ops = {
    .power_on = core1_power_on, .read = core1_read, .write = core1_write};

static void set_source(unsigned source, bool level)
{
    uint32_t bit = UINT32_C(1) << source % 32;
    uint32_t before = sources[source / 32];
    sources[source / 32] = level ? before | bit : before & ~bit;
    if (sources[source / 32] != before) {
        recompute_all();
    }
}

static unsigned pending_line(void)
{
    return best_line[machine_core()];
}

static unsigned line_of_source(unsigned source)
{
    unsigned core = machine_core();
    uint32_t line = map_of(core, source);
    return (enabled[core] >> line & 1u) != 0 ? line : 0;
}

static void enable_line(unsigned core, unsigned line, bool enable)
{
    uint32_t bit = UINT32_C(1) << line;
    if ((LINES_INTERNAL & bit) != 0) {
        machine_complain(MACHINE_MISTAKE, "CPU line %u is internal: no source reaches it", line);
    } else if ((LINES_LEVEL_1 & bit) == 0 || line == 0) {
        machine_complain(MACHINE_NOT_MODELLED, "CPU line %u", line);
    } else {
        enabled[core] = enable ? enabled[core] | bit : enabled[core] & ~bit;
        recompute(core);
    }
}

const struct interrupt_controller interrupts_s3_controller = {
    .set_source = set_source,
    .pending_line = pending_line,
    .line_of_source = line_of_source,
    .enable_line = enable_line,
};
