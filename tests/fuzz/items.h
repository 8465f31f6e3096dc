/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the target "items". */
#ifndef ITEMS_H
#define ITEMS_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz.h"

enum {
    ITEMS_SLOTS = 16,
    ITEMS_SLOT_BYTES = 16,
};

/* Where things lie in internal RAM of every chip. */
#define ITEMS_AT   UINT32_C(0x3FC90000) /* items, slot by slot */
#define ITEMS_DATA UINT32_C(0x3FC91000) /* buffers that need no other place */

/* Word number index of the item in a slot. */
uint32_t *items_word(unsigned slot, unsigned index);
uint32_t items_address(unsigned slot);

/* Whether external RAM is there. */
bool items_has_external(void);

/* items_access.c: a sequence of writes, reads, commands and time as the bytes have it. */
void items_access(struct fuzz_input *input);

/* items_watch.c: watches what the engine writes. */
void items_watch_begin(void);

/* The CPU has written, or is about to: that memory may differ. */
void items_watch_allow(uint32_t address, uint32_t bytes);

/* A word was stored that the engine may not see yet; it was another one before. */
void items_watch_store(uint32_t address, uint32_t before);

/* Nothing but what items named has been written. */
void items_watch_check(void);

/* How many transfers of the engine there have been. */
uint64_t items_watch_transfers(void);

/* items_reset.c: the block is reset: it is at rest, and as after power-on. */
void items_reset(void);

/* items_lists.c: lists from the bytes, what they lead to, and what descriptor.md says of them. */
void items_lists(struct fuzz_input *input);

#endif
