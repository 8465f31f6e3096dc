/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "progress.h"

static const struct command *speaker;

void message_set_command(const struct command *command)
{
    speaker = command;
}

void message_complain(const char *format, ...)
{
    va_list arguments;
    progress_erase();
    (void)fprintf(stderr, "amcp%s%s: ", speaker == NULL ? "" : " ",
                  speaker == NULL ? "" : speaker->name);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}

int command_finish_output(int exit_code)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0) {
        return exit_code;
    }
    message_complain("cannot write to standard output: %s", strerror(errno));
    return EXIT_FAILED;
}
