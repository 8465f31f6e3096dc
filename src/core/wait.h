/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting with a limit. */
#ifndef WAIT_H
#define WAIT_H

#include "context.h"

#define WAIT_FOREVER (-1)

struct wait {
    int32_t left_ms; /* WAIT_FOREVER: no limit */
    uint32_t last_us;
    uint32_t looked_us; /* when the engine was last looked after */
};

struct wait wait_begin(int32_t timeout_ms);

/* Sleeps until the signal is given, the time is over, or it is time to look for what no interrupt
 * told of, which it does then. Returns false if the time was over before. Task only. */
bool wait_for_signal(struct async_memcpy_context *context, struct wait *wait,
                     struct port_signal *signal);

/* Likewise until a slot has come free or a callback has returned. */
bool wait_for_progress(struct async_memcpy_context *context, struct wait *wait);

#endif
