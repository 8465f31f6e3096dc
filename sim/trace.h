/* SPDX-License-Identifier: Apache-2.0 */
/* What happened on the machine, told to one listener as it happens. */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include <stdint.h>

enum trace_kind {
    TRACE_REGISTER_READ,    /* address, value */
    TRACE_REGISTER_WRITE,   /* address, value */
    TRACE_DESCRIPTOR_FETCH, /* address of the descriptor, value = DW0 */
    TRACE_WRITE_BACK,       /* address of the descriptor, value = DW0 */
    TRACE_DATA_READ,        /* address, value = bytes */
    TRACE_DATA_WRITE,       /* address, value = bytes */
    TRACE_INTERRUPT_ENTER,  /* value = CPU line */
    TRACE_INTERRUPT_LEAVE,  /* value = CPU line */
    /* Cache maintenance, told when it is done: address, value = bytes, busy_cycles = how long it
     * took. */
    TRACE_CACHE_WRITE_BACK,
    TRACE_CACHE_INVALIDATE,
};

struct trace_event {
    uint64_t cycles;
    enum trace_kind kind;
    int8_t channel; /* of DMA events; -1 otherwise */
    uint8_t core;   /* that ran when it happened; of cache maintenance: that asked for it */
    uint32_t address;
    uint32_t value;
    uint32_t busy_cycles; /* how long the bus, or the cache, was taken */
};

typedef void (*trace_listener)(const struct trace_event *event, void *context);

/* NULL listens no more. Power-on forgets the listener. */
void trace_listen(trace_listener listener, void *context);

/* For the machine and its models: cheap when nobody listens. `core` is filled in here, but for
 * cache maintenance. */
void trace_emit(const struct trace_event *event);

/* Such as "register-write". */
const char *trace_kind_name(enum trace_kind kind);

#endif
