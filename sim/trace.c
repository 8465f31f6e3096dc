/* SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include <stddef.h>

static trace_listener trace_to;
static void *trace_context;

void trace_listen(trace_listener listener, void *context)
{
    trace_to = listener;
    trace_context = context;
}

void trace_emit(const struct trace_event *event)
{
    if (trace_to != NULL) {
        trace_to(event, trace_context);
    }
}

const char *trace_kind_name(enum trace_kind kind)
{
    static const char *const names[] = {
        [TRACE_REGISTER_READ] = "register-read",
        [TRACE_REGISTER_WRITE] = "register-write",
        [TRACE_DESCRIPTOR_FETCH] = "descriptor-fetch",
        [TRACE_WRITE_BACK] = "write-back",
        [TRACE_DATA_READ] = "data-read",
        [TRACE_DATA_WRITE] = "data-write",
        [TRACE_INTERRUPT_ENTER] = "interrupt-enter",
        [TRACE_INTERRUPT_LEAVE] = "interrupt-leave",
    };
    return names[kind];
}
