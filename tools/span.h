/* SPDX-License-Identifier: Apache-2.0 */
/* Something that took a while during a copy, and what there is to be told about it. */
#ifndef SPAN_H
#define SPAN_H

#include <stdbool.h>
#include <stdint.h>

enum span_kind {
    SPAN_REQUEST, /* from the call that submits it to its callback */
    SPAN_CALL,
    SPAN_INTERRUPT,
    SPAN_CALLBACK,
    SPAN_REGISTERS, /* register accesses that follow closely on one another */
    SPAN_WRITE_BACK,
    SPAN_INVALIDATE,
    SPAN_TX_ITEM, /* from the fetch of the descriptor to its write-back */
    SPAN_RX_ITEM,
    SPAN_DESCRIPTOR, /* what the bus did for it */
    SPAN_READ,
    SPAN_WRITE,
    SPAN_KIND_COUNT,
};

/* Where it happens. */
enum span_place { SPAN_AT_DRIVER, SPAN_AT_CORE, SPAN_AT_CACHE, SPAN_AT_CHANNEL, SPAN_PLACE_COUNT };

struct span {
    enum span_kind kind;
    unsigned index; /* of the core or the channel */
    uint64_t start_ns;
    uint64_t end_ns;
    uint64_t number;
    uint32_t address;
    uint32_t counts[2];
};

struct span_facts {
    const char *name;     /* of one of them, such as "interrupt" */
    const char *category; /* for the filters of a trace viewer */
    enum span_place place;
    unsigned lane; /* of that place in a trace; on one lane spans nest and do not cross */
    bool crosses;  /* several at a time, which begin and end as they like */
    /* What the values are; NULL: not used. */
    const char *number;
    const char *address;
    const char *counts[2];
};

extern const struct span_facts span_facts[SPAN_KIND_COUNT];

#endif
