/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The descriptor state machine of one side of a channel of the AHB-GDMA v1: from START through
 * fetches, pre-reads and write-backs to PARK, and on from there by RESTART (descriptor.md).
 */
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "clock.h"
#include "fault.h"
#include "memory.h"
#include "models/ahb_gdma_v1_internal.h"
#include "trace.h"

enum {
    NEXT_OFFSET = 8,
    DESCRIPTOR_BYTES = 12,
    LATE_CYCLES_MAX = 100,            /* MACHINE_WRITE_BACK_LATE */
    LATE_AFTER_RESET_CYCLES_MAX = 40, /* MACHINE_BURST_LANDS_AFTER_RESET */
};

static void list_complain(const struct gdma_side *side, uint32_t descriptor, const char *what)
{
    machine_complain(MACHINE_MISTAKE, "GDMA %s channel %u, descriptor 0x%08" PRIX32 ": %s",
                     gdma_side_facts(side)->name, side->pair, descriptor, what);
}

static void list_park(struct gdma_side *side, enum gdma_parked_for why)
{
    side->state = GDMA_PARKED;
    side->parked_for = why;
    side->stop_wanted = false;
    side->restart_wanted = false;
    side->ahead.loaded = false;
}

static void list_begin_fetch(struct gdma_side *side, uint32_t address, bool injected)
{
    side->state = GDMA_FETCH;
    side->fetch_address = address;
    side->fetch_injected = injected;
}

void gdma_list_start(struct gdma_side *side, uint32_t address)
{
    list_park(side, GDMA_AFTER_RESET);
    side->empty_told = false;
    memset(&side->current, 0, sizeof(side->current));
    list_begin_fetch(side, address, false);
}

bool gdma_list_is_parked(const struct gdma_side *side)
{
    if (side->never_parks || side->stalled) {
        return false;
    }
    return side->state == GDMA_PARKED ||
           (side->state == GDMA_HALTED && !machine_has_variant(MACHINE_ERROR_NOT_PARKED));
}

/* At the end of a list: goes on as RESTART says. */
static void list_follow_restart(struct gdma_side *side, uint32_t address)
{
    if (machine_has_variant(MACHINE_RESTART_USES_ADDR)) {
        list_begin_fetch(side, address, false);
    } else {
        side->state = GDMA_READ_NEXT;
    }
}

/* RESTART while the list is running is remembered until the list ends. Where RESTART uses the
 * address, the first one that is remembered stands for all: the others lie behind it. */
static void list_remember_restart(struct gdma_side *side, uint32_t address)
{
    bool known = side->current.address == address ||
                 (side->ahead.loaded && side->ahead.address == address) ||
                 (side->state == GDMA_FETCH && side->fetch_address == address);
    if (machine_has_variant(MACHINE_RESTART_LOST_AT_END) ||
        (machine_has_variant(MACHINE_RESTART_USES_ADDR) && (known || side->restart_wanted))) {
        return;
    }
    side->restart_wanted = true;
    side->restart_address = address;
}

void gdma_list_restart(struct gdma_side *side, uint32_t address)
{
    if (side->state == GDMA_HALTED) {
        if (!machine_has_variant(MACHINE_RESTART_NEEDS_RESET)) {
            side->current.loaded = false;
            list_begin_fetch(side, side->fetch_address, side->fetch_injected);
        }
    } else if (side->state != GDMA_PARKED) {
        list_remember_restart(side, address);
    } else if (side->parked_for == GDMA_ON_REQUEST) {
        side->state = GDMA_READ_NEXT;
    } else if (!machine_has_variant(MACHINE_RESTART_LOST_AT_END)) {
        side->empty_told = false;
        list_follow_restart(side, address);
    }
}

void gdma_list_stop(struct gdma_side *side)
{
    if (side->state != GDMA_PARKED && side->state != GDMA_HALTED) {
        side->stop_wanted = true;
    }
}

static void late_land_first(struct gdma_side *side)
{
    const struct gdma_late_write *write = &side->late[side->late_first];
    uint32_t dw0 = write->dw0;
    (void)memory_bus_write(write->address, &dw0, sizeof(dw0));
    trace_emit(&(struct trace_event){.cycles = clock_now(),
                                     .kind = TRACE_WRITE_BACK,
                                     .channel = (int8_t)side->pair,
                                     .address = write->address,
                                     .value = dw0});
    side->late_first = (side->late_first + 1) % GDMA_LATE_WRITES_MAX;
    side->late_count--;
}

static void late_land_all(struct gdma_side *side)
{
    while (side->late_count > 0) {
        late_land_first(side);
    }
}

/* The engine sees its own write-backs, whether they have landed or not. */
static void late_land_for(const struct gdma_side *side, uint32_t address)
{
    struct gdma_pair *pair = gdma_pair_of(side);
    for (unsigned d = 0; d < GDMA_DIRECTIONS; d++) {
        struct gdma_side *writer = &pair->sides[d];
        unsigned needed = 0;
        for (unsigned i = 0; i < writer->late_count; i++) {
            if (writer->late[(writer->late_first + i) % GDMA_LATE_WRITES_MAX].address == address) {
                needed = i + 1;
            }
        }
        while (needed-- > 0) {
            late_land_first(writer);
        }
    }
}

static void late_is_due(void *context, uint32_t age)
{
    struct gdma_side *side = (struct gdma_side *)context;
    if (age == gdma.age && side->late_count > 0) {
        late_land_first(side);
    }
}

static void late_is_due_after_reset(void *context, uint32_t age)
{
    if (age == gdma.age) {
        late_land_all((struct gdma_side *)context);
    }
}

/* Write-backs of one side land in order: whenever one is due, the first one lands. */
static void late_write(struct gdma_side *side, uint32_t address, uint32_t dw0)
{
    if (side->late_count == GDMA_LATE_WRITES_MAX) {
        late_land_first(side);
    }
    unsigned place = (side->late_first + side->late_count) % GDMA_LATE_WRITES_MAX;
    side->late[place] = (struct gdma_late_write){address, dw0};
    side->late_count++;
    clock_schedule(1 + machine_random(LATE_CYCLES_MAX), late_is_due, side, gdma.age);
}

void gdma_list_reset(struct gdma_side *side)
{
    gdma_bus_void(side, false);
    list_park(side, GDMA_AFTER_RESET);
    memset(&side->current, 0, sizeof(side->current));
    side->stalled = false;
    side->empty_told = false;
    if (machine_has_variant(MACHINE_BURST_LANDS_AFTER_RESET)) {
        clock_schedule(1 + machine_random(LATE_AFTER_RESET_CYCLES_MAX), late_is_due_after_reset,
                       side, gdma.age);
    } else {
        late_land_all(side);
    }
}

/* The next descriptor is pre-read before or while the current one's data moves (descriptor.md,
 * Address-trail registers), provided that its address is known by then. */
static bool list_wants_ahead(const struct gdma_side *side)
{
    const struct gdma_item *current = &side->current;
    return side->state == GDMA_DATA && current->next_known && current->next != 0 &&
           !side->ahead.loaded && !side->stop_wanted && (current->moved > 0 || side->ahead_at_once);
}

enum gdma_transfer_kind gdma_list_wants(struct gdma_side *side)
{
    if (side->stalled || (gdma_conf0(side) & gdma_side_facts(side)->rst) != 0) {
        return GDMA_NO_TRANSFER;
    }
    if (side->state == GDMA_FETCH && side->stop_wanted && side->current.loaded) {
        list_park(side, GDMA_ON_REQUEST);
    }
    if (list_wants_ahead(side)) {
        return GDMA_FETCH_AHEAD;
    }
    static const enum gdma_transfer_kind wants[] = {
        [GDMA_PARKED] = GDMA_NO_TRANSFER, [GDMA_FETCH] = GDMA_FETCH_CURRENT,
        [GDMA_DATA] = GDMA_NO_TRANSFER,   [GDMA_WRITE_BACK] = GDMA_GIVE_BACK,
        [GDMA_READ_NEXT] = GDMA_GET_NEXT, [GDMA_HALTED] = GDMA_NO_TRANSFER,
    };
    return wants[side->state];
}

/* Takes over a `next` word, unless a planned fault has it point outside. */
static void item_set_next(struct gdma_item *item, uint32_t next)
{
    item->next = next;
    item->next_known = true;
    item->next_injected = false;
    if (next != 0 && fault_strikes(FAULT_BAD_NEXT)) {
        item->next = gdma.facts->window_high + 1;
        item->next_injected = true;
    }
}

static bool item_is_owned(const struct gdma_side *side, struct gdma_item *item)
{
    if ((*gdma_register(gdma_side_facts(side)->conf1, side->pair) & GDMA_CHECK_OWNER) == 0) {
        return true;
    }
    if (fault_strikes(FAULT_FLIP_OWNER)) {
        return false;
    }
    return (item->dw0 & GDMA_DW0_OWNER) != 0;
}

/* The checks of descriptor.md, Running out, errors, restart. */
static enum gdma_fault item_check(const struct gdma_side *side, struct gdma_item *item)
{
    if (!item_is_owned(side, item)) {
        return GDMA_NOT_OWNED;
    }
    if (item->bytes == 0) {
        return GDMA_BAD_SIZE;
    }
    return gdma_reaches(item->buffer, item->bytes) ||
                   gdma_reaches_external(item->buffer, item->bytes)
               ? GDMA_FINE
               : GDMA_BAD_BUFFER;
}

/* Reads a descriptor. */
static void item_load(const struct gdma_side *side, struct gdma_item *item, uint32_t address,
                      bool injected)
{
    uint32_t words[3] = {0};
    memset(item, 0, sizeof(*item));
    item->address = address;
    item->injected = injected;
    item->loaded = true;
    late_land_for(side, address);
    if (address % 4 != 0 || !gdma_reaches(address, DESCRIPTOR_BYTES) ||
        !memory_bus_read(address, words, sizeof(words))) {
        item->fault = GDMA_BAD_ADDRESS;
        return;
    }
    item->dw0 = words[0];
    item->buffer = words[1];
    uint32_t length = words[0] >> GDMA_DW0_LENGTH_SHIFT;
    item->bytes = (side->direction == GDMA_TRANSMIT ? length : words[0]) & GDMA_DW0_FIELD;
    if (!machine_has_variant(MACHINE_NEXT_READ_LATE)) {
        item_set_next(item, words[2]);
    }
    item->fault = item_check(side, item);
}

static void list_halt(struct gdma_side *side)
{
    static const char *const mistakes[] = {
        [GDMA_FINE] = NULL,
        [GDMA_BAD_ADDRESS] = "is misaligned or where the engine cannot read it",
        [GDMA_NOT_OWNED] = NULL, /* legal: rings of items end so */
        [GDMA_BAD_BUFFER] = "its buffer is where the engine cannot reach it",
        [GDMA_BAD_SIZE] = "its size is 0",
    };
    const struct gdma_item *item = &side->current;
    side->state = GDMA_HALTED;
    side->stop_wanted = false;
    side->fetch_address = item->address;
    side->fetch_injected = item->injected;
    if (mistakes[item->fault] != NULL && !item->injected) {
        list_complain(side, item->address, mistakes[item->fault]);
    }
    gdma_raise(side->pair, gdma_side_facts(side)->error);
}

static void list_check_external_use(struct gdma_side *side)
{
    struct gdma_item *item = &side->current;
    const char *misuse = gdma_external_misuse(side, item);
    if (misuse != NULL) {
        list_complain(side, item->address, misuse);
    }
    if (side->direction == GDMA_RECEIVE) {
        item->buffer &= ~(gdma_block_bytes(side) - 1);
    }
}

/* Complains of what the engine does not check. */
static void list_check_use(struct gdma_side *side)
{
    struct gdma_item *item = &side->current;
    if ((item->dw0 & GDMA_DW0_RESERVED) != 0) {
        list_complain(side, item->address, "reserved bits of DW0 are set");
    }
    if (gdma_is_external(item->buffer)) {
        list_check_external_use(side);
        return;
    }
    bool burst_receive = side->direction == GDMA_RECEIVE &&
                         (gdma_conf0(side) & gdma_side_facts(side)->data_burst) != 0;
    if (burst_receive && ((item->buffer | item->bytes) & 3u) != 0) {
        list_complain(side, item->address, "receive burst to a buffer or size that is not aligned");
        item->buffer &= ~UINT32_C(3);
    }
}

/* Begins with an item that has been loaded. */
static void list_take(struct gdma_side *side, const struct gdma_item *item)
{
    side->before_address = side->current.address;
    side->current = *item;
    side->ahead.loaded = false;
    side->closed_by_eof = false;
    side->stale_eof_told = false;
    side->end_told = false;
    side->ahead_at_once = machine_random(2) == 0;
    side->lazy = machine_random(2) == 0;
    if (item->fault != GDMA_FINE) {
        list_halt(side);
        return;
    }
    list_check_use(side);
    side->state = GDMA_DATA;
}

void gdma_list_fetched(struct gdma_side *side, bool ahead)
{
    const struct gdma_direction_facts *facts = gdma_side_facts(side);
    struct gdma_item item;
    uint32_t address = ahead ? side->current.next : side->fetch_address;
    item_load(side, &item, address, ahead ? side->current.next_injected : side->fetch_injected);
    *gdma_register(facts->dscr_bf1, side->pair) = *gdma_register(facts->dscr_bf0, side->pair);
    *gdma_register(facts->dscr_bf0, side->pair) = address;
    *gdma_register(facts->dscr, side->pair) = item.next;
    gdma_trace(TRACE_DESCRIPTOR_FETCH, address, item.dw0);
    if (address == side->restart_address && machine_has_variant(MACHINE_RESTART_USES_ADDR)) {
        side->restart_wanted = false; /* the list has led here by itself */
    }
    if (ahead) {
        side->ahead = item;
    } else {
        list_take(side, &item);
    }
}

static void list_end(struct gdma_side *side)
{
    if (side->restart_wanted && !side->stop_wanted) {
        side->restart_wanted = false;
        list_follow_restart(side, side->restart_address);
        return;
    }
    list_park(side, GDMA_AT_LIST_END);
    if (side->direction == GDMA_TRANSMIT && (side->current.dw0 & GDMA_DW0_SUC_EOF) != 0 &&
        !side->end_told) {
        side->end_told = true;
        gdma_data_mark_total_eof(side->pair);
    }
}

/* Goes on with the descriptor that was pre-read. If it was not yet the engine's, and RESTART has
 * been written since, it is read anew: RESTART says that there is more by now. */
static void list_take_ahead(struct gdma_side *side)
{
    struct gdma_item item = side->ahead;
    if (item.fault == GDMA_NOT_OWNED && side->restart_wanted) {
        side->restart_wanted = false;
        side->ahead.loaded = false;
        list_begin_fetch(side, item.address, item.injected);
        return;
    }
    list_take(side, &item);
}

/* The current item is finished and its `next` is known. */
static void list_go_on(struct gdma_side *side)
{
    if (side->current.next == 0) {
        list_end(side);
    } else if (side->stop_wanted) {
        list_park(side, GDMA_ON_REQUEST);
    } else if (side->ahead.loaded) {
        list_take_ahead(side);
    } else {
        list_begin_fetch(side, side->current.next, side->current.next_injected);
    }
}

void gdma_list_got_next(struct gdma_side *side)
{
    uint32_t next = 0;
    (void)memory_bus_read(side->current.address + NEXT_OFFSET, &next, sizeof(next));
    item_set_next(&side->current, next);
    side->ahead.loaded = false;
    *gdma_register(gdma_side_facts(side)->dscr, side->pair) = side->current.next;
    list_go_on(side);
}

static void list_item_ended(struct gdma_side *side)
{
    bool transmit = side->direction == GDMA_TRANSMIT;
    gdma_raise(side->pair, transmit ? GDMA_OUT_DONE : GDMA_IN_DONE);
    if (!transmit && side->closed_by_eof) {
        *gdma_register(GDMA_IN_SUC_EOF_DES_ADDR, side->pair) = side->current.address;
        gdma_raise(side->pair, GDMA_IN_SUC_EOF);
    }
    if (side->current.next_known) {
        list_go_on(side);
    } else {
        side->state = GDMA_READ_NEXT;
    }
}

/* DW0 as it is given back (descriptor.md, What RX writes back). */
static uint32_t item_dw0_back(const struct gdma_side *side)
{
    const struct gdma_item *item = &side->current;
    uint32_t owner = (gdma_conf0(side) & gdma_side_facts(side)->loop_test) != 0 ? GDMA_DW0_OWNER
                                                                                : 0;
    if (side->direction == GDMA_TRANSMIT) {
        return (item->dw0 & ~GDMA_DW0_OWNER) | owner;
    }
    return (item->dw0 & GDMA_DW0_FIELD) | item->moved << GDMA_DW0_LENGTH_SHIFT |
           (side->closed_by_eof ? GDMA_DW0_SUC_EOF : 0) | owner;
}

void gdma_list_gave_back(struct gdma_side *side)
{
    uint32_t dw0 = item_dw0_back(side);
    (void)memory_bus_write(side->current.address, &dw0, sizeof(dw0));
    gdma_trace(TRACE_WRITE_BACK, side->current.address, dw0);
    list_item_ended(side);
}

void gdma_list_item_moved(struct gdma_side *side)
{
    bool gives_back = side->direction == GDMA_RECEIVE ||
                      (gdma_conf0(side) & GDMA_OUT_AUTO_WRBACK) != 0;
    if (gives_back && !machine_has_variant(MACHINE_WRITE_BACK_LATE)) {
        side->state = GDMA_WRITE_BACK;
        return;
    }
    if (gives_back) {
        late_write(side, side->current.address, item_dw0_back(side));
    }
    list_item_ended(side);
}
