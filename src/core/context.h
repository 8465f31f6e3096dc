/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of an installed driver, and how its parts call one another.
 *
 * Requests stand in a ring in the order of submission:
 *
 *     oldest ... arming ... free      "armed": all of its items have been handed to the engine;
 *     [ armed ][ waiting  ]           the first waiting one may be armed in part
 *
 * Items stand in a ring, too: item_oldest to item_free are armed. One item always stays unarmed, so
 * that the last finished one keeps its place until a later one has been loaded.
 *
 * A name that ends in _locked: the caller holds the driver's lock.
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include "copy_plan.h"
#include "engine.h"
#include "esp_async_memcpy.h"
#include "esp_attr.h"
#include "port.h"

/* One copy that a user asked for. */
struct request {
    void *destination;
    const void *source;
    size_t size_bytes;
    async_memcpy_isr_cb_t callback;
    void *callback_argument;
    struct item *last_item; /* NULL while the request waits */
    /* 0: nothing happened. Above 0: where the engine went on after its last failure. Below 0: why
     * the request was given up, REQUEST_*: less a status, or a status that is negative. */
    ptrdiff_t trouble;
};

/* What a driver needs to know of external RAM, where there is any (external.c). */
struct external {
    struct chip_range range; /* what the engine reaches */
    size_t align_mask;       /* declared for destinations */
    size_t block_bytes;      /* with which the engine reaches it */
    size_t edge_mask;        /* blocks and cache lines: a piece of one only the CPU may write */
    size_t taken_bytes;      /* how much of the oldest request's body has been seen to at its end */
    uint32_t word[2];        /* from and to which the engine copies when it has nothing else */
};

/* The CPU has placed its part. No place in a body, which there is made of blocks. */
#define REQUEST_BEGUN ((ptrdiff_t)1)

/* It has ended, and its memory is the user's again before its callback. Likewise. */
#define REQUEST_RELEASED ((ptrdiff_t)2)

/* Why a request was given up: by its status (context_status_of()). */
#define REQUEST_GIVEN_UP(status) (-2 - (ptrdiff_t)(status))

#define REQUEST_FAILED    REQUEST_GIVEN_UP(ESP_FAIL)              /* twice in a row */
#define REQUEST_ABANDONED REQUEST_GIVEN_UP(ESP_ERR_INVALID_STATE) /* no stop was confirmed */
#define REQUEST_WITHDRAWN REQUEST_GIVEN_UP(ESP_ERR_NOT_FINISHED)  /* the user wanted it no more */
_Static_assert(REQUEST_FAILED < 0, "ESP_FAIL is the only status below 0");

/* An error besides the engine's own: no item has been finished for too long. */
#define CONTEXT_STALLED (UINT32_MAX - 1)

struct async_memcpy_context {
    struct channel channel;
    struct chip_range sram;
    size_t sram_align_mask;
    size_t item_bytes; /* of all items but a request's last */

    struct item *item_oldest;
    struct item *item_free;
    struct item
        *item_last; /* the last that the engine was given; if it is done, the engine rests */
    const struct item *restarted_at; /* where the engine was last started anew without an error */
    struct item *items_end;

    struct request *oldest;
    struct request *arming; /* the first that waits, if any does */
    struct request *free;
    struct request *delivering; /* while a delivery loop runs: the first that came since it began */
    struct request *requests_end; /* the requests lie behind this, the items behind those */
    uint32_t in_flight;
    uint32_t in_flight_max; /* the backlog; 0 once nothing is accepted any more */
    uint32_t waiting;
    size_t armed_bytes; /* how far *arming is armed; 0: it was not begun */

    port_lock_t lock;
    bool is_static; /* the memory is the user's */
    bool reports_errors;
    bool dead; /* the engine did not confirm a stop */
    uint16_t slot_waiters;
    struct port_signal slot_free; /* given when a slot came free while somebody waits for one */

    struct item *watched; /* the first that was not done when somebody last looked (poll.c) */
    uint32_t watched_since_us;
    uint16_t stall_ms;        /* as configured: context_stall_ms() */
    uint16_t cpu_below_bytes; /* the CPU copies requests below this size */

    struct {
        uint32_t failed;
        uint32_t withdrawn;
        uint32_t recoveries;
        uint32_t lost_starts;
        uint32_t stalls;
    } stats;

    struct port_interrupt interrupt;
    const struct chip_engine *engine; /* NULL: port_only_engine(); claims go by this (port.h) */
    struct external *external;        /* NULL: the chip has no external RAM */
};

static inline IRAM_ATTR const struct chip_engine *
context_engine(const struct async_memcpy_context *context)
{
    const struct chip_engine *only = port_only_engine();
    return only != NULL ? only : context->engine;
}

static inline IRAM_ATTR const struct engine_ops *
context_ops(const struct async_memcpy_context *context)
{
    return context_engine(context)->ops;
}

/* How long the engine may take for an item until something must be wrong. */
static inline IRAM_ATTR uint32_t context_stall_ms(const struct async_memcpy_context *context)
{
    const uint32_t default_ms = 100;
    return context->stall_ms == 0 ? default_ms : context->stall_ms;
}

static inline IRAM_ATTR struct request *context_requests(const struct async_memcpy_context *context)
{
    return (struct request *)(uintptr_t)(context + 1);
}

static inline IRAM_ATTR struct item *context_items(const struct async_memcpy_context *context)
{
    return (struct item *)context->requests_end;
}

/* What the engine copies of a request; the CPU places the rest, if there is any. */
struct body {
    uint8_t *destination;
    const uint8_t *source;
    size_t size_bytes;
};

/* external.c: what stands apart because only some chips have it. On the others port_has_external()
 * is false when the driver is compiled, and nothing of it is linked. */

/* Whether the driver takes a copy not both of whose ranges lie in internal RAM. */
bool external_accepts(const struct async_memcpy_context *context, const void *destination,
                      const void *source, size_t size);

/* Whether an earlier request stands in the way of what the CPU places for this one. */
bool external_must_wait_locked(struct async_memcpy_context *context, const struct request *request);

struct body external_body(struct async_memcpy_context *context, const struct request *request);

/* Places what the engine may not write, before a request's first item is armed; once, since a later
 * request may have overwritten the source when this one is armed anew. */
void external_begin_locked(const struct async_memcpy_context *context, struct request *request);

/* Makes memory say what the CPU sees, before the engine reads and writes there. */
void external_prepare_locked(const struct async_memcpy_context *context, void *destination,
                             const void *source, size_t size);

/* Makes the CPU see what the engine has written for the oldest request: one item more, or all of it
 * when it has ended. */
void external_take_locked(struct async_memcpy_context *context, bool ended);

/* Lets land what the engine wrote before it was stopped. */
void external_settle_locked(const struct async_memcpy_context *context);

/* Makes the CPU see what the engine has written of a request at whose offset it was stopped. */
void external_stopped_locked(struct async_memcpy_context *context, const struct request *request,
                             size_t offset);

/* Makes the CPU see all of a request that has ended, before its turn. */
void external_release_locked(struct async_memcpy_context *context, struct request *request);

/* Makes memory say what the CPU has written in the engine's place. */
void external_placed_locked(const struct async_memcpy_context *context, void *destination,
                            size_t size);

/* Whether a configuration is right as to external RAM. */
bool external_are_settings_good(const struct chip_engine *engine,
                                const async_memcpy_config_t *config);

/* Returns the block size with which the engine is to reach external RAM. */
size_t external_init(struct async_memcpy_context *context, const struct chip_engine *engine,
                     const async_memcpy_config_t *config);

/* Returns what the engine copies of a request. */
static inline IRAM_ATTR struct body context_body(struct async_memcpy_context *context,
                                                 const struct request *request)
{
    if (port_has_external()) {
        return external_body(context, request);
    }
    return (struct body){
        .destination = request->destination,
        .source = request->source,
        .size_bytes = request->size_bytes,
    };
}

static inline IRAM_ATTR struct item *context_next_item(const struct async_memcpy_context *context,
                                                       struct item *item)
{
    return item + 1 == context->items_end ? context_items(context) : item + 1;
}

static inline IRAM_ATTR struct item *
context_previous_item(const struct async_memcpy_context *context, struct item *item)
{
    return item == context_items(context) ? context->items_end - 1 : item - 1;
}

static inline IRAM_ATTR struct request *
context_next_request(const struct async_memcpy_context *context, struct request *request)
{
    return request + 1 == context->requests_end ? context_requests(context) : request + 1;
}

/* Whether the source of a request, which is not the oldest, is the destination, or a part of one,
 * of an earlier one. */
static inline IRAM_ATTR bool
context_reads_earlier_locked(const struct async_memcpy_context *context,
                             const struct request *request)
{
    size_t before_last = request->size_bytes - 1;
    uintptr_t last = (uintptr_t)request->source + before_last;
    struct request *earlier = context->oldest;
    do {
        if (plan_last_overlaps(last, before_last, (uintptr_t)earlier->destination,
                               earlier->size_bytes)) {
            return true;
        }
        earlier = context_next_request(context, earlier);
    } while (earlier != request);
    return false;
}

static inline IRAM_ATTR esp_err_t context_status_of(const struct request *request)
{
    return request->trouble >= 0 ? ESP_OK : (esp_err_t)REQUEST_GIVEN_UP(request->trouble);
}

/* Whether the oldest request has finished. The engine works in order, so its last item tells. */
static inline IRAM_ATTR bool context_is_finished_locked(const struct async_memcpy_context *context)
{
    const struct item *last = context->oldest->last_item;
    return last != NULL && item_is_done(last);
}

/* Takes the items of the oldest request, which has finished, off their ring, and frees its slot,
 * whose content stays as it is while the lock is held. */
static inline IRAM_ATTR void context_take_locked(struct async_memcpy_context *context)
{
    struct request *request = context->oldest;
    if (port_has_external()) {
        external_take_locked(context, true);
    }
    context->item_oldest = context_next_item(context, request->last_item);
    context->oldest = context_next_request(context, request);
    context->in_flight--;
    context->restarted_at = NULL; /* if it was set, it helped */
    context->watched = NULL;      /* its item may be armed anew */
}

/* Copies by CPU. */
static inline IRAM_ATTR void context_copy_locked(const struct async_memcpy_context *context,
                                                 void *destination, const void *source, size_t size)
{
    port_copy(destination, source, size);
    if (port_has_external()) {
        external_placed_locked(context, destination, size);
    }
}

static inline IRAM_ATTR bool context_is_dead(struct async_memcpy_context *context)
{
    port_lock_state_t state = port_lock(&context->lock);
    bool dead = context->dead;
    port_unlock(&context->lock, state);
    return dead;
}

/* submit.c: takes up the newest request if the short way of esp_async_memcpy() is closed to it. */
void submit_enqueue_locked(struct async_memcpy_context *context, struct request *request);

/* submit.c: hands waiting requests to the engine, as far as items and dependences allow. */
void submit_arm_locked(struct async_memcpy_context *context);

/* complete.c: the interrupt handler; the argument is the context. */
void complete_isr(void *argument);

/* upkeep.c: what to do when work is in flight and none of it is finished: refills, and sees to an
 * engine that has come to rest too early. Returns whether to look again. */
bool upkeep_go_on_locked(struct async_memcpy_context *context);

/* upkeep.c: wakes who waits for a slot, if one is free, and keeps on only those interrupts that
 * somebody needs. To be called after an interrupt if anything but EOF alone interrupts. */
void upkeep_listen_locked(struct async_memcpy_context *context);

/* upkeep.c: what every call into the driver does first, in case an interrupt was lost: frees
 * finished requests as far as none has a callback to be called, and has the interrupt come if there
 * is more. */
void upkeep_settle_locked(struct async_memcpy_context *context);

/* upkeep.c: what a submission turns to when the backlog is full: submits if something has finished
 * unnoticed, or returns ESP_ERR_INVALID_STATE. Without the lock; parameters as esp_async_memcpy().
 * */
esp_err_t upkeep_then_submit(async_memcpy_handle_t mcp_hdl, void *dst, const void *src, size_t n,
                             async_memcpy_isr_cb_t cb_isr, void *cb_args);

/* recover.c: stops the engine and starts it again at the first item that it has not finished. error
 * is what the engine reported: if it is 0 or ENGINE_STARVED, an append was lost. On any other, or
 * if starting anew did not help, the CPU takes over that item, or, the second time in a row, the
 * request is given up. If the engine does not confirm the stop, the driver is dead: nothing is
 * armed or accepted any more, and the requests in flight are to be abandoned one by one. */
void recover_locked(struct async_memcpy_context *context, uint32_t error);

/* recover.c: stops the engine and takes back all that it has not finished: those requests wait
 * then, the first of them armed as far as it is done. Returns whether there was any; false, too, if
 * the engine does not confirm the stop, as above. */
bool recover_take_back_locked(struct async_memcpy_context *context);

/* recover.c: lets the oldest request of a dead driver end, since the engine may write for ever. */
void recover_abandon_oldest_locked(struct async_memcpy_context *context);

#endif
