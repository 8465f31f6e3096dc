/* SPDX-License-Identifier: Apache-2.0 */
#include "print.h"

#include <inttypes.h>
#include <stdio.h>

#include "budgets.h"

enum { EACH_BYTES_MAX = 4096 };

/* What the words of the report mean, for its readers. */
struct meaning {
    const char *name;
    const char *text;
};

static const struct meaning modes[] = {
    [BENCH_SINGLE] = {"single", "4 copies, each waited for before the next is submitted"},
    [BENCH_QUEUED] = {"16 queued", "16 copies submitted in a row; interrupts come meanwhile"},
    [BENCH_DEPTH] = {"16 masked",
                     "16 copies submitted in a row with interrupts masked till the last"},
    [BENCH_SILENT] = {"16 silent", "16 copies submitted in a row, without callbacks"},
    [BENCH_BY_CPU] = {"CPU", "one copy by the CPU, a word at a time"},
};

/* Of the numbers of a case. Sums are over all its copies. */
static const struct meaning fields[] = {
    {"copies", "how many, and how they are submitted: see modes"},
    {"bytes", "of each copy, exactly; all have the same source and destination"},
    {"aligned", "true: both addresses are multiples of 4; false: both are odd"},
    {"copy_count", "copies that were submitted"},
    {"submit_first_instructions", "executed by the first submission after install"},
    {"submit_max_instructions", "executed by the longest submission"},
    {"submit_instructions", "executed by all submissions, without interrupts in them"},
    {"submit_register_accesses", "reads and writes of registers in all submissions"},
    {"interrupt_count", "interrupts that were taken"},
    {"interrupt_instructions", "executed in all of them, from vector to mret, with callbacks"},
    {"stub_instructions", "of these: the interrupt entry, before and after the handler"},
    {"callback_count", "callbacks, which are empty"},
    {"callback_instructions", "of interrupt_instructions: in the callbacks"},
    {"interrupt_register_accesses", "reads and writes of registers in all interrupts"},
    {"dma_idle_instructions", "executed while the DMA was parked and a request was queued"},
    {"dma_written_bytes", "written by the DMA"},
    {"heap_calls", "in submissions and interrupts"},
    {"cpu_copy_instructions", "executed by the copy by the CPU"},
    {"submit_each_instructions", "executed by each submission, in order"},
};

/* For each copy, with one digit behind the point. */
static double per_copy(uint32_t sum, const struct watch_case *measured)
{
    return measured->submit.count == 0 ? 0.0 : (double)sum / (double)measured->submit.count;
}

static uint32_t bus_accesses(const struct watch_case *measured)
{
    return measured->submit.register_accesses + measured->interrupt.register_accesses;
}

static void print_case_text(const struct bench_case *what, const struct watch_case *measured)
{
    (void)printf("%-9s %6" PRIu32 "  %-3s", modes[what->mode].name, what->size_bytes,
                 what->aligned ? "yes" : "no");
    if (what->mode == BENCH_BY_CPU) {
        (void)printf("  %8" PRIu32 " in all\n", measured->by_cpu_instructions);
        return;
    }
    (void)printf(
        " %6" PRIu32 " %6.1f %9.1f %5.1f %8.1f %10" PRIu32 " %5.1f %5" PRIu32 " %5" PRIu32 "\n",
        measured->submit_instructions[0], per_copy(measured->submit.instructions, measured),
        per_copy(measured->interrupt.instructions + measured->callback.instructions, measured),
        per_copy(measured->stub_instructions, measured),
        per_copy(measured->callback.instructions, measured), measured->interrupt.count,
        per_copy(bus_accesses(measured), measured), measured->idle_instructions,
        measured->heap_calls);
}

/* Each submission of a case, in order. */
static void print_each(const struct watch_case *measured, const char *separator)
{
    for (size_t i = 0; i < BENCH_QUEUE; i++) {
        (void)printf("%s%" PRIu32, i == 0 ? "" : separator, measured->submit_instructions[i]);
    }
}

static bool is_in_a_row(const struct bench_case *what)
{
    return what->mode != BENCH_SINGLE && what->mode != BENCH_BY_CPU;
}

static void print_rows_of_submissions(const struct summary *summary)
{
    const struct bench_case *what;
    (void)printf(
        "\nEach submission, with 0 to %d before it. Besides looking at those in flight, one does\n"
        "what else an interrupt would: it takes copies off that have finished, and makes up for\n"
        "an interrupt that may be lost. One that finds too few free items leaves the rest to\n"
        "refills. masked: nobody was told yet of any before it.\n",
        BENCH_QUEUE - 1);
    for (size_t i = 0; (what = bench_case_at(i)) != NULL; i++) {
        if (is_in_a_row(what) && what->aligned && what->size_bytes <= EACH_BYTES_MAX) {
            (void)printf("%s %4" PRIu32 " B: ", modes[what->mode].name, what->size_bytes);
            print_each(&summary->watched.cases[i], " ");
            (void)printf("\n");
        }
    }
}

static void print_budgets_text(const struct summary *summary)
{
    const struct budget *budget;
    (void)printf("\n%-72s %8s %6s\n", "budget", "measured", "limit");
    for (size_t i = 0; (budget = budget_at(i)) != NULL; i++) {
        uint32_t measured = budget->measure(summary);
        (void)printf("%-72s %8" PRIu32 " %6" PRIu32 "%s\n", budget->name, measured, budget->limit,
                     measured > budget->limit ? "  OVER" : "");
    }
}

static void print_modes_text(void)
{
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        (void)printf("%-9s %s\n", modes[i].name, modes[i].text);
    }
    (void)printf("\n");
}

void print_text(const struct summary *summary)
{
    const struct bench_case *what;
    (void)printf("chip      %s\ncompiler  %s\n\n", summary->chip, summary->watched.compiler);
    print_modes_text();
    (void)printf(
        "Executed instructions. bytes: of each copy, exactly, and all copies of a row have\n"
        "the same source and destination; al. no: both addresses are odd. first: the first\n"
        "submission after install. For each copy, the mean of the row: submit; interrupt,\n"
        "from vector to mret, of which stub and empty callback; bus, register accesses.\n"
        "In all, for the whole row: interrupts; idle, instructions during which the DMA was\n"
        "parked although a request was queued; heap, calls.\n\n");
    (void)printf("%-9s %6s  %-3s %6s %6s %9s %5s %8s %10s %5s %5s %5s\n", "copies", "bytes", "al.",
                 "first", "submit", "interrupt", "stub", "callback", "interrupts", "bus", "idle",
                 "heap");
    for (size_t i = 0; (what = bench_case_at(i)) != NULL; i++) {
        print_case_text(what, &summary->watched.cases[i]);
    }
    print_rows_of_submissions(summary);
    (void)printf(
        "\nlinked code and constants of minimal-board.elf, which is what a board gets of a\n"
        "program that installs, submits and uninstalls: driver %" PRIu32 " B, port %" PRIu32
        " B,\nstartup, watchdogs and program %" PRIu32 " B\n",
        summary->linked.driver, summary->linked.port, summary->linked.others);
    (void)printf("RAM of a handle: backlog 8 %" PRIu32 " B, backlog 16 %" PRIu32 " B\n",
                 summary->watched.handle_bytes[0], summary->watched.handle_bytes[1]);
    (void)printf("cheaper than a word-wise memcpy: from %" PRIu32 " B\n",
                 summary_break_even_bytes(summary));
    print_budgets_text(summary);
}

static void print_number(const char *name, uint32_t value)
{
    (void)printf("\"%s\": %" PRIu32 ", ", name, value);
}

static void print_driver_json(const struct bench_case *what, const struct watch_case *measured)
{
    print_number("copy_count", measured->submit.count);
    print_number("submit_first_instructions", measured->submit_instructions[0]);
    print_number("submit_max_instructions", measured->submit.instructions_max);
    print_number("submit_instructions", measured->submit.instructions);
    print_number("submit_register_accesses", measured->submit.register_accesses);
    print_number("interrupt_count", measured->interrupt.count);
    print_number("interrupt_instructions",
                 measured->interrupt.instructions + measured->callback.instructions);
    print_number("stub_instructions", measured->stub_instructions);
    print_number("callback_count", measured->callback.count);
    print_number("callback_instructions", measured->callback.instructions);
    print_number("interrupt_register_accesses", measured->interrupt.register_accesses);
    print_number("dma_idle_instructions", measured->idle_instructions);
    print_number("dma_written_bytes", measured->dma_written_bytes);
    print_number("heap_calls", measured->heap_calls);
    if (is_in_a_row(what)) {
        (void)printf("\"submit_each_instructions\": [");
        print_each(measured, ", ");
        (void)printf("], ");
    }
}

static void print_case_json(const struct bench_case *what, const struct watch_case *measured)
{
    (void)printf("    {\"copies\": \"%s\", ", modes[what->mode].name);
    print_number("bytes", what->size_bytes);
    if (what->mode == BENCH_BY_CPU) {
        print_number("cpu_copy_instructions", measured->by_cpu_instructions);
    } else {
        print_driver_json(what, measured);
    }
    (void)printf("\"aligned\": %s}", what->aligned ? "true" : "false");
}

static void print_meanings_json(const char *name, const struct meaning *meanings, size_t count)
{
    (void)printf("  \"%s\": {", name);
    for (size_t i = 0; i < count; i++) {
        (void)printf("%s\n    \"%s\": \"%s\"", i == 0 ? "" : ",", meanings[i].name,
                     meanings[i].text);
    }
    (void)printf("\n  },\n");
}

static void print_budgets_json(const struct summary *summary)
{
    const struct budget *budget;
    (void)printf("  \"budgets\": [");
    for (size_t i = 0; (budget = budget_at(i)) != NULL; i++) {
        (void)printf("%s\n    {\"name\": \"%s\", \"measured\": %" PRIu32 ", \"limit\": %" PRIu32
                     ", \"ceiling\": %" PRIu32 "}",
                     i == 0 ? "" : ",", budget->name, budget->measure(summary), budget->limit,
                     budget->ceiling);
    }
    (void)printf("\n  ]\n");
}

void print_json(const struct summary *summary)
{
    const struct bench_case *what;
    (void)printf("{\n  \"chip\": \"%s\",\n  \"compiler\": \"%s\",\n", summary->chip,
                 summary->watched.compiler);
    print_meanings_json("modes", modes, sizeof modes / sizeof modes[0]);
    print_meanings_json("fields_of_cases", fields, sizeof fields / sizeof fields[0]);
    (void)printf("  \"cases\": [");
    for (size_t i = 0; (what = bench_case_at(i)) != NULL; i++) {
        (void)printf("%s\n", i == 0 ? "" : ",");
        print_case_json(what, &summary->watched.cases[i]);
    }
    (void)printf("\n  ],\n  \"linked_driver_bytes\": %" PRIu32 ",\n", summary->linked.driver);
    (void)printf("  \"linked_port_bytes\": %" PRIu32 ",\n  \"linked_other_bytes\": %" PRIu32 ",\n",
                 summary->linked.port, summary->linked.others);
    (void)printf("  \"handle_bytes_backlog_8\": %" PRIu32
                 ",\n  \"handle_bytes_backlog_16\": %" PRIu32 ",\n",
                 summary->watched.handle_bytes[0], summary->watched.handle_bytes[1]);
    (void)printf("  \"break_even_bytes\": %" PRIu32 ",\n", summary_break_even_bytes(summary));
    print_budgets_json(summary);
    (void)printf("}\n");
}
