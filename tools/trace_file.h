/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spans as Chrome trace events, in the JSON object format: for Perfetto and chrome://tracing. They
 * are written as they come; no more is kept than a buffer.
 */
#ifndef TRACE_FILE_H
#define TRACE_FILE_H

#include "span.h"
#include "writer.h"

/* What the file says about the copy as a whole. */
struct trace_summary {
    const char *chip;
    uint64_t simulated_ns;
    uint64_t requests;
    uint64_t window_start_ns;
    uint64_t window_end_ns; /* UINT64_MAX: to the end */
};

struct trace_file {
    struct writer writer;
    uint64_t spans;
    uint32_t lanes_named[SPAN_PLACE_COUNT]; /* bit n: lane n of that place has got its name */
};

void trace_file_begin(struct trace_file *file, struct output *output);
void trace_file_add(struct trace_file *file, const struct span *span);
/* Returns whether all has been written. */
bool trace_file_end(struct trace_file *file, const struct trace_summary *summary);

#endif
