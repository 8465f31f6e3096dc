/* SPDX-License-Identifier: Apache-2.0 */
/* amcp copy */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chip.h"
#include "command.h"
#include "progress.h"
#include "report.h"
#include "stream.h"

#define CHIP_VARIABLE "ASYNC_MEMCPY_CHIP"

enum {
    CHUNK_BYTES_DEFAULT = 16 * 1024,
    CHUNK_BYTES_MAX = 16 * 1024 * 1024,
    BACKLOG_DEFAULT = 8,
    BACKLOG_MAX = 1024,
    SRAM_ALIGN_BYTES_MAX = 64 * 1024,
};

struct copy_options {
    const char *chip; /* NULL: the environment or the default chooses */
    uint64_t chunk_bytes;
    uint64_t backlog;
    uint64_t sram_align_bytes;
    bool json;
    bool quiet;
};

static bool complain_about_chip(const char *origin, const char *name)
{
    char names[512] = "";
    for (size_t i = 0; chip_at(i) != NULL; i++) {
        size_t length = strlen(names);
        (void)snprintf(names + length, sizeof names - length, "%s%s", i == 0 ? "" : ", ",
                       chip_at(i)->name);
    }
    message_complain("%s%s is not a known chip; known: %s", origin, name, names);
    return false;
}

static bool take_chip(const struct option_spec *spec, const char *text, void *options)
{
    struct copy_options *copy = options;
    (void)spec;
    copy->chip = text;
    return chip_find(text) != NULL || complain_about_chip("--chip ", text);
}

static bool take_chunk(const struct option_spec *spec, const char *text, void *options)
{
    struct copy_options *copy = options;
    if (!options_parse_number(text, true, 1, CHUNK_BYTES_MAX, &copy->chunk_bytes)) {
        message_complain("--%s %s is not a number of bytes from 1 to 16M (16K is 16384)",
                         spec->name, text);
        return false;
    }
    return true;
}

static bool take_backlog(const struct option_spec *spec, const char *text, void *options)
{
    struct copy_options *copy = options;
    if (!options_parse_number(text, false, 1, BACKLOG_MAX, &copy->backlog)) {
        message_complain("--%s %s is not a number from 1 to %d", spec->name, text, BACKLOG_MAX);
        return false;
    }
    return true;
}

static bool take_sram_align(const struct option_spec *spec, const char *text, void *options)
{
    struct copy_options *copy = options;
    if (!options_parse_number(text, true, 0, SRAM_ALIGN_BYTES_MAX, &copy->sram_align_bytes) ||
        (copy->sram_align_bytes & (copy->sram_align_bytes - 1)) != 0) {
        message_complain("--%s %s is neither 0 nor a power of two up to 64K", spec->name, text);
        return false;
    }
    return true;
}

static bool take_json(const struct option_spec *spec, const char *text, void *options)
{
    struct copy_options *copy = options;
    (void)spec;
    (void)text;
    copy->json = true;
    return true;
}

static bool take_quiet(const struct option_spec *spec, const char *text, void *options)
{
    struct copy_options *copy = options;
    (void)spec;
    (void)text;
    copy->quiet = true;
    return true;
}

static const struct option_spec copy_specs[] = {
    {"chip", "NAME", "the chip to simulate; \"amcp chips\" lists them", take_chip},
    {"chunk", "BYTES", "size of a request, 16K by default; K and M are understood", take_chunk},
    {"backlog", "N", "requests in flight at most, 1 to 1024, 8 by default", take_backlog},
    {"sram-align", "N", "declared alignment, 0 or a power of two; 0 by default", take_sram_align},
    {"json", NULL, "print the report as one JSON object", take_json},
    {"quiet", NULL, "print no report (but with --json that) and no progress bar", take_quiet},
    {NULL, NULL, NULL, NULL},
};

/* Says what is wrong with the environment here, where the exit code is chosen; the driver would
 * only refuse to install. */
static bool choose_chip(const char *name)
{
    const char *from_environment = getenv(CHIP_VARIABLE);
    if (name == NULL) {
        return from_environment == NULL || chip_find(from_environment) != NULL ||
               complain_about_chip(CHIP_VARIABLE "=", from_environment);
    }
    return async_memcpy_host_select_chip(name) == ESP_OK;
}

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
    async_memcpy_host_stats_t stats;
    async_memcpy_host_get_stats(&stats);
    if (options->json) {
        report_print_json(file, stats.chip, plan, result);
    } else if (!options->quiet) {
        report_print_text(file, stats.chip, plan, result);
    }
}

static int copy_to_output(const struct copy_options *options, const struct stream_plan *plan,
                          uint64_t size_bytes)
{
    struct stream_result result;
    FILE *report_file = output_is_stdout(plan->output) ? stderr : stdout;
    if (!options->json && !options->quiet) {
        progress_begin(size_bytes);
    }
    int exit_code = stream_run(plan, &result);
    progress_erase();
    if (exit_code != EXIT_DONE) {
        output_abandon(plan->output);
        return exit_code;
    }
    if (!output_commit(plan->output)) {
        return EXIT_FAILED;
    }
    print_report(options, plan, &result, report_file);
    return EXIT_DONE;
}

static int copy_file(const struct copy_options *options, const char *input_name,
                     const char *output_name)
{
    struct output output;
    struct stream_plan plan = {
        .input_name = input_name,
        .output = &output,
        .chunk_bytes = (size_t)options->chunk_bytes,
        .sram_align_bytes = (size_t)options->sram_align_bytes,
        .backlog = (uint32_t)options->backlog,
    };
    uint64_t size_bytes = 0;
    if (!open_input(&plan, &size_bytes) || !output_open(&output, output_name)) {
        return EXIT_FAILED;
    }
    int exit_code = copy_to_output(options, &plan, size_bytes);
    (void)close(plan.input);
    return exit_code;
}

static int run_copy(const struct command *command, int argc, char **argv)
{
    struct copy_options options = {.chunk_bytes = CHUNK_BYTES_DEFAULT, .backlog = BACKLOG_DEFAULT};
    int exit_code = EXIT_USAGE;
    int operand = options_parse(command, argc, argv, &options, &exit_code);
    if (operand < 0) {
        return exit_code;
    }
    if (argc - operand != 2) {
        message_complain("two operands are needed, INPUT and OUTPUT, not %d", argc - operand);
        return EXIT_USAGE;
    }
    if (options.sram_align_bytes != 0 && options.chunk_bytes % options.sram_align_bytes != 0) {
        message_complain("--chunk %llu is not a multiple of --sram-align %llu",
                         (unsigned long long)options.chunk_bytes,
                         (unsigned long long)options.sram_align_bytes);
        return EXIT_USAGE;
    }
    if (!choose_chip(options.chip)) {
        return EXIT_USAGE;
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
        "chooses, and without that it is esp32c3.\n",
    .specs = copy_specs,
    .run = run_copy,
};
