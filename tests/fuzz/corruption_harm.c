/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to a driver from outside: its items in memory and its registers change behind its
 * back. Everything happens in an event of the machine's clock, at a number of cycles that the bytes
 * say; so it may be in the middle of any call.
 *
 * What is still demanded depends on what is done:
 *  - An interrupt is lost or made up, a side is stopped or reset, its list is cut, an owner bit of
 *    transmit or a `next` points to where nothing is: all of that the driver can find out. Each
 *    copy that ends well is right, and the engine writes to live destinations only.
 *  - Owner bits of receive, sizes, buffers and `next` pointers to other items, the settings of the
 *    channel: the engine does what it is told, and the driver believes what memory says. Such a lie
 *    can spoil copies; so all that is demanded is that calls end, that each callback comes once,
 *    that the driver itself writes nowhere else, and that after uninstalling nothing moves.
 *  - The block is reset, or its clock is off: nothing works, and the driver may say it is dead.
 */
#include "clock.h"
#include "context.h"
#include "corruption.h"
#include "layout.h"
#include "machine_internal.h"
#include "memory.h"
#include "models/ahb_gdma_v1_hooks.h"
#include "models/ahb_gdma_v1_internal.h"

enum { HARMS_MAX = 32, DELAY_SHORT_MAX = 400, DELAY_LONG_MAX = 8000 };

struct harm {
    uint8_t kind;
    uint8_t item;
    uint8_t detail;
    uint32_t value;
};

struct harm_done harm_done;

static struct harm harms[HARMS_MAX];
static unsigned harm_count;
static struct async_memcpy_context *victim; /* NULL: nothing happens any more */

void harm_open(void)
{
    harm_done = (struct harm_done){0};
    harm_count = 0;
    victim = NULL;
}

void harm_forget(void)
{
    victim = NULL;
}

/* A register as another bus master would reach it: no interrupt point of this CPU. */
static const struct machine_device *device_at(uint32_t address)
{
    const struct machine_row *machine = machine_row();
    for (size_t i = 0; i < machine->device_count; i++) {
        if (address - machine->devices[i].base < machine->devices[i].size_bytes) {
            return &machine->devices[i];
        }
    }
    fuzz_fail("there is no such register");
}

static uint32_t peek(uint32_t address)
{
    const struct machine_device *device = device_at(address);
    return device->ops->read(address - device->base);
}

static void poke(uint32_t address, uint32_t value)
{
    const struct machine_device *device = device_at(address);
    device->ops->write(address - device->base, value);
}

static const struct layout *layout(void)
{
    return layout_of(memory_external()->size_bytes != 0);
}

/* The address of a register of the victim's channel: receive's, or, by the lowest bit of detail,
 * transmit's. */
static uint32_t of_side(const struct harm *harm, uint32_t offset)
{
    return LAYOUT_GDMA + victim->channel.index * LAYOUT_STRIDE + offset +
           ((harm->detail & 1) != 0 ? LAYOUT_OUT : 0);
}

static struct item *item_of(const struct harm *harm)
{
    size_t count = (size_t)(victim->items_end - context_items(victim));
    size_t oldest = (size_t)(victim->item_oldest - context_items(victim));
    return &context_items(victim)[(oldest + harm->item) % count];
}

static struct dma_descriptor *descriptor_of(const struct harm *harm)
{
    struct item *item = item_of(harm);
    return (harm->detail & 1) != 0 ? &item->tx : &item->rx;
}

static void flip_transmit_owner(const struct harm *harm)
{
    item_of(harm)->tx.dw0 ^= DW0_OWNER_DMA;
}

static void flip_receive_owner(const struct harm *harm)
{
    harm_done.lied = true;
    item_of(harm)->rx.dw0 ^= DW0_OWNER_DMA;
}

static void flip_eof(const struct harm *harm)
{
    harm_done.lied = harm_done.lied || (harm->detail & 1) != 0;
    descriptor_of(harm)->dw0 ^= DW0_SUC_EOF;
}

static void change_size(const struct harm *harm)
{
    harm_done.lied = true;
    descriptor_of(harm)->dw0 ^= harm->value & 0xFFFFFF;
}

static void change_buffer(const struct harm *harm)
{
    harm_done.lied = true;
    descriptor_of(harm)->buffer ^= harm->value;
}

/* To where no descriptor can be: misaligned, out of reach, or the end. */
static void break_next(const struct harm *harm)
{
    static const uint32_t nowhere[] = {0, 0x50000000, 0x3C000000, 0x3FD00000};
    uint32_t next = nowhere[harm->value % 4];
    descriptor_of(harm)->next = (harm->value & 4) != 0 ? descriptor_of(harm)->next | 2 : next;
}

/* To another item, or anywhere. */
static void redirect_next(const struct harm *harm)
{
    size_t count = (size_t)(victim->items_end - context_items(victim));
    struct item *item = &context_items(victim)[harm->value % count];
    harm_done.lied = true;
    descriptor_of(harm)->next = (harm->detail & 2) != 0
                                    ? harm->value
                                    : (uint32_t)(uintptr_t)((harm->detail & 1) != 0 ? &item->tx
                                                                                    : &item->rx);
}

/* Events of the victim's channel rise for nothing, or are lost. */
static void change_events(const struct harm *harm)
{
    for (unsigned event = 0; event < GDMA_EVENT_COUNT && !harm_done.gated; event++) {
        if ((harm->value >> event & 1u) == 0) {
            continue;
        }
        const struct gdma_event_bit *bit = &gdma.facts->events[event];
        unsigned index = gdma_block_index(bit->block, victim->channel.index);
        if ((harm->detail & 2) != 0) {
            gdma_raise(victim->channel.index, (enum gdma_event)event);
        } else {
            *gdma_register(GDMA_INT_RAW, index) &= ~(UINT32_C(1) << bit->bit);
            gdma_wrote_interrupts(index, 0, 0);
        }
    }
}

static void clear_all_events(unsigned pair)
{
    for (unsigned block = 0; block < gdma.facts->block_count; block++) {
        unsigned index = gdma_block_index(block, pair);
        *gdma_register(GDMA_INT_RAW, index) = 0;
        gdma_wrote_interrupts(index, 0, 0);
    }
}

static void clear_enables(const struct harm *harm)
{
    for (unsigned block = 0; block < gdma.facts->block_count; block++) {
        unsigned index = gdma_block_index(block, victim->channel.index);
        *gdma_register(GDMA_INT_ENA, index) &= harm->value;
        gdma_wrote_interrupts(index, 0, 0);
    }
}

static void stop_side(const struct harm *harm)
{
    bool transmit = (harm->detail & 1) != 0;
    poke(of_side(harm, layout()->in_link), transmit ? LAYOUT_OUT_STOP : LAYOUT_IN_STOP);
}

static void reset_side(const struct harm *harm)
{
    uint32_t address = of_side(harm, layout()->in_conf0);
    uint32_t conf0 = peek(address);
    poke(address, conf0 | LAYOUT_RST);
    if ((harm->detail & 2) == 0) {
        poke(address, conf0 & ~LAYOUT_RST);
    }
}

static void reset_both(const struct harm *harm)
{
    struct harm other = *harm;
    other.detail ^= 1;
    reset_side(harm);
    reset_side(&other);
}

static void change_settings(const struct harm *harm)
{
    harm_done.lied = true;
    uint32_t address = of_side(harm, layout()->in_conf0) + ((harm->detail & 2) != 0 ? 4 : 0);
    uint32_t mask = (harm->detail & 2) != 0 ? UINT32_C(0x1000) : UINT32_C(0x1E);
    poke(address, peek(address) ^ (harm->value & mask));
}

static void change_select(const struct harm *harm)
{
    harm_done.block = true;
    poke(of_side(harm, layout()->in_select), harm->value & 0x3F);
}

static void reset_block(const struct harm *harm)
{
    uint32_t address = LAYOUT_SYSTEM + layout()->reset;
    uint32_t reset = peek(address);
    harm_done.block = true;
    harm_done.gated = true;
    poke(address, reset | LAYOUT_DMA_BIT);
    if ((harm->detail & 2) == 0) {
        poke(address, reset & ~LAYOUT_DMA_BIT);
    }
}

/* No event is left by then, nor comes: it could not be cleared, and on a chip no other code would
 * ever run. */
static void stop_clock(const struct harm *harm)
{
    uint32_t address = LAYOUT_SYSTEM + layout()->clock;
    (void)harm;
    for (unsigned pair = 0; pair < gdma.facts->pair_count; pair++) {
        clear_all_events(pair);
    }
    harm_done.block = true;
    harm_done.gated = true;
    poke(address, peek(address) & ~LAYOUT_DMA_BIT);
}

/* The channel's interrupt, or the software interrupt, is routed nowhere. */
static void unroute(const struct harm *harm)
{
    bool external = memory_external()->size_bytes != 0;
    unsigned software = external ? 79 : 50;
    unsigned source = (harm->detail & 1) != 0 ? software : layout()->source + victim->channel.index;
    harm_done.block = true;
    harm_done.interrupts = true;
    poke(LAYOUT_MATRIX + source * 4, external ? 16 : 0);
}

static const struct {
    const char *name;
    void (*strike)(const struct harm *harm);
} kinds[] = {
    {"owner bit of transmit", flip_transmit_owner},
    {"owner bit of transmit", flip_transmit_owner},
    {"next points nowhere", break_next},
    {"next points nowhere", break_next},
    {"events", change_events},
    {"events", change_events},
    {"interrupt enables", clear_enables},
    {"stop", stop_side},
    {"reset of a side", reset_side},
    {"reset of both sides", reset_both},
    {"owner bit of receive", flip_receive_owner},
    {"suc_eof", flip_eof},
    {"size", change_size},
    {"buffer", change_buffer},
    {"next points elsewhere", redirect_next},
    {"settings", change_settings},
    {"PERI_SEL", change_select},
    {"reset of the block", reset_block},
    {"clock of the block", stop_clock},
    {"interrupt routed nowhere", unroute},
};
enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

static void strike(void *context, uint32_t index)
{
    (void)context;
    if (victim != NULL) {
        const struct harm *harm = &harms[index];
        harm_done.any = true;
        trace_step(kinds[harm->kind].name, harm->detail << 8 | harm->item);
        kinds[harm->kind].strike(harm);
    }
}

void harm_plan(struct fuzz_input *input, async_memcpy_handle_t handle)
{
    struct harm harm;
    harm.kind = (uint8_t)fuzz_below(input, KIND_COUNT);
    harm.item = (uint8_t)(fuzz_take(input, 1) & 7);
    harm.detail = (uint8_t)fuzz_take(input, 1);
    harm.value = fuzz_take(input, harm.detail >> 6 & 3);
    uint32_t longest = (harm.detail & 0x20) != 0 ? DELAY_LONG_MAX : DELAY_SHORT_MAX;
    uint32_t delay = fuzz_below(input, longest);
    if (harm_count < HARMS_MAX) {
        victim = handle;
        harms[harm_count] = harm;
        clock_schedule(delay, strike, NULL, harm_count);
        harm_count++;
    }
}
