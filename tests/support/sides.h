/* SPDX-License-Identifier: Apache-2.0 */
/* What each of two cores copies in a test, and tasks on both. On a PC. */
#ifndef SIDES_H
#define SIDES_H

#include <stddef.h>

#include "buffer.h"
#include "copy.h"

enum { SIDE_COUNT = 2, SIDE_COPIES_MAX = 3, SIDE_BYTES = 90, SIDE_PATTERN = 5 };

/* A source and some copies of it. */
struct side {
    struct buffer source;
    struct buffer destinations[SIDE_COPIES_MAX];
    struct copy copies[SIDE_COPIES_MAX];
    async_memcpy_handle_t handle; /* for the test's own use */
    size_t count;
};

/* Opens the buffers and makes the copies, of which number i has SIDE_BYTES - i bytes. */
void side_open(struct side *side, size_t count);

/* Fails unless all copies have arrived; closes the buffers. */
void side_close(struct side *side);

/* Has a task run on core 1 with side 1, and one here, on core 0, with side 0, to their ends. */
void sides_run(struct side sides[SIDE_COUNT], void (*there)(void *argument),
               void (*here)(void *argument));

/* Each of its copies, blocking. */
void side_block(void *side);

/* Installs a driver, copies, blocking, and uninstalls. */
void side_live_once(void *side);

#endif
