/* SPDX-License-Identifier: Apache-2.0 */
#include "budgets.h"

enum { SMALLEST = 64, SHORT = 256, LARGEST_ITEM = 1024, TWO_ITEMS = 4096 };

typedef uint32_t (*measure_fn)(const struct watch_case *measured);

static uint32_t largest(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* The worst of the aligned sizes that one item holds. */
static uint32_t worst_single(const struct summary *summary, measure_fn measure)
{
    uint32_t worst = 0;
    for (uint32_t size = SMALLEST; size <= LARGEST_ITEM; size *= 2) {
        worst = largest(worst, measure(summary_case(summary, BENCH_SINGLE, size, true)));
    }
    return worst;
}

static uint32_t measure_submit(const struct summary *summary)
{
    return worst_single(summary, summary_submit);
}

static uint32_t measure_interrupt(const struct summary *summary)
{
    return worst_single(summary, summary_interrupt);
}

static uint32_t both(const struct watch_case *measured)
{
    return summary_submit(measured) + summary_interrupt(measured);
}

/* While others are queued behind it. */
static uint32_t measure_queued(const struct summary *summary)
{
    uint32_t worst = summary_interrupt(summary_case(summary, BENCH_QUEUED, SMALLEST, true));
    worst = largest(worst, summary_interrupt(summary_case(summary, BENCH_QUEUED, SHORT, true)));
    return largest(worst,
                   summary_interrupt(summary_case(summary, BENCH_QUEUED, LARGEST_ITEM, true)));
}

static uint32_t measure_both(const struct summary *summary)
{
    return worst_single(summary, both);
}

/* How much more than on an idle queue submission number k takes, divided by the k in flight. */
static uint32_t more_in_flight(const struct summary *summary, uint32_t size_bytes)
{
    const struct watch_case *deep = summary_case(summary, BENCH_DEPTH, size_bytes, true);
    uint32_t worst = 0;
    for (uint32_t k = 1; k < BENCH_QUEUE; k++) {
        uint32_t more = deep->submit_instructions[k] > deep->submit_instructions[0]
                            ? deep->submit_instructions[k] - deep->submit_instructions[0]
                            : 0;
        worst = largest(worst, (more + k - 1) / k);
    }
    return worst;
}

static uint32_t measure_in_flight(const struct summary *summary)
{
    return largest(more_in_flight(summary, SHORT), more_in_flight(summary, LARGEST_ITEM));
}

/* Copies that end before the next one is submitted, and nobody is told. */
static uint32_t measure_unseen(const struct summary *summary)
{
    return more_in_flight(summary, SMALLEST);
}

static uint32_t measure_two_items(const struct summary *summary)
{
    uint32_t one = both(summary_case(summary, BENCH_SINGLE, LARGEST_ITEM, true));
    uint32_t two = both(summary_case(summary, BENCH_SINGLE, TWO_ITEMS, true));
    return two > one ? two - one : 0;
}

/* The largest of a number over all cases of a mode, up to a size. */
static uint32_t worst_of_mode(const struct summary *summary, enum bench_mode mode,
                              uint32_t bytes_max, measure_fn measure)
{
    const struct bench_case *what;
    uint32_t worst = 0;
    for (size_t i = 0; (what = bench_case_at(i)) != NULL; i++) {
        if (what->mode == mode && what->size_bytes <= bytes_max) {
            worst = largest(worst, measure(&summary->watched.cases[i]));
        }
    }
    return worst;
}

static uint32_t heap_calls(const struct watch_case *measured)
{
    return measured->heap_calls;
}

static uint32_t measure_heap_calls(const struct summary *summary)
{
    return worst_of_mode(summary, BENCH_SINGLE, BENCH_BYTES_MAX, heap_calls) +
           worst_of_mode(summary, BENCH_QUEUED, BENCH_BYTES_MAX, heap_calls) +
           worst_of_mode(summary, BENCH_DEPTH, BENCH_BYTES_MAX, heap_calls) +
           worst_of_mode(summary, BENCH_SILENT, BENCH_BYTES_MAX, heap_calls);
}

static uint32_t idle_instructions(const struct watch_case *measured)
{
    return measured->idle_instructions;
}

static uint32_t measure_idle(const struct summary *summary)
{
    return worst_of_mode(summary, BENCH_QUEUED, BENCH_BYTES_MAX, idle_instructions);
}

static uint32_t interrupt_count(const struct watch_case *measured)
{
    return measured->interrupt.count;
}

static uint32_t measure_silent(const struct summary *summary)
{
    return worst_of_mode(summary, BENCH_SILENT, LARGEST_ITEM, interrupt_count);
}

static uint32_t measure_linked(const struct summary *summary)
{
    return summary->linked.driver;
}

static uint32_t measure_handle(const struct summary *summary)
{
    return summary->watched.handle_bytes[0];
}

static uint32_t measure_image(const struct summary *summary)
{
    return summary->linked.driver + summary->linked.port + summary->linked.others;
}

/* Those whose ceiling is above the limit are explained in docs/cost.md. */
static const struct budget budgets[] = {
    {"single copy, 64 B to 1 KiB: submit on an idle queue [instructions]", measure_submit, 115,
     115},
    {"masked, 256 B and 1 KiB: submit, more for each in flight [instructions]", measure_in_flight,
     10, 10},
    {"masked, 64 B: submit, more for each that ended unseen [instructions]", measure_unseen, 10,
     14},
    {"single copy, 64 B to 1 KiB: interrupt, vector to mret [instructions]", measure_interrupt, 130,
     130},
    {"queued, 64 B, 256 B, 1 KiB: interrupt for each copy, mean [instructions]", measure_queued,
     130, 218},
    {"single copy, 64 B to 1 KiB: submit and interrupt [instructions]", measure_both, 240, 240},
    {"single copy: both for 4 KiB more than for 1 KiB [instructions]", measure_two_items, 60, 60},
    {"all: heap calls in submit and interrupt", measure_heap_calls, 0, 0},
    {"queued, any size: DMA idle among them [instructions]", measure_idle, 0, 0},
    {"linked code and constants of the driver [bytes]", measure_linked, 4096, 4096},
    {"linked code and constants of the whole image [bytes]", measure_image, 4096, 4096},
    {"RAM of a handle with backlog 8 [bytes]", measure_handle, 600, 600},
    {"silent, up to 1 KiB: interrupts for 16", measure_silent, 2, 2},
};

const struct budget *budget_at(size_t index)
{
    return index < sizeof budgets / sizeof budgets[0] ? &budgets[index] : NULL;
}
