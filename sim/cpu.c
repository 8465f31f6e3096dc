/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu.h"

#include <string.h>

#include "clock.h"
#include "fault.h"
#include "machine_internal.h"
#include "trace.h"

enum {
    /* How often a pending interrupt may be put off: a real CPU is never late by more than its
     * longest instructions. */
    PUT_OFF_MAX = 8,
    /* So many reads in a row are a loop that polls. */
    POLL_READS = 8,
    /* So many points in a row at which time stood still are a loop that waits for the time. */
    STANDSTILL_MAX = 2000,
};

struct cpu {
    unsigned mask_depth;
    unsigned put_off;
    bool in_interrupt;
    uint64_t points;
    bool emulated;
    bool explore;
    size_t explore_count;
    uint64_t explore_points[MACHINE_EXPLORE_POINTS_MAX];
    unsigned standstill; /* points since time last passed in explore mode */
    unsigned reads;      /* in a row */
    bool owed;           /* an explored point found interrupts masked */
};

static struct cpu cpu;
static void (*cpu_entry)(unsigned line);

void cpu_power_on(const struct machine_config *config)
{
    memset(&cpu, 0, sizeof(cpu));
    cpu.emulated = config->emulated_cpu;
    cpu.explore = config->explore;
    cpu.explore_count = config->explore_count;
    if (cpu.explore_count > MACHINE_EXPLORE_POINTS_MAX) {
        cpu.explore_count = MACHINE_EXPLORE_POINTS_MAX;
    }
    memcpy(cpu.explore_points, config->explore_points, sizeof(cpu.explore_points));
}

void machine_set_interrupt_entry(void (*entry)(unsigned line))
{
    cpu_entry = entry;
}

void machine_mask_interrupts(void)
{
    cpu.mask_depth++;
}

void machine_unmask_interrupts(void)
{
    if (cpu.mask_depth == 0) {
        machine_complain(MACHINE_MISTAKE, "interrupts unmasked more often than masked");
        return;
    }
    cpu.mask_depth--;
}

bool machine_in_interrupt(void)
{
    return cpu.in_interrupt;
}

uint64_t machine_point_count(void)
{
    return cpu.points;
}

unsigned machine_pending_line(void)
{
    const struct machine_row *row = machine_row();
    return row == NULL ? 0 : row->interrupts->pending_line();
}

static void trace_interrupt(enum trace_kind kind, unsigned line)
{
    trace_emit(
        &(struct trace_event){.cycles = clock_now(), .kind = kind, .channel = -1, .value = line});
}

static void cpu_deliver(unsigned line)
{
    cpu.put_off = 0;
    cpu.owed = false;
    cpu.in_interrupt = true;
    cpu.mask_depth++;
    int times = fault_strikes(FAULT_DOUBLE_INTERRUPT) ? 2 : 1;
    for (int i = 0; i < times; i++) {
        machine_count()->interrupts++;
        trace_interrupt(TRACE_INTERRUPT_ENTER, line);
        cpu_entry(line);
        trace_interrupt(TRACE_INTERRUPT_LEAVE, line);
    }
    cpu.mask_depth--;
    cpu.in_interrupt = false;
}

static bool cpu_takes_interrupts(void)
{
    return cpu.mask_depth == 0 && cpu_entry != NULL;
}

/* Returns the line to be delivered now, or 0. */
static unsigned cpu_deliverable_line(void)
{
    return cpu_takes_interrupts() ? machine_pending_line() : 0;
}

/* Mostly a few cycles, at times many, so that a device may overtake the CPU anywhere. */
static uint32_t random_jitter(void)
{
    uint32_t dice = machine_random(512);
    if (dice == 0) {
        return machine_random(20000);
    }
    if (dice < 8) {
        return machine_random(600);
    }
    return dice < 64 ? machine_random(40) : dice & 3u;
}

static void random_point(unsigned cycles)
{
    clock_advance(cycles + random_jitter());
    unsigned line = cpu_deliverable_line();
    if (line == 0) {
        return;
    }
    if (cpu.put_off < PUT_OFF_MAX && machine_random(4) == 0) {
        cpu.put_off++;
        return;
    }
    cpu_deliver(line);
}

static bool explore_is_listed(uint64_t point)
{
    for (size_t i = 0; i < cpu.explore_count; i++) {
        if (cpu.explore_points[i] == point) {
            return true;
        }
    }
    return false;
}

static void explore_point(uint64_t point, unsigned cycles)
{
    bool listed = explore_is_listed(point);
    bool loops = ++cpu.standstill > STANDSTILL_MAX;
    if (listed) {
        cpu.standstill = 0;
        while (machine_pending_line() == 0 && clock_run_next()) {
        }
    } else if (loops || cpu.reads > POLL_READS) {
        clock_advance(cycles);
    }
    unsigned line = cpu_deliverable_line();
    if (line != 0 && (listed || loops || cpu.owed)) {
        cpu.standstill = 0;
        cpu_deliver(line);
    } else if (listed && machine_pending_line() != 0) {
        cpu.owed = true;
    }
}

/* Finds the lines that channels of a copy engine are routed to. Returns how many there are. */
static uint32_t cpu_dma_lines(unsigned lines[UINT8_MAX])
{
    const struct machine_row *row = machine_row();
    uint32_t count = 0;
    for (unsigned i = 0; i < row->dma_sources.count; i++) {
        unsigned line = row->interrupts->line_of_source(row->dma_sources.first + i);
        if (line != 0) {
            lines[count++] = line;
        }
    }
    return count;
}

static void cpu_take_for_nothing(void)
{
    unsigned lines[UINT8_MAX];
    uint32_t count = cpu_takes_interrupts() ? cpu_dma_lines(lines) : 0;
    if (count > 0 && fault_strikes(FAULT_SPURIOUS_INTERRUPT)) {
        cpu_deliver(lines[machine_random(count)]);
    }
}

void cpu_reads(bool only_reads)
{
    cpu.reads = only_reads ? cpu.reads + 1 : 0;
}

void cpu_point(unsigned cycles)
{
    uint64_t point = cpu.points++;
    if (cpu.emulated) {
        return;
    }
    if (cpu.explore) {
        explore_point(point, cycles);
    } else {
        random_point(cycles);
    }
    cpu_take_for_nothing();
}

bool machine_wait_for_interrupt(void)
{
    if (!cpu_takes_interrupts()) {
        machine_complain(MACHINE_MISTAKE, "waiting for an interrupt that cannot be delivered");
        return false;
    }
    cpu.standstill = 0;
    unsigned line = 0;
    while ((line = machine_pending_line()) == 0) {
        if (!clock_run_next()) {
            return false;
        }
    }
    cpu_deliver(line);
    return true;
}

bool machine_run_next_event(void)
{
    cpu.standstill = 0;
    cpu.reads = 0;
    return clock_run_next();
}

void machine_advance(uint64_t cycles)
{
    cpu.standstill = 0;
    cpu.reads = 0;
    clock_advance(cycles);
}
