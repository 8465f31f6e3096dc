/* SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include <stdbool.h>
#include <stddef.h>

#include "machine.h"

static trace_listener trace_to;
static void *trace_context;

void trace_listen(trace_listener listener, void *context)
{
    trace_to = listener;
    trace_context = context;
}

static bool is_maintenance(enum trace_kind kind)
{
    return kind == TRACE_CACHE_WRITE_BACK || kind == TRACE_CACHE_INVALIDATE;
}

void trace_emit(const struct trace_event *event)
{
    if (trace_to == NULL) {
        return;
    }
    struct trace_event told = *event;
    if (!is_maintenance(event->kind)) {
        told.core = (uint8_t)machine_core();
    }
    trace_to(&told, trace_context);
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
        [TRACE_CACHE_WRITE_BACK] = "cache-write-back",
        [TRACE_CACHE_INVALIDATE] = "cache-invalidate",
    };
    return names[kind];
}
