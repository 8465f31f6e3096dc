/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const status_names[SOAK_STATUS_COUNT] = {
    [SOAK_OK] = "ESP_OK",
    [SOAK_FAILED] = "ESP_FAIL",
    [SOAK_WITHDRAWN] = "ESP_ERR_NOT_FINISHED",
    [SOAK_ABANDONED] = "ESP_ERR_INVALID_STATE",
    [SOAK_TIMED_OUT] = "ESP_ERR_TIMEOUT",
};

static uint64_t sum_of(const uint64_t *numbers, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += numbers[i];
    }
    return sum;
}

void report_add(struct soak_totals *sum, const struct soak_totals *more)
{
    sum->programs += more->programs;
    sum->requests += more->requests;
    sum->refused += more->refused;
    sum->bytes += more->bytes;
    sum->calls += more->calls;
    sum->silent += more->silent;
    sum->interrupts += more->interrupts;
    sum->core_switches += more->core_switches;
    sum->dead += more->dead;
    for (size_t i = 0; i < SOAK_STATUS_COUNT; i++) {
        sum->callbacks[i] += more->callbacks[i];
        sum->waits[i] += more->waits[i];
    }
    for (size_t i = 0; i < FAULT_KIND_COUNT; i++) {
        sum->faults[i] += more->faults[i];
    }
}

void report_progress(double seconds, const struct soak_totals *sum)
{
    (void)fprintf(stderr,
                  "%4.0f s: %" PRIu64 " programs, %" PRIu64 " requests, %" PRIu64 " faults\n",
                  seconds, sum->programs, sum->requests, sum_of(sum->faults, FAULT_KIND_COUNT));
}

struct counter {
    const char *name;
    uint64_t value;
};

enum { COUNTERS = 12 };

static void list_counters(const struct soak_totals *sum, struct counter counters[COUNTERS])
{
    const struct counter all[COUNTERS] = {
        {"programs", sum->programs},
        {"requests", sum->requests},
        {"bytes", sum->bytes},
        {"refused", sum->refused},
        {"calls", sum->calls},
        {"callbacks", sum_of(sum->callbacks, SOAK_STATUS_COUNT)},
        {"waits", sum_of(sum->waits, SOAK_STATUS_COUNT)},
        {"silent", sum->silent},
        {"interrupts", sum->interrupts},
        {"core_switches", sum->core_switches},
        {"dead_drivers", sum->dead},
        {"faults", sum_of(sum->faults, FAULT_KIND_COUNT)},
    };
    for (size_t i = 0; i < COUNTERS; i++) {
        counters[i] = all[i];
    }
}

static const char *fault_name_at(size_t index)
{
    return fault_name((enum fault_kind)index);
}

static const char *status_name_at(size_t index)
{
    return status_names[index];
}

/* Numbers of which each has a name. */
struct table {
    const char *title;
    const char *name;
    const uint64_t *numbers;
    size_t count;
    const char *(*name_at)(size_t index);
};

enum { TABLES = 3 };

static void list_tables(const struct soak_totals *sum, struct table tables[TABLES])
{
    tables[0] = (struct table){"callbacks by status", "callbacks_by_status", sum->callbacks,
                               SOAK_STATUS_COUNT, status_name_at};
    tables[1] = (struct table){"waits by status", "waits_by_status", sum->waits, SOAK_STATUS_COUNT,
                               status_name_at};
    tables[2] = (struct table){"faults by kind", "faults_by_kind", sum->faults, FAULT_KIND_COUNT,
                               fault_name_at};
}

static void print_text(const struct report *report)
{
    struct counter counters[COUNTERS];
    struct table tables[TABLES];
    list_counters(&report->sum, counters);
    list_tables(&report->sum, tables);
    printf("seed %" PRIu64 ", %.0f seconds, of processors %.0f\n", report->seed, report->seconds,
           report->processor_seconds);
    for (size_t i = 0; i < COUNTERS; i++) {
        printf("%-24s %12" PRIu64 "\n", counters[i].name, counters[i].value);
    }
    for (size_t i = 0; i < TABLES; i++) {
        printf("%s\n", tables[i].title);
        for (size_t j = 0; j < tables[i].count; j++) {
            printf("  %-22s %12" PRIu64 "\n", tables[i].name_at(j), tables[i].numbers[j]);
        }
    }
    if (report->failure == NULL) {
        printf("no failure\n");
        return;
    }
    printf("FAILED on %s with seed %" PRIu64 ": %s\n", report->failed_chip, report->failed_seed,
           report->failure);
    printf("to repeat: ./run soak --chip %s --seed %" PRIu64 " --programs 1\n", report->failed_chip,
           report->failed_seed);
}

static void print_json_string(const char *text)
{
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            putchar('\\');
        }
        putchar(*text < ' ' ? ' ' : *text);
    }
    putchar('"');
}

static void print_json(const struct report *report)
{
    struct counter counters[COUNTERS];
    struct table tables[TABLES];
    list_counters(&report->sum, counters);
    list_tables(&report->sum, tables);
    printf("{\"seed\": %" PRIu64 ", \"seconds\": %.1f, \"processor_seconds\": %.1f", report->seed,
           report->seconds, report->processor_seconds);
    for (size_t i = 0; i < COUNTERS; i++) {
        printf(", \"%s\": %" PRIu64, counters[i].name, counters[i].value);
    }
    for (size_t i = 0; i < TABLES; i++) {
        printf(", \"%s\": {", tables[i].name);
        for (size_t j = 0; j < tables[i].count; j++) {
            printf("%s\"%s\": %" PRIu64, j == 0 ? "" : ", ", tables[i].name_at(j),
                   tables[i].numbers[j]);
        }
        printf("}");
    }
    printf(", \"failure\": ");
    if (report->failure == NULL) {
        printf("null}\n");
        return;
    }
    printf("{\"chip\": \"%s\", \"seed\": %" PRIu64 ", \"text\": ", report->failed_chip,
           report->failed_seed);
    print_json_string(report->failure);
    printf("}}\n");
}

void report_print(const struct report *report, bool json)
{
    if (json) {
        print_json(report);
    } else {
        print_text(report);
    }
}
