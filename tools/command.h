/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sub-commands of amcp share: exit codes, option tables, messages.
 *
 * One option table makes both the parser and the help text.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum exit_code {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2, /* the command line must change */
};

struct option_spec {
    const char *name;  /* long, without dashes */
    const char *value; /* what the help calls its value; NULL: it takes none */
    const char *help;
    /* Puts the value into the command's options. False: it is wrong, and that was said. */
    bool (*take)(const struct option_spec *spec, const char *text, void *options);
};

struct command {
    const char *name;
    const char *operands; /* for the help, such as "INPUT OUTPUT" */
    const char *summary;
    const char *details;             /* paragraphs for the help; NULL: none */
    const struct option_spec *specs; /* ends with a NULL name; NULL: none */
    int (*run)(const struct command *command, int argc, char **argv);
};

extern const struct command copy_command;
extern const struct command chips_command;
extern const struct command boot_command;
extern const struct command help_command;

/* Returns the command of a name, or NULL. */
const struct command *command_find(const char *name);

/* Names the sub-command that speaks in messages from now on; NULL: amcp itself. */
void message_set_command(const struct command *command);

/* Prints one line on stderr: "amcp copy: <text>". */
void message_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Parses the options of a command line, whose element 0 is the command's name, into `options`.
 *
 * Returns the number of the first operand; the operands come last then. Returns -1 when there is
 * nothing left to do: help or version were printed, or something was wrong and that was said; then
 * *exit_code is set.
 */
int options_parse(const struct command *command, int argc, char **argv, void *options,
                  int *exit_code);

/* Prints the help of a command on stdout. */
void options_print_help(const struct command *command);

/* Parses a number from low to high; with may_have_suffix, K and M stand for 1024 and 1024 * 1024.
 * Returns false for everything else, and says nothing. */
bool options_parse_number(const char *text, bool may_have_suffix, uint64_t low, uint64_t high,
                          uint64_t *value);

/* Makes sure that all of stdout has been written. Returns the exit code: EXIT_FAILED, after saying
 * so, if it could not be, else `exit_code`. */
int command_finish_output(int exit_code);

#endif
