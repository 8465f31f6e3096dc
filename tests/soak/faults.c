/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong on the machine: plans for its faults, and how often they struck. */
#include "program.h"

enum {
    SKIP_SHORT_MAX = 12,
    SKIP_LONG_MAX = 200,
    COUNT_MAX = 4,
};

static uint64_t struck[FAULT_KIND_COUNT]; /* in this program, but for plans that still stand */

/* Each kind as often as it stands here: those that end everything are rare, and those that cost
 * little are many. */
static const enum fault_kind kinds[] = {
    FAULT_LOSE_INTERRUPT,     FAULT_LOSE_INTERRUPT,
    FAULT_LOSE_INTERRUPT,     FAULT_DELAY_INTERRUPT,
    FAULT_DELAY_INTERRUPT,    FAULT_DOUBLE_INTERRUPT,
    FAULT_DOUBLE_INTERRUPT,   FAULT_SPURIOUS_INTERRUPT,
    FAULT_SPURIOUS_INTERRUPT, FAULT_FLIP_OWNER,
    FAULT_FLIP_OWNER,         FAULT_BAD_NEXT,
    FAULT_BAD_NEXT,           FAULT_STALL,
    FAULT_ALLOCATION,         FAULT_NEVER_PARKS,
};

static void forget(enum fault_kind kind)
{
    struck[kind] += fault_count(kind);
    program.totals->faults[kind] += fault_count(kind);
    fault_plan(kind, 0, 0);
}

void faults_plan(void)
{
    enum fault_kind kind = kinds[program_random(sizeof(kinds) / sizeof(kinds[0]))];
    if (kind == FAULT_NEVER_PARKS && !program.kills) {
        return;
    }
    uint32_t skip_max = program_random(4) == 0 ? SKIP_LONG_MAX : SKIP_SHORT_MAX;
    if (kind == FAULT_ALLOCATION) {
        skip_max = 2;
    }
    forget(kind);
    uint32_t skip = program_random(skip_max);
    program_trace(fault_name(kind), NULL, NULL, skip);
    fault_plan(kind, skip, 1 + program_random(COUNT_MAX));
}

void faults_open(void)
{
    for (int kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        struck[kind] = 0;
    }
}

void faults_forget(void)
{
    for (int kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        forget((enum fault_kind)kind);
    }
}

uint64_t faults_count(enum fault_kind kind)
{
    return struck[kind] + fault_count(kind);
}

uint64_t faults_count_errors(void)
{
    return faults_count(FAULT_FLIP_OWNER) + faults_count(FAULT_BAD_NEXT) +
           faults_count(FAULT_STALL) + faults_count(FAULT_NEVER_PARKS);
}
