/* SPDX-License-Identifier: Apache-2.0 */
/* amcp: the command-line program. The sub-commands stand in files of their own. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

static const struct command *const commands[] = {
    &copy_command,
    &chips_command,
    &boot_command,
    &help_command,
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

static void complain_about_command(const char *name)
{
    char names[64] = "";
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const char *separator = i == 0 ? "" : ", ";
        size_t length = strlen(names);
        (void)snprintf(names + length, sizeof names - length, "%s%s", separator, commands[i]->name);
    }
    message_complain("\"%s\" is not a command; the commands are %s", name, names);
}

static void print_overview(void)
{
    (void)puts("usage: amcp COMMAND [ARGUMENT...]\n"
               "\n"
               "Copies memory with esp_async_memcpy on a simulated chip.\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        (void)printf("  %-6s %s\n", commands[i]->name, commands[i]->summary);
    }
    (void)puts(
        "\n"
        "\"amcp COMMAND --help\" explains a command; \"amcp --version\" prints the version.\n"
        "\n"
        "Exit status: 0 done, 1 failed, 2 wrong usage.");
}

static int run_help(const struct command *command, int argc, char **argv)
{
    int exit_code = EXIT_DONE;
    int operand = options_parse(command, argc, argv, NULL, &exit_code);
    if (operand < 0) {
        return exit_code;
    }
    if (argc - operand > 1) {
        message_complain("one COMMAND at most, not %d", argc - operand);
        return EXIT_USAGE;
    }
    if (operand == argc) {
        print_overview();
        return EXIT_DONE;
    }
    const struct command *subject = command_find(argv[operand]);
    if (subject == NULL) {
        complain_about_command(argv[operand]);
        return EXIT_USAGE;
    }
    options_print_help(subject);
    return EXIT_DONE;
}

const struct command help_command = {
    .name = "help",
    .operands = "[COMMAND]",
    .summary = "explain amcp or one of its commands",
    .run = run_help,
};

static int run_command(int argc, char **argv)
{
    const struct command *command = command_find(argv[0]);
    if (command == NULL) {
        complain_about_command(argv[0]);
        return EXIT_USAGE;
    }
    message_set_command(command);
    return command->run(command, argc, argv);
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        message_complain("a command is missing; \"amcp help\" lists them");
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_overview();
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)puts("amcp " ASYNC_MEMCPY_VERSION);
        return EXIT_DONE;
    }
    if (argv[1][0] == '-') {
        message_complain("unknown option \"%s\"; \"amcp --help\" lists them", argv[1]);
        return EXIT_USAGE;
    }
    return run_command(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    /* A closed pipe and a file-size limit become errors of write(), which are reported. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    return command_finish_output(run(argc, argv));
}
