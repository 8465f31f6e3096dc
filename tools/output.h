/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An output file that appears whole or not at all.
 *
 * What is written goes to a temporary file in the directory of the target, which takes the target's
 * place at the end. It is removed on failure and when SIGINT, SIGTERM or SIGHUP end the program.
 * What exists and is no regular file (a device, a pipe) is written to directly.
 *
 * Every function that returns false has said why.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

enum { OUTPUT_COUNT_MAX = 3 };

struct output {
    const char *name; /* as the user gave it; "-": stdout */
    int descriptor;
    char *target;    /* what the temporary file will replace; NULL: written to directly */
    char *temporary; /* NULL: written to directly */
    size_t place;    /* among the temporary files that a signal removes */
};

/* At most OUTPUT_COUNT_MAX outputs are open at a time. */
bool output_open(struct output *output, const char *name);
bool output_write(struct output *output, const void *data, size_t size_bytes);

/* Each ends the use of the output. */
bool output_commit(struct output *output);
void output_abandon(struct output *output);

/* Returns whether the output is what stdout writes to, so that nothing else may be written there.
 */
bool output_is_stdout(const struct output *output);

/* Returns whether two open outputs would end in the same file, or would mix in one stream. */
bool output_is_same(const struct output *first, const struct output *second);

#endif
