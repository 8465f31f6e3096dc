/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "cores.h"
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
    /* So many looks in a row at what another core should change, while no other core came to a
     * point: each has had its turn. */
    SPINS_MAX = 4 * CORES_MAX,
    /* So many times in a row a task may wait in vain. */
    LOOKS_MAX = 100,
    /* So many looks, whatever the cores did meanwhile, while nothing else happened. */
    SPINS_IN_ALL_MAX = 1000000,
};

enum cpu_mode { CPU_RANDOM, CPU_EXPLORE, CPU_EMULATED, CPU_THREADS };

struct cpu {
    enum cpu_mode mode;
    bool steady;
    uint64_t points;
    size_t explore_count;
    uint64_t explore_points[MACHINE_EXPLORE_POINTS_MAX];
    uint32_t explore_switches[MACHINE_EXPLORE_POINTS_MAX];
    struct core *visited; /* goes on for one interrupt only, by a listed point */
    unsigned spinner;     /* the core that looked last */
    unsigned spins;
    unsigned spins_in_all;
};

static struct cpu cpu;
static void (*cpu_entry)(unsigned line);

static enum cpu_mode mode_of(const struct machine_config *config)
{
    if (config->emulated_cpu) {
        return CPU_EMULATED;
    }
    if (config->threads) {
        return CPU_THREADS;
    }
    return config->explore ? CPU_EXPLORE : CPU_RANDOM;
}

void cpu_power_on(const struct machine_config *config)
{
    memset(&cpu, 0, sizeof(cpu));
    cpu.mode = mode_of(config);
    cpu.steady = config->steady;
    cpu.explore_count = config->explore_count;
    if (cpu.explore_count > MACHINE_EXPLORE_POINTS_MAX) {
        cpu.explore_count = MACHINE_EXPLORE_POINTS_MAX;
    }
    memcpy(cpu.explore_points, config->explore_points, sizeof(cpu.explore_points));
    memcpy(cpu.explore_switches, config->explore_switches, sizeof(cpu.explore_switches));
    cores_power_on();
}

void machine_set_interrupt_entry(void (*entry)(unsigned line))
{
    cpu_entry = entry;
}

void machine_mask_interrupts(void)
{
    cores_running()->mask_depth++;
}

void machine_unmask_interrupts(void)
{
    struct core *core = cores_running();
    if (core->mask_depth == 0) {
        machine_complain(MACHINE_MISTAKE, "interrupts unmasked more often than masked");
        return;
    }
    core->mask_depth--;
}

bool machine_in_interrupt(void)
{
    return cores_running()->in_interrupt;
}

void machine_call_as_interrupt(void (*function)(void *argument), void *argument)
{
    struct core *core = cores_running();
    bool before = core->in_interrupt;
    core->in_interrupt = true;
    core->mask_depth++;
    function(argument);
    core->mask_depth--;
    core->in_interrupt = before;
}

uint64_t machine_point_count(void)
{
    return cpu.points;
}

unsigned machine_pending_line(void)
{
    return cores_pending_line(machine_core());
}

void machine_enable_line(unsigned line, bool enable)
{
    const struct machine_row *row = machine_row();
    if (row == NULL || row->interrupts->enable_line == NULL) {
        machine_complain(MACHINE_MISTAKE, "the CPU has no enable bit for line %u", line);
        return;
    }
    row->interrupts->enable_line(machine_core(), line, enable);
}

static void trace_interrupt(enum trace_kind kind, unsigned line)
{
    trace_emit(
        &(struct trace_event){.cycles = clock_now(), .kind = kind, .channel = -1, .value = line});
}

static void forget_spins(void)
{
    cpu.spins = 0;
    cpu.spins_in_all = 0;
}

/* Has the tasks of other cores look again at what they wait for. */
static void wake_waiting(void)
{
    for (unsigned index = 0; index < cores_count(); index++) {
        struct core *core = cores_at(index);
        if (index == 0 || core->task != NULL) {
            core->waits = false;
        }
    }
}

static void cpu_deliver(unsigned line)
{
    struct core *core = cores_running();
    core->put_off = 0;
    core->owed = false;
    core->standstill = 0;
    core->in_interrupt = true;
    core->mask_depth++;
    forget_spins();
    int times = fault_strikes(FAULT_DOUBLE_INTERRUPT) ? 2 : 1;
    for (int i = 0; i < times; i++) {
        machine_count()->interrupts++;
        trace_interrupt(TRACE_INTERRUPT_ENTER, line);
        cpu_entry(line);
        trace_interrupt(TRACE_INTERRUPT_LEAVE, line);
    }
    core->mask_depth--;
    core->in_interrupt = false;
    wake_waiting();
    if (cpu.visited == core) {
        cpu.visited = NULL;
        cores_allow(1);
    }
}

static bool cpu_takes_interrupts(void)
{
    return cores_running()->mask_depth == 0 && cpu_entry != NULL;
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

/* How many points a core goes on for: as often step by step as for the length of a whole call of
 * the driver. */
static unsigned random_turn(void)
{
    static const uint16_t longest[] = {1, 4, 16, 200};
    return 1 + machine_random(longest[machine_random(sizeof(longest) / sizeof(longest[0]))]);
}

/* Goes on with another core for as long as the mode has it. */
static void cpu_yield_to(int index)
{
    cores_go_to((unsigned)index, cpu.mode == CPU_RANDOM ? random_turn() : CORES_POINTS_ANY);
}

static void random_point(unsigned cycles)
{
    clock_advance(cycles + (cpu.steady ? 0 : random_jitter()));
    struct core *core = cores_running();
    unsigned line = cpu_deliverable_line();
    if (line == 0) {
        return;
    }
    if (!cpu.steady && core->put_off < PUT_OFF_MAX && machine_random(4) == 0) {
        core->put_off++;
        return;
    }
    cpu_deliver(line);
}

/* Returns which of the listed points this is, or explore_count. */
static size_t explore_find(uint64_t point)
{
    size_t i = 0;
    while (i < cpu.explore_count && cpu.explore_points[i] != point) {
        i++;
    }
    return i;
}

/* Has an interrupt come, on whichever core. */
static void explore_interrupt(void)
{
    while (!cores_any_line_pends() && clock_run_next()) {
    }
    for (unsigned index = 0; index < cores_count(); index++) {
        if (cores_pending_line(index) != 0) {
            cores_at(index)->owed = true;
        }
    }
    int other = cores_next();
    if (!cores_running()->owed && other >= 0 && cores_at((unsigned)other)->owed) {
        cpu.visited = cores_at((unsigned)other);
        cores_go_to((unsigned)other, CORES_POINTS_ANY);
    }
}

/* Has another core go on, if there is one that can. */
static void explore_switch(uint32_t points)
{
    int other = cores_next();
    if (other >= 0) {
        cores_go_to((unsigned)other,
                    points == MACHINE_UNTIL_IT_WAITS ? CORES_POINTS_ANY : (unsigned)points);
    }
}

/* A loop that runs for nothing waits for the time, or for another core. */
static void explore_loop(unsigned cycles)
{
    clock_advance(cycles);
    int other = cores_next();
    if (other >= 0) {
        cores_running()->standstill = 0;
        cpu_yield_to(other);
    }
}

static void explore_point(uint64_t point, unsigned cycles)
{
    struct core *core = cores_running();
    size_t listed = explore_find(point);
    bool loops = ++core->standstill > STANDSTILL_MAX;
    if (listed < cpu.explore_count) {
        core->standstill = 0;
        if (cpu.explore_switches[listed] != 0) {
            explore_switch(cpu.explore_switches[listed]);
        } else {
            explore_interrupt();
        }
    } else if (loops) {
        explore_loop(cycles);
    } else if (core->reads > POLL_READS) {
        clock_advance(cycles);
    }
    unsigned line = loops || core->owed ? cpu_deliverable_line() : 0;
    if (line != 0) {
        cpu_deliver(line);
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

/* Another core's turn may have come. */
static void cpu_take_turns(void)
{
    if (!cores_turn_ends()) {
        return;
    }
    int other = cores_next();
    if (other >= 0) {
        cpu_yield_to(other);
    }
}

void cpu_reads(bool only_reads)
{
    struct core *core = cores_running();
    core->reads = only_reads ? core->reads + 1 : 0;
}

void cpu_point(unsigned cycles)
{
    uint64_t point = cpu.points++;
    if (cpu.spinner != machine_core()) {
        cpu.spins = 0;
    }
    if (cpu.mode == CPU_EMULATED) {
        return;
    }
    if (cpu.mode == CPU_THREADS) {
        clock_advance(cycles);
        return;
    }
    cache_point();
    if (cpu.mode == CPU_EXPLORE) {
        explore_point(point, cycles);
    } else {
        random_point(cycles);
    }
    cpu_take_for_nothing();
    cpu_take_turns();
}

/* Lets the other cores and time go on until an interrupt has been taken on this core, if it takes
 * any, or it was woken. Returns false if nothing can happen any more. */
static bool cpu_wait(void)
{
    struct core *core = cores_running();
    core->standstill = 0;
    core->waits = true;
    while (core->waits) {
        unsigned line = cpu_deliverable_line();
        int other = cores_next();
        if (line != 0) {
            core->waits = false;
            cpu_deliver(line);
        } else if (other >= 0) {
            cpu_yield_to(other);
        } else if (!clock_run_next()) {
            core->waits = false;
            return false;
        }
    }
    return true;
}

bool machine_wait_for_interrupt(void)
{
    if (!cpu_takes_interrupts()) {
        machine_complain(MACHINE_MISTAKE, "waiting for an interrupt that cannot be delivered");
        return false;
    }
    return cpu_wait();
}

void machine_wake_cores(void)
{
    forget_spins();
    wake_waiting();
}

/* An idle core, with nothing else to go on, leaves what is to be done to core 0. */
static void cpu_idle(struct core *core)
{
    core->waits = true;
    while (core->waits) {
        unsigned line = cpu_deliverable_line();
        int other = cores_next();
        if (line != 0) {
            core->waits = false;
            cpu_deliver(line);
        } else {
            cpu_yield_to(other >= 0 ? other : 0);
        }
    }
}

/* What any core but core 0 does. */
static void cpu_run_core(void)
{
    struct core *core = cores_running();
    for (;;) {
        if (core->task == NULL) {
            cpu_idle(core);
            continue;
        }
        core->task(core->argument);
        core->task = NULL;
        if (core->mask_depth != 0) {
            machine_complain(MACHINE_MISTAKE, "a task has ended with interrupts masked");
            core->mask_depth = 0;
        }
        machine_wake_cores();
    }
}

void machine_start_core(unsigned core, void (*task)(void *argument), void *argument)
{
    if (core == 0 || core >= cores_count() || core == machine_core() ||
        cores_at(core)->task != NULL) {
        machine_complain(MACHINE_MISTAKE, "core %u cannot be given a task", core);
        return;
    }
    cores_start(core, task, argument, cpu_run_core);
    if (cpu.mode == CPU_RANDOM) {
        cores_allow(random_turn());
    }
}

/* If nothing can happen any more, the other core's wait ends first: it may look at something that
 * has changed with no interrupt. */
void machine_join_core(unsigned core)
{
    const struct core *joined = cores_at(core);
    unsigned looks = 0;
    while (joined->task != NULL) {
        if (cpu_wait()) {
            looks = 0;
        } else if (looks++ < LOOKS_MAX) {
            cpu_yield_to((int)core);
        } else {
            machine_complain(MACHINE_MISTAKE, "deadlock: core %u waits for ever", core);
            abort();
        }
    }
}

void machine_spin(void)
{
    unsigned line = cpu_deliverable_line();
    int other = cores_next();
    cpu.spinner = machine_core();
    cpu.spins++;
    cpu.spins_in_all++;
    bool hopeless = cpu.spins > SPINS_MAX || cpu.spins_in_all > SPINS_IN_ALL_MAX;
    if (line != 0) {
        cpu_deliver(line);
    } else if (other >= 0 && !hopeless) {
        cpu_yield_to(other);
    } else if (clock_run_next()) {
        forget_spins();
    } else if (hopeless) {
        machine_complain(MACHINE_MISTAKE,
                         "deadlock: core %u waits for another one that cannot go on",
                         machine_core());
        abort();
    }
}

bool machine_run_next_event(void)
{
    cpu_reads(false);
    cores_running()->standstill = 0;
    return clock_run_next();
}

void machine_advance(uint64_t cycles)
{
    cpu_reads(false);
    cores_running()->standstill = 0;
    clock_advance(cycles);
}
