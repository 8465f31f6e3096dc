/* SPDX-License-Identifier: Apache-2.0 */
/* All that the benchmark knows when it has run. */
#ifndef BENCH_SUMMARY_H
#define BENCH_SUMMARY_H

#include "linked.h"
#include "watch.h"

struct summary {
    const char *chip;
    struct watch_result watched;
    struct linked linked; /* of the smallest program that copies */
};

/* The case of that mode, size and alignment, or NULL if none was run. */
const struct watch_case *summary_case(const struct summary *summary, enum bench_mode mode,
                                      uint32_t size_bytes, bool aligned);

/* The largest submission of a case on an idle queue, once the first one is over. */
uint32_t summary_submit(const struct watch_case *measured);
/* From vector to mret for each copy, an empty callback included. */
uint32_t summary_interrupt(const struct watch_case *measured);

/* The smallest multiple of 4 bytes that the CPU copies, word by word, in more instructions than
 * submitting and completing take. */
uint32_t summary_break_even_bytes(const struct summary *summary);

#endif
