/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the simulated chip did during a copy, as a trace file, as a picture, or both.
 *
 * It listens to the machine and is told of requests. Time 0 is timeline_start(). Memory is bounded,
 * however long the copy; what is wanted of it as a trace goes to the file at once.
 *
 * A timeline may be NULL everywhere: then none is wanted.
 */
#ifndef TIMELINE_H
#define TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output.h"

struct timeline_plan {
    const char *trace_name; /* NULL: no trace; "-": stdout; likewise: */
    const char *picture_name;
    uint32_t backlog;         /* requests in flight at most */
    uint64_t window_start_ns; /* only what touches this window is kept */
    uint64_t window_end_ns;   /* UINT64_MAX: to the end */
};

struct picture_caption;
struct timeline;

/* Opens the files, none of which may be `copy`, and sets *timeline, to NULL if no file is named.
 * Returns an exit code; when it is not EXIT_DONE, it has been said why. */
int timeline_open(const struct timeline_plan *plan, const struct output *copy,
                  struct timeline **timeline);

/* Whether one of the files is what stdout writes to. */
bool timeline_uses_stdout(const struct timeline *timeline);

void timeline_start(struct timeline *timeline);
void timeline_stop(struct timeline *timeline);

/* Around the call that submits a request. They are numbered in turn, from 0. */
void timeline_begin_call(struct timeline *timeline, uint64_t request, size_t size_bytes);
void timeline_end_call(struct timeline *timeline, uint64_t request, size_t size_bytes);

/* Around its callback. */
void timeline_begin_callback(struct timeline *timeline, uint64_t request);
void timeline_end_callback(struct timeline *timeline, uint64_t request);

/* Whether the trace could be written so far. If not, that has been said. */
bool timeline_is_sound(const struct timeline *timeline);

/* How long the copy took, between start and stop. */
uint64_t timeline_duration_ns(const struct timeline *timeline);

/* Each ends the use of the timeline. Finishing returns false if a file could not be written. */
bool timeline_finish(struct timeline *timeline, const struct picture_caption *caption);
void timeline_abandon(struct timeline *timeline);

#endif
