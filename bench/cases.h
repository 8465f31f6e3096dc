/* SPDX-License-Identifier: Apache-2.0 */
/* What the benchmark image does, known to the image and to the program that watches it. All copies
 * of a case have the same source and the same destination, which do not overlap. */
#ifndef BENCH_CASES_H
#define BENCH_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BENCH_BYTES_MAX = 65536, BENCH_QUEUE = 16, BENCH_REPEATS = 4 };

enum bench_mode {
    BENCH_SINGLE, /* BENCH_REPEATS copies, each waited for */
    BENCH_QUEUED, /* BENCH_QUEUE copies submitted in a row */
    BENCH_DEPTH,  /* likewise, with interrupts masked, so that all are in flight at the end */
    BENCH_SILENT, /* likewise, unmasked and without callbacks */
    BENCH_BY_CPU, /* copied by the CPU, word by word */
};

struct bench_case {
    enum bench_mode mode;
    uint32_t size_bytes; /* of each copy */
    bool aligned;        /* both addresses are multiples of 4; else both are odd */
};

/* Returns case number index, or NULL past the last one. */
const struct bench_case *bench_case_at(size_t index);

#endif
