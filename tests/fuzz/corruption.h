/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the target "corruption". */
#ifndef CORRUPTION_H
#define CORRUPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_async_memcpy.h"
#include "fuzz.h"

enum { COPIES_MAX = 24, CORRUPTION_PLACES = 24 };

/* Where a copy goes to: a room between guards. */
struct place {
    uint32_t base;
    uint32_t room_bytes;
    bool taken;
};

enum copy_kind { COPY_SILENT, COPY_CALLBACK, COPY_TICKET, COPY_BLOCKING, COPY_KINDS };

struct copy {
    bool live; /* the driver may write */
    enum copy_kind kind;
    struct place *place;
    uint32_t to;
    uint32_t from;
    uint32_t bytes;
    bool bystands; /* of the driver that nobody harms */
    bool told;
    uint32_t number; /* in the order of submission */
    esp_err_t status;
    async_memcpy_ticket_t ticket;
};

/* What has been done to the driver, which says what can still be demanded. */
struct harm_done {
    bool any;
    /* The engine, or the driver, was told what is not so: that an item is done, or how large it is,
     * or where. Copies may be wrong, and may go on behind the driver's back. */
    bool lied;
    bool block;      /* the whole block was hit, other channels included */
    bool interrupts; /* none may come any more */
    bool gated;      /* the block was switched off: it confirms nothing */
};
extern struct harm_done harm_done;

/* corruption.c: prints what happens, if that is wanted. */
void trace_step(const char *what, int64_t number);

/* corruption_harm.c: has something happen to a driver's items or registers, now or soon. */
void harm_open(void);
void harm_plan(struct fuzz_input *input, async_memcpy_handle_t handle);
/* Nothing more is to happen to it. */
void harm_forget(void);

/* corruption_memory.c */
extern struct copy copies[COPIES_MAX];

void memory_open(void);
/* Makes a copy between free places. NULL: there is none. */
struct copy *memory_begin(struct fuzz_input *input, const async_memcpy_config_t *config);
void *memory_at(uint32_t address);
/* How many there have been. */
uint32_t memory_count(void);
/* It was refused: nothing has happened. */
void memory_undo(struct copy *copy);
/* It ended, with a status. */
void memory_end(struct copy *copy, esp_err_t status);
/* Memory that belongs to a driver. */
void memory_own(unsigned number, const void *address, size_t bytes);
/* Nothing has changed that must not. */
void memory_check(void);
/* Nothing changes at all from here on for a time: no engine is at work. */
void memory_check_stillness(void);

#endif
