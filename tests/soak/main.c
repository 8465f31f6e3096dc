/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs random programs for a time, in several processes, and sums up. A program that fails, crashes
 * or hangs ends everything; its seed is printed.
 */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): MAP_ANONYMOUS is not in POSIX. */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "report.h"
#include "soak.h"

enum {
    WORKERS_MAX = 16,
    USAGE_EXIT = 2,
    TICK_MS = 50,
    PROGRESS_TICKS = 100,
    HANG_TICKS = 2400, /* so long no program takes, on the slowest computer */
    CRASH_TEXT_BYTES = 80,
};

struct arguments {
    double seconds;
    uint64_t programs; /* 0: as many as there is time for */
    unsigned workers;
    bool json;
    struct soak_choice choice;
};

/* What a worker shares with the one who started it. */
struct worker {
    pid_t process;
    bool ended;
    unsigned still; /* for so many ticks it has been at the same program */
    uint64_t programs_seen;
    atomic_uint_fast64_t seed; /* of the program under way */
    struct soak_totals totals;
    char failure[FAILURE_BYTES];
};

static struct worker *workers;
static struct worker *self; /* in a worker */

void soak_fail(const char *text)
{
    (void)snprintf(self->failure, sizeof(self->failure), "%s", text);
    _Exit(EXIT_FAILURE);
}

void soak_fail_numbers(const char *text, int64_t found, int64_t expected)
{
    char message[FAILURE_BYTES];
    (void)snprintf(message, sizeof(message), "%s: %" PRId64 ", %" PRId64, text, found, expected);
    soak_fail(message);
}

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double children_processor_s(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

/* The workers share the seeds out among themselves: the first program is that of the seed given. */
_Noreturn static void work(const struct arguments *arguments, unsigned number)
{
    double end = now_s() + arguments->seconds;
    uint64_t count = number;
    struct soak_choice choice = arguments->choice;
    while (arguments->programs == 0 ? now_s() < end : count < arguments->programs) {
        choice.seed = arguments->choice.seed + count;
        atomic_store(&self->seed, choice.seed);
        program_run(&choice, &self->totals);
        count += arguments->workers;
    }
    exit(EXIT_SUCCESS); /* the leak check of a sanitizer comes with it */
}

static bool start_workers(const struct arguments *arguments)
{
    workers = mmap(NULL, sizeof(struct worker) * WORKERS_MAX, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (workers == MAP_FAILED) {
        return false;
    }
    for (unsigned i = 0; i < arguments->workers; i++) {
        pid_t process = fork(); /* the memory is shared: only one may write there */
        if (process == 0) {
            self = &workers[i];
            work(arguments, i);
        }
        if (process < 0) {
            return false;
        }
        workers[i].process = process;
    }
    return true;
}

/* Takes note of how a worker ended. */
static void note_end(struct worker *worker, int status)
{
    worker->ended = true;
    if (worker->failure[0] != '\0' || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
        return;
    }
    if (WIFSIGNALED(status)) {
        (void)snprintf(worker->failure, CRASH_TEXT_BYTES, "the program was ended by signal %d",
                       WTERMSIG(status));
    } else {
        (void)snprintf(worker->failure, CRASH_TEXT_BYTES, "the program ended with exit status %d",
                       WEXITSTATUS(status));
    }
}

/* Kills a worker that has been at one program for too long. */
static void watch(struct worker *worker)
{
    if (worker->programs_seen != worker->totals.programs) {
        worker->programs_seen = worker->totals.programs;
        worker->still = 0;
    } else if (++worker->still == HANG_TICKS) {
        (void)snprintf(worker->failure, CRASH_TEXT_BYTES, "the program hangs");
        (void)kill(worker->process, SIGKILL);
    }
}

/* Returns the first worker that failed, or NULL if all have ended. */
static struct worker *wait_for_workers(const struct arguments *arguments)
{
    struct worker *failed = NULL;
    double began = now_s();
    unsigned running = arguments->workers;
    for (unsigned tick = 1; running != 0; tick++) {
        (void)poll(NULL, 0, TICK_MS);
        for (unsigned i = 0; i < arguments->workers; i++) {
            int status;
            struct worker *worker = &workers[i];
            if (worker->ended) {
                continue;
            }
            if (waitpid(worker->process, &status, WNOHANG) == worker->process) {
                note_end(worker, status);
                running--;
                failed = failed == NULL && worker->failure[0] != '\0' ? worker : failed;
            } else if (failed != NULL) {
                (void)kill(worker->process, SIGKILL);
            } else {
                watch(worker);
            }
        }
        if (tick % PROGRESS_TICKS == 0 && running != 0 && failed == NULL) {
            struct soak_totals sum = {0};
            for (unsigned i = 0; i < arguments->workers; i++) {
                report_add(&sum, &workers[i].totals);
            }
            report_progress(now_s() - began, &sum);
        }
    }
    return failed;
}

static bool parse_number(const char *text, uint64_t *number)
{
    char *end;
    if (text == NULL || *text < '0' || *text > '9') {
        return false;
    }
    *number = strtoull(text, &end, 0);
    return *end == '\0';
}

static bool parse_option(struct arguments *arguments, const char *option, const char *value)
{
    uint64_t number = 0;
    if (strcmp(option, "--chip") == 0) {
        arguments->choice.chip = value;
        return value != NULL && (strcmp(value, "esp32c3") == 0 || strcmp(value, "esp32s3") == 0);
    }
    if (!parse_number(value, &number)) {
        return false;
    }
    if (strcmp(option, "--seed") == 0) {
        arguments->choice.seed = number;
    } else if (strcmp(option, "--seconds") == 0) {
        arguments->seconds = (double)number;
    } else if (strcmp(option, "--programs") == 0) {
        arguments->programs = number;
    } else if (strcmp(option, "--workers") == 0 && number != 0 && number <= WORKERS_MAX) {
        arguments->workers = (unsigned)number;
    } else if (strcmp(option, "--spoil-after") == 0) {
        arguments->choice.spoil_after = number;
    } else {
        return false;
    }
    return true;
}

static bool parse_arguments(struct arguments *arguments, char **argv)
{
    for (argv++; *argv != NULL; argv++) {
        if (strcmp(*argv, "--json") == 0) {
            arguments->json = true;
        } else if (strcmp(*argv, "--trace") == 0) {
            arguments->choice.trace = true;
        } else if (argv[1] == NULL || !parse_option(arguments, argv[0], argv[1])) {
            return false;
        } else {
            argv++;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {.seconds = 10, .workers = 1, .choice = {.seed = 1}};
    if (argc < 1 || !parse_arguments(&arguments, argv)) {
        (void)fprintf(stderr,
                      "usage: soak [--seconds S | --programs N] [--seed N] [--chip NAME]\n"
                      "            [--workers N] [--json] [--trace] [--spoil-after REQUESTS]\n");
        return USAGE_EXIT;
    }
    double began = now_s();
    if (!start_workers(&arguments)) {
        perror("soak");
        return EXIT_FAILURE;
    }
    struct worker *failed = wait_for_workers(&arguments);
    struct report report = {.seconds = now_s() - began, .seed = arguments.choice.seed};
    report.processor_seconds = children_processor_s();
    for (unsigned i = 0; i < arguments.workers; i++) {
        report_add(&report.sum, &workers[i].totals);
    }
    if (failed != NULL) {
        struct soak_choice choice = arguments.choice;
        choice.seed = atomic_load(&failed->seed);
        report.failure = failed->failure;
        report.failed_seed = choice.seed;
        report.failed_chip = program_chip(&choice);
    }
    report_print(&report, arguments.json);
    return failed == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
