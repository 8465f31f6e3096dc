/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The AHB v1 engine against the model, on each layout of its registers: the exact register writes
 * of each operation, compared with the datasheet ("Sequence for a copy" in gdma_ahb_v1.md,
 * stopping.md), and what the contract promises.
 */
#include <stddef.h>
#include <string.h>

#include "buffer.h"
#include "check.h"
#include "engine.h"
#include "esp_heap_caps.h"
#include "fault.h"
#include "fixture.h"
#include "layouts.h"
#include "platform.h"
#include "port.h"
#include "runner.h"
#include "trace.h"

enum {
    WRITES_MAX = 64,
    ITEM_COUNT = 4,
    BYTES = 192, /* of an item: a multiple of every block of external RAM */
    ITEM_BYTES_MAX = 4095,
    RUN_CYCLES = 200000,
    LINK_AUTO_RET = 1 << 20,
    IN_STOP = 1 << 21,
    IN_START = 1 << 22,
    IN_RESTART = 1 << 23,
    OUT_STOP = 1 << 20,
    OUT_START = 1 << 21,
    OUT_RESTART = 1 << 22,
    BLOCK_SIZE_SHIFT = 13, /* EXT_MEM_BK_SIZE */
    EVENTS_MASK = 0xFFFF,  /* of one interrupt block in a set of events */
    EVENTS_SHIFT = 16,
};

struct write {
    uint32_t address;
    uint32_t value;
};

/* The register writes since record(), and those that are expected. */
static struct write writes[WRITES_MAX];
static size_t write_count;
static struct write expected[WRITES_MAX];
static size_t expected_count;

struct scene {
    const struct layout *layout;
    const struct chip_engine *engine;
    struct channel *channel; /* in memory that the engine reaches, as in the driver */
    struct item *items;
    struct buffer source;
    struct buffer destination;
};

static struct scene scene;

static void on_event(const struct trace_event *event, void *context)
{
    (void)context;
    if (event->kind == TRACE_REGISTER_WRITE) {
        CHECK(write_count < WRITES_MAX);
        writes[write_count].address = event->address;
        writes[write_count].value = event->value;
        write_count++;
    }
}

static void record(void)
{
    write_count = 0;
    expected_count = 0;
    trace_listen(on_event, NULL);
}

static uint32_t channel_register(uint32_t offset)
{
    return scene.layout->base + scene.channel->index * scene.layout->channel_stride + offset;
}

static uint32_t interrupt_register(unsigned block, uint32_t offset)
{
    return scene.layout->base + scene.channel->index * scene.layout->block_stride +
           scene.layout->blocks[block] + offset;
}

/* Of a set of events, those of one interrupt block. */
static uint32_t events_of(unsigned block, uint32_t events)
{
    return block == 0 ? events & EVENTS_MASK : events >> EVENTS_SHIFT;
}

static void expect(uint32_t offset, uint32_t value)
{
    expected[expected_count].address = channel_register(offset);
    expected[expected_count].value = value;
    expected_count++;
}

/* A set of events is written to every interrupt block. */
static void expect_events(uint32_t offset, uint32_t events)
{
    for (unsigned block = 0; block < scene.layout->block_count; block++) {
        expected[expected_count].address = interrupt_register(block, offset);
        expected[expected_count].value = events_of(block, events);
        expected_count++;
    }
}

static void check_writes(void)
{
    trace_listen(NULL, NULL);
    for (size_t i = 0; i < expected_count && i < write_count; i++) {
        CHECK_EQ(writes[i].address, expected[i].address);
        CHECK_EQ(writes[i].value, expected[i].value);
    }
    CHECK_EQ(write_count, expected_count);
}

static uint32_t read_events(uint32_t offset)
{
    uint32_t events = 0;

    for (unsigned block = 0; block < scene.layout->block_count; block++) {
        events |= machine_read32(interrupt_register(block, offset))
                  << (block == 0 ? 0 : EVENTS_SHIFT);
    }
    return events;
}

static const struct layout *layout_here(void)
{
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        if (strcmp(layouts[i].chip, port_chip()->name) == 0) {
            return &layouts[i];
        }
    }
    check_failed(__FILE__, __LINE__, "a chip without a layout");
}

/* The block's clock runs, one pair is claimed. Time stands still unless a test lets it pass. */
static void scene_open_with(unsigned pair, bool burst, size_t block_bytes)
{
    scene.layout = layout_here();
    scene.engine = port_chip()->ahb;
    scene.channel = heap_caps_calloc(1, sizeof(*scene.channel), MALLOC_CAP_DMA);
    CHECK(scene.channel != NULL);
    scene.channel->index = (uint8_t)pair;
    scene.channel->trigger_id = 8;
    buffer_open_in(&scene.source, BUFFER_INTERNAL, ITEM_BYTES_MAX, 1);
    buffer_open_in(&scene.destination, BUFFER_INTERNAL, ITEM_BYTES_MAX, 0);
    pattern_fill(scene.source.bytes, ITEM_BYTES_MAX, 33);
    scene.items = heap_caps_calloc(ITEM_COUNT, sizeof(*scene.items), MALLOC_CAP_DMA);
    CHECK(scene.items != NULL);
    port_enable_engine(scene.engine);
    record();
    scene.engine->ops->open(scene.channel, scene.engine->base, burst, block_bytes);
}

static void scene_open(unsigned pair, bool burst)
{
    scene_open_with(pair, burst, 0);
}

/* As the core has it: errors interrupt. */
static void scene_open_listening(void)
{
    scene_open(1, false);
    trace_listen(NULL, NULL);
    scene.engine->ops->listen(scene.channel, 0);
}

static void scene_close(void)
{
    scene.engine->ops->close(scene.channel);
    heap_caps_free(scene.items);
    heap_caps_free(scene.channel);
    buffer_close(&scene.destination);
    buffer_close(&scene.source);
}

/* Writes items [first, first + count) as one list, EOF in the last. */
static void make_list(size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++) {
        struct item *item = &scene.items[i];

        item_write(item, bus_addr_of(scene.source.bytes + i * BYTES),
                   bus_addr_of(scene.destination.bytes + i * BYTES), BYTES,
                   i + 1 == first + count ? DW0_SUC_EOF : 0);
        if (i != first) {
            item_link(item - 1, item);
        }
    }
    dma_publish();
}

static void start(size_t first, size_t count)
{
    make_list(first, count);
    scene.engine->ops->start(scene.channel, &scene.items[first]);
}

static void check_copied(size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++) {
        CHECK(item_is_done(&scene.items[i]));
        for (size_t at = i * BYTES; at < (i + 1) * BYTES; at++) {
            CHECK_EQ(scene.destination.bytes[at], pattern_byte(33, at));
        }
    }
}

/* The registers that open() writes. */
static void expect_configuration(uint32_t in_conf0, uint32_t conf1)
{
    const struct layout *layout = scene.layout;

    expect_events(INT_ENA, 0);
    expect(layout->out_conf0, 0x3D);
    expect(layout->out_conf0, 0x3C);
    expect(layout->in_conf0, in_conf0 | 1u);
    expect(layout->in_conf0, in_conf0);
    expect(layout->in_peri_sel, 8);
    expect(layout->out_peri_sel, 8);
    expect(layout->in_conf1, layout->in_conf1_open | conf1);
    expect(layout->out_conf1, layout->out_conf1_open | conf1);
    expect_events(INT_CLR, layout->int_all);
}

/* Steps 2 to 5 and 7 of the sequence. Nothing interrupts yet. */
static void check_open(unsigned pair, bool burst)
{
    scene_open(pair, burst);
    expect_configuration(burst ? 0x1C : 0x14, 0);
    check_writes();
    CHECK_EQ(read_events(INT_ENA), 0);
    scene_close();
}

static void open_writes_the_sequence(void)
{
    for (unsigned pair = 0; pair < layout_here()->pair_count; pair++) {
        check_open(pair, false);
        check_open(pair, true);
    }
}

/* 0, where external RAM is out of reach, writes what reset leaves. */
static void open_chooses_the_block_size(void)
{
    static const struct {
        uint8_t bytes;
        uint32_t field;
    } table[] = {{0, 0}, {16, 0}, {32, 1}, {64, 2}};

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (table[i].bytes > port_chip()->ahb->block_bytes_max) {
            continue;
        }
        scene_open_with(0, false, table[i].bytes);
        expect_configuration(0x14, table[i].field << BLOCK_SIZE_SHIFT);
        check_writes();
        scene_close();
    }
}

static void close_restores_the_reset_state(void)
{
    const struct layout *layout = layout_here();
    const uint32_t registers[] = {layout->in_conf0,  layout->in_conf1,  layout->in_peri_sel,
                                  layout->out_conf0, layout->out_conf1, layout->out_peri_sel};
    enum { COUNT = sizeof(registers) / sizeof(registers[0]) };
    uint32_t before[COUNT];
    uint32_t channel = layout->base + layout->channel_stride;

    port_enable_engine(port_chip()->ahb);
    for (size_t i = 0; i < COUNT; i++) {
        before[i] = machine_read32(channel + registers[i]);
    }
    scene_open_with(1, true, port_chip()->ahb->block_bytes_max);
    trace_listen(NULL, NULL);
    scene.engine->ops->listen(scene.channel, ENGINE_EVENT_ITEM | ENGINE_EVENT_EOF);
    start(0, 2);
    machine_advance(RUN_CYCLES);
    scene.engine->ops->close(scene.channel);
    for (size_t i = 0; i < COUNT; i++) {
        CHECK_EQ(machine_read32(channel + registers[i]), before[i]);
    }
    CHECK_EQ(read_events(INT_RAW), 0);
    CHECK_EQ(read_events(INT_ENA), 0);
    scene_close();
}

/* Flags cleared first, then receive, then transmit. */
static void start_writes_the_sequence(void)
{
    const uint32_t events = layout_here()->int_all & ~layout_here()->int_errors;
    const uint32_t watermark = layout_here()->block_count == 2 ? 0x20 : 0;

    scene_open(2, false);
    make_list(0, 2);
    record();
    scene.engine->ops->start(scene.channel, &scene.items[0]);
    expect_events(INT_CLR, events & ~watermark);
    expect(scene.layout->in_link, (bus_addr_of(&scene.items[0].rx) & 0xFFFFF) |
                                      (uint32_t)LINK_AUTO_RET | (uint32_t)IN_START);
    expect(scene.layout->out_link,
           (bus_addr_of(&scene.items[0].tx) & 0xFFFFF) | (uint32_t)OUT_START);
    check_writes();
    machine_advance(RUN_CYCLES);
    check_copied(0, 2);
    scene_close();
}

/* At each RESTART its own side is linked already, and transmit is not while receive is told. */
static void on_restart(const struct trace_event *event, void *context)
{
    const struct item *last = context;

    if (event->kind != TRACE_REGISTER_WRITE) {
        return;
    }
    if (event->address == channel_register(scene.layout->in_link)) {
        CHECK((event->value & (uint32_t)IN_RESTART) != 0);
        CHECK_EQ(last->rx.next, bus_addr_of(&scene.items[2].rx));
        CHECK_EQ(last->tx.next, 0);
        write_count++;
    } else {
        CHECK_EQ(event->address, channel_register(scene.layout->out_link));
        CHECK_EQ(write_count, 1);
        CHECK((event->value & (uint32_t)OUT_RESTART) != 0);
        CHECK_EQ(last->tx.next, bus_addr_of(&scene.items[2].tx));
        write_count++;
    }
}

static void append_links_before_it_restarts(void)
{
    scene_open(0, false);
    start(0, 2);
    make_list(2, 2);
    write_count = 0;
    trace_listen(on_restart, &scene.items[1]);
    scene.engine->ops->append(scene.channel, &scene.items[1], &scene.items[2]);
    trace_listen(NULL, NULL);
    CHECK_EQ(write_count, 2);
    machine_advance(RUN_CYCLES);
    check_copied(0, 4);
    scene_close();
}

static void listen_enables_what_is_asked_for(void)
{
    const struct layout *layout = layout_here();
    const struct {
        uint32_t events;
        uint32_t bits;
    } table[] = {
        {ENGINE_EVENT_EOF, layout->in_suc_eof},
        {ENGINE_EVENT_ITEM, layout->in_done},
        {ENGINE_EVENT_EOF | ENGINE_EVENT_ITEM, layout->in_suc_eof | layout->in_done},
        {ENGINE_EVENT_LIST_END, layout->out_total_eof},
        {0, 0},
    };

    scene_open(1, false);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        record();
        scene.engine->ops->listen(scene.channel, table[i].events);
        expect_events(INT_ENA, layout->int_errors | table[i].bits);
        check_writes();
        CHECK_EQ(scene.channel->listening, table[i].events);
    }
    scene_close();
}

/* An event that happened before interrupts at once; only what was read is cleared. */
static void check_take_events(uint32_t event, uint32_t bits, uint32_t left)
{
    scene_open_listening();
    start(0, 2);
    machine_advance(RUN_CYCLES);
    CHECK_EQ(read_events(INT_ST), 0);
    scene.engine->ops->listen(scene.channel, event);
    CHECK_EQ(read_events(INT_ST), bits);
    record();
    CHECK(scene.engine->ops->take_events(scene.channel) == 0);
    expect_events(INT_CLR, bits);
    check_writes();
    CHECK_EQ(read_events(INT_ST), 0);
    CHECK((read_events(INT_RAW) & left) != 0);
    scene_close();
}

static void take_events_takes_what_interrupts(void)
{
    const struct layout *layout = layout_here();

    check_take_events(ENGINE_EVENT_EOF, layout->in_suc_eof, layout->in_done);
    check_take_events(ENGINE_EVENT_ITEM, layout->in_done, layout->in_suc_eof);
    check_take_events(ENGINE_EVENT_LIST_END, layout->out_total_eof, layout->in_suc_eof);
}

/* The EOF of an earlier list is told, whatever came after it. */
static void last_eof_tells_the_descriptor(void)
{
    scene_open_listening();
    start(0, 2);
    machine_advance(RUN_CYCLES);
    CHECK_EQ(scene.engine->ops->last_eof(scene.channel), bus_addr_of(&scene.items[1].rx));
    start(2, 1);
    machine_advance(RUN_CYCLES);
    CHECK_EQ(scene.engine->ops->last_eof(scene.channel), bus_addr_of(&scene.items[2].rx));
    CHECK_EQ(machine_read32(channel_register(scene.layout->in_suc_eof_des_addr)),
             bus_addr_of(&scene.items[2].rx));
    scene_close();
}

/* Transmit comes to rest first, since it is ahead by what the FIFO holds. */
static void rest_tells_which_side_is_at_rest(void)
{
    const uint32_t all = ENGINE_REST_TRANSMIT | ENGINE_REST_RECEIVE;
    unsigned transmit_first = 0;
    uint32_t rest = 0;

    scene_open(1, false);
    trace_listen(NULL, NULL);
    CHECK_EQ(scene.engine->ops->rest(scene.channel), all);
    start(0, 1);
    CHECK_EQ(scene.engine->ops->rest(scene.channel), 0);
    for (unsigned cycles = 0; cycles < RUN_CYCLES && rest != all; cycles++) {
        machine_advance(1);
        rest = scene.engine->ops->rest(scene.channel);
        CHECK(rest != ENGINE_REST_RECEIVE);
        transmit_first += rest == ENGINE_REST_TRANSMIT;
    }
    CHECK_EQ(rest, all);
    CHECK(transmit_first != 0);
    machine_advance(RUN_CYCLES);
    check_copied(0, 1);
    scene_close();
}

/* STOP to both, a wait for PARK, RST to both with the configuration as it was, all flags cleared:
 * and not a byte is written after it. */
static void stop_writes_the_sequence(void)
{
    bool has_blocks = port_chip()->ahb->block_bytes_max != 0;

    scene_open_with(1, true, has_blocks ? 32 : 0);
    scene.engine->ops->listen(scene.channel, ENGINE_EVENT_LIST_END);
    start(0, 4);
    machine_advance(60);
    record();
    CHECK(scene.engine->ops->stop(scene.channel));
    expect_events(INT_ENA, 0);
    expect(scene.layout->in_link, (uint32_t)LINK_AUTO_RET | (uint32_t)IN_STOP);
    expect(scene.layout->out_link, (uint32_t)OUT_STOP);
    expect_configuration(0x1C, has_blocks ? 1u << BLOCK_SIZE_SHIFT : 0);
    expect_events(INT_ENA, scene.layout->int_errors | scene.layout->out_total_eof);
    check_writes();
    scene_close();
}

/* The largest item that was begun is not torn. */
static void stop_waits_for_the_item_in_progress(void)
{
    scene_open_listening();
    item_write(&scene.items[0], bus_addr_of(scene.source.bytes),
               bus_addr_of(scene.destination.bytes), ITEM_BYTES_MAX, DW0_SUC_EOF);
    dma_publish();
    scene.engine->ops->start(scene.channel, &scene.items[0]);
    machine_advance(100);
    CHECK(scene.engine->ops->stop(scene.channel));
    pattern_check(scene.destination.bytes, ITEM_BYTES_MAX, 33);
    machine_advance(RUN_CYCLES);
    CHECK(item_is_done(&scene.items[0]));
    scene_close();
}

static void on_write_to_memory(const struct trace_event *event, void *context)
{
    (void)context;
    CHECK(event->kind != TRACE_DATA_WRITE && event->kind != TRACE_WRITE_BACK);
}

/* Wherever it is stopped, nothing is written after it, and a new list runs from its beginning. */
static void stop_is_final_at_every_moment(void)
{
    for (uint64_t cycles = 0; cycles < 3000; cycles += 1 + cycles / 40) {
        scene_open_listening();
        start(0, 4);
        machine_advance(cycles);
        CHECK(scene.engine->ops->stop(scene.channel));
        CHECK_EQ(read_events(INT_RAW), 0);
        buffer_reset(&scene.destination);
        trace_listen(on_write_to_memory, NULL);
        machine_advance(RUN_CYCLES);
        trace_listen(NULL, NULL);
        buffer_check_untouched(&scene.destination);
        start(0, 4);
        machine_advance(RUN_CYCLES);
        check_copied(0, 4);
        scene_close();
    }
}

/* What interrupts stays chosen over a stop. */
static void stop_keeps_listening(void)
{
    scene_open_listening();
    scene.engine->ops->listen(scene.channel, ENGINE_EVENT_EOF);
    start(0, 1);
    CHECK(scene.engine->ops->stop(scene.channel));
    CHECK_EQ(scene.channel->listening, ENGINE_EVENT_EOF);
    CHECK_EQ(read_events(INT_ENA), scene.layout->int_errors | scene.layout->in_suc_eof);
    scene_close();
}

/* An engine that does not confirm is not waited for for ever, and not believed. */
static void stop_is_bounded(void)
{
    enum { WAIT_US_MAX = 5000 };
    uint32_t began;

    scene_open_listening();
    fault_plan(FAULT_NEVER_PARKS, 0, 1000);
    start(0, 4);
    began = port_now_us();
    CHECK(!scene.engine->ops->stop(scene.channel));
    CHECK(port_now_us() - began <= WAIT_US_MAX);
    fault_forget_all();
    machine_advance(RUN_CYCLES);
    scene_close();
}

/* A descriptor that belongs to the CPU is an error; after a stop the channel is as new. */
static void check_error(bool in_receive, size_t bad)
{
    uint32_t error;

    scene_open_listening();
    make_list(0, 4);
    if (in_receive) {
        scene.items[bad].rx.dw0 = BYTES;
    } else {
        scene.items[bad].tx.dw0 &= ~DW0_OWNER_DMA;
    }
    dma_publish();
    scene.engine->ops->start(scene.channel, &scene.items[0]);
    machine_advance(RUN_CYCLES);
    CHECK((read_events(INT_ST) &
           (in_receive ? scene.layout->in_dscr_err : scene.layout->out_dscr_err)) != 0);
    error = scene.engine->ops->take_events(scene.channel);
    CHECK(error != 0 && error != ENGINE_STARVED);
    CHECK_EQ(read_events(INT_ST), 0);
    CHECK(scene.engine->ops->stop(scene.channel));
    buffer_reset(&scene.destination);
    start(0, 4);
    machine_advance(RUN_CYCLES);
    CHECK(scene.engine->ops->take_events(scene.channel) == 0);
    check_copied(0, 4);
    scene_close();
}

static void errors_are_told_and_recovered_from(void)
{
    for (size_t bad = 0; bad < ITEM_COUNT; bad++) {
        check_error(true, bad);
        check_error(false, bad);
    }
}

/* Data for which there is no receive item is an error of its own, if no other comes with it. */
static void starvation_is_told(void)
{
    scene_open_listening();
    make_list(0, 4);
    scene.items[1].rx.next = 0;
    dma_publish();
    scene.engine->ops->start(scene.channel, &scene.items[0]);
    machine_advance(RUN_CYCLES);
    CHECK_EQ(read_events(INT_ST), scene.layout->in_dscr_empty);
    CHECK_EQ(scene.engine->ops->take_events(scene.channel), ENGINE_STARVED);
    CHECK_EQ(read_events(INT_ST), 0);
    CHECK(scene.engine->ops->stop(scene.channel));
    start(0, 4);
    machine_advance(RUN_CYCLES);
    check_copied(0, 4);
    scene_close();
}

/* Opened again, a channel shows nothing of its earlier use. */
static void open_forgets_an_earlier_use(void)
{
    scene_open_listening();
    start(0, 2);
    machine_advance(RUN_CYCLES);
    CHECK((read_events(INT_RAW) & scene.layout->in_suc_eof) != 0);
    scene.engine->ops->open(scene.channel, scene.engine->base, false, 0);
    CHECK_EQ(read_events(INT_RAW), 0);
    CHECK_EQ(machine_read32(channel_register(scene.layout->in_conf0)), 0x14);
    start(2, 2);
    CHECK_EQ(read_events(INT_RAW) & scene.layout->in_suc_eof, 0);
    machine_advance(RUN_CYCLES);
    check_copied(0, 4);
    scene_close();
}

/* An item is done a little before its list has ended, if `next` is read last and the bus is busy.
 * Starting at that very moment is right all the same; the machine would tell. */
static void start_as_soon_as_the_last_item_is_done(void)
{
    scene_open_listening();
    struct channel *beside = heap_caps_calloc(1, sizeof(*beside), MALLOC_CAP_DMA);
    struct item *item = heap_caps_calloc(1, sizeof(*item), MALLOC_CAP_DMA);

    CHECK(beside != NULL && item != NULL);
    beside->index = 2;
    beside->trigger_id = 7;
    scene.engine->ops->open(beside, scene.engine->base, false, 0);
    for (unsigned round = 0; round < 20; round++) {
        item_write(item, bus_addr_of(scene.source.bytes),
                   bus_addr_of(scene.destination.bytes + ITEM_COUNT * BYTES),
                   ITEM_BYTES_MAX - ITEM_COUNT * BYTES, DW0_SUC_EOF);
        make_list(0, 1);
        make_list(1, 1);
        scene.engine->ops->start(beside, item);
        scene.engine->ops->start(scene.channel, &scene.items[0]);
        while (((scene.items[0].tx.dw0 | scene.items[0].rx.dw0) & DW0_OWNER_DMA) != 0) {
            machine_advance(1);
        }
        scene.engine->ops->start(scene.channel, &scene.items[1]);
        machine_advance(RUN_CYCLES);
        check_copied(0, 2);
    }
    scene.engine->ops->close(beside);
    heap_caps_free(item);
    heap_caps_free(beside);
    scene_close();
}

/* Appended at any moment, a list is either carried out, or lost in a way that rest() or an error
 * tells and that a stop and a start repair. */
static void append_at_every_moment(void)
{
    const uint32_t all = ENGINE_REST_TRANSMIT | ENGINE_REST_RECEIVE;

    for (uint64_t cycles = 0; cycles < 2000; cycles += 1 + cycles / 30) {
        scene_open_listening();
        start(0, 2);
        machine_advance(cycles);
        make_list(2, 2);
        scene.engine->ops->append(scene.channel, &scene.items[1], &scene.items[2]);
        machine_advance(RUN_CYCLES);
        check_copied(0, 2);
        if (!item_is_done(&scene.items[2])) {
            CHECK((scene.engine->ops->rest(scene.channel) & ENGINE_REST_TRANSMIT) != 0 ||
                  scene.engine->ops->take_events(scene.channel) != 0);
            CHECK(scene.engine->ops->stop(scene.channel));
            CHECK_EQ(scene.engine->ops->rest(scene.channel), all);
            start(2, 2);
            machine_advance(RUN_CYCLES);
        }
        check_copied(0, 4);
        scene_close();
    }
}

/* Moves the four items from and to external RAM, or internal RAM. */
static void check_external(uint8_t block_bytes, enum buffer_memory from, enum buffer_memory to)
{
    enum { ALL_BYTES = ITEM_COUNT * BYTES };
    struct buffer source;
    struct buffer destination;

    scene_open_with(0, false, block_bytes);
    trace_listen(NULL, NULL);
    buffer_open_in(&source, from, ALL_BYTES, 5); /* transmit needs no alignment */
    buffer_open_in(&destination, to, ALL_BYTES, 0);
    pattern_fill(source.bytes, ALL_BYTES, 33);
    if (from == BUFFER_EXTERNAL) {
        port_cache_write_back(source.bytes, ALL_BYTES);
    }
    if (to == BUFFER_EXTERNAL) {
        port_cache_write_back(destination.bytes, ALL_BYTES);
    }
    make_list(0, ITEM_COUNT);
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        scene.items[i].tx.buffer = bus_addr_of(source.bytes + i * BYTES);
        scene.items[i].rx.buffer = bus_addr_of(destination.bytes + i * BYTES);
    }
    dma_publish();
    scene.engine->ops->start(scene.channel, &scene.items[0]);
    machine_advance(RUN_CYCLES);
    CHECK_EQ(read_events(INT_RAW) & scene.layout->int_errors, 0);
    if (to == BUFFER_EXTERNAL) {
        port_external_barrier();
        port_cache_invalidate(destination.bytes, ALL_BYTES);
    }
    pattern_check(destination.bytes, ALL_BYTES, 33);
    buffer_close(&destination);
    buffer_close(&source);
    scene_close();
}

static void external_memory_in_every_block_size(void)
{
    for (unsigned block_bytes = 16; block_bytes <= port_chip()->ahb->block_bytes_max;
         block_bytes *= 2) {
        check_external((uint8_t)block_bytes, BUFFER_EXTERNAL, BUFFER_INTERNAL);
        check_external((uint8_t)block_bytes, BUFFER_INTERNAL, BUFFER_EXTERNAL);
        check_external((uint8_t)block_bytes, BUFFER_EXTERNAL, BUFFER_EXTERNAL);
    }
}

static const struct test_case sequences[] = {
    {"open writes the sequence", open_writes_the_sequence},
    {"open chooses the block size", open_chooses_the_block_size},
    {"close restores the reset state", close_restores_the_reset_state},
    {"start writes the sequence", start_writes_the_sequence},
    {"append links before it restarts", append_links_before_it_restarts},
    {"listen enables what is asked for", listen_enables_what_is_asked_for},
    {"take_events takes what interrupts", take_events_takes_what_interrupts},
    {"last_eof tells the descriptor", last_eof_tells_the_descriptor},
    {"rest tells which side is at rest", rest_tells_which_side_is_at_rest},
    {"stop writes the sequence", stop_writes_the_sequence},
    {NULL, NULL},
};

static const struct test_case contract[] = {
    {"stop is final at every moment", stop_is_final_at_every_moment},
    {"stop waits for the item in progress", stop_waits_for_the_item_in_progress},
    {"stop keeps listening", stop_keeps_listening},
    {"errors are told and recovered from", errors_are_told_and_recovered_from},
    {"starvation is told", starvation_is_told},
    {"open forgets an earlier use", open_forgets_an_earlier_use},
    {"start as soon as the last item is done", start_as_soon_as_the_last_item_is_done},
    {"append at every moment", append_at_every_moment},
    {NULL, NULL},
};

static const struct test_case bounded[] = {
    {"stop is bounded", stop_is_bounded},
    {NULL, NULL},
};

static const struct test_case external[] = {
    {"external memory in every block size", external_memory_in_every_block_size},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite everywhere[] = {
        {sequences, RUNNER_STILL}, {contract, RUNNER_STILL}, {contract, RUNNER_VARIANTS},
        {bounded, RUNNER_MACHINE}, {NULL, RUNNER_BARE},
    };
    const struct runner_suite with_external[] = {
        {external, RUNNER_VARIANTS},
        {NULL, RUNNER_BARE},
    };
    const struct runner_chip chips[] = {
        {NULL, everywhere},
        {"esp32s3", everywhere},
        {"esp32s3", with_external},
        {NULL, NULL},
    };

    return runner_main_on(argc, argv, "ahb_gdma_v1", chips);
}
