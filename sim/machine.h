/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine: memories, models and the clock of one simulated chip.
 *
 * There is one machine in a process, because its memories are mapped at the chip's own addresses. A
 * pointer into them is its bus address. Transfers take virtual time: a model schedules events, and
 * nothing happens between events. Virtual time passes at interrupt points and in waits.
 *
 * An interrupt point is any register access, any access to a descriptor word and any unlock; on a
 * chip with several cores any lock, too. At a point the machine lets time pass, runs the events
 * that are due, and may deliver a pending interrupt or go on with another core. How much and
 * whether is chosen by the seed, or laid down exactly (struct machine_config).
 */
#ifndef SIM_MACHINE_H
#define SIM_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every doubt of the datasheet is a variant; the driver must pass under any combination. A clear
 * bit is the behaviour that the datasheet infers, a set bit the other one. */
enum machine_variant {
    MACHINE_RESTART_LOST_AT_END = 1u << 0, /* RESTART after the last `next` was read does nothing */
    MACHINE_RESTART_NEEDS_RESET = 1u << 1, /* RESTART after an owner error does nothing until RST */
    MACHINE_RESTART_USES_ADDR = 1u << 2,   /* RESTART at a list's end goes on at LINK.ADDR */
    MACHINE_NEXT_READ_LATE = 1u << 3,      /* `next` is read when the item ends, not with DW0 */
    MACHINE_STALE_EOF_COMPLETES = 1u
                                  << 4, /* a receive item that still carries suc_eof raises EOF */
    MACHINE_WRITE_BACK_LATE = 1u << 5,  /* owner write-back lands after the interrupt and PARK */
    MACHINE_BURST_LANDS_AFTER_RESET = 1u << 6, /* a burst that was issued lands after RST */
    MACHINE_STORES_DELAYED =
        1u << 7, /* until dma_publish() the DMA may see the old descriptor words */
    MACHINE_ERROR_NOT_PARKED = 1u << 8, /* PARK stays 0 after a descriptor error */
    MACHINE_PSRAM_LANDS_LATE = 1u << 9, /* data for external RAM lands after the interrupt */
    MACHINE_VARIANT_COUNT = 10,
};

/* The name of variant number index (bit 1 << index), such as "restart-lost-at-end"; NULL past the
 * end. */
const char *machine_variant_name(size_t index);

enum { MACHINE_EXPLORE_POINTS_MAX = 3 };

/* For explore_switches: as many points as it likes. */
#define MACHINE_UNTIL_IT_WAITS UINT32_MAX

struct machine_config {
    const char *chip;  /* such as "esp32c3" */
    uint64_t seed;     /* of all random choices */
    uint32_t variants; /* MACHINE_* bits */

    /* false: every point costs a little time, plus jitter by seed, and a pending interrupt is
     * delivered or put off by seed. true: time stands still except at the points listed (numbered
     * from 0 since power-on); there the models run until an interrupt line rises or nothing is left
     * to run, and a pending interrupt is delivered, or, if a listed point finds interrupts masked,
     * at the first point after that, on whichever core it is. Waits and loops that poll run freely.
     * This is for enumerating small scenarios. */
    bool explore;
    size_t explore_count;
    uint64_t explore_points[MACHINE_EXPLORE_POINTS_MAX];
    /* For each listed point: if it is not 0, no interrupt is looked for there, but another core
     * goes on, for so many points or until it waits; then this one goes on. Without a listed point
     * a core goes on until it waits. */
    uint32_t explore_switches[MACHINE_EXPLORE_POINTS_MAX];

    /* For an emulated CPU, which takes its interrupts itself: a point costs no time and delivers
     * nothing, and time passes in machine_advance() and machine_run_next_event() only. */
    bool emulated_cpu;

    /* For a program with real threads, which keeps calls apart by a mutex of its own: a point takes
     * its time without jitter and delivers nothing; who owns the clock asks machine_pending_line()
     * and calls the handler. The caches are coherent. */
    bool threads;

    /* For figures that a user sees: every point takes its time without jitter and a pending
     * interrupt is delivered at the first, so that times are the model's and not the seed's. */
    bool steady;

    /* The line of the data cache over external RAM: 16, 32 or 64 bytes; 0 means 32. */
    unsigned cache_line_bytes;
};

/* Switches the chip on: all memories and registers as after power-on, time 0, counters 0, faults
 * and trace subscriptions gone. Switches a running machine off first. Returns false if the chip or
 * its cache line is unknown or its addresses cannot be mapped; errno says why (ENOENT, EINVAL, or
 * that of mmap). */
bool machine_power_on(const struct machine_config *config);
void machine_power_off(void);
bool machine_is_on(void);

/* The memories and clocks of a chip; facts of the simulation, held apart from the driver's own
 * table. */
enum machine_memory_kind {
    MACHINE_SRAM,
    MACHINE_RTC_RAM,
    MACHINE_PSRAM, /* external RAM behind the data cache */
    MACHINE_FLASH, /* constants in the same window; only the CPU reads it */
};
struct machine_memory {
    const char *name;
    enum machine_memory_kind kind;
    uint32_t base;
    uint32_t size_bytes;
};
struct machine_description {
    const char *chip;
    uint32_t cpu_hz;
    unsigned core_count;
    size_t memory_count;
    const struct machine_memory *memories;
};
/* The description of the machine that is on; NULL if none is. */
const struct machine_description *machine_description(void);
/* The description of a known chip by number; NULL past the end. */
const struct machine_description *machine_known(size_t index);
/* The line of the data cache over external RAM; 0: there is none, or it is coherent. */
unsigned machine_cache_line_bytes(void);

/* Registers as the CPU sees them: an interrupt point. An address without a device, a reserved bit
 * and the like are mistakes (below). */
uint32_t machine_read32(uint32_t address);
void machine_write32(uint32_t address, uint32_t value);

/* Descriptor words as the CPU sees them: interrupt points. */
uint32_t machine_load_word(const uint32_t *word);
void machine_store_word(uint32_t *word, uint32_t value);
void machine_publish(void);

/* Has bus masters reach memory outside of the chip: `resolve` returns where [address, address +
 * bytes) lies, which is in none of the chip's memories, or NULL. The DMA counts it as internal RAM.
 * Power-on forgets it. */
void machine_set_aperture(void *(*resolve)(uint32_t address, uint32_t bytes));

/* Time, in CPU cycles since power-on. */
uint64_t machine_now_cycles(void);
uint64_t machine_cycles_to_ns(uint64_t cycles);
/* Lets time pass and runs what falls due; delivers no interrupt. */
void machine_advance(uint64_t cycles);
/* How many interrupt points there have been. */
uint64_t machine_point_count(void);
/* An interrupt point of its own: what a port calls when it unlocks. */
void machine_point(void);

/*
 * Cores. Only one runs at a time; at an interrupt point another may go on in its place, by seed, or
 * at the listed points when exploring. Masking, "in interrupt" and pending lines are each core's
 * own.
 */
unsigned machine_core(void); /* that runs now, from 0 */
/* Has a task run on another core, which is idle. Returns at once; the task runs whenever the cores
 * are switched. Once it has returned the core idles, and takes its interrupts. */
void machine_start_core(unsigned core, void (*task)(void *argument), void *argument);
/* Lets the other cores run until that one's task has returned. */
void machine_join_core(unsigned core);
/* What a core calls in a loop that waits for another core: that one goes on. A mistake if no core
 * can: a deadlock; does not return then. */
void machine_spin(void);
/* Has the other cores return from machine_wait_for_interrupt() as if an interrupt had come, which
 * is what an interrupt between cores does. */
void machine_wake_cores(void);
/* Ends what this core does, and has core 0 call call(argument) in the middle of what it does: for a
 * test that fails, or a program that ends, on another core. Does not return, nor may call(). */
_Noreturn void machine_call_on_first_core(void (*call)(void *argument), void *argument);
/* On a CPU whose interrupt lines have no enable register: enables or disables a line of this core.
 */
void machine_enable_line(unsigned line, bool enable);

/* The CPU's side of interrupts. `entry` is called, with interrupts masked and
 * machine_in_interrupt() true, for a CPU line that is pending, enabled and above the threshold. */
void machine_set_interrupt_entry(void (*entry)(unsigned line));
/* Masking nests. Unmasking is not a point; call machine_point() after it. */
void machine_mask_interrupts(void);
void machine_unmask_interrupts(void);
bool machine_in_interrupt(void);
/* Calls function(argument) with interrupts masked and machine_in_interrupt() true. */
void machine_call_as_interrupt(void (*function)(void *argument), void *argument);
/* Lets the other cores and time go on until an interrupt has been delivered, on this core or on
 * another one, or another core has called machine_wake_cores() or ended its task. False: none can
 * come, because no other core has anything to do, no event is scheduled and no line pends.
 * Interrupts must not be masked. */
bool machine_wait_for_interrupt(void);
/* For an emulated CPU, which takes interrupts itself: the line it must take now, or 0 for none. */
unsigned machine_pending_line(void);
/* For an emulated CPU: runs the next scheduled event, moving time to it. False: there is none. */
bool machine_run_next_event(void);
/* Whether there is one. */
bool machine_has_event(void);

/* A driver mistake is a use of the hardware that the manual forbids (a reserved bit set, START
 * while running, an item in memory that the engine cannot reach, a register of a gated block); "not
 * modelled" is a use that is legal and that the model lacks. Both go to the handler; without one
 * they are printed and the process aborts. */
enum machine_complaint { MACHINE_MISTAKE, MACHINE_NOT_MODELLED };
typedef void (*machine_complaint_fn)(enum machine_complaint kind, const char *text, void *context);
void machine_on_complaint(machine_complaint_fn handler, void *context);
void machine_complain(enum machine_complaint kind, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct machine_stats {
    uint64_t dma_busy_cycles;
    uint64_t dma_read_bytes;     /* data only */
    uint64_t dma_external_bytes; /* of data, into external RAM, with what fills blocks up */
    uint64_t dma_written_bytes;
    uint64_t dma_bursts;
    uint64_t interrupts; /* delivered */
    uint64_t register_reads;
    uint64_t register_writes;
    uint64_t core_switches;
};
const struct machine_stats *machine_stats(void);

/* A random number below `bound`, from the machine's seed. */
uint32_t machine_random(uint32_t bound);

#endif
