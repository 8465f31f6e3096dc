/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupt matrix and interrupt core of the ESP32-C3, which are one block.
 *
 * From interrupts.md, sections 1 to 3: map registers, status words, ENABLE / TYPE / CLEAR / EIP /
 * PRI / THRESH; a line is taken when it is enabled, pending, of a priority that is neither 0 nor
 * below the threshold; the higher priority wins, then the lower number; line 0 is not usable.
 * Assumed: EIP shows pending lines whether they are enabled or not.
 *
 * Lacks: the lag of a few cycles after changes, and the register clock gate.
 */
#include "models/interrupts_c3.h"

#include <string.h>

enum { SOURCES = 62, LINES = 32, STATUS_WORDS = 2, INDEX_COUNT = 64 };

enum { MAP, STATUS, CLOCK_GATE, ENABLE, TYPE, CLEAR, EIP, PRIORITY, THRESHOLD, REGISTER_COUNT };

static uint32_t values[REGISTER_COUNT * INDEX_COUNT];
static struct register_file file;
static uint32_t sources[STATUS_WORDS]; /* bit n of word w: the level of source 32 * w + n */
static uint32_t lines;                 /* what the sources give on each line */
static uint32_t latched;               /* edges that have not been cleared */
static unsigned best_line;

static uint32_t value_of(unsigned id)
{
    return *register_file_at(&file, id, 0);
}

static uint32_t lines_of_sources(void)
{
    uint32_t result = 0;
    for (unsigned word = 0; word < STATUS_WORDS; word++) {
        for (unsigned bit = 0; sources[word] >> bit != 0; bit++) {
            if ((sources[word] >> bit & 1u) != 0) {
                result |= UINT32_C(1) << *register_file_at(&file, MAP, 32 * word + bit);
            }
            if (bit == 31) {
                break;
            }
        }
    }
    return result & ~UINT32_C(1);
}

static uint32_t pending_lines(void)
{
    uint32_t edge = value_of(TYPE);
    return (lines & ~edge) | (latched & edge);
}

static unsigned choose_line(void)
{
    uint32_t takeable = pending_lines() & value_of(ENABLE) & ~UINT32_C(1);
    uint32_t best_priority = 0;
    unsigned best = 0;
    for (unsigned line = 1; line < LINES && takeable >> line != 0; line++) {
        uint32_t priority = *register_file_at(&file, PRIORITY, line);
        if ((takeable >> line & 1u) != 0 && priority > best_priority &&
            priority >= value_of(THRESHOLD)) {
            best_priority = priority;
            best = line;
        }
    }
    return best;
}

/* The one place where lines follow from sources and settings. */
static void recompute(void)
{
    uint32_t before = lines;
    lines = lines_of_sources();
    latched |= lines & ~before;
    best_line = choose_line();
}

static void on_setting(unsigned index, uint32_t written, uint32_t before)
{
    (void)index;
    (void)written;
    (void)before;
    recompute();
}

static void on_clear(unsigned index, uint32_t written, uint32_t before)
{
    (void)index;
    (void)before;
    latched &= ~written;
    recompute();
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

static uint32_t read_eip(unsigned index)
{
    (void)index;
    return pending_lines();
}

/* The map registers have names after their sources; only those of the DMA matter here. */
#define MAP_ROW(name_, first_source, count_, number)                                              \
    {                                                                                             \
        .name = (name_), .id = MAP, .offset = 4 * (first_source), .stride = 4, .count = (count_), \
        .first_index = (first_source), .first_number = (number), .writable = 0x1F,                \
        .write = on_setting                                                                       \
    }

const struct register_row interrupts_c3_rows[] = {
    MAP_ROW("SOURCE_%u_INT_MAP", 0, 44, 0),
    MAP_ROW("DMA_CH%u_INT_MAP", 44, 3, 0),
    MAP_ROW("SOURCE_%u_INT_MAP", 47, SOURCES - 47, 47),
    {.name = "INTR_STATUS_%u",
     .id = STATUS,
     .offset = 0xF8,
     .stride = 4,
     .count = STATUS_WORDS,
     .read_only = UINT32_MAX,
     .read = read_status},
    {.name = "CLOCK_GATE",
     .id = CLOCK_GATE,
     .offset = 0x100,
     .reset = 1,
     .writable = 1,
     .write = on_clock_gate},
    {.name = "CPU_INT_ENABLE",
     .id = ENABLE,
     .offset = 0x104,
     .writable = UINT32_MAX,
     .write = on_setting},
    {.name = "CPU_INT_TYPE",
     .id = TYPE,
     .offset = 0x108,
     .writable = UINT32_MAX,
     .write = on_setting},
    {.name = "CPU_INT_CLEAR",
     .id = CLEAR,
     .offset = 0x10C,
     .writable = UINT32_MAX,
     .write = on_clear},
    {.name = "CPU_INT_EIP_STATUS",
     .id = EIP,
     .offset = 0x110,
     .read_only = UINT32_MAX,
     .read = read_eip},
    {.name = "CPU_INT_PRI_%u",
     .id = PRIORITY,
     .offset = 0x114,
     .stride = 4,
     .count = LINES,
     .writable = 0xF,
     .write = on_setting},
    {.name = "CPU_INT_THRESH",
     .id = THRESHOLD,
     .offset = 0x194,
     .writable = 0xF,
     .write = on_setting},
    {.name = NULL},
};

static void power_on(const struct machine_device *device)
{
    if (file.rows != device->rows) {
        file = (struct register_file){.block = device->block,
                                      .rows = device->rows,
                                      .unknown = MACHINE_NOT_MODELLED,
                                      .values = values,
                                      .index_count = INDEX_COUNT};
        register_file_open(&file);
    }
    register_file_reset(&file);
    memset(sources, 0, sizeof(sources));
    lines = 0;
    latched = 0;
    best_line = 0;
}

static uint32_t read_register(uint32_t offset)
{
    return register_file_read(&file, offset);
}

static void write_register(uint32_t offset, uint32_t value)
{
    register_file_write(&file, offset, value);
}

const struct device_ops interrupts_c3_ops = {
    .power_on = power_on,
    .read = read_register,
    .write = write_register,
};

static void set_source(unsigned source, bool level)
{
    uint32_t bit = UINT32_C(1) << source % 32;
    uint32_t before = sources[source / 32];
    sources[source / 32] = level ? before | bit : before & ~bit;
    if (sources[source / 32] != before) {
        recompute();
    }
}

static unsigned pending_line(void)
{
    return best_line;
}

static unsigned line_of_source(unsigned source)
{
    uint32_t line = *register_file_at(&file, MAP, source);
    return (value_of(ENABLE) >> line & 1u) != 0 ? line : 0;
}

const struct interrupt_controller interrupts_c3_controller = {
    .set_source = set_source,
    .pending_line = pending_line,
    .line_of_source = line_of_source,
};
