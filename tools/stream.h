/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams a file through esp_async_memcpy: a ring of slots, each with a source and a destination
 * buffer in the chip's memories, of which as many as possible are in flight.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "async_memcpy_host.h"
#include "output.h"

/* The memories that a buffer can lie in. */
enum stream_memory { STREAM_SRAM, STREAM_PSRAM };

enum { STREAM_CORES_MAX = 2 };

struct timeline;

struct stream_plan {
    const char *input_name;
    int input;
    struct output *output;
    struct timeline *timeline; /* NULL: none is wanted */
    enum stream_memory from;
    enum stream_memory to;
    size_t chunk_bytes;      /* a multiple of the alignment of `to`, if that is not 0 */
    size_t sram_align_bytes; /* 0 or a power of two; likewise: */
    size_t psram_align_bytes;
    size_t burst_bytes;
    uint32_t backlog;
    unsigned cores; /* that take turns with the requests, each with a driver of its own */
};

/* The names are those of the command line and of the report. */
const char *stream_memory_name(enum stream_memory memory);
const char *stream_memory_title(enum stream_memory memory);

/* Returns the alignment that was declared for the destination; 0: none. */
size_t stream_align_bytes(const struct stream_plan *plan);

/* What happened from the first byte read to the last one written. */
struct stream_result {
    uint64_t bytes;
    uint64_t requests;
    uint64_t time_ns; /* virtual; so are the following */
    uint64_t dma_busy_ns;
    uint64_t dma_bytes;
    uint64_t moved_bytes; /* of these, into destinations; the others only end requests */
    uint64_t interrupts;
    uint64_t register_reads;
    uint64_t register_writes;
};

/* Returns an exit code; when it is not EXIT_DONE, it has been said why. */
int stream_run(const struct stream_plan *plan, struct stream_result *result);

#endif
