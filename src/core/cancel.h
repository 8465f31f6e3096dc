/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CANCEL_H
#define CANCEL_H

#include "context.h"

struct ticket;

/* Withdraws all requests that have not ended, or only that of a ticket. Returns false if the driver
 * is dead. Task or interrupt; not under the lock. */
bool cancel_requests(struct async_memcpy_context *context, struct ticket *only);

#endif
