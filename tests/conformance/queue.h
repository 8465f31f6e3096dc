/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A driver with copies in flight, for tests of what becomes of them. Each has a destination of its
 * own, and all have the same source. One is so long that neither it nor any behind it ends while a
 * few calls are made.
 */
#ifndef QUEUE_H
#define QUEUE_H

#include "buffer.h"
#include "copy.h"

enum {
    QUEUE_MAX = 6,
    QUEUE_BYTES = 6000,
    QUEUE_LONG_BYTES = 40000,
};

struct queue {
    async_memcpy_handle_t handle;
    size_t count;
    uint32_t pattern;
    struct buffer source;
    struct buffer destinations[QUEUE_MAX];
    struct copy copies[QUEUE_MAX];
};

/* Installs a driver and makes `count` copies that are not submitted yet, of which the first is the
 * long one. */
void queue_open(struct queue *queue, uint32_t backlog, size_t count);

/* Likewise with another long one. */
void queue_open_with_long(struct queue *queue, uint32_t backlog, size_t count, size_t long_index);

/* Submits copies number [first, last), each with a callback. */
void queue_start(struct queue *queue, size_t first, size_t last);

/* Fails unless all bytes of a copy are in place. */
void queue_check_copied(const struct queue *queue, size_t index);

/* Writes to a destination, which is the caller's again. Fails if anybody else writes there. */
void queue_scribble(struct queue *queue, size_t index);

/* Has the engine copy something else, and fails if a destination that was scribbled on, or what is
 * beside it, has changed. */
void queue_check_scribbled(struct queue *queue, size_t index);

/* Uninstalls; fails if a copy is still in flight, or what is beside a destination has changed. */
void queue_close(struct queue *queue);

#endif
