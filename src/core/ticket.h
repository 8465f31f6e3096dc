/* SPDX-License-Identifier: Apache-2.0 */
/* One copy that somebody asks after: what an async_memcpy_ticket_t holds. */
#ifndef TICKET_H
#define TICKET_H

#include "context.h"

struct ticket {
    struct port_signal signal; /* given when the copy has ended */
    esp_err_t status;
    bool ended; /* all of this under the driver's lock */
};

/* Whether a request is the one that a ticket was made for. */
bool ticket_is_of(const struct ticket *ticket, const struct request *request);

/* The copy has ended. From the end of the lock on the ticket is the caller's. Returns whether a
 * task of higher priority was woken. */
bool ticket_end_locked(struct ticket *ticket, esp_err_t status);

#endif
