/* SPDX-License-Identifier: Apache-2.0 */
/* amcp copy */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "copy_options.h"
#include "picture.h"
#include "progress.h"
#include "report.h"
#include "stream.h"
#include "timeline.h"

enum { NS_PER_US = 1000 };

static bool complain_about_input(const char *name)
{
    message_complain("cannot read \"%s\": %s", name, strerror(errno));
    return false;
}

/* Opens the input and tells its size, 0 where that is not known beforehand. */
static bool open_input(struct stream_plan *plan, uint64_t *size_bytes)
{
    struct stat status;
    bool is_stdin = strcmp(plan->input_name, "-") == 0;
    plan->input = is_stdin ? STDIN_FILENO : open(plan->input_name, O_RDONLY | O_CLOEXEC);
    if (plan->input < 0 || fstat(plan->input, &status) != 0) {
        return complain_about_input(plan->input_name);
    }
    if (S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return complain_about_input(plan->input_name);
    }
    *size_bytes = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
    return true;
}

static void print_report(const struct copy_options *options, const struct stream_plan *plan,
                         const struct stream_result *result, FILE *file)
{
    if (options->json) {
        report_print_json(file, options->chip, plan, result);
    } else if (!options->quiet) {
        report_print_text(file, options->chip, plan, result);
    }
}

static bool window_is_empty(const struct copy_options *options, const struct stream_result *result)
{
    if (options->window_length_us == 0 || options->window_start_us * NS_PER_US <= result->time_ns) {
        return false;
    }
    message_complain("--window begins at %llu us, but the copy took %.3f us only",
                     (unsigned long long)options->window_start_us,
                     (double)result->time_ns / NS_PER_US);
    return true;
}

/* Ends the use of the timeline. */
static bool finish_timeline(const struct copy_options *options, const struct stream_plan *plan,
                            const struct stream_result *result)
{
    struct picture_caption caption = {.title = ""};
    report_caption(&caption, options->chip, plan, result);
    return timeline_finish(plan->timeline, &caption);
}

/* The output comes last: when it is there, so is all that was asked for. */
static int copy_to_output(const struct copy_options *options, const struct stream_plan *plan,
                          uint64_t size_bytes)
{
    struct stream_result result;
    bool stdout_is_taken = output_is_stdout(plan->output) || timeline_uses_stdout(plan->timeline);
    if (!options->json && !options->quiet) {
        progress_begin(size_bytes);
    }
    int exit_code = stream_run(plan, &result);
    progress_erase();
    if (exit_code == EXIT_DONE && window_is_empty(options, &result)) {
        exit_code = EXIT_USAGE;
    }
    if (exit_code != EXIT_DONE) {
        timeline_abandon(plan->timeline);
        output_abandon(plan->output);
        return exit_code;
    }
    if (!finish_timeline(options, plan, &result)) {
        output_abandon(plan->output);
        return EXIT_FAILED;
    }
    if (!output_commit(plan->output)) {
        return EXIT_FAILED;
    }
    print_report(options, plan, &result, stdout_is_taken ? stderr : stdout);
    return EXIT_DONE;
}

static bool replaces_input(int input, const char *name)
{
    struct stat ours;
    struct stat other;
    if (name == NULL || fstat(input, &ours) != 0 || !S_ISREG(ours.st_mode) ||
        stat(name, &other) != 0 || ours.st_dev != other.st_dev || ours.st_ino != other.st_ino) {
        return false;
    }
    message_complain("\"%s\" is INPUT itself; name a different file", name);
    return true;
}

static int open_timeline(const struct copy_options *options, struct stream_plan *plan)
{
    struct timeline_plan wanted = {
        .trace_name = options->trace_name,
        .picture_name = options->timeline_name,
        .backlog = plan->backlog,
        .window_start_ns = options->window_start_us * NS_PER_US,
        .window_end_ns = UINT64_MAX,
    };
    if (options->window_length_us != 0) {
        wanted.window_end_ns = wanted.window_start_ns + options->window_length_us * NS_PER_US;
    }
    if (replaces_input(plan->input, wanted.trace_name) ||
        replaces_input(plan->input, wanted.picture_name)) {
        return EXIT_USAGE;
    }
    return timeline_open(&wanted, plan->output, &plan->timeline);
}

static int copy_file(const struct copy_options *options, const char *input_name,
                     const char *output_name)
{
    struct output output;
    struct stream_plan plan = {
        .input_name = input_name,
        .output = &output,
        .from = options->from,
        .to = options->to,
        .chunk_bytes = (size_t)options->chunk_bytes,
        .sram_align_bytes = (size_t)options->sram_align_bytes,
        .psram_align_bytes = (size_t)options->psram_align_bytes,
        .burst_bytes = (size_t)options->burst_bytes,
        .backlog = (uint32_t)options->backlog,
        .cores = (unsigned)options->cores,
    };
    uint64_t size_bytes = 0;
    if (!open_input(&plan, &size_bytes) || !output_open(&output, output_name)) {
        return EXIT_FAILED;
    }
    int exit_code = open_timeline(options, &plan);
    if (exit_code == EXIT_DONE) {
        exit_code = copy_to_output(options, &plan, size_bytes);
    } else {
        output_abandon(&output);
    }
    (void)close(plan.input);
    return exit_code;
}

static int run_copy(const struct command *command, int argc, char **argv)
{
    struct copy_options options;
    int exit_code = EXIT_USAGE;
    copy_options_init(&options);
    int operand = options_parse(command, argc, argv, &options, &exit_code);
    if (operand < 0) {
        return exit_code;
    }
    if (argc - operand != 2) {
        message_complain("two operands are needed, INPUT and OUTPUT, not %d", argc - operand);
        return EXIT_USAGE;
    }
    if (!copy_options_check(&options, &exit_code)) {
        return exit_code;
    }
    return copy_file(&options, argv[operand], argv[operand + 1]);
}

const struct command copy_command = {
    .name = "copy",
    .operands = "INPUT OUTPUT",
    .summary = "stream a file through esp_async_memcpy on a simulated chip",
    .details =
        "Reads INPUT in chunks into the chip's memory, has the simulated DMA copy each, with\n"
        "several requests in flight, verifies every byte, and writes OUTPUT, which appears\n"
        "whole or not at all. \"-\" stands for standard input and output; the report goes to\n"
        "standard error then. Without --chip the environment variable ASYNC_MEMCPY_CHIP\n"
        "chooses, and without that the default of the library.\n"
        "\n"
        "With --cores 2 both cores of the chip take turns with the requests.\n"
        "\n"
        "--trace and --timeline show requests, items, bursts, interrupts and what the CPU does\n"
        "for them, in simulated time from the first call on. A trace has a line for every\n"
        "burst, so that of a long copy is large; --window keeps to a part.\n",
    .specs = copy_specs,
    .run = run_copy,
};
