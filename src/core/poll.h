/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLL_H
#define POLL_H

#include "context.h"

/* Does what the interrupt would, and sees to a stalled engine. Task or interrupt; not under the
 * lock. */
void poll_reap(struct async_memcpy_context *context);

/* Begins to watch the item that the engine is at, if nobody has yet. Task; not under the lock. */
void poll_watch(struct async_memcpy_context *context);

#endif
