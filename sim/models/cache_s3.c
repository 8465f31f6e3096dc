/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data cache of the ESP32-S3 (README.md of the datasheet, section 5).
 *
 * Every line is taken to be in the cache all the time, with what the CPU sees (memory.h). A line is
 * dirty where that differs from what cache and RAM last exchanged: a store of the value that is
 * there already is not noticed. At interrupt points, by seed, a line near recent traffic is lost
 * from the cache and comes back: if it is dirty it is written to RAM, all of it, and if not, what
 * the RAM holds by then appears. Which is what eviction and prefetch do, and what a CPU that reads
 * a line too early does.
 *
 * Maintenance takes time, and has its effect at its end. Whoever changes the registers meanwhile,
 * or starts an operation on an address and a size that another core or an interrupt has written,
 * makes a mistake (scenario: maintenance from two cores). A write-back of a dirty line, or its
 * eviction, pushes out what the DMA has written before, which may not have landed [inferred].
 *
 * The registers are as the boot loader leaves them: the invalidation that reset asks for is done.
 * The times are assumptions.
 *
 * Lacks: DCACHE_CLEAN_ENA, all other registers, the instruction cache, ways and sets: how large the
 * cache is, so that nothing is evicted for lack of room. Flash is in the same cache; nobody writes
 * it, so that it needs no model.
 */
#include "models/cache_s3.h"

#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "memory.h"
#include "models/psram.h"
#include "trace.h"

enum { CONTROL, ADDRESS, SIZE, REGISTER_COUNT };

enum {
    OPERATION_CYCLES = 20,
    LINE_CYCLES = 1,   /* to look a line up */
    DIRTY_CYCLES = 16, /* and to begin writing it */
    DIRTY_CYCLES_PER_4_BYTES = 6,
    NOBODY = UINT8_MAX,
};

#define INVALIDATE (UINT32_C(1) << 0)
#define WRITE_BACK (UINT32_C(1) << 1)
#define CLEAN      (UINT32_C(1) << 2)
#define DONE       (UINT32_C(1) << 3)
#define OPERATIONS (INVALIDATE | WRITE_BACK | CLEAN)

/* The window that the cache serves (README.md of the datasheet, section 4). */
#define WINDOW_LOW  UINT32_C(0x3C000000)
#define WINDOW_SIZE UINT32_C(0x02000000)

struct operation {
    bool running;
    uint8_t core;
    uint32_t control; /* the one bit of it */
    uint32_t address;
    uint32_t bytes;
    uint32_t cycles;
};

static uint32_t values[REGISTER_COUNT];
static struct register_file file;
static struct operation operation;
static uint8_t written_by[REGISTER_COUNT]; /* who has written ADDRESS and SIZE */
static uint32_t line_bytes;                /* 0: coherent */

/* A core, in interrupt context or not. */
static uint8_t who(void)
{
    return (uint8_t)(machine_core() * 2 + (machine_in_interrupt() ? 1u : 0u));
}

static bool line_is_dirty(const struct memory_external *external, uint32_t offset)
{
    return memcmp(external->view + offset, external->clean + offset, line_bytes) != 0;
}

static void line_write_back(const struct memory_external *external, uint32_t offset)
{
    psram_push();
    memcpy(external->store + offset, external->view + offset, line_bytes);
    memcpy(external->clean + offset, external->view + offset, line_bytes);
}

static void line_read(const struct memory_external *external, uint32_t offset)
{
    memcpy(external->view + offset, external->store + offset, line_bytes);
    memcpy(external->clean + offset, external->store + offset, line_bytes);
}

/* A line is lost and comes back. */
static void line_replace(uint32_t address)
{
    const struct memory_external *external = memory_external();
    uint32_t offset = (address - external->base) & ~(line_bytes - 1);
    if (offset >= external->size_bytes) {
        return;
    }
    if (line_is_dirty(external, offset)) {
        line_write_back(external, offset);
    } else {
        line_read(external, offset);
    }
}

/* Clips a range of the window to external RAM: offsets of the first line, and behind the last. */
static void external_part(uint32_t address, uint32_t bytes, uint32_t *first, uint32_t *end)
{
    const struct memory_external *external = memory_external();
    uint64_t low = address < external->base ? external->base : address;
    uint64_t high = (uint64_t)address + bytes;
    uint64_t last = (uint64_t)external->base + external->size_bytes;
    high = high < last ? high : last;
    *first = (uint32_t)(low - external->base);
    *end = low < high ? (uint32_t)(high - external->base) : *first;
}

static void operation_take_effect(void)
{
    const struct memory_external *external = memory_external();
    uint32_t first = 0;
    uint32_t end = 0;
    if (line_bytes == 0) {
        return;
    }
    external_part(operation.address, operation.bytes, &first, &end);
    for (uint32_t offset = first; offset < end; offset += line_bytes) {
        if (operation.control == INVALIDATE) {
            line_read(external, offset);
        } else if (line_is_dirty(external, offset)) {
            line_write_back(external, offset);
        }
    }
}

static uint32_t operation_cycles(void)
{
    const struct memory_external *external = memory_external();
    uint32_t first = 0;
    uint32_t end = 0;
    uint32_t cycles = OPERATION_CYCLES;
    external_part(operation.address, operation.bytes, &first, &end);
    for (uint32_t offset = first; line_bytes != 0 && offset < end; offset += line_bytes) {
        cycles += LINE_CYCLES;
        if (operation.control == WRITE_BACK && line_is_dirty(external, offset)) {
            cycles += DIRTY_CYCLES + line_bytes / 4 * DIRTY_CYCLES_PER_4_BYTES;
        }
    }
    return cycles;
}

static void operation_end(void *context, uint32_t argument)
{
    (void)context;
    (void)argument;
    operation_take_effect();
    operation.running = false;
    *register_file_at(&file, CONTROL, 0) = DONE;
    trace_emit(&(struct trace_event){
        .cycles = clock_now(),
        .kind = operation.control == INVALIDATE ? TRACE_CACHE_INVALIDATE : TRACE_CACHE_WRITE_BACK,
        .channel = -1,
        .core = operation.core,
        .address = operation.address,
        .value = operation.bytes,
        .busy_cycles = operation.cycles});
}

static void operation_begin(uint32_t control)
{
    operation = (struct operation){.running = true,
                                   .core = (uint8_t)machine_core(),
                                   .control = control,
                                   .address = *register_file_at(&file, ADDRESS, 0),
                                   .bytes = *register_file_at(&file, SIZE, 0)};
    psram_note(operation.address);
    psram_note(operation.address + operation.bytes - 1);
    operation.cycles = operation_cycles();
    *register_file_at(&file, CONTROL, 0) = control;
    clock_schedule(operation.cycles, operation_end, NULL, 0);
}

/* Returns why an operation cannot be asked for, or NULL. */
static const char *why_not(uint32_t control)
{
    uint32_t address = *register_file_at(&file, ADDRESS, 0);
    uint32_t bytes = *register_file_at(&file, SIZE, 0);
    if ((control & (control - 1)) != 0) {
        return "several operations at once";
    }
    if (written_by[ADDRESS] != who() || written_by[SIZE] != who()) {
        return "address and size are not those of who starts the operation";
    }
    if (bytes == 0 || address - WINDOW_LOW >= WINDOW_SIZE ||
        bytes > WINDOW_SIZE - (address - WINDOW_LOW)) {
        return "the range is empty or not behind the cache";
    }
    if (line_bytes != 0 && ((address | bytes) & (line_bytes - 1)) != 0) {
        return "the range is not made of whole lines";
    }
    return NULL;
}

static void on_control(unsigned index, uint32_t written, uint32_t before)
{
    (void)index;
    (void)before;
    uint32_t control = written & OPERATIONS;
    if (control == 0) {
        return;
    }
    if (control == CLEAN) {
        machine_complain(MACHINE_NOT_MODELLED, "DCACHE_CLEAN_ENA of %s", file.block);
        return;
    }
    const char *why = why_not(control);
    *register_file_at(&file, CONTROL, 0) = DONE;
    if (why != NULL) {
        machine_complain(
            MACHINE_MISTAKE, "cache maintenance of 0x%08" PRIX32 ", %" PRIu32 " bytes: %s",
            *register_file_at(&file, ADDRESS, 0), *register_file_at(&file, SIZE, 0), why);
        return;
    }
    operation_begin(control);
}

static void on_address(unsigned index, uint32_t written, uint32_t before)
{
    (void)index;
    (void)written;
    (void)before;
    written_by[ADDRESS] = who();
}

static void on_size(unsigned index, uint32_t written, uint32_t before)
{
    (void)index;
    (void)written;
    (void)before;
    written_by[SIZE] = who();
}

const struct register_row cache_s3_rows[] = {
    {.name = "DCACHE_SYNC_CTRL",
     .id = CONTROL,
     .offset = 0x28,
     .reset = INVALIDATE,
     .writable = OPERATIONS,
     .read_only = DONE,
     .write = on_control},
    {.name = "DCACHE_SYNC_ADDR",
     .id = ADDRESS,
     .offset = 0x2C,
     .writable = UINT32_MAX,
     .write = on_address},
    {.name = "DCACHE_SYNC_SIZE",
     .id = SIZE,
     .offset = 0x30,
     .writable = 0x7FFFFF,
     .write = on_size},
    {.name = NULL},
};

static void power_on(const struct machine_device *device)
{
    file = (struct register_file){.block = device->block,
                                  .rows = device->rows,
                                  .unknown = MACHINE_NOT_MODELLED,
                                  .values = values,
                                  .index_count = 1};
    register_file_open(&file);
    register_file_reset(&file);
    *register_file_at(&file, CONTROL, 0) = DONE;
    operation.running = false;
    memset(written_by, NOBODY, sizeof(written_by));
    line_bytes = machine_cache_line_bytes();
    psram_power_on();
}

static uint32_t read_register(uint32_t offset)
{
    return register_file_read(&file, offset);
}

static void write_register(uint32_t offset, uint32_t value)
{
    if (operation.running) {
        machine_complain(MACHINE_MISTAKE,
                         "register 0x%03" PRIX32 " of %s changed while an operation runs", offset,
                         file.block);
        return;
    }
    register_file_write(&file, offset, value);
}

const struct device_ops cache_s3_ops = {
    .power_on = power_on,
    .read = read_register,
    .write = write_register,
};

/* Replaces lines round places of recent traffic, each with a probability of one in two. */
static void replace_all_recent(const uint32_t *recent, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        for (uint32_t neighbour = 0; neighbour < 3; neighbour++) {
            if (machine_random(2) == 0) {
                line_replace(recent[i] + (neighbour - 1) * line_bytes);
            }
        }
    }
}

static void replace_some_recent(const uint32_t *recent, unsigned count, unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        line_replace(recent[machine_random(count)] + (machine_random(3) - 1) * line_bytes);
    }
}

static bool point_is_listed(const struct machine_config *config)
{
    for (size_t i = 0; i < config->explore_count && i < MACHINE_EXPLORE_POINTS_MAX; i++) {
        if (config->explore_points[i] + 1 == machine_point_count()) {
            return true;
        }
    }
    return false;
}

/* Mostly nothing happens, at times to a few lines, seldom to many. */
static void point_by_seed(const uint32_t *recent, unsigned count)
{
    uint32_t dice = machine_random(128);
    if (dice == 0) {
        replace_all_recent(recent, count);
    } else if (dice < 32) {
        replace_some_recent(recent, count, 1 + dice % 4);
    }
}

void cache_point(void)
{
    const uint32_t *recent = NULL;
    unsigned count = psram_recent(&recent);
    if (count == 0 || machine_cache_line_bytes() == 0) {
        return;
    }
    if (!machine_configuration()->explore) {
        point_by_seed(recent, count);
    } else if (point_is_listed(machine_configuration())) {
        replace_all_recent(recent, count);
    }
}
