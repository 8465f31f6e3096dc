/* SPDX-License-Identifier: Apache-2.0 */
#include "writer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PRINT_BYTES_MAX = 1000 };

void writer_begin(struct writer *writer, struct output *output)
{
    writer->output = output;
    writer->failed = false;
    writer->used = 0;
}

static void write_out(struct writer *writer)
{
    if (!writer->failed && !output_write(writer->output, writer->buffer, writer->used)) {
        writer->failed = true;
    }
    writer->used = 0;
}

void writer_print(struct writer *writer, const char *format, ...)
{
    char text[PRINT_BYTES_MAX + 1];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    assert(length >= 0 && length <= PRINT_BYTES_MAX);
    if (WRITER_BUFFER_BYTES - writer->used < (size_t)length) {
        write_out(writer);
    }
    memcpy(writer->buffer + writer->used, text, (size_t)length);
    writer->used += (size_t)length;
}

bool writer_finish(struct writer *writer)
{
    write_out(writer);
    return !writer->failed;
}
