/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two lists on one channel, and what descriptor.md says of them: which bytes go where, what is
 * given back, which events rise, whether a side parks. Written from the datasheet, not from the
 * machine's model of the engine.
 *
 * How far transmit gets ahead of receive is not known. Where that matters, an event that comes with
 * a byte is demanded if 64 bytes at most lie between, and excluded if 128 do: the FIFO's size, less
 * what one transfer may need of it.
 */
#include <string.h>

#include "items.h"
#include "layout.h"
#include "machine.h"
#include "machine_internal.h"
#include "memory.h"
#include "models/psram.h"

enum {
    ITEMS_MAX = 6,
    SIZE_MAX_BYTES = 900,
    ROOM_BYTES = 0x400,
    STREAM_BYTES_MAX = ITEMS_MAX * ROOM_BYTES,
    CERTAIN_BYTES = 64,
    IMPOSSIBLE_BYTES = 128,
    SETTLE_CYCLES = 400000,
    UNTOUCHED = 0xEE,
};

#define LISTS_AT      UINT32_C(0x3FC92000)
#define SOURCES_AT    UINT32_C(0x3FC94000)
#define TARGETS_AT    UINT32_C(0x3FC98000)
#define EXTERNAL_AT   UINT32_C(0x3C120000)
#define OWNER         (UINT32_C(1) << 31)
#define SUC_EOF       (UINT32_C(1) << 30)
#define FIELD         UINT32_C(0xFFF)
#define EXTERNAL_MASK (UINT32_C(0x3C000000) >> 25)

enum end { END_OPEN, END_OF_LIST, END_ERROR };

struct list_item {
    uint32_t address;
    uint32_t dw0;
    uint32_t buffer;
    uint32_t next;
    uint32_t bytes;
    bool next_is_bad;
    bool buffer_is_bad;
    /* What is to be. */
    bool reached;
    bool closed;
    bool eof;
    uint32_t moved;
};

struct list {
    bool receive;
    unsigned count;
    struct list_item items[ITEMS_MAX];
    enum end end;
};

/* What the bytes say beside the items. */
static struct {
    unsigned channel;
    uint32_t flags;
    uint32_t block_bytes;
} setup;

/* What transmit sends, as far as its list is good. */
static struct {
    uint8_t bytes[STREAM_BYTES_MAX];
    bool eof[STREAM_BYTES_MAX];
    uint32_t count;
    uint32_t consumed;
} stream;

static struct list transmit = {.receive = false};
static struct list receive = {.receive = true};

static bool flag(unsigned bit)
{
    return (setup.flags >> bit & 1u) != 0;
}
static bool checks_owner(void)
{
    return flag(0);
}
static bool gives_back(void)
{
    return flag(4);
}
static bool eof_when_popped(void)
{
    return flag(5);
}

/* What the CPU sees, or, of external RAM, what it holds. */
static uint8_t *memory_of(uint32_t address)
{
    const struct memory_external *external = memory_external();
    uint32_t offset = address - external->base;
    return offset < external->size_bytes
               ? external->store + offset
               : (uint8_t *)(uintptr_t)address; /* NOLINT(performance-no-int-to-ptr) */
}

static bool is_external(uint32_t address)
{
    return items_has_external() && address >> 25 == EXTERNAL_MASK;
}

/* Puts a pattern where it is in memory and nowhere in the cache. */
static void fill_room(uint32_t address, bool receives, unsigned index)
{
    const struct memory_external *external = memory_external();
    uint32_t offset = address - external->base;
    uint8_t *memory = memory_of(address);
    for (uint32_t i = 0; i < ROOM_BYTES; i++) {
        memory[i] = receives ? UNTOUCHED : (uint8_t)(index * 31 + i * 7 + 1);
    }
    if (offset < external->size_bytes) {
        memcpy(external->view + offset, memory, ROOM_BYTES);
        memcpy(external->clean + offset, memory, ROOM_BYTES);
    }
    items_watch_allow(address, ROOM_BYTES);
}

static uint32_t bad_buffer(uint32_t choice)
{
    static const uint32_t buffers[] = {0,          0x50000000, 0x600FE000,
                                       0x3FCFFFFF, 0x3FC7FFF0, 0xFFFFFFFC};
    return buffers[choice % (sizeof(buffers) / sizeof(buffers[0]))];
}

static uint32_t bad_next(uint32_t address, uint32_t choice)
{
    static const uint32_t nexts[] = {0x50000000, 0x3FD00000, 0x3C120000, 4};
    return choice % 2 == 0 ? address + 1 + choice % 3
                           : nexts[choice / 2 % (sizeof(nexts) / sizeof(nexts[0]))];
}

/* Buffers lie apart; those that must are aligned. */
static void place_buffer(struct list_item *item, bool receives, unsigned index, uint32_t offset)
{
    bool external = items_has_external() && (offset & 0x80) != 0;
    bool burst = flag(1);
    uint32_t base = receives ? TARGETS_AT : SOURCES_AT;
    offset &= 0x1F;
    if (external) {
        base = EXTERNAL_AT + (receives ? ITEMS_MAX * ROOM_BYTES : 0);
    }
    if (receives && external) {
        offset = 0;
        item->bytes = (item->bytes + 63) & ~UINT32_C(63);
    } else if (receives && burst) {
        offset &= ~UINT32_C(3);
        item->bytes = (item->bytes + 3) & ~UINT32_C(3);
    }
    item->buffer = base + index * ROOM_BYTES + offset;
}

static void take_item(struct fuzz_input *input, struct list *list, unsigned index)
{
    struct list_item *item = &list->items[index];
    uint32_t kind = fuzz_take(input, 1);
    uint32_t spoilt = kind & 0xF;
    memset(item, 0, sizeof(*item));
    item->address = LISTS_AT + (list->receive ? 0x100 : 0) + index * 16;
    item->bytes = 1 + fuzz_take(input, 2) % SIZE_MAX_BYTES;
    uint32_t choice = fuzz_take(input, 1);
    place_buffer(item, list->receive, index, choice);
    bool last = index + 1 == list->count;
    item->next = last ? 0 : item->address + 16;
    if (spoilt == 11) {
        item->buffer = bad_buffer(choice);
        item->buffer_is_bad = true;
        item->bytes = item->bytes < 2 ? 2 : item->bytes;
    } else if (spoilt == 12) {
        item->bytes = 0;
    } else if (spoilt == 13) {
        item->next = bad_next(item->address, choice);
        item->next_is_bad = true;
    }
    /* The field of the other direction means nothing. */
    uint32_t other = choice << 4 & FIELD;
    item->dw0 = list->receive ? item->bytes | other << 12 : item->bytes << 12 | other;
    item->dw0 |= spoilt == 10 ? 0 : OWNER;
    item->dw0 |= (kind & 0x10) != 0 ? SUC_EOF : 0;
}

static void write_items(struct list *list)
{
    for (unsigned i = 0; i < list->count; i++) {
        struct list_item *item = &list->items[i];
        const uint32_t words[3] = {item->dw0, item->buffer, item->next};
        items_watch_allow(item->address, sizeof(words));
        memcpy(memory_of(item->address), words, sizeof(words));
        if (!item->buffer_is_bad) {
            fill_room(item->buffer & ~(uint32_t)(ROOM_BYTES - 1), list->receive, i);
        }
    }
}

/* The engine takes an item, or stops in an error: owner, DW1, and a size that is usable. */
static bool is_good(const struct list_item *item)
{
    uint32_t low = machine_description()->memories[0].base;
    uint32_t bytes = machine_description()->memories[0].size_bytes;
    bool internal = item->buffer >= low &&
                    (uint64_t)item->buffer + item->bytes <= (uint64_t)low + bytes;
    return (!checks_owner() || (item->dw0 & OWNER) != 0) && item->bytes != 0 &&
           (internal || is_external(item->buffer));
}

/* Where a list goes from an item. */
static enum end go_on(const struct list_item *item)
{
    if (item->next_is_bad) {
        return END_ERROR;
    }
    return item->next == 0 ? END_OF_LIST : END_OPEN;
}

static void expect_transmit(void)
{
    stream.count = 0;
    transmit.end = END_OPEN;
    memset(stream.eof, 0, sizeof(stream.eof));
    for (unsigned i = 0; i < transmit.count && transmit.end == END_OPEN; i++) {
        struct list_item *item = &transmit.items[i];
        if (!is_good(item)) {
            transmit.end = END_ERROR;
            return;
        }
        memcpy(&stream.bytes[stream.count], memory_of(item->buffer), item->bytes);
        stream.count += item->bytes;
        stream.eof[stream.count - 1] = (item->dw0 & SUC_EOF) != 0;
        item->reached = true;
        item->moved = stream.count; /* where it ends in the stream */
        transmit.end = go_on(item);
    }
}

static void expect_receive(void)
{
    stream.consumed = 0;
    receive.end = END_OPEN;
    for (unsigned i = 0; i < receive.count && receive.end == END_OPEN; i++) {
        struct list_item *item = &receive.items[i];
        if (!is_good(item)) {
            receive.end = END_ERROR;
            return;
        }
        item->reached = true;
        while (item->moved < item->bytes && stream.consumed < stream.count && !item->eof) {
            item->eof = stream.eof[stream.consumed];
            item->moved++;
            stream.consumed++;
        }
        item->closed = item->eof || item->moved == item->bytes;
        if (!item->closed) {
            return;
        }
        receive.end = go_on(item);
    }
}

/* Whether byte number `count` - 1 of the stream enters the FIFO. */
static bool is_certain(uint32_t count)
{
    return count <= stream.consumed + CERTAIN_BYTES;
}

static bool is_impossible(uint32_t count)
{
    return count > stream.consumed + IMPOSSIBLE_BYTES;
}

static void check_data(const struct list_item *item, uint32_t from)
{
    const uint8_t *memory = memory_of(item->buffer);
    uint32_t padded = item->moved;
    if (is_external(item->buffer)) {
        padded = (item->moved + setup.block_bytes - 1) & ~(setup.block_bytes - 1);
    }
    for (uint32_t i = 0; i < ROOM_BYTES - 0x20; i++) {
        uint8_t expected = UNTOUCHED;
        if (i < padded) {
            expected = i < item->moved ? stream.bytes[from + i] : 0;
        }
        if (memory[i] != expected) {
            fuzz_fail_numbers("received data is wrong; byte, value", i, memory[i]);
        }
    }
}

static void check_dw0(const struct list_item *item, uint32_t expected)
{
    uint32_t dw0;
    memcpy(&dw0, memory_of(item->address), sizeof(dw0));
    if (dw0 != expected) {
        fuzz_fail_numbers("DW0 is wrong", dw0, expected);
    }
}

static void check_receive_items(void)
{
    uint32_t from = 0;
    for (unsigned i = 0; i < receive.count; i++) {
        const struct list_item *item = &receive.items[i];
        uint32_t dw0 = item->dw0;
        if (item->closed) {
            dw0 = item->bytes | item->moved << 12 | (item->eof ? SUC_EOF : 0) |
                  (flag(6) ? OWNER : 0);
        }
        check_dw0(item, dw0);
        if (item->reached) {
            check_data(item, from);
            from += item->moved;
        }
    }
}

static void check_transmit_items(void)
{
    for (unsigned i = 0; i < transmit.count; i++) {
        const struct list_item *item = &transmit.items[i];
        bool sent = item->reached && is_certain(item->moved);
        bool unsent = !item->reached || is_impossible(item->moved);
        uint32_t given_back = (item->dw0 & ~OWNER) | (flag(7) ? OWNER : 0);
        if (sent && gives_back()) {
            check_dw0(item, given_back);
        } else if (sent || unsent) {
            check_dw0(item, item->dw0);
        }
    }
}

/* An event and what is known of it. */
enum event {
    EVENT_IN_DONE,
    EVENT_IN_SUC_EOF,
    EVENT_IN_DSCR_ERR,
    EVENT_IN_DSCR_EMPTY,
    EVENT_OUT_DONE,
    EVENT_OUT_EOF,
    EVENT_OUT_DSCR_ERR,
    EVENT_OUT_TOTAL_EOF,
    EVENT_COUNT,
};

struct expected {
    bool must;
    bool may;
};

static struct expected exactly(bool happens)
{
    return (struct expected){happens, happens};
}

static struct expected with_byte(uint32_t count)
{
    return (struct expected){is_certain(count), !is_impossible(count)};
}

static struct expected any_of(struct expected a, struct expected b)
{
    return (struct expected){a.must || b.must, a.may || b.may};
}

static void expect_receive_events(struct expected *events)
{
    bool stale_counts = (machine_configuration()->variants & MACHINE_STALE_EOF_COMPLETES) != 0;
    for (unsigned i = 0; i < receive.count; i++) {
        const struct list_item *item = &receive.items[i];
        bool stale = stale_counts && (item->dw0 & SUC_EOF) != 0 && item->moved != 0;
        events[EVENT_IN_DONE] = any_of(events[EVENT_IN_DONE], exactly(item->closed));
        events[EVENT_IN_SUC_EOF] = any_of(events[EVENT_IN_SUC_EOF],
                                          exactly((item->closed && item->eof) || stale));
    }
    events[EVENT_IN_DSCR_ERR] = exactly(receive.end == END_ERROR);
    events[EVENT_IN_DSCR_EMPTY] = exactly(receive.end == END_OF_LIST &&
                                          stream.count > stream.consumed);
}

static void expect_transmit_events(struct expected *events)
{
    bool ends_in_eof = false;
    for (unsigned i = 0; i < transmit.count; i++) {
        const struct list_item *item = &transmit.items[i];
        if (!item->reached) {
            continue;
        }
        bool popped = item->moved <= stream.consumed;
        ends_in_eof = (item->dw0 & SUC_EOF) != 0;
        events[EVENT_OUT_DONE] = any_of(events[EVENT_OUT_DONE], with_byte(item->moved));
        if (ends_in_eof) {
            events[EVENT_OUT_EOF] = any_of(events[EVENT_OUT_EOF], eof_when_popped()
                                                                      ? exactly(popped)
                                                                      : with_byte(item->moved));
        }
    }
    if (transmit.end == END_ERROR) {
        events[EVENT_OUT_DSCR_ERR] = with_byte(stream.count);
    }
    events[EVENT_OUT_TOTAL_EOF] = exactly(transmit.end == END_OF_LIST && ends_in_eof &&
                                          stream.consumed == stream.count);
}

/* gdma_ahb_v1.md, interrupt bits of the two layouts; of the S3, transmit's are in the upper half.
 */
static const uint8_t bits_c3[EVENT_COUNT] = {0, 1, 5, 7, 3, 4, 6, 8};
static const uint8_t bits_s3[EVENT_COUNT] = {0, 1, 3, 4, 16, 17, 18, 19};

static uint32_t read_events(void)
{
    if (!items_has_external()) {
        return machine_read32(LAYOUT_GDMA + setup.channel * 0x10);
    }
    uint32_t base = LAYOUT_GDMA + setup.channel * LAYOUT_STRIDE;
    return machine_read32(base + 0x08) | machine_read32(base + 0x68) << 16;
}

static void check_events(void)
{
    const uint8_t *bits = items_has_external() ? bits_s3 : bits_c3;
    struct expected events[EVENT_COUNT];
    memset(events, 0, sizeof(events));
    expect_receive_events(events);
    expect_transmit_events(events);
    uint32_t raw = read_events();
    for (int event = 0; event < EVENT_COUNT; event++) {
        bool is = (raw >> bits[event] & 1u) != 0;
        if (is ? !events[event].may : events[event].must) {
            fuzz_fail_numbers(is ? "an event has risen that has no cause; event, all"
                                 : "an event has not risen; event, all",
                              event, raw);
        }
        raw &= ~(UINT32_C(1) << bits[event]);
    }
    FUZZ_CHECK(raw == 0, "an event has risen that does not occur from memory to memory");
}

static void check_park(uint32_t offset, uint32_t park, enum end end)
{
    bool not_parked = (machine_configuration()->variants & MACHINE_ERROR_NOT_PARKED) != 0;
    bool parked = (machine_read32(LAYOUT_GDMA + setup.channel * LAYOUT_STRIDE + offset) & park) !=
                  0;
    bool expected = end == END_OF_LIST || (end == END_ERROR && !not_parked);
    FUZZ_CHECK(parked == expected, "PARK is wrong");
}

static void check_parks(void)
{
    uint32_t link = layout_of(items_has_external())->in_link;
    check_park(link, LAYOUT_IN_PARK, receive.end);
    if (is_certain(stream.count)) {
        check_park(link + LAYOUT_OUT, LAYOUT_OUT_PARK, transmit.end);
    } else if (is_impossible(stream.count)) {
        check_park(link + LAYOUT_OUT, LAYOUT_OUT_PARK, END_OPEN);
    }
}

static void run(void)
{
    bool external = items_has_external();
    const struct layout *layout = layout_of(external);
    uint32_t base = LAYOUT_GDMA + setup.channel * LAYOUT_STRIDE;
    uint32_t in = base + layout->in_conf0;
    uint32_t out = in + LAYOUT_OUT;
    uint32_t in_link = base + layout->in_link;
    uint32_t select = base + layout->in_select;
    uint32_t block = external ? (setup.block_bytes / 32) << 13 : 0;
    uint32_t owner = checks_owner() ? UINT32_C(1) << 12 : 0;
    machine_write32(in, 0x10 | (flag(1) ? 8 : 0) | (flag(3) ? 4 : 0) | (flag(6) ? 2 : 0));
    machine_write32(out, (flag(2) ? 0x20 : 0) | (flag(3) ? 0x10 : 0) | (flag(4) ? 4 : 0) |
                             (flag(5) ? 8 : 0) | (flag(7) ? 2 : 0));
    machine_write32(in + 4, owner | block | (external ? 0xC : 0));
    machine_write32(out + 4, owner | block);
    machine_write32(select, 2);
    machine_write32(select + LAYOUT_OUT, 2);
    uint32_t start_in = (receive.items[0].address & 0xFFFFF) | LAYOUT_IN_START;
    uint32_t start_out = (transmit.items[0].address & 0xFFFFF) | LAYOUT_OUT_START;
    if (flag(8)) {
        machine_write32(in_link + LAYOUT_OUT, start_out);
    }
    machine_write32(in_link, start_in);
    if (!flag(8)) {
        machine_write32(in_link + LAYOUT_OUT, start_out);
    }
    machine_advance(SETTLE_CYCLES);
    psram_push();
}

void items_lists(struct fuzz_input *input)
{
    psram_push(); /* what an earlier list has written is not to come now */
    setup.flags = fuzz_take(input, 2);
    setup.channel = fuzz_below(input, items_has_external() ? 5 : 3);
    setup.block_bytes = 16u << fuzz_below(input, 3);
    transmit.count = 1 + fuzz_below(input, ITEMS_MAX);
    receive.count = 1 + fuzz_below(input, ITEMS_MAX);
    for (unsigned i = 0; i < ITEMS_MAX; i++) {
        if (i < transmit.count) {
            take_item(input, &transmit, i);
        }
        if (i < receive.count) {
            take_item(input, &receive, i);
        }
    }
    write_items(&transmit);
    write_items(&receive);
    expect_transmit();
    expect_receive();
    run();
    check_receive_items();
    check_transmit_items();
    check_events();
    check_parks();
}
