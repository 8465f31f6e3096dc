/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oracle: what every byte must be, if copies are done one after another in the order of
 * submission.
 *
 * Two arenas, in internal and, where there is one, external RAM, are numbered through by places.
 * The shadow says what each place holds. A copy is done in the shadow when the program has learnt
 * how it ended. If it did not end well, its destination is unknown at first; as nothing is written
 * there any more, it is looked at once and must then stay.
 *
 * Submissions that run beside one another, because one interrupts the other or they come from two
 * cores, have no order, and no more have those of different drivers. They are chosen so that they
 * do not touch one another. What they did in one driver before depends as chance has it.
 *
 * Nothing here is an interrupt point, but oracle_settle().
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_async_memcpy.h"

enum {
    ORACLE_ARENAS = 2,
    ORACLE_ARENA_BYTES = 10240,
    ORACLE_PLACES = ORACLE_ARENAS * ORACLE_ARENA_BYTES,
    ORACLE_MARGIN_BYTES = 64, /* at both ends of an arena; nothing is copied there */
    ORACLE_LIVE_MAX = 96,
};

#define TICK_NEVER UINT32_MAX

/* A driver of the program. */
struct driver {
    async_memcpy_handle_t handle;
    async_memcpy_config_t config;
    bool installed;
    bool busy;          /* being installed or uninstalled */
    bool dead;          /* it has said so */
    uint32_t backlog;   /* never 0 */
    unsigned users;     /* calls under way, but for uninstall */
    unsigned callbacks; /* under way */
    uint32_t begun;     /* submissions */
    uint32_t accepted;
    uint32_t submitting;   /* submissions under way */
    uint32_t cancelling;   /* calls under way */
    uint32_t cancelled;    /* when the last one ended; 0: never */
    uint32_t lingering;    /* withdrawn ones that may still take up a slot until their turn comes */
    uint32_t lingering_at; /* when the last one of them was withdrawn */
    uint32_t bad_certain;  /* requests that ended badly, as it has said */
    uint32_t bad_possible; /* those included of which it is not known */
    void *memory;          /* of a static installation */
    size_t memory_bytes;
};

enum request_kind { REQUEST_SILENT, REQUEST_CALLBACK, REQUEST_TICKET, REQUEST_BLOCKING };

struct request {
    bool live; /* in use */
    enum request_kind kind;
    struct driver *driver;
    size_t to;
    size_t from;
    size_t size_bytes;
    uint32_t began;          /* ticks of the submission */
    uint32_t ended;          /* TICK_NEVER: not yet */
    uint32_t seen;           /* how many others may have been in flight when it began */
    uint32_t begun_before;   /* submissions to the driver, this one included */
    uint32_t accepted_after; /* so many must have been accepted for the first one after this */
    uint32_t over_since;
    bool over; /* nothing will be written any more */
    bool told; /* status is known */
    bool applied;
    bool as_good; /* if it was applied before it was told: its destination was as after ESP_OK */
    esp_err_t status;
    bool cancelled;   /* by its ticket */
    unsigned waiters; /* calls under way that are about its ticket */
    async_memcpy_ticket_t ticket;
};

/* Begins anew, with arenas at these addresses. */
void oracle_open(uint8_t *const arenas[ORACLE_ARENAS]);

/* Returns the memory at a place. */
uint8_t *oracle_real(size_t place);

/* A moment; later ones are greater. */
uint32_t oracle_tick(void);

/* Begins a submission to a driver, with places that no unordered one touches. NULL: there are none,
 * as far as was looked. */
struct request *oracle_begin(struct driver *driver, enum request_kind kind);

/* A submission has returned: refused, or accepted, or, if the request was told ESP_ERR_TIMEOUT, one
 * of both. */
void oracle_refuse(struct request *request);
void oracle_accept(struct request *request);

/* The program was told how a request ended. */
void oracle_tell(struct request *request, esp_err_t status);

/* Nothing is written for a request any more, however it ended. */
void oracle_over(struct request *request);

/* The silent ones submitted to a driver before a tick are over, but may still take up slots. */
void oracle_linger(struct driver *driver, uint32_t before);

/* What was submitted to a driver before a tick takes up no slot any more. */
void oracle_slots_are_free(struct driver *driver, uint32_t before);

/* A request's ticket has been given back, or its callback has returned. */
void oracle_release(struct request *request);

/* Returns the first request of a driver that began after one tick, and whose submission had
 * returned before another one. NULL: there is none. */
struct request *oracle_next_between(const struct driver *driver, uint32_t after, uint32_t before);

/* Returns a request of a driver with a ticket that nobody is asking after, by chance; NULL if there
 * is none. */
struct request *oracle_any_ticket(const struct driver *driver);

/* A driver may have had so many in flight at some time since. */
uint32_t oracle_count_in_flight(const struct driver *driver);

/* Finds out how those ended that tell nobody, and does in the shadow all that can be done. An
 * interrupt point. */
void oracle_settle(struct driver *driver);

/* A driver has been uninstalled: nothing of it is in flight, and all have been told. */
void oracle_conclude_all(struct driver *driver);

/* A driver has said that it is dead: the engine may write to what was in flight for ever. */
void oracle_lose(struct driver *driver);

/* Has the CPU write where nothing is in flight. */
void oracle_scribble(void);

/* Checks all bytes but destinations in flight. */
void oracle_verify(void);

/* Spoils a byte that is known. */
void oracle_spoil(void);

#endif
