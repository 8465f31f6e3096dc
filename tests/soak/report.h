/* SPDX-License-Identifier: Apache-2.0 */
/* What the soak prints. */
#ifndef REPORT_H
#define REPORT_H

#include "soak.h"

enum { FAILURE_BYTES = 512 };

struct report {
    double seconds;
    double processor_seconds; /* of all workers */
    uint64_t seed;
    struct soak_totals sum;
    const char *failure; /* NULL: none */
    uint64_t failed_seed;
    const char *failed_chip;
};

void report_add(struct soak_totals *sum, const struct soak_totals *more);

/* One line to stderr. */
void report_progress(double seconds, const struct soak_totals *sum);

/* All of it to stdout, as text or as one JSON object. */
void report_print(const struct report *report, bool json);

#endif
