/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data of the AHB-GDMA v1: transmit reads memory into the pair's FIFO as long as there is room,
 * receive writes it to memory from there. Nothing else holds the two together, so transmit reads
 * ahead of what receive has written.
 */
#include <string.h>

#include "clock.h"
#include "models/ahb_gdma_v1_internal.h"
#include "trace.h"

enum { LANDING_CYCLES_MAX = 40 }; /* MACHINE_BURST_LANDS_AFTER_RESET */

static struct gdma_fifo_byte *fifo_at(struct gdma_fifo *fifo, unsigned place)
{
    return &fifo->bytes[(fifo->first + place) % GDMA_FIFO_BYTES];
}

/* What one transfer takes: of external RAM to the end of the block; of internal RAM to the end of
 * the aligned block in a burst, one aligned beat without. */
static uint32_t chunk_of(const struct gdma_side *side, uint32_t address, uint32_t bytes)
{
    uint32_t chunk = 0;
    if (gdma_is_external(address)) {
        chunk = gdma_block_bytes(side) - address % gdma_block_bytes(side);
    } else if ((gdma_conf0(side) & gdma_side_facts(side)->data_burst) != 0) {
        chunk = GDMA_BURST_BYTES - address % 4;
    } else {
        chunk = address % 2 != 0 || bytes == 1 ? 1 : 4 - address % 4;
        chunk = chunk == 4 && bytes < 4 ? 2 : chunk;
    }
    return chunk < bytes ? chunk : bytes;
}

static bool transmit_wants(const struct gdma_side *side, struct gdma_transfer *transfer)
{
    const struct gdma_item *item = &side->current;
    transfer->address = item->buffer + item->moved;
    transfer->bytes = chunk_of(side, transfer->address, item->bytes - item->moved);
    return transfer->bytes <= GDMA_FIFO_BYTES - gdma_pair_of(side)->fifo.count;
}

/* Returns how many bytes wait, up to and including an EOF, but no more than `most`. */
static uint32_t fifo_available(struct gdma_fifo *fifo, uint32_t most, bool *ends_with_eof)
{
    uint32_t count = 0;
    *ends_with_eof = false;
    while (count < fifo->count && count < most && !*ends_with_eof) {
        *ends_with_eof = fifo_at(fifo, count)->eof;
        count++;
    }
    return count;
}

/* Whether transmit is going to send something without being told to. */
static bool transmit_goes_on(const struct gdma_pair *pair)
{
    const struct gdma_side *side = &pair->sides[GDMA_TRANSMIT];
    return side->state != GDMA_PARKED && side->state != GDMA_HALTED;
}

/* How far transmit gets ahead of receive is not known; by seed, it is as far as the FIFO allows. */
static bool receive_yields(const struct gdma_side *side, const struct gdma_pair *pair)
{
    const struct gdma_side *transmit = &pair->sides[GDMA_TRANSMIT];
    struct gdma_transfer ignored;
    return side->lazy && transmit_goes_on(pair) &&
           (transmit->state != GDMA_DATA || transmit_wants(transmit, &ignored));
}

/* Receive waits for a whole chunk, as long as one is to come. */
static bool receive_wants(const struct gdma_side *side, struct gdma_transfer *transfer)
{
    const struct gdma_item *item = &side->current;
    struct gdma_pair *pair = gdma_pair_of(side);
    if (receive_yields(side, pair)) {
        return false;
    }
    uint32_t address = item->buffer + item->moved;
    uint32_t whole = chunk_of(side, address, item->bytes - item->moved);
    bool eof = false;
    uint32_t available = fifo_available(&pair->fifo, whole, &eof);
    if (available == 0 || (available < whole && !eof && transmit_goes_on(pair))) {
        return false;
    }
    transfer->address = address;
    transfer->bytes = chunk_of(side, address, available);
    return true;
}

bool gdma_data_wants(const struct gdma_side *side, struct gdma_transfer *transfer)
{
    if (side->state != GDMA_DATA || side->stalled || gdma_why_disconnected(side->pair) != NULL ||
        (gdma_conf0(side) & gdma_side_facts(side)->rst) != 0 ||
        (gdma_is_external(side->current.buffer) && !gdma_external_is_open())) {
        return false;
    }
    return side->direction == GDMA_TRANSMIT ? transmit_wants(side, transfer)
                                            : receive_wants(side, transfer);
}

static void raise_out_eof(unsigned pair, uint32_t descriptor, uint32_t before)
{
    *gdma_register(GDMA_OUT_EOF_DES_ADDR, pair) = descriptor;
    *gdma_register(GDMA_OUT_EOF_BFR_DES_ADDR, pair) = before;
    gdma_raise(pair, GDMA_OUT_EOF);
}

/* OUT_EOF_MODE 0: OUT_EOF when the last byte enters the FIFO; 1: when it leaves. */
static bool eof_when_popped(unsigned pair)
{
    return (*gdma_register(GDMA_OUT_CONF0, pair) & GDMA_OUT_EOF_MODE) != 0;
}

static void transmit_moved(struct gdma_side *side, const struct gdma_transfer *transfer)
{
    struct gdma_pair *pair = gdma_pair_of(side);
    struct gdma_item *item = &side->current;
    uint8_t bytes[GDMA_CHUNK_BYTES_MAX];
    gdma_read_memory(side, transfer->address, bytes, transfer->bytes);
    for (uint32_t i = 0; i < transfer->bytes; i++) {
        *fifo_at(&pair->fifo, pair->fifo.count++) = (struct gdma_fifo_byte){.value = bytes[i]};
    }
    pair->fifo.used = true;
    machine_count()->dma_read_bytes += transfer->bytes;
    gdma_trace(TRACE_DATA_READ, transfer->address, transfer->bytes);
    item->moved += transfer->bytes;
    if (item->moved < item->bytes) {
        return;
    }
    if ((item->dw0 & GDMA_DW0_SUC_EOF) != 0) {
        struct gdma_fifo_byte *last = fifo_at(&pair->fifo, pair->fifo.count - 1);
        last->eof = true;
        last->descriptor = item->address;
        last->before = side->before_address;
        if (!eof_when_popped(side->pair)) {
            raise_out_eof(side->pair, item->address, side->before_address);
        }
    }
    gdma_list_item_moved(side);
}

/* OUT_TOTAL_EOF rises when the last byte has left the FIFO, in either mode. */
void gdma_data_mark_total_eof(unsigned pair)
{
    struct gdma_fifo *fifo = &gdma.pairs[pair].fifo;
    if (fifo->count == 0) {
        gdma_raise(pair, GDMA_OUT_TOTAL_EOF);
    } else {
        fifo_at(fifo, fifo->count - 1)->total = true;
    }
}

/* Takes bytes out of the FIFO. Returns whether the last of them carries EOF. */
static bool receive_pop(struct gdma_side *side, uint8_t *to, uint32_t bytes)
{
    struct gdma_fifo *fifo = &gdma_pair_of(side)->fifo;
    struct gdma_fifo_byte last = {.eof = false};
    for (uint32_t i = 0; i < bytes; i++) {
        last = *fifo_at(fifo, 0);
        to[i] = last.value;
        fifo->first = (fifo->first + 1) % GDMA_FIFO_BYTES;
        fifo->count--;
    }
    if (last.eof && eof_when_popped(side->pair)) {
        raise_out_eof(side->pair, last.descriptor, last.before);
    }
    if (last.total) {
        gdma_raise(side->pair, GDMA_OUT_TOTAL_EOF);
    }
    return last.eof;
}

/* MACHINE_STALE_EOF_COMPLETES: the flag of an earlier use counts as soon as data comes. */
static void receive_tell_stale_eof(struct gdma_side *side)
{
    const struct gdma_item *item = &side->current;
    if (!side->stale_eof_told && (item->dw0 & GDMA_DW0_SUC_EOF) != 0 &&
        machine_has_variant(MACHINE_STALE_EOF_COMPLETES)) {
        side->stale_eof_told = true;
        *gdma_register(GDMA_IN_SUC_EOF_DES_ADDR, side->pair) = item->address;
        gdma_raise(side->pair, GDMA_IN_SUC_EOF);
    }
}

static void receive_moved(struct gdma_side *side, const struct gdma_transfer *transfer)
{
    struct gdma_item *item = &side->current;
    uint8_t bytes[GDMA_CHUNK_BYTES_MAX];
    side->closed_by_eof = receive_pop(side, bytes, transfer->bytes);
    gdma_write_memory(side, transfer->address, bytes, transfer->bytes);
    machine_count()->dma_written_bytes += transfer->bytes;
    gdma_trace(TRACE_DATA_WRITE, transfer->address,
               gdma_bytes_written(side, transfer->address, transfer->bytes));
    receive_tell_stale_eof(side);
    item->moved += transfer->bytes;
    if (side->closed_by_eof || item->moved == item->bytes) {
        gdma_list_item_moved(side);
    }
}

void gdma_data_moved(const struct gdma_transfer *transfer)
{
    machine_count()->dma_bursts++;
    if (transfer->side->direction == GDMA_TRANSMIT) {
        transmit_moved(transfer->side, transfer);
    } else {
        receive_moved(transfer->side, transfer);
    }
}

void gdma_data_check_empty(unsigned pair)
{
    struct gdma_side *side = &gdma.pairs[pair].sides[GDMA_RECEIVE];
    if (side->state == GDMA_PARKED && side->parked_for == GDMA_AT_LIST_END &&
        gdma.pairs[pair].fifo.count > 0 && !side->empty_told) {
        side->empty_told = true;
        gdma_raise(pair, GDMA_IN_DSCR_EMPTY);
    }
}

static void land(void *context, uint32_t age)
{
    struct gdma_pair *pair = (struct gdma_pair *)context;
    if (age == gdma.age && pair->landing.count > 0) {
        gdma_write_memory(&pair->sides[GDMA_RECEIVE], pair->landing.address, pair->landing.bytes,
                          pair->landing.count);
        machine_count()->dma_written_bytes += pair->landing.count;
        pair->landing.count = 0;
    }
}

/* Whatever receive could write next counts as issued when the channel is reset. */
static void land_later(struct gdma_pair *pair)
{
    struct gdma_landing *landing = &pair->landing;
    const struct gdma_side *side = &pair->sides[GDMA_RECEIVE];
    struct gdma_transfer transfer;
    if (landing->count > 0 || side->state != GDMA_DATA || side->stalled ||
        gdma_why_disconnected(side->pair) != NULL || !receive_wants(side, &transfer)) {
        return;
    }
    landing->address = transfer.address;
    landing->count = transfer.bytes;
    for (uint32_t i = 0; i < transfer.bytes; i++) {
        landing->bytes[i] = fifo_at(&pair->fifo, i)->value;
    }
    clock_schedule(1 + machine_random(LANDING_CYCLES_MAX), land, pair, gdma.age);
}

void gdma_data_drop(unsigned number)
{
    struct gdma_pair *pair = &gdma.pairs[number];
    if (machine_has_variant(MACHINE_BURST_LANDS_AFTER_RESET)) {
        land_later(pair);
    }
    gdma_bus_void(&pair->sides[GDMA_RECEIVE], true);
    gdma_bus_void(&pair->sides[GDMA_TRANSMIT], true);
    pair->fifo.first = 0;
    pair->fifo.count = 0;
    pair->fifo.used = false;
}
