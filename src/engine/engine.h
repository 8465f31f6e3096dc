/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract between the core and an engine, and the items that they share.
 *
 * An engine moves lists of items in order. It reads ahead: the source of a later item may be read
 * before the destination of an earlier one is written. It clears the owner bit of both descriptors
 * of an item when it has finished with them; the receive descriptor's goes last to memory, after
 * the data.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "chip.h"
#include "esp_err.h"
#include "mmio.h"

/* A linked-list descriptor: three little-endian words, the same on all engines (descriptor.md). */
struct dma_descriptor {
    uint32_t dw0; /* DW0_* */
    bus_addr_t buffer;
    bus_addr_t next; /* 0 ends the list */
};

#define DW0_SIZE_SHIFT   0u
#define DW0_LENGTH_SHIFT 12u
#define DW0_FIELD_MAX    4095u /* the largest size and length */
#define DW0_SUC_EOF \
    (UINT32_C(1) << 30) /* transmit: EOF goes with the last byte; receive: it came */
#define DW0_OWNER_DMA (UINT32_C(1) << 31)

/* A transmit and a receive descriptor, cut at the same places. */
struct item {
    struct dma_descriptor tx;
    struct dma_descriptor rx;
};

/* Returns whether the engine has not finished with a descriptor. */
static inline bool descriptor_is_owned(const struct dma_descriptor *descriptor)
{
    return (dma_load32(&descriptor->dw0) & DW0_OWNER_DMA) != 0;
}

/* Returns whether the engine has finished with an item. */
static inline bool item_is_done(const struct item *item)
{
    return ((dma_load32(&item->rx.dw0) | dma_load32(&item->tx.dw0)) & DW0_OWNER_DMA) == 0;
}

/* Writes an item, the last of its list: all that the engine needs, ownership included. eof:
 * DW0_SUC_EOF at the end of a request, 0 before it. */
static inline void item_write(struct item *item, bus_addr_t source, bus_addr_t destination,
                              size_t size, uint32_t eof)
{
    uint32_t bytes = (uint32_t)size;
    dma_store32(&item->tx.buffer, source);
    dma_store32(&item->tx.next, 0);
    dma_store32(&item->tx.dw0, DW0_OWNER_DMA | eof | bytes << DW0_LENGTH_SHIFT | bytes);
    dma_store32(&item->rx.buffer, destination);
    dma_store32(&item->rx.next, 0);
    /* A suc_eof left from an earlier use could complete the item early (descriptor.md, DW0). */
    dma_store32(&item->rx.dw0, DW0_OWNER_DMA | bytes);
}

/* Has an item that the engine will not finish, or has long finished, count as done. */
static inline void item_end(struct item *item)
{
    dma_store32(&item->tx.dw0, 0);
    dma_store32(&item->rx.dw0, 0);
}

/* Puts an item behind another one that the engine has not been given yet. */
static inline void item_link(struct item *item, const struct item *next)
{
    dma_store32(&item->rx.next, bus_addr_of(&next->rx));
    dma_store32(&item->tx.next, bus_addr_of(&next->tx));
}

/* What the core wants to be interrupted for, besides errors, which always interrupt. The values are
 * the bits of the commonest interrupt registers, which need no translation then. */
enum engine_event {
    ENGINE_EVENT_ITEM = 1u << 0,     /* any item was received */
    ENGINE_EVENT_EOF = 1u << 1,      /* a request's last item was received */
    ENGINE_EVENT_LIST_END = 1u << 8, /* transmit came to the end of its list */
};

enum engine_error {
    /* If it comes alone: data has come for which receive has no item, since an append to its list
     * was lost. */
    ENGINE_STARVED = 1u << 7,
};

/* What of a channel is at rest. */
enum engine_rest {
    ENGINE_REST_TRANSMIT = 1u << 0, /* the transmit list has ended, or never began */
    ENGINE_REST_RECEIVE = 1u << 1,  /* likewise receive */
};

/* An open channel pair. The engine that opened it owns all but listening, which anyone may read. */
struct channel {
    uint32_t listening;    /* ENGINE_EVENT_* that interrupt now */
    bus_addr_t interrupts; /* the channel's interrupt registers */
    bus_addr_t registers;  /* the channel's other registers, from where suits the engine */
    uint8_t index;
    uint8_t trigger_id;
    uint8_t layout; /* of the registers, if the engine knows several */
};

/*
 * All functions: task or interrupt, under the driver's lock, without waiting, unless it says
 * otherwise.
 */
struct engine_ops {
    /* Configures a claimed channel pair, whose index and trigger id are set, of the engine whose
     * registers begin at base; the block's clock runs. burst: receive may burst into internal RAM.
     * block_bytes: with which external RAM is reached; 0 on a chip without it. Nothing interrupts
     * before listen(). Task only; no lock needed. */
    void (*open)(struct channel *channel, bus_addr_t base, bool burst, size_t block_bytes);

    /* Brings an open channel at rest back to its state after reset. Task only; no lock needed. */
    void (*close)(struct channel *channel);

    /* Starts a list at an item. All items that the channel was given before are done. Forgets
     * events that were not taken, other than errors. */
    void (*start)(struct channel *channel, struct item *first);

    /* Links a complete list behind the last item of what may still run. May be lost: then the
     * channel comes to rest with items left, which must be started. */
    void (*append)(struct channel *channel, struct item *last, struct item *first);

    /* Chooses what interrupts: errors, and these ENGINE_EVENT_* bits. An event that has happened
     * since it was last taken interrupts at once. */
    void (*listen)(struct channel *channel, uint32_t events);

    /* Takes all events that interrupt, so that the interrupt goes away. Returns 0, ENGINE_STARVED,
     * or errors as the engine's own bits; unless it is 0 the channel must be stopped. */
    uint32_t (*take_events)(struct channel *channel);

    /* Returns ENGINE_REST_* bits. */
    uint32_t (*rest)(const struct channel *channel);

    /* Returns the address of the last receive descriptor that ended a request. */
    bus_addr_t (*last_eof)(const struct channel *channel);

    /* Stops and resets the channel pair: asks, waits a few milliseconds at most for the items in
     * progress, resets, and lets bytes that were under way land. Returns false if the hardware did
     * not confirm: memory may still be written. */
    bool (*stop)(struct channel *channel);
};

#endif
