/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

/* What every command has besides its own options. */
static const struct option_spec common_specs[] = {
    {"help", NULL, "print this help", NULL},
    {"version", NULL, "print the version", NULL},
};

enum { COMMON_COUNT = sizeof common_specs / sizeof common_specs[0], SPEC_COUNT_MAX = 24 };

/* getopt_long() returns this plus the index of a long option. */
enum { LONG_BASE = 1000 };

static size_t count_specs(const struct command *command)
{
    size_t count = 0;
    while (command->specs != NULL && command->specs[count].name != NULL) {
        count++;
    }
    return count;
}

static const struct option_spec *spec_at(const struct command *command, size_t index)
{
    size_t own_count = count_specs(command);
    return index < own_count ? &command->specs[index] : &common_specs[index - own_count];
}

static void fill_long_options(const struct command *command, struct option *options)
{
    size_t count = count_specs(command) + COMMON_COUNT;
    assert(count < SPEC_COUNT_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct option_spec *spec = spec_at(command, i);
        options[i].name = spec->name;
        options[i].has_arg = spec->value == NULL ? no_argument : required_argument;
        options[i].val = LONG_BASE + (int)i;
    }
}

/* Handles one option. Returns false when there is nothing left to do. */
static bool take_option(const struct command *command, int found, char **argv, void *options,
                        int *exit_code)
{
    *exit_code = EXIT_USAGE;
    if (found == ':') {
        message_complain("%s needs a value", argv[optind - 1]);
        return false;
    }
    if (found == 'h') {
        found = LONG_BASE + (int)count_specs(command);
    }
    if (found < LONG_BASE) {
        message_complain("unknown option \"%s\"; \"amcp %s --help\" lists them", argv[optind - 1],
                         command->name);
        return false;
    }
    const struct option_spec *spec = spec_at(command, (size_t)(found - LONG_BASE));
    if (spec->take != NULL) {
        return spec->take(spec, optarg, options);
    }
    if (spec == &common_specs[0]) {
        options_print_help(command);
    } else {
        (void)puts("amcp " ASYNC_MEMCPY_VERSION);
    }
    *exit_code = EXIT_DONE;
    return false;
}

int options_parse(const struct command *command, int argc, char **argv, void *options,
                  int *exit_code)
{
    struct option long_options[SPEC_COUNT_MAX];
    memset(long_options, 0, sizeof long_options);
    fill_long_options(command, long_options);
    opterr = 0;
    for (;;) {
        int found = getopt_long(argc, argv, ":h", long_options, NULL);
        if (found == -1) {
            return optind;
        }
        if (!take_option(command, found, argv, options, exit_code)) {
            return -1;
        }
    }
}

void options_print_help(const struct command *command)
{
    enum { COLUMN_WIDTH = 21 };
    (void)printf("usage: amcp %s [OPTION...] %s\n\n%s\n", command->name, command->operands,
                 command->summary);
    if (command->details != NULL) {
        (void)printf("\n%s", command->details);
    }
    (void)putchar('\n');
    for (size_t i = 0; i < count_specs(command) + COMMON_COUNT; i++) {
        const struct option_spec *spec = spec_at(command, i);
        const char *value = spec->value == NULL ? "" : spec->value;
        int width = COLUMN_WIDTH - (int)strlen(spec->name);
        (void)printf("  --%s %-*s %s\n", spec->name, width, value, spec->help);
    }
    (void)puts("\nExit status: 0 done, 1 failed, 2 wrong usage.");
}

bool options_parse_number(const char *text, bool may_have_suffix, uint64_t low, uint64_t high,
                          uint64_t *value)
{
    enum { DECIMAL = 10, KIBI_SHIFT = 10, MEBI_SHIFT = 20 };
    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    char *end = NULL;
    unsigned long long number = strtoull(text, &end, DECIMAL); /* too large: the largest one */
    unsigned shift = 0;
    if (may_have_suffix && (*end == 'K' || *end == 'k')) {
        shift = KIBI_SHIFT;
        end++;
    } else if (may_have_suffix && (*end == 'M' || *end == 'm')) {
        shift = MEBI_SHIFT;
        end++;
    }
    if (*end != '\0' || number > UINT64_MAX >> shift) {
        return false;
    }
    *value = (uint64_t)number << shift;
    return *value >= low && *value <= high;
}
