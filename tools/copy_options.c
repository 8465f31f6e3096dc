/* SPDX-License-Identifier: Apache-2.0 */
#include "copy_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip.h"
#include "esp_heap_caps.h"
#include "machine.h"

#define CHIP_VARIABLE "ASYNC_MEMCPY_CHIP"

enum {
    CHUNK_BYTES_DEFAULT = 16 * 1024,
    CHUNK_BYTES_MAX = 16 * 1024 * 1024,
    BACKLOG_DEFAULT = 8,
    BACKLOG_MAX = 1024,
    ALIGN_BYTES_MAX = 64 * 1024,
};

/* A day. */
#define WINDOW_US_MAX UINT64_C(86400000000)

void copy_options_init(struct copy_options *options)
{
    *options = (struct copy_options){.from = STREAM_SRAM,
                                     .to = STREAM_SRAM,
                                     .chunk_bytes = CHUNK_BYTES_DEFAULT,
                                     .backlog = BACKLOG_DEFAULT,
                                     .cores = 1};
}

/* Adds a name to a list that is separated by commas. */
static void add_name(char *names, size_t size, const char *name)
{
    size_t length = strlen(names);
    (void)snprintf(names + length, size - length, "%s%s", length == 0 ? "" : ", ", name);
}

static bool complain_about_chip(const char *origin, const char *name)
{
    char names[512] = "";
    for (size_t i = 0; chip_at(i) != NULL; i++) {
        add_name(names, sizeof names, chip_at(i)->name);
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

static bool take_memory(const struct option_spec *spec, const char *text,
                        enum stream_memory *memory)
{
    static const enum stream_memory memories[] = {STREAM_SRAM, STREAM_PSRAM};
    for (size_t i = 0; i < sizeof memories / sizeof memories[0]; i++) {
        if (strcmp(text, stream_memory_name(memories[i])) == 0) {
            *memory = memories[i];
            return true;
        }
    }
    message_complain("--%s %s is neither sram nor psram", spec->name, text);
    return false;
}

static bool take_from(const struct option_spec *spec, const char *text, void *options)
{
    struct copy_options *copy = options;
    return take_memory(spec, text, &copy->from);
}

static bool take_to(const struct option_spec *spec, const char *text, void *options)
{
    struct copy_options *copy = options;
    return take_memory(spec, text, &copy->to);
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

static bool take_cores(const struct option_spec *spec, const char *text, void *options)
{
    struct copy_options *copy = options;
    if (!options_parse_number(text, false, 1, STREAM_CORES_MAX, &copy->cores)) {
        message_complain("--%s %s is neither 1 nor 2", spec->name, text);
        return false;
    }
    return true;
}

static bool take_power(const struct option_spec *spec, const char *text, uint64_t *value)
{
    if (!options_parse_number(text, true, 0, ALIGN_BYTES_MAX, value) ||
        (*value & (*value - 1)) != 0) {
        message_complain("--%s %s is neither 0 nor a power of two up to 64K", spec->name, text);
        return false;
    }
    return true;
}

static bool take_sram_align(const struct option_spec *spec, const char *text, void *options)
{
    struct copy_options *copy = options;
    return take_power(spec, text, &copy->sram_align_bytes);
}

static bool take_psram_align(const struct option_spec *spec, const char *text, void *options)
{
    struct copy_options *copy = options;
    return take_power(spec, text, &copy->psram_align_bytes);
}

static bool take_burst(const struct option_spec *spec, const char *text, void *options)
{
    struct copy_options *copy = options;
    return take_power(spec, text, &copy->burst_bytes);
}

static bool take_trace(const struct option_spec *spec, const char *text, void *options)
{
    struct copy_options *copy = options;
    (void)spec;
    copy->trace_name = text;
    return true;
}

static bool take_timeline(const struct option_spec *spec, const char *text, void *options)
{
    struct copy_options *copy = options;
    (void)spec;
    copy->timeline_name = text;
    return true;
}

static bool take_window(const struct option_spec *spec, const char *text, void *options)
{
    struct copy_options *copy = options;
    char start[32] = "";
    size_t length = strcspn(text, ":");
    if (length < sizeof start && text[length] == ':') {
        memcpy(start, text, length);
        if (options_parse_number(start, false, 0, WINDOW_US_MAX, &copy->window_start_us) &&
            options_parse_number(text + length + 1, false, 1, WINDOW_US_MAX,
                                 &copy->window_length_us)) {
            return true;
        }
    }
    message_complain("--%s %s is not START:LENGTH in whole microseconds, such as 100:50",
                     spec->name, text);
    return false;
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

const struct option_spec copy_specs[] = {
    {"chip", "NAME", "the chip to simulate; \"amcp chips\" lists them", take_chip},
    {"from", "MEMORY", "where the sources lie: sram (the default) or psram", take_from},
    {"to", "MEMORY", "where the destinations lie: sram (the default) or psram", take_to},
    {"chunk", "BYTES", "size of a request, 16K by default; K and M are understood", take_chunk},
    {"backlog", "N", "requests in flight at most, 1 to 1024, 8 by default", take_backlog},
    {"cores", "N", "cores that submit in turn, each by its own driver: 1 or 2; 1 by default",
     take_cores},
    {"sram-align", "N", "declared alignment, 0 or a power of two; 0 by default", take_sram_align},
    {"psram-align", "N", "the same for destinations in PSRAM; 0 by default", take_psram_align},
    {"burst", "N", "wished burst of the DMA in bytes; 0, no wish, by default", take_burst},
    {"trace", "FILE", "write what happened as Chrome trace events (Perfetto)", take_trace},
    {"timeline", "FILE", "draw what happened as an SVG picture", take_timeline},
    {"window", "START:LENGTH", "only this part, in simulated microseconds", take_window},
    {"json", NULL, "print the report as one JSON object", take_json},
    {"quiet", NULL, "print no report (but with --json that) and no progress bar", take_quiet},
    {NULL, NULL, NULL, NULL},
};

/* What can be told without a chip. */
static bool fit_together(const struct copy_options *options)
{
    bool to_psram = options->to == STREAM_PSRAM;
    uint64_t align_bytes = to_psram ? options->psram_align_bytes : options->sram_align_bytes;
    if (align_bytes != 0 && options->chunk_bytes % align_bytes != 0) {
        message_complain("--chunk %llu is not a multiple of --%s %llu",
                         (unsigned long long)options->chunk_bytes,
                         to_psram ? "psram-align" : "sram-align", (unsigned long long)align_bytes);
        return false;
    }
    if (options->window_length_us != 0 && options->trace_name == NULL &&
        options->timeline_name == NULL) {
        message_complain("--window has no effect without --trace or --timeline");
        return false;
    }
    return true;
}

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

static bool complain_about_psram(const struct copy_options *options)
{
    const char *option = options->from == STREAM_PSRAM ? "from" : "to";
    char names[512] = "";
    for (size_t i = 0; chip_at(i) != NULL; i++) {
        if (chip_at(i)->psram.size_bytes != 0) {
            add_name(names, sizeof names, chip_at(i)->name);
        }
    }
    message_complain("--%s psram: %s has no PSRAM; take --%s sram%s%s", option, options->chip,
                     option, names[0] == '\0' ? "" : ", or a --chip that has: ", names);
    return false;
}

static bool has_cores(const struct copy_options *options)
{
    unsigned count = machine_description()->core_count;
    if (options->cores > count) {
        message_complain("--cores %llu: %s has %u; take --cores %u",
                         (unsigned long long)options->cores, options->chip, count, count);
    }
    return options->cores <= count;
}

bool copy_options_check(struct copy_options *options, int *exit_code)
{
    async_memcpy_host_stats_t stats;
    *exit_code = EXIT_USAGE;
    if (!fit_together(options) || !choose_chip(options->chip)) {
        return false;
    }
    size_t psram_bytes = heap_caps_get_free_size(MALLOC_CAP_SPIRAM); /* switches the chip on */
    async_memcpy_host_get_stats(&stats);
    if (stats.chip == NULL) {
        *exit_code = EXIT_FAILED; /* the port has said why it is not on */
        return false;
    }
    options->chip = stats.chip;
    bool needs_psram = options->from == STREAM_PSRAM || options->to == STREAM_PSRAM;
    return has_cores(options) &&
           (!needs_psram || psram_bytes != 0 || complain_about_psram(options));
}
