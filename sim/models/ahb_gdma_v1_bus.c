/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bus master that all channels of an AHB-GDMA v1 share. It does one transfer at a time, of the
 * side of the highest PRI, in turn among equals (gdma_ahb_v1.md, Notes S3).
 *
 * The times are assumptions, not silicon's; they only have to be of the right order and never 0:
 * a beat of up to 4 bytes takes 2 CPU cycles (a bus at half the CPU's clock) or 3, a transfer 2
 * more, a descriptor some for being understood. Without burst, each word of a descriptor and each
 * beat of data is a transfer of its own. External RAM moves 4 bytes in 6 cycles (160 MB/s on a CPU
 * of 240 MHz), after a latency that is the same for all block sizes. The bus waits for it.
 */
#include <string.h>

#include "clock.h"
#include "fault.h"
#include "memory.h"
#include "models/ahb_gdma_v1_internal.h"
#include "trace.h"

enum {
    TRANSFER_CYCLES = 2,
    EXTERNAL_CYCLES = 36,
    EXTERNAL_BEAT_CYCLES = 6,
    DESCRIPTOR_CYCLES = 4,
    WAKE_CYCLES = 4, /* from a register write to the first transfer */
    DESCRIPTOR_WORDS = 3,
    WORD_BYTES = 4,
};

static bool bus_is_held(void)
{
    return !gdma.clock_on || gdma.in_reset ||
           (*gdma_register(GDMA_MISC_CONF, 0) & GDMA_AHBM_RST_INTER) != 0;
}

static uint32_t beats(uint32_t address, uint32_t bytes)
{
    return (address + bytes - 1) / WORD_BYTES - address / WORD_BYTES + 1;
}

static uint32_t data_cycles(const struct gdma_transfer *transfer)
{
    uint32_t bytes = transfer->bytes;
    if (!gdma_is_external(transfer->address)) {
        return TRANSFER_CYCLES + beats(transfer->address, bytes) * gdma.facts->beat_cycles;
    }
    if (transfer->side->direction == GDMA_RECEIVE) {
        bytes = gdma_bytes_written(transfer->side, transfer->address, bytes);
    }
    return EXTERNAL_CYCLES + beats(transfer->address, bytes) * EXTERNAL_BEAT_CYCLES;
}

static uint32_t cycles_of(const struct gdma_transfer *transfer)
{
    uint32_t conf0 = gdma_conf0(transfer->side);
    uint32_t beat_cycles = gdma.facts->beat_cycles;
    switch (transfer->kind) {
    case GDMA_FETCH_CURRENT:
    case GDMA_FETCH_AHEAD:
        return DESCRIPTOR_CYCLES + DESCRIPTOR_WORDS * beat_cycles +
               ((conf0 & gdma_side_facts(transfer->side)->dscr_burst) != 0
                    ? (uint32_t)TRANSFER_CYCLES
                    : (uint32_t)DESCRIPTOR_WORDS * TRANSFER_CYCLES);
    case GDMA_GIVE_BACK:
    case GDMA_GET_NEXT:
        return DESCRIPTOR_CYCLES + beat_cycles + TRANSFER_CYCLES;
    case GDMA_MOVE_DATA:
        return data_cycles(transfer);
    case GDMA_NO_TRANSFER:
        break;
    }
    return 0;
}

/* Fills in what a side wants next. */
static bool side_wants(struct gdma_side *side, struct gdma_transfer *transfer)
{
    *transfer = (struct gdma_transfer){.kind = gdma_list_wants(side), .side = side};
    if (transfer->kind == GDMA_NO_TRANSFER && gdma_data_wants(side, transfer)) {
        transfer->kind = GDMA_MOVE_DATA;
    }
    return transfer->kind != GDMA_NO_TRANSFER;
}

static uint32_t priority_of(const struct gdma_side *side)
{
    bool disabled = (*gdma_register(GDMA_MISC_CONF, 0) & GDMA_ARB_PRI_DIS) != 0;
    return disabled ? 0 : *gdma_register(gdma_side_facts(side)->priority, side->pair);
}

/* Chooses the next transfer; the search begins behind the side that was served last. */
static bool bus_choose(struct gdma_transfer *chosen)
{
    unsigned sides = gdma.facts->pair_count * GDMA_DIRECTIONS;
    bool found = false;
    for (unsigned i = 1; i <= sides; i++) {
        unsigned number = (gdma.last_served + i) % sides;
        struct gdma_side *side =
            &gdma.pairs[number / GDMA_DIRECTIONS].sides[number % GDMA_DIRECTIONS];
        struct gdma_transfer wanted;
        if (side_wants(side, &wanted) &&
            (!found || priority_of(side) > priority_of(chosen->side))) {
            *chosen = wanted;
            found = true;
        }
    }
    return found;
}

static void bus_grant(void);

static void bus_take_effect(const struct gdma_transfer *transfer)
{
    struct gdma_side *side = transfer->side;
    switch (transfer->kind) {
    case GDMA_FETCH_CURRENT:
    case GDMA_FETCH_AHEAD:
        gdma_list_fetched(side, transfer->kind == GDMA_FETCH_AHEAD);
        break;
    case GDMA_GIVE_BACK:
        gdma_list_gave_back(side);
        break;
    case GDMA_GET_NEXT:
        gdma_list_got_next(side);
        break;
    case GDMA_MOVE_DATA:
        gdma_data_moved(transfer);
        break;
    case GDMA_NO_TRANSFER:
        return;
    }
    gdma_data_check_empty(side->pair);
}

/* Data whose way was shut while it was on the bus is moved again later. */
static bool way_is_shut(const struct gdma_transfer *transfer)
{
    return transfer->kind == GDMA_MOVE_DATA && gdma_is_external(transfer->address) &&
           !gdma_external_is_open();
}

static void bus_done(void *context, uint32_t age)
{
    (void)context;
    if (age != gdma.age) {
        return;
    }
    gdma.bus_busy = false;
    if (!bus_is_held()) {
        if (!way_is_shut(&gdma.transfer)) {
            bus_take_effect(&gdma.transfer);
        }
        gdma.transfer.kind = GDMA_NO_TRANSFER;
        bus_grant();
    }
}

/* Grants the bus to the next side that wants it. A stall strikes when data is due. */
static void bus_grant(void)
{
    struct gdma_transfer transfer;
    while (!gdma.bus_busy && !bus_is_held() && bus_choose(&transfer)) {
        if (transfer.kind == GDMA_MOVE_DATA && fault_strikes(FAULT_STALL)) {
            struct gdma_pair *pair = gdma_pair_of(transfer.side);
            pair->sides[GDMA_RECEIVE].stalled = true;
            pair->sides[GDMA_TRANSMIT].stalled = true;
            continue;
        }
        transfer.cycles = cycles_of(&transfer);
        gdma.transfer = transfer;
        gdma.bus_busy = true;
        gdma.last_served = transfer.side->pair * GDMA_DIRECTIONS + transfer.side->direction;
        machine_count()->dma_busy_cycles += transfer.cycles;
        clock_schedule(transfer.cycles, bus_done, NULL, gdma.age);
    }
}

static void bus_woken(void *context, uint32_t age)
{
    (void)context;
    if (age == gdma.age) {
        gdma.bus_woken = false;
        bus_grant();
    }
}

void gdma_bus_wake(void)
{
    if (!gdma.bus_busy && !gdma.bus_woken && !bus_is_held()) {
        gdma.bus_woken = true;
        clock_schedule(WAKE_CYCLES, bus_woken, NULL, gdma.age);
    }
}

void gdma_bus_void(const struct gdma_side *side, bool data_only)
{
    bool is_data = gdma.transfer.kind == GDMA_MOVE_DATA;
    if (gdma.bus_busy && gdma.transfer.side == side && (is_data || !data_only)) {
        gdma.transfer.kind = GDMA_NO_TRANSFER;
    }
}

void gdma_trace(unsigned kind, uint32_t address, uint32_t value)
{
    trace_emit(&(struct trace_event){.cycles = clock_now(),
                                     .kind = (enum trace_kind)kind,
                                     .channel = (int8_t)gdma.transfer.side->pair,
                                     .address = address,
                                     .value = value,
                                     .busy_cycles = gdma.transfer.cycles});
}
