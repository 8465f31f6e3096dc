/* SPDX-License-Identifier: Apache-2.0 */
#include "machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "cpu.h"
#include "fault.h"
#include "machine_internal.h"
#include "memory.h"
#include "trace.h"

/* What an interrupt point takes, in CPU cycles: a register is behind a slower bus, a descriptor
 * word in internal RAM, an unlock is a few instructions. An assumption, not silicon's timing. */
enum { REGISTER_CYCLES = 8, WORD_CYCLES = 2, UNLOCK_CYCLES = 4 };

/* README.md, section 5: a line has 16, 32 or 64 bytes, 32 as the vendor sets it. */
enum { CACHE_LINE_BYTES = 32, CACHE_LINES_POSSIBLE = 16 | 32 | 64 };

static const struct machine_row *on;        /* NULL: the machine is off */
static struct machine_config configuration; /* as asked for, but for the cache's line */
static uint64_t random_state;
static struct machine_stats stats;
static machine_complaint_fn complaint_handler;
static void *complaint_context;

const char *machine_variant_name(size_t index)
{
    static const char *const names[MACHINE_VARIANT_COUNT] = {
        "restart-lost-at-end", "restart-needs-reset", "restart-uses-addr",       "next-read-late",
        "stale-eof-completes", "write-back-late",     "burst-lands-after-reset", "stores-delayed",
        "error-not-parked",    "psram-lands-late",
    };
    return index < MACHINE_VARIANT_COUNT ? names[index] : NULL;
}

static const struct machine_row *machine_find(const char *chip)
{
    const struct machine_row *row = NULL;
    for (size_t i = 0; chip != NULL && (row = machine_row_at(i)) != NULL; i++) {
        if (strcmp(row->description.chip, chip) == 0) {
            return row;
        }
    }
    return NULL;
}

/* Returns the line of the data cache over external RAM, 0 if there is no such cache. */
static unsigned cache_line_of(const struct machine_row *row, const struct machine_config *config)
{
    bool cached = false;
    for (size_t i = 0; i < row->description.memory_count; i++) {
        cached = cached || row->description.memories[i].kind == MACHINE_PSRAM;
    }
    if (!cached || config->threads) {
        return 0;
    }
    return config->cache_line_bytes == 0 ? CACHE_LINE_BYTES : config->cache_line_bytes;
}

bool machine_power_on(const struct machine_config *config)
{
    machine_power_off();
    const struct machine_row *row = machine_find(config->chip);
    if (row == NULL) {
        errno = ENOENT;
        return false;
    }
    if ((config->cache_line_bytes & ~(unsigned)CACHE_LINES_POSSIBLE) != 0 ||
        (config->cache_line_bytes & (config->cache_line_bytes - 1)) != 0) {
        errno = EINVAL;
        return false;
    }
    if (!memory_power_on(&row->description, config->threads)) {
        return false;
    }
    configuration = *config;
    configuration.cache_line_bytes = cache_line_of(row, config);
    random_state = config->seed;
    memset(&stats, 0, sizeof(stats));
    clock_reset();
    fault_forget_all();
    trace_listen(NULL, NULL);
    cpu_power_on(config);
    on = row;
    for (size_t i = 0; i < row->device_count; i++) {
        row->devices[i].ops->power_on(&row->devices[i]);
    }
    return true;
}

void machine_power_off(void)
{
    on = NULL;
}

bool machine_is_on(void)
{
    return on != NULL;
}

const struct machine_row *machine_row(void)
{
    return on;
}

const struct machine_description *machine_description(void)
{
    return on == NULL ? NULL : &on->description;
}

const struct machine_description *machine_known(size_t index)
{
    const struct machine_row *row = machine_row_at(index);
    return row == NULL ? NULL : &row->description;
}

const struct machine_config *machine_configuration(void)
{
    return &configuration;
}

unsigned machine_cache_line_bytes(void)
{
    return configuration.cache_line_bytes;
}

bool machine_has_variant(enum machine_variant variant)
{
    return (configuration.variants & (uint32_t)variant) != 0;
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint32_t machine_random(uint32_t bound)
{
    random_state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = random_state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return (uint32_t)(((z >> 32) * bound) >> 32);
}

void machine_on_complaint(machine_complaint_fn handler, void *context)
{
    complaint_handler = handler;
    complaint_context = context;
}

void machine_complain(enum machine_complaint kind, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (complaint_handler != NULL) {
        complaint_handler(kind, text, complaint_context);
        return;
    }
    (void)fprintf(stderr, "machine: %s: %s (cycle %" PRIu64 ", point %" PRIu64 ")\n",
                  kind == MACHINE_MISTAKE ? "driver mistake" : "not modelled", text, clock_now(),
                  machine_point_count());
    abort();
}

const struct machine_stats *machine_stats(void)
{
    return &stats;
}

struct machine_stats *machine_count(void)
{
    return &stats;
}

/* Returns the device at an address, or complains. */
static const struct machine_device *device_at(uint32_t address)
{
    if (on == NULL) {
        machine_complain(MACHINE_MISTAKE, "register 0x%08" PRIX32 " used while the chip is off",
                         address);
        return NULL;
    }
    for (size_t i = 0; i < on->device_count; i++) {
        const struct machine_device *device = &on->devices[i];
        if (address - device->base < device->size_bytes && address % 4 == 0) {
            return device;
        }
    }
    machine_complain(MACHINE_MISTAKE, "no register at address 0x%08" PRIX32, address);
    return NULL;
}

static void trace_register(enum trace_kind kind, uint32_t address, uint32_t value)
{
    trace_emit(&(struct trace_event){
        .cycles = clock_now(), .kind = kind, .channel = -1, .address = address, .value = value});
}

uint32_t machine_read32(uint32_t address)
{
    const struct machine_device *device = device_at(address);
    if (device == NULL) {
        return 0;
    }
    cpu_reads(true);
    cpu_point(REGISTER_CYCLES);
    stats.register_reads++;
    uint32_t value = device->ops->read(address - device->base);
    trace_register(TRACE_REGISTER_READ, address, value);
    return value;
}

void machine_write32(uint32_t address, uint32_t value)
{
    const struct machine_device *device = device_at(address);
    if (device == NULL) {
        return;
    }
    cpu_reads(false);
    cpu_point(REGISTER_CYCLES);
    stats.register_writes++;
    trace_register(TRACE_REGISTER_WRITE, address, value);
    device->ops->write(address - device->base, value);
}

uint32_t machine_load_word(const uint32_t *word)
{
    if (on != NULL) {
        cpu_reads(true);
        cpu_point(WORD_CYCLES);
    }
    return *word;
}

void machine_store_word(uint32_t *word, uint32_t value)
{
    if (on != NULL) {
        cpu_reads(false);
        cpu_point(WORD_CYCLES);
        memory_store_word(word, value);
    } else {
        *word = value;
    }
}

void machine_publish(void)
{
    memory_publish();
}

void machine_point(void)
{
    if (on != NULL) {
        cpu_point(UNLOCK_CYCLES);
    }
}

uint64_t machine_now_cycles(void)
{
    return clock_now();
}

uint64_t machine_cycles_to_ns(uint64_t cycles)
{
    uint64_t hz = on == NULL ? 1 : on->description.cpu_hz;
    return cycles / hz * UINT64_C(1000000000) + cycles % hz * UINT64_C(1000000000) / hz;
}

bool machine_has_event(void)
{
    return clock_has_event();
}

void machine_set_source(unsigned source, bool level)
{
    on->interrupts->set_source(source, level);
}

void machine_set_gate(const char *block, bool clock_on, bool in_reset)
{
    for (size_t i = 0; i < on->device_count; i++) {
        const struct machine_device *device = &on->devices[i];
        if (device->ops->gate != NULL && strcmp(device->block, block) == 0) {
            device->ops->gate(clock_on, in_reset);
        }
    }
}
