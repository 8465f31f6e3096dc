/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AHB-GDMA version 1: registers, events and gates.
 *
 * Sources: gdma_ahb_v1.md, descriptor.md and stopping.md. What they mark as inferred is a
 * MACHINE_* variant.
 *
 * Timing is an assumption, not silicon's: see ahb_gdma_v1_bus.c. Further assumptions: the FIFO
 * holds 128 bytes; receive pre-reads descriptors as transmit does; PARK reads 0 from the moment at
 * which START or RESTART is written; a pair whose settings do not connect its two sides moves no
 * data; DSCR, DSCR_BF0, DSCR_BF1 and the EOF addresses survive RST.
 *
 * Lacks: peripherals; POP and PUSH; AHB_TEST; the FIFO overflow and underflow events, which
 * do not occur from memory to memory; MISC_CONF.CLK_EN, which has no visible effect.
 */
#include "models/ahb_gdma_v1.h"

#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "fault.h"
#include "memory.h"
#include "models/ahb_gdma_v1_hooks.h"
#include "models/ahb_gdma_v1_internal.h"

enum {
    INDEX_COUNT = 2 * GDMA_PAIRS_MAX,
    DELAYED_EVENT_CYCLES = 2000, /* fault.h */
    FIFO_COUNT_MAX = 63,         /* the field has six bits */
    FIFO_COUNT_SHIFT = 2,
    FIFO_REMAIN_SHIFT = 23,
    FIFO_HUNGRY_SHIFT = 27,
};

struct gdma gdma;
static uint32_t values[GDMA_REGISTER_COUNT * INDEX_COUNT];

const struct gdma_direction_facts gdma_directions[GDMA_DIRECTIONS] = {
    [GDMA_RECEIVE] = {.name = "receive",
                      .conf0 = GDMA_IN_CONF0,
                      .conf1 = GDMA_IN_CONF1,
                      .link = GDMA_IN_LINK,
                      .dscr = GDMA_IN_DSCR,
                      .dscr_bf0 = GDMA_IN_DSCR_BF0,
                      .dscr_bf1 = GDMA_IN_DSCR_BF1,
                      .priority = GDMA_IN_PRI,
                      .rst = GDMA_IN_RST,
                      .loop_test = GDMA_IN_LOOP_TEST,
                      .dscr_burst = GDMA_INDSCR_BURST_EN,
                      .data_burst = GDMA_IN_DATA_BURST_EN,
                      .stop = GDMA_INLINK_STOP,
                      .start = GDMA_INLINK_START,
                      .restart = GDMA_INLINK_RESTART,
                      .park = GDMA_INLINK_PARK,
                      .error = GDMA_IN_DSCR_ERR},
    [GDMA_TRANSMIT] = {.name = "transmit",
                       .conf0 = GDMA_OUT_CONF0,
                       .conf1 = GDMA_OUT_CONF1,
                       .link = GDMA_OUT_LINK,
                       .dscr = GDMA_OUT_DSCR,
                       .dscr_bf0 = GDMA_OUT_DSCR_BF0,
                       .dscr_bf1 = GDMA_OUT_DSCR_BF1,
                       .priority = GDMA_OUT_PRI,
                       .rst = GDMA_OUT_RST,
                       .loop_test = GDMA_OUT_LOOP_TEST,
                       .dscr_burst = GDMA_OUTDSCR_BURST_EN,
                       .data_burst = GDMA_OUT_DATA_BURST_EN,
                       .stop = GDMA_OUTLINK_STOP,
                       .start = GDMA_OUTLINK_START,
                       .restart = GDMA_OUTLINK_RESTART,
                       .park = GDMA_OUTLINK_PARK,
                       .error = GDMA_OUT_DSCR_ERR},
};

/* The one place where an interrupt line follows from events and their enables. */
static void recompute_interrupt(unsigned index)
{
    unsigned source = gdma.facts->block_sources[index / GDMA_PAIRS_MAX] + index % GDMA_PAIRS_MAX;
    machine_set_source(source, gdma_read_int_st(index) != 0);
}

static uint32_t *event_word(unsigned pair, enum gdma_event event, unsigned *index)
{
    *index = gdma_block_index(gdma.facts->events[event].block, pair);
    return gdma_register(GDMA_INT_RAW, *index);
}

static void set_event(unsigned pair, enum gdma_event event)
{
    unsigned index = 0;
    *event_word(pair, event, &index) |= UINT32_C(1) << gdma.facts->events[event].bit;
    recompute_interrupt(index);
}

/* The argument is age, pair and event, in bytes from the top. */
static void set_delayed_event(void *context, uint32_t argument)
{
    (void)context;
    unsigned pair = argument >> 8 & 0xFF;
    unsigned event = argument & 0xFF;
    if (argument >> 16 == (gdma.age & 0xFFFF)) {
        gdma.pairs[pair].delayed &= ~(UINT32_C(1) << event);
        set_event(pair, (enum gdma_event)event);
    }
}

static void delay_event(unsigned pair, enum gdma_event event)
{
    uint32_t bit = UINT32_C(1) << event;
    if ((gdma.pairs[pair].delayed & bit) == 0) {
        gdma.pairs[pair].delayed |= bit;
        clock_schedule(DELAYED_EVENT_CYCLES, set_delayed_event, NULL,
                       (gdma.age & 0xFFFF) << 16 | pair << 8 | (uint32_t)event);
    }
}

static bool is_raised(unsigned pair, enum gdma_event event)
{
    unsigned index = 0;
    return (*event_word(pair, event, &index) >> gdma.facts->events[event].bit & 1u) != 0;
}

void gdma_raise(unsigned pair, enum gdma_event event)
{
    static const bool can_be_lost[GDMA_EVENT_COUNT] = {
        [GDMA_IN_DONE] = true, [GDMA_IN_SUC_EOF] = true,    [GDMA_OUT_DONE] = true,
        [GDMA_OUT_EOF] = true, [GDMA_OUT_TOTAL_EOF] = true,
    };
    bool rises = !is_raised(pair, event);
    if (rises && can_be_lost[event]) {
        if (fault_strikes(FAULT_LOSE_INTERRUPT)) {
            return;
        }
        if (fault_strikes(FAULT_DELAY_INTERRUPT)) {
            delay_event(pair, event);
            return;
        }
    }
    set_event(pair, event);
}

uint32_t gdma_read_int_st(unsigned index)
{
    return *gdma_register(GDMA_INT_RAW, index) & *gdma_register(GDMA_INT_ENA, index);
}

void gdma_wrote_interrupts(unsigned index, uint32_t written, uint32_t before)
{
    (void)written;
    (void)before;
    recompute_interrupt(index);
}

void gdma_wrote_int_clr(unsigned index, uint32_t written, uint32_t before)
{
    (void)before;
    *gdma_register(GDMA_INT_RAW, index) &= ~written;
    recompute_interrupt(index);
}

static uint32_t fifo_count_bits(const struct gdma_fifo *fifo)
{
    uint32_t shown = fifo->count > FIFO_COUNT_MAX ? FIFO_COUNT_MAX : fifo->count;
    uint32_t bits = shown << FIFO_COUNT_SHIFT | (fifo->count == 0 ? 2u : 0u);
    for (unsigned n = 1; n <= 4; n++) {
        bits |= (fifo->count < n ? UINT32_C(1) : 0u) << (FIFO_REMAIN_SHIFT + n - 1);
    }
    return bits;
}

uint32_t gdma_read_infifo_status(unsigned pair)
{
    const struct gdma_fifo *fifo = &gdma.pairs[pair].fifo;
    const struct gdma_side *side = &gdma.pairs[pair].sides[GDMA_RECEIVE];
    bool full = fifo->count == GDMA_FIFO_BYTES || !fifo->used; /* FULL and EMPTY after reset */
    bool hungry = side->state == GDMA_DATA && fifo->count == 0;
    return fifo_count_bits(fifo) | (full ? 1u : 0u) | (hungry ? 1u : 0u) << FIFO_HUNGRY_SHIFT;
}

uint32_t gdma_read_outfifo_status(unsigned pair)
{
    const struct gdma_fifo *fifo = &gdma.pairs[pair].fifo;
    return fifo_count_bits(fifo) | (fifo->count == GDMA_FIFO_BYTES ? 1u : 0u);
}

static uint32_t read_link(const struct gdma_side *side)
{
    const struct gdma_direction_facts *facts = gdma_side_facts(side);
    uint32_t stored = *gdma_register(facts->link, side->pair) & ~facts->park;
    return stored | (gdma_list_is_parked(side) ? facts->park : 0);
}

uint32_t gdma_read_in_link(unsigned pair)
{
    return read_link(&gdma.pairs[pair].sides[GDMA_RECEIVE]);
}

uint32_t gdma_read_out_link(unsigned pair)
{
    return read_link(&gdma.pairs[pair].sides[GDMA_TRANSMIT]);
}

/* The encodings of the two state fields are not known; 0 is idle. */
static uint32_t read_state(const struct gdma_side *side)
{
    static const uint32_t list_states[] = {
        [GDMA_PARKED] = 0,     [GDMA_FETCH] = 1,     [GDMA_DATA] = 0,
        [GDMA_WRITE_BACK] = 2, [GDMA_READ_NEXT] = 1, [GDMA_HALTED] = 3,
    };
    uint32_t data_state = side->state == GDMA_DATA ? 1 : 0;
    return (side->current.address & 0x3FFFF) | list_states[side->state] << 18 | data_state << 20;
}

uint32_t gdma_read_in_state(unsigned pair)
{
    return read_state(&gdma.pairs[pair].sides[GDMA_RECEIVE]);
}

uint32_t gdma_read_out_state(unsigned pair)
{
    return read_state(&gdma.pairs[pair].sides[GDMA_TRANSMIT]);
}

void gdma_wrote_misc_conf(unsigned index, uint32_t written, uint32_t before)
{
    (void)index;
    if ((written & ~before & GDMA_AHBM_RST_INTER) != 0) {
        for (unsigned p = 0; p < gdma.facts->pair_count; p++) {
            gdma_bus_void(&gdma.pairs[p].sides[GDMA_RECEIVE], false);
            gdma_bus_void(&gdma.pairs[p].sides[GDMA_TRANSMIT], false);
            gdma.pairs[p].landing.count = 0;
        }
    }
    gdma_bus_wake();
}

static void wrote_conf0(struct gdma_side *side, uint32_t written, uint32_t before)
{
    if ((written & ~before & gdma_side_facts(side)->rst) != 0) {
        if (fault_strikes(FAULT_NEVER_PARKS)) {
            side->never_parks = true;
        }
        gdma_data_drop(side->pair);
        gdma_list_reset(side);
    }
    gdma_bus_wake();
}

void gdma_wrote_in_conf0(unsigned pair, uint32_t written, uint32_t before)
{
    wrote_conf0(&gdma.pairs[pair].sides[GDMA_RECEIVE], written, before);
}

void gdma_wrote_out_conf0(unsigned pair, uint32_t written, uint32_t before)
{
    wrote_conf0(&gdma.pairs[pair].sides[GDMA_TRANSMIT], written, before);
}

const char *gdma_why_disconnected(unsigned pair)
{
    uint32_t id = *gdma_register(GDMA_IN_PERI_SEL, pair);
    if ((*gdma_register(GDMA_IN_CONF0, pair) & GDMA_MEM_TRANS_EN) == 0) {
        return "MEM_TRANS_EN is 0";
    }
    if (id != *gdma_register(GDMA_OUT_PERI_SEL, pair)) {
        return "PERI_IN_SEL and PERI_OUT_SEL differ";
    }
    if ((gdma.facts->m2m_ids >> id & 1u) == 0) {
        return "PERI_SEL is not an id for memory to memory";
    }
    for (unsigned other = 0; other < gdma.facts->pair_count; other++) {
        if (other != pair && (*gdma_register(GDMA_IN_PERI_SEL, other) == id ||
                              *gdma_register(GDMA_OUT_PERI_SEL, other) == id)) {
            return "another channel has the same PERI_SEL";
        }
    }
    return NULL;
}

bool gdma_reaches(uint32_t address, uint32_t bytes)
{
    const struct ahb_gdma_v1_facts *facts = gdma.facts;
    return (address >= facts->window_low && address <= facts->window_high &&
            bytes - 1 <= facts->window_high - address) ||
           memory_is_in_aperture(address, bytes);
}

/* Returns why a command cannot be obeyed, or NULL. */
static const char *why_no_command(const struct gdma_side *side, uint32_t command)
{
    const struct gdma_direction_facts *facts = gdma_side_facts(side);
    if ((command & (command - 1)) != 0) {
        return "several commands at once";
    }
    if (command == facts->stop) {
        return NULL;
    }
    if ((gdma_conf0(side) & facts->rst) != 0) {
        return "RST is 1";
    }
    if (command == facts->restart && side->state == GDMA_PARKED &&
        side->parked_for == GDMA_AFTER_RESET) {
        return "RESTART without START";
    }
    if (command == facts->start && side->state == GDMA_HALTED) {
        /* Nobody can be blamed for an error that nobody has been told of yet. */
        return is_raised(side->pair, facts->error) ? NULL : "START after an error without RST";
    }
    if (command == facts->start && side->state != GDMA_PARKED) {
        return "START while running";
    }
    return NULL;
}

static void wrote_link(struct gdma_side *side, uint32_t written)
{
    const struct gdma_direction_facts *facts = gdma_side_facts(side);
    uint32_t command = written & (facts->stop | facts->start | facts->restart);
    uint32_t address = gdma.facts->address_high | (written & GDMA_LINK_ADDR);
    if (command == 0) {
        return;
    }
    const char *why = why_no_command(side, command);
    if (why != NULL) {
        machine_complain(MACHINE_MISTAKE, "GDMA %s channel %u: %s", facts->name, side->pair, why);
    } else if (command == facts->start) {
        why = gdma_why_disconnected(side->pair);
        if (why != NULL) {
            machine_complain(MACHINE_MISTAKE, "GDMA %s channel %u started: %s", facts->name,
                             side->pair, why);
        }
        if (side->state != GDMA_HALTED) {
            gdma_list_start(side, address);
        }
    } else if (command == facts->restart) {
        gdma_list_restart(side, address);
    } else {
        if (fault_strikes(FAULT_NEVER_PARKS)) {
            side->never_parks = true;
        }
        gdma_list_stop(side);
    }
    gdma_bus_wake();
}

void gdma_wrote_in_link(unsigned pair, uint32_t written, uint32_t before)
{
    (void)before;
    wrote_link(&gdma.pairs[pair].sides[GDMA_RECEIVE], written);
}

void gdma_wrote_out_link(unsigned pair, uint32_t written, uint32_t before)
{
    (void)before;
    wrote_link(&gdma.pairs[pair].sides[GDMA_TRANSMIT], written);
}

void gdma_wrote_settings(unsigned pair, uint32_t written, uint32_t before)
{
    (void)pair;
    (void)written;
    (void)before;
    gdma_bus_wake();
}

void gdma_wrote_debug(unsigned pair, uint32_t written, uint32_t before)
{
    (void)before;
    if (written != 0) {
        machine_complain(MACHINE_NOT_MODELLED, "POP and PUSH of GDMA channel %u", pair);
    }
}

/* The block as after reset; what was under way is void. */
static void reset_block(void)
{
    gdma.age++;
    gdma.bus_busy = false;
    gdma.bus_woken = false;
    gdma.last_served = 0;
    gdma.transfer.kind = GDMA_NO_TRANSFER;
    memset(gdma.pairs, 0, sizeof(gdma.pairs));
    for (unsigned pair = 0; pair < GDMA_PAIRS_MAX; pair++) {
        for (unsigned d = 0; d < GDMA_DIRECTIONS; d++) {
            gdma.pairs[pair].sides[d].pair = (uint8_t)pair;
            gdma.pairs[pair].sides[d].direction = (enum gdma_direction)d;
        }
    }
    register_file_reset(&gdma.file);
    for (unsigned block = 0; block < gdma.facts->block_count; block++) {
        for (unsigned pair = 0; pair < gdma.facts->pair_count; pair++) {
            recompute_interrupt(gdma_block_index(block, pair));
        }
    }
    if (gdma.facts->reject_source != 0) {
        machine_set_source(gdma.facts->reject_source, false);
    }
}

static void power_on(const struct machine_device *device)
{
    if (gdma.file.rows != device->rows) {
        gdma.file = (struct register_file){.block = device->block,
                                           .rows = device->rows,
                                           .unknown = MACHINE_MISTAKE,
                                           .values = values,
                                           .index_count = INDEX_COUNT};
        register_file_open(&gdma.file);
    }
    gdma.facts = (const struct ahb_gdma_v1_facts *)device->facts;
    gdma.clock_on = true; /* unless a gate says otherwise */
    gdma.in_reset = false;
    gdma.external_open = true;
    reset_block();
}

static void gate(bool clock_on, bool in_reset)
{
    if (in_reset && !gdma.in_reset) {
        reset_block();
    }
    gdma.clock_on = clock_on;
    gdma.in_reset = in_reset;
    gdma_bus_wake();
}

static bool is_accessible(uint32_t offset)
{
    if (gdma.clock_on && !gdma.in_reset) {
        return true;
    }
    machine_complain(MACHINE_MISTAKE, "GDMA register 0x%03" PRIX32 " used while the block is %s",
                     offset, gdma.clock_on ? "in reset" : "without clock");
    return false;
}

static uint32_t read_register(uint32_t offset)
{
    return is_accessible(offset) ? register_file_read(&gdma.file, offset) : 0;
}

static void write_register(uint32_t offset, uint32_t value)
{
    if (is_accessible(offset)) {
        register_file_write(&gdma.file, offset, value);
    }
}

const struct device_ops ahb_gdma_v1_device_ops = {
    .power_on = power_on,
    .read = read_register,
    .write = write_register,
    .gate = gate,
};
