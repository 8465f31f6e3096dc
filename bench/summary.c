/* SPDX-License-Identifier: Apache-2.0 */
#include "summary.h"

const struct watch_case *summary_case(const struct summary *summary, enum bench_mode mode,
                                      uint32_t size_bytes, bool aligned)
{
    const struct bench_case *what;
    for (size_t i = 0; (what = bench_case_at(i)) != NULL; i++) {
        if (what->mode == mode && what->size_bytes == size_bytes && what->aligned == aligned) {
            return &summary->watched.cases[i];
        }
    }
    return NULL;
}

uint32_t summary_submit(const struct watch_case *measured)
{
    return measured->submit.instructions_max;
}

/* Rounded up: where an interrupt completes several copies, each has its share. */
uint32_t summary_interrupt(const struct watch_case *measured)
{
    uint32_t copies = measured->submit.count;
    uint32_t all = measured->interrupt.instructions + measured->callback.instructions;
    return copies == 0 ? 0 : (all + copies - 1) / copies;
}

uint32_t summary_break_even_bytes(const struct summary *summary)
{
    enum { SMALL = 64, LARGE = 1024, WORD = 4 };
    const struct watch_case *small = summary_case(summary, BENCH_BY_CPU, SMALL, true);
    const struct watch_case *large = summary_case(summary, BENCH_BY_CPU, LARGE, true);
    const struct watch_case *copy = summary_case(summary, BENCH_SINGLE, LARGE, true);
    uint32_t cost = summary_submit(copy) + summary_interrupt(copy);
    uint32_t per_word = (large->by_cpu_instructions - small->by_cpu_instructions) /
                        ((LARGE - SMALL) / WORD);
    if (per_word == 0) {
        return 0;
    }
    uint32_t fixed = small->by_cpu_instructions - per_word * (SMALL / WORD);
    return (cost - fixed + per_word) / per_word * WORD;
}
