/* SPDX-License-Identifier: Apache-2.0 */
/* Text for an output, gathered before it is written. After a failure, which has been said, nothing
 * more is written. */
#ifndef WRITER_H
#define WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "output.h"

enum { WRITER_BUFFER_BYTES = 64 * 1024 };

struct writer {
    struct output *output;
    bool failed;
    size_t used;
    char buffer[WRITER_BUFFER_BYTES];
};

void writer_begin(struct writer *writer, struct output *output);

/* At most 1000 bytes at a time. */
void writer_print(struct writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes what is left. Returns whether all has been written. */
bool writer_finish(struct writer *writer);

#endif
