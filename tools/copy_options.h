/* SPDX-License-Identifier: Apache-2.0 */
/* The options of "amcp copy". */
#ifndef COPY_OPTIONS_H
#define COPY_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "command.h"
#include "stream.h"

struct copy_options {
    const char *chip; /* NULL: the environment or the default chooses */
    enum stream_memory from;
    enum stream_memory to;
    uint64_t chunk_bytes;
    uint64_t backlog;
    uint64_t cores;
    uint64_t sram_align_bytes;
    uint64_t psram_align_bytes;
    uint64_t burst_bytes;
    const char *trace_name;    /* NULL: none is wanted */
    const char *timeline_name; /* likewise */
    uint64_t window_start_us;
    uint64_t window_length_us; /* 0: no window */
    bool json;
    bool quiet;
};

extern const struct option_spec copy_specs[];

void copy_options_init(struct copy_options *options);

/* Returns whether the options fit together and suit the chip, which is switched on. If not, it says
 * what to change. The name of the chip is then that of the one that runs. *exit_code is set. */
bool copy_options_check(struct copy_options *options, int *exit_code);

#endif
