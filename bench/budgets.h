/* SPDX-License-Identifier: Apache-2.0 */
/* What the numbers must not exceed. */
#ifndef BENCH_BUDGETS_H
#define BENCH_BUDGETS_H

#include <stdbool.h>
#include <stddef.h>

#include "summary.h"

struct budget {
    const char *name;
    uint32_t (*measure)(const struct summary *summary);
    uint32_t limit;
    uint32_t ceiling; /* what a check enforces: the limit, or what is reached where it is not met */
};

/* Returns budget number index, or NULL past the last one. */
const struct budget *budget_at(size_t index);

#endif
