/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the benchmark image on the emulated chip and counts. */
#ifndef BENCH_WATCH_H
#define BENCH_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cases.h"

enum { WATCH_CASES_MAX = 64, WATCH_COMPILER_BYTES = 512 };

/* Executed instructions and register accesses of one kind of call. */
struct watch_part {
    uint32_t count; /* of calls */
    uint32_t instructions;
    uint32_t register_accesses;
    uint32_t instructions_max; /* of one call */
};

struct watch_case {
    struct watch_part submit;
    uint32_t submit_instructions[BENCH_QUEUE]; /* of each, in order */
    struct watch_part interrupt;               /* from vector to mret, without callbacks */
    struct watch_part callback;
    uint32_t stub_instructions; /* of the interrupts: before and after the handler */
    uint32_t by_cpu_instructions;
    uint32_t heap_calls;        /* in submit and interrupt */
    uint32_t idle_instructions; /* both sides of the engine parked while a request was queued */
    uint32_t dma_written_bytes;
    bool is_other; /* a copy was asked for that is not what the case says */
};

struct watch_result {
    struct watch_case cases[WATCH_CASES_MAX];
    uint32_t handle_bytes[2]; /* with backlog 8 and 16 */
    char compiler[WATCH_COMPILER_BYTES];
};

/* Runs the image. False: it did not run as it should; one or more lines were written to error. */
bool watch_image(const char *chip, const char *image_path, struct watch_result *result, char *error,
                 size_t error_bytes);

#endif
