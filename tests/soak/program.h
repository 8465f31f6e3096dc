/* SPDX-License-Identifier: Apache-2.0 */
/* The program under way. There is one at a time in a process. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "machine.h"
#include "oracle.h"
#include "soak.h"

enum {
    DRIVERS_MAX = 3,
    CORES_MAX = 2,
};

/* What a task does in one step; what of it an interrupt may do comes first. */
enum operation {
    OPERATION_SUBMIT,
    OPERATION_POLL,
    OPERATION_CANCEL,
    OPERATION_TICKET_DONE,
    OPERATION_TICKET_CANCEL,
    OPERATION_SCRIBBLE,
    OPERATION_REFUSED_ARGUMENT,
    OPERATION_REFUSED_CONTEXT,
    OPERATION_INTERRUPT_COUNT,
    OPERATION_BURST = OPERATION_INTERRUPT_COUNT,
    OPERATION_BLOCK,
    OPERATION_TICKET_WAIT,
    OPERATION_DRAIN,
    OPERATION_UNINSTALL,
    OPERATION_NOTICE,
    OPERATION_THRESHOLD,
    OPERATION_PASS_TIME,
    OPERATION_VERIFY,
    OPERATION_INFO,
    OPERATION_FAULT,
    OPERATION_INTERRUPT,
    OPERATION_COUNT,
};

struct program {
    struct soak_totals *totals;
    uint64_t spoil_after;
    bool trace;
    bool (*intrude)(void);
    struct machine_config machine;
    struct driver drivers[DRIVERS_MAX];
    uint8_t weights[OPERATION_COUNT];
    uint8_t kinds[3];      /* weights of silent, called back and with ticket */
    uint8_t large;         /* of 256 requests */
    uint8_t nested;        /* of 256 callbacks, how many do something */
    uint8_t faults;        /* of 16 steps, how many plan one */
    bool ending;           /* nothing new is begun */
    bool kills;            /* FAULT_NEVER_PARKS is planned, too */
    uint32_t submitted;    /* requests accepted */
    uint32_t limit;        /* interrupts submit no more beyond */
    uint32_t dead;         /* drivers */
    uint64_t kills_unseen; /* of FAULT_NEVER_PARKS, where no driver must notice */
};

extern struct program program;

/* Prints, if that is wanted, what the program does with a request, or, if it is NULL, a driver. */
void program_trace(const char *what, const struct driver *driver, const struct request *request,
                   int64_t number);

/* Returns a number below bound by the program's seed. */
uint32_t program_random(uint32_t bound);

/* Returns a byte on which nothing depends that the program does. */
uint8_t program_random_byte(void);

/* Returns the chip's cores. */
unsigned program_cores(void);

/* program.c: gives a driver that is not there back to life, if it can. */
void program_install(struct driver *driver);

/* Uninstalls a driver if nothing is in flight; certain: nothing is, and it must succeed. */
void program_uninstall(struct driver *driver, bool certain);

/* operations.c: has a task do a step. */
void operation_step(void);

/* operations.c: does what an interrupt does, which is in interrupt context. */
void operation_in_interrupt(void);

/* operations.c: everything of a driver has ended, or it is dead. */
void operation_finish(struct driver *driver);

/* A driver has said that it is dead. Fails if no fault explains that. */
void operation_died(struct driver *driver);

/* faults.c: begins to count anew. */
void faults_open(void);

/* Plans a fault by chance. */
void faults_plan(void);

/* Adds what happened to the totals, and plans no more. */
void faults_forget(void);

/* Returns how often a fault struck in this program, and how often any that the engine reports as an
 * error or that stalls it. */
uint64_t faults_count(enum fault_kind kind);
uint64_t faults_count_errors(void);

#endif
