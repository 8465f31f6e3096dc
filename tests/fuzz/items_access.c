/* SPDX-License-Identifier: Apache-2.0 */
/* Anything that can be done to the machine from outside, one step for a few bytes. */
#include "fault.h"
#include "items.h"
#include "layout.h"
#include "machine.h"
#include "machine_internal.h"
#include "register_file.h"

enum {
    STEPS_MAX = 400,
    ADVANCE_LONG_MAX = 20000,
    ADVANCE_SHORT_MAX = 64,
    CHANNELS = 5,
    LINES = 32,
    MASKED_MAX = 3,
};

static const struct layout *layout(void)
{
    return layout_of(items_has_external());
}

/* A value: small, one bit, or any. */
static uint32_t take_value(struct fuzz_input *input)
{
    switch (fuzz_below(input, 4)) {
    case 0:
        return fuzz_take(input, 1);
    case 1:
        return UINT32_C(1) << fuzz_below(input, 32);
    case 2:
        return UINT32_MAX;
    default:
        return fuzz_take(input, 4);
    }
}

/* A register of the table, or, if the chosen number is behind its end, any offset. */
static uint32_t take_register(struct fuzz_input *input)
{
    const struct machine_row *machine = machine_row();
    const struct machine_device *device =
        &machine->devices[fuzz_below(input, (uint32_t)machine->device_count)];
    uint32_t wanted = fuzz_take(input, 1);
    for (const struct register_row *row = device->rows; row != NULL && row->name != NULL; row++) {
        uint32_t count = row->count == 0 ? 1 : row->count;
        if (wanted < count) {
            return device->base + row->offset + wanted * row->stride;
        }
        wanted -= count;
    }
    uint32_t offset = fuzz_take(input, 2);
    /* Mostly where there may be registers that the table lacks. */
    return device->base + ((offset & 0x8000) != 0 ? offset % device->size_bytes : offset & 0x7FC);
}

static void write_any(struct fuzz_input *input)
{
    uint32_t address = take_register(input);
    machine_write32(address, take_value(input));
}

static void read_any(struct fuzz_input *input)
{
    (void)machine_read32(take_register(input));
}

static void read_anywhere(struct fuzz_input *input)
{
    uint32_t address = fuzz_take(input, 4);
    (void)machine_read32(address);
    machine_write32(fuzz_take(input, 1) % 2 == 0 ? address : address + 1, take_value(input));
}

static uint32_t take_buffer(struct fuzz_input *input)
{
    uint32_t near = fuzz_take(input, 1);
    switch (fuzz_below(input, 9)) {
    case 0:
        return 0x3FCE0000 - near; /* the end of the C3's internal RAM */
    case 1:
        return 0x3FD00000 - near; /* likewise of the S3's */
    case 2:
        return 0x3FC88000 + near - 128;
    case 3:
        return 0x3C100000 + near - 64; /* external RAM begins, and flash ends */
    case 4:
        return 0x3C900000 - near;
    case 5:
        return 0x600FE000 + near;
    case 6:
        return items_address(near % ITEMS_SLOTS) + near / ITEMS_SLOTS;
    case 7:
        return fuzz_take(input, 4);
    default:
        return ITEMS_DATA + near * 16;
    }
}

static uint32_t take_next(struct fuzz_input *input)
{
    uint32_t slot = fuzz_below(input, ITEMS_SLOTS);
    switch (fuzz_below(input, 6)) {
    case 0:
        return 0;
    case 1:
        return items_address(slot) + 1 + slot % 3;
    case 2:
        return 0x3FCE0000 - 4 * slot;
    case 3:
        return fuzz_take(input, 4);
    default:
        return items_address(slot);
    }
}

static void write_item(struct fuzz_input *input)
{
    unsigned slot = fuzz_below(input, ITEMS_SLOTS);
    uint32_t size = fuzz_take(input, 1) * (fuzz_below(input, 8) == 0 ? 16 : 1);
    uint32_t flags = fuzz_take(input, 1);
    uint32_t dw0 = size | size << 12 | UINT32_C(1) << 31;
    dw0 = (flags & 3) == 0 ? dw0 ^ fuzz_take(input, 4) : dw0 | (flags & 4) << 28;
    uint32_t buffer = take_buffer(input);
    uint32_t next = take_next(input);
    if ((flags & 0x80) != 0) {
        const uint32_t words[3] = {dw0, buffer, next};
        for (unsigned i = 0; i < 3; i++) {
            items_watch_store(items_address(slot) + 4 * i, *items_word(slot, i));
            machine_store_word(items_word(slot, i), words[i]);
        }
    } else {
        *items_word(slot, 0) = dw0;
        *items_word(slot, 1) = buffer;
        *items_word(slot, 2) = next;
    }
}

static void publish(struct fuzz_input *input)
{
    (void)machine_load_word(items_word(fuzz_below(input, ITEMS_SLOTS), fuzz_below(input, 3)));
    machine_publish();
}

static void pass_time(struct fuzz_input *input)
{
    uint32_t most = fuzz_below(input, 4) == 0 ? ADVANCE_LONG_MAX : ADVANCE_SHORT_MAX;
    machine_advance(fuzz_below(input, most));
}

static void open_gate(struct fuzz_input *input)
{
    (void)input;
    uint32_t clock = LAYOUT_SYSTEM + layout()->clock;
    uint32_t reset = LAYOUT_SYSTEM + layout()->reset;
    machine_write32(clock, machine_read32(clock) | LAYOUT_DMA_BIT);
    machine_write32(reset, machine_read32(reset) & ~LAYOUT_DMA_BIT);
}

static uint32_t channel_base(unsigned channel)
{
    return LAYOUT_GDMA + (channel % layout()->channels) * LAYOUT_STRIDE;
}

/* Connects a channel, with settings as they come. */
static void configure(struct fuzz_input *input)
{
    const struct layout *at = layout();
    uint32_t base = channel_base(fuzz_below(input, CHANNELS));
    uint32_t flags = fuzz_take(input, 2);
    uint32_t in = 0x10 | (flags & 0x0E);
    uint32_t out = flags >> 4 & 0x3E;
    uint32_t owner = flags >> 10 & 1;
    uint32_t block = items_has_external() ? (flags >> 11 & 3) << 13 : 0;
    uint32_t id = flags >> 13 & 7;
    machine_write32(base + at->in_conf0, in);
    machine_write32(base + at->in_conf0 + LAYOUT_OUT, out);
    machine_write32(base + at->in_conf0 + 4, owner << 12 | block);
    machine_write32(base + at->in_conf0 + LAYOUT_OUT + 4, owner << 12 | block);
    machine_write32(base + at->in_select, id);
    machine_write32(base + at->in_select + LAYOUT_OUT, id);
}

static void command(struct fuzz_input *input)
{
    const struct layout *at = layout();
    uint32_t base = channel_base(fuzz_below(input, CHANNELS));
    uint32_t what = fuzz_take(input, 1);
    uint32_t slot = fuzz_below(input, ITEMS_SLOTS);
    uint32_t address = items_address(slot) & 0xFFFFF;
    uint32_t bit = UINT32_C(1) << (what >> 2 & 3) % 3;
    if ((what & 1) != 0) {
        machine_write32(base + at->in_link, address | bit << 21);
    }
    if ((what & 2) != 0) {
        address = items_address((slot + (what >> 4)) % ITEMS_SLOTS) & 0xFFFFF;
        machine_write32(base + at->in_link + LAYOUT_OUT, address | bit << 20);
    }
}

static void reset_channel(struct fuzz_input *input)
{
    const struct layout *at = layout();
    uint32_t which = fuzz_take(input, 1);
    uint32_t address = channel_base(which >> 2) + at->in_conf0 +
                       ((which & 1) != 0 ? 0 : LAYOUT_OUT);
    uint32_t conf0 = machine_read32(address);
    machine_write32(address, conf0 | LAYOUT_RST);
    if ((which & 2) != 0) {
        machine_write32(address, conf0 & ~LAYOUT_RST);
    }
}

static void plan_fault(struct fuzz_input *input)
{
    enum fault_kind kind = (enum fault_kind)fuzz_below(input, FAULT_KIND_COUNT);
    uint32_t skip = fuzz_below(input, 16);
    fault_plan(kind, skip, 1 + skip % 3);
}

/* Interrupts: lines are enabled, masked and taken; nobody sees to what asserts them. */
static void use_interrupts(struct fuzz_input *input)
{
    uint32_t line = fuzz_below(input, LINES);
    if (items_has_external()) {
        machine_enable_line(line, fuzz_below(input, 2) != 0);
    }
    uint32_t masked = line % MASKED_MAX;
    for (uint32_t i = 0; i < masked; i++) {
        machine_mask_interrupts();
    }
    machine_point();
    for (uint32_t i = 0; i < masked; i++) {
        machine_unmask_interrupts();
    }
    machine_point();
}

void items_access(struct fuzz_input *input)
{
    static void (*const steps[])(struct fuzz_input * input) = {
        write_any,     write_any, read_any,       write_item,    write_item, write_item,
        command,       command,   command,        pass_time,     pass_time,  pass_time,
        configure,     configure, open_gate,      publish,       plan_fault, read_any,
        reset_channel, write_any, use_interrupts, read_anywhere,
    };
    open_gate(input);
    for (unsigned i = 0; i < STEPS_MAX && input->left != 0; i++) {
        steps[fuzz_below(input, sizeof(steps) / sizeof(steps[0]))](input);
    }
}
