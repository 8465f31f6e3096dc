/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The soak: random programs on the machine, each from a seed of its own, against an oracle. main.c
 * has workers run one program after another; program.c is one program, operations.c and
 * interrupts.c what it does, oracle.c what must come of it.
 */
#ifndef SOAK_H
#define SOAK_H

#include <stdbool.h>
#include <stdint.h>

#include "esp_err.h"
#include "fault.h"

/* How a copy ended. */
enum soak_status {
    SOAK_OK,
    SOAK_FAILED,
    SOAK_WITHDRAWN,
    SOAK_ABANDONED,
    SOAK_TIMED_OUT,
    SOAK_STATUS_COUNT,
};

/* What happened, over all programs. */
struct soak_totals {
    uint64_t programs;
    uint64_t requests; /* accepted */
    uint64_t refused;
    uint64_t bytes; /* of the requests that ended with ESP_OK */
    uint64_t calls; /* of other functions of the driver */
    uint64_t callbacks[SOAK_STATUS_COUNT];
    uint64_t waits[SOAK_STATUS_COUNT]; /* tickets and blocking copies */
    uint64_t silent;                   /* ended with neither */
    uint64_t faults[FAULT_KIND_COUNT];
    uint64_t interrupts;
    uint64_t core_switches;
    uint64_t dead; /* drivers */
};

/* What a program is made from. */
struct soak_choice {
    uint64_t seed;
    const char *chip; /* NULL: the seed chooses */
    /* Spoils a byte behind the oracle's back once so many requests have ended; 0: never. It shows
     * that the oracle notices. */
    uint64_t spoil_after;
    bool trace; /* what the program does to stderr */
    /* NULL, or what may do something of its own instead of a step, a step of an interrupt included.
     * Returns whether it has. */
    bool (*intrude)(void);
};

/* Runs one program. Does not return if it fails. */
void program_run(const struct soak_choice *choice, struct soak_totals *totals);

/* Returns the chip on which a program runs. */
const char *program_chip(const struct soak_choice *choice);

/* Ends the worker: the program under way has failed. */
_Noreturn void soak_fail(const char *text);

/* Likewise, with what was found and what was expected. */
_Noreturn void soak_fail_numbers(const char *text, int64_t found, int64_t expected);

enum soak_status soak_status_of(esp_err_t status);

#define SOAK_CHECK(condition, text) \
    do {                            \
        if (!(condition)) {         \
            soak_fail(text);        \
        }                           \
    } while (0)

#endif
