/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The AHB v1 engine against the model: the exact register writes of each operation, compared with
 * the datasheet ("Sequence for a copy" in gdma_ahb_v1.md, stopping.md), and what the contract
 * promises.
 */
#include <stddef.h>

#include "buffer.h"
#include "c3_registers.h"
#include "check.h"
#include "engine.h"
#include "esp_heap_caps.h"
#include "fault.h"
#include "fixture.h"
#include "platform.h"
#include "port.h"
#include "runner.h"
#include "trace.h"

enum {
    WRITES_MAX = 64,
    ITEM_COUNT = 4,
    BYTES = 200,
    RUN_CYCLES = 100000,
    LINK_AUTO_RET = 1 << 20,
    IN_STOP = 1 << 21,
    IN_START = 1 << 22,
    IN_RESTART = 1 << 23,
    OUT_STOP = 1 << 20,
    OUT_START = 1 << 21,
    OUT_RESTART = 1 << 22,
};

struct write {
    uint32_t address;
    uint32_t value;
};

/* The register writes since record(). */
static struct write writes[WRITES_MAX];
static size_t write_count;

struct scene {
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
    trace_listen(on_event, NULL);
}

static void check_writes(const struct write *expected, size_t count)
{
    trace_listen(NULL, NULL);
    for (size_t i = 0; i < count && i < write_count; i++) {
        CHECK_EQ(writes[i].address, expected[i].address);
        CHECK_EQ(writes[i].value, expected[i].value);
    }
    CHECK_EQ(write_count, count);
}

/* The block's clock runs, one pair is claimed. Time stands still unless a test lets it pass. */
static void scene_open(unsigned pair, bool burst)
{
    scene.engine = port_chip()->ahb;
    scene.channel = heap_caps_calloc(1, sizeof(*scene.channel), MALLOC_CAP_DMA);
    CHECK(scene.channel != NULL);
    scene.channel->index = (uint8_t)pair;
    scene.channel->trigger_id = 8;
    buffer_open(&scene.source, ITEM_COUNT * BYTES, 1);
    buffer_open(&scene.destination, ITEM_COUNT * BYTES, 0);
    pattern_fill(scene.source.bytes, ITEM_COUNT * BYTES, 33);
    scene.items = heap_caps_calloc(ITEM_COUNT, sizeof(*scene.items), MALLOC_CAP_DMA);
    CHECK(scene.items != NULL);
    port_enable_engine(scene.engine);
    record();
    scene.engine->ops->open(scene.channel, scene.engine, &(struct engine_settings){.burst = burst});
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
        bool last = i + 1 == first + count;

        item->tx.buffer = bus_addr_of(scene.source.bytes + i * BYTES);
        item->rx.buffer = bus_addr_of(scene.destination.bytes + i * BYTES);
        item->tx.next = last ? 0 : bus_addr_of(&item[1].tx);
        item->rx.next = last ? 0 : bus_addr_of(&item[1].rx);
        item->tx.dw0 = DW0_OWNER_DMA | (last ? DW0_SUC_EOF : 0) | (uint32_t)BYTES << 12 | BYTES;
        item->rx.dw0 = DW0_OWNER_DMA | BYTES;
    }
    dma_publish();
}

static void start(size_t first, size_t count)
{
    make_list(first, count);
    scene.engine->ops->start(scene.channel, &scene.items[first]);
}

static uint32_t interrupt_register(uint32_t offset)
{
    return C3_INTERRUPTS(scene.channel->index) + offset;
}

static uint32_t channel_register(uint32_t offset)
{
    return C3_CHANNEL(scene.channel->index) + offset;
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

/* Steps 2 to 5 and 7 of the sequence. */
static void check_open(unsigned pair, bool burst)
{
    scene_open(pair, burst);
    {
        const struct write expected[] = {
            {interrupt_register(C3_INT_ENA), 0},
            {channel_register(C3_OUT_CONF0), 0x09},
            {channel_register(C3_OUT_CONF0), 0x08},
            {channel_register(C3_IN_CONF0), 0x01},
            {channel_register(C3_IN_CONF0), 0x00},
            {channel_register(C3_IN_PERI_SEL), 8},
            {channel_register(C3_OUT_PERI_SEL), 8},
            {channel_register(C3_IN_CONF0), burst ? 0x1C : 0x14},
            {channel_register(C3_IN_CONF1), 0x1000},
            {channel_register(C3_OUT_CONF0), 0x3C},
            {channel_register(C3_OUT_CONF1), 0x1000},
            {interrupt_register(C3_INT_CLR), C3_INT_ALL},
            {interrupt_register(C3_INT_ENA), C3_INT_ERRORS},
        };

        check_writes(expected, sizeof(expected) / sizeof(expected[0]));
    }
    scene_close();
}

static void open_writes_the_sequence(void)
{
    for (unsigned pair = 0; pair < 3; pair++) {
        check_open(pair, false);
        check_open(pair, true);
    }
}

static void close_restores_the_reset_state(void)
{
    static const uint32_t registers[] = {C3_IN_CONF0,  C3_IN_CONF1,  C3_IN_PERI_SEL,
                                         C3_OUT_CONF0, C3_OUT_CONF1, C3_OUT_PERI_SEL};
    enum { COUNT = sizeof(registers) / sizeof(registers[0]) };
    uint32_t before[COUNT];

    port_enable_engine(port_chip()->ahb);
    for (size_t i = 0; i < COUNT; i++) {
        before[i] = machine_read32(C3_CHANNEL(1) + registers[i]);
    }
    scene_open(1, true);
    start(0, 2);
    machine_advance(RUN_CYCLES);
    scene_close();
    for (size_t i = 0; i < COUNT; i++) {
        CHECK_EQ(machine_read32(C3_CHANNEL(1) + registers[i]), before[i]);
    }
    CHECK_EQ(machine_read32(C3_INTERRUPTS(1) + C3_INT_RAW), 0);
    CHECK_EQ(machine_read32(C3_INTERRUPTS(1) + C3_INT_ENA), 0);
}

/* Flags cleared first, then receive, then transmit. */
static void start_writes_the_sequence(void)
{
    scene_open(2, false);
    make_list(0, 2);
    record();
    scene.engine->ops->start(scene.channel, &scene.items[0]);
    {
        const struct write expected[] = {
            {interrupt_register(C3_INT_CLR), writes[0].value},
            {channel_register(C3_IN_LINK), (bus_addr_of(&scene.items[0].rx) & 0xFFFFF) |
                                               (uint32_t)LINK_AUTO_RET | (uint32_t)IN_START},
            {channel_register(C3_OUT_LINK),
             (bus_addr_of(&scene.items[0].tx) & 0xFFFFF) | (uint32_t)OUT_START},
        };

        check_writes(expected, sizeof(expected) / sizeof(expected[0]));
    }
    CHECK_EQ(writes[0].value & (C3_INT_IN_DONE | C3_INT_IN_SUC_EOF | C3_INT_TOTAL_EOF),
             C3_INT_IN_DONE | C3_INT_IN_SUC_EOF | C3_INT_TOTAL_EOF);
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
    if (event->address == channel_register(C3_IN_LINK)) {
        CHECK((event->value & (uint32_t)IN_RESTART) != 0);
        CHECK_EQ(last->rx.next, bus_addr_of(&scene.items[2].rx));
        CHECK_EQ(last->tx.next, 0);
        write_count++;
    } else {
        CHECK_EQ(event->address, channel_register(C3_OUT_LINK));
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
    static const struct {
        uint32_t events;
        uint32_t bits;
    } table[] = {
        {ENGINE_EVENT_EOF, C3_INT_IN_SUC_EOF},
        {ENGINE_EVENT_ITEM, C3_INT_IN_DONE},
        {ENGINE_EVENT_EOF | ENGINE_EVENT_ITEM, C3_INT_IN_SUC_EOF | C3_INT_IN_DONE},
        {ENGINE_EVENT_LIST_END, C3_INT_TOTAL_EOF},
        {0, 0},
    };

    scene_open(1, false);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const struct write expected = {interrupt_register(C3_INT_ENA),
                                       C3_INT_ERRORS | table[i].bits};

        record();
        scene.engine->ops->listen(scene.channel, table[i].events);
        check_writes(&expected, 1);
        CHECK_EQ(scene.channel->listening, table[i].events);
    }
    scene_close();
}

/* An event that happened before interrupts at once; only what was read is cleared. */
static void take_events_takes_what_interrupts(void)
{
    scene_open(1, false);
    start(0, 2);
    machine_advance(RUN_CYCLES);
    CHECK_EQ(machine_read32(interrupt_register(C3_INT_ST)), 0);
    scene.engine->ops->listen(scene.channel, ENGINE_EVENT_EOF);
    CHECK_EQ(machine_read32(interrupt_register(C3_INT_ST)), C3_INT_IN_SUC_EOF);
    {
        const struct write expected = {interrupt_register(C3_INT_CLR), C3_INT_IN_SUC_EOF};

        record();
        CHECK(scene.engine->ops->take_events(scene.channel) == 0);
        check_writes(&expected, 1);
    }
    CHECK_EQ(machine_read32(interrupt_register(C3_INT_ST)), 0);
    CHECK((machine_read32(interrupt_register(C3_INT_RAW)) & C3_INT_IN_DONE) != 0);
    scene_close();
}

static void rest_tells_which_side_is_at_rest(void)
{
    const uint32_t all = ENGINE_REST_TRANSMIT | ENGINE_REST_RECEIVE;

    scene_open(1, false);
    CHECK_EQ(scene.engine->ops->rest(scene.channel), all);
    start(0, 1);
    CHECK_EQ(scene.engine->ops->rest(scene.channel), 0);
    machine_advance(RUN_CYCLES);
    CHECK_EQ(scene.engine->ops->rest(scene.channel), all);
    check_copied(0, 1);
    scene_close();
}

/* STOP to both, a wait for PARK, RST to both, all flags cleared: and not a byte is written after
 * it. */
static void stop_writes_the_sequence(void)
{
    scene_open(1, false);
    start(0, 4);
    machine_advance(60);
    record();
    CHECK(scene.engine->ops->stop(scene.channel));
    {
        const struct write expected[] = {
            {interrupt_register(C3_INT_ENA), 0},
            {channel_register(C3_IN_LINK), (uint32_t)LINK_AUTO_RET | (uint32_t)IN_STOP},
            {channel_register(C3_OUT_LINK), (uint32_t)OUT_STOP},
            {channel_register(C3_OUT_CONF0), 0x3D},
            {channel_register(C3_OUT_CONF0), 0x3C},
            {channel_register(C3_IN_CONF0), 0x15},
            {channel_register(C3_IN_CONF0), 0x14},
            {interrupt_register(C3_INT_CLR), C3_INT_ALL},
            {interrupt_register(C3_INT_ENA), C3_INT_ERRORS},
        };

        check_writes(expected, sizeof(expected) / sizeof(expected[0]));
    }
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
        scene_open(1, false);
        trace_listen(NULL, NULL);
        start(0, 4);
        machine_advance(cycles);
        CHECK(scene.engine->ops->stop(scene.channel));
        CHECK_EQ(machine_read32(interrupt_register(C3_INT_RAW)), 0);
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
    scene_open(1, false);
    scene.engine->ops->listen(scene.channel, ENGINE_EVENT_EOF);
    start(0, 1);
    CHECK(scene.engine->ops->stop(scene.channel));
    CHECK_EQ(scene.channel->listening, ENGINE_EVENT_EOF);
    CHECK_EQ(machine_read32(interrupt_register(C3_INT_ENA)), C3_INT_ERRORS | C3_INT_IN_SUC_EOF);
    scene_close();
}

/* An engine that does not confirm is not waited for for ever, and not believed. */
static void stop_is_bounded(void)
{
    enum { WAIT_US_MAX = 1100 };
    uint32_t began;

    scene_open(1, false);
    trace_listen(NULL, NULL);
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
    scene_open(1, false);
    trace_listen(NULL, NULL);
    make_list(0, 4);
    if (in_receive) {
        scene.items[bad].rx.dw0 = BYTES;
    } else {
        scene.items[bad].tx.dw0 &= ~DW0_OWNER_DMA;
    }
    dma_publish();
    scene.engine->ops->start(scene.channel, &scene.items[0]);
    machine_advance(RUN_CYCLES);
    CHECK(machine_read32(interrupt_register(C3_INT_ST)) != 0);
    CHECK(scene.engine->ops->take_events(scene.channel) != 0);
    CHECK_EQ(machine_read32(interrupt_register(C3_INT_ST)), 0);
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

/* Opened again, a channel shows nothing of its earlier use. */
static void open_forgets_an_earlier_use(void)
{
    scene_open(1, true);
    trace_listen(NULL, NULL);
    start(0, 2);
    machine_advance(RUN_CYCLES);
    CHECK((machine_read32(interrupt_register(C3_INT_RAW)) & C3_INT_IN_SUC_EOF) != 0);
    scene.engine->ops->open(scene.channel, scene.engine, &(struct engine_settings){0});
    CHECK_EQ(machine_read32(interrupt_register(C3_INT_RAW)), 0);
    CHECK_EQ(machine_read32(channel_register(C3_IN_CONF0)), 0x14);
    start(2, 2);
    CHECK_EQ(machine_read32(interrupt_register(C3_INT_RAW)) & C3_INT_IN_SUC_EOF, 0);
    machine_advance(RUN_CYCLES);
    check_copied(0, 4);
    scene_close();
}

/* Appended at any moment, a list is either carried out, or lost in a way that rest() or an error
 * tells and that a stop and a start repair. */
static void append_at_every_moment(void)
{
    const uint32_t all = ENGINE_REST_TRANSMIT | ENGINE_REST_RECEIVE;

    for (uint64_t cycles = 0; cycles < 2000; cycles += 1 + cycles / 30) {
        scene_open(1, false);
        trace_listen(NULL, NULL);
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

static const struct test_case sequences[] = {
    {"open writes the sequence", open_writes_the_sequence},
    {"close restores the reset state", close_restores_the_reset_state},
    {"start writes the sequence", start_writes_the_sequence},
    {"append links before it restarts", append_links_before_it_restarts},
    {"listen enables what is asked for", listen_enables_what_is_asked_for},
    {"take_events takes what interrupts", take_events_takes_what_interrupts},
    {"rest tells which side is at rest", rest_tells_which_side_is_at_rest},
    {"stop writes the sequence", stop_writes_the_sequence},
    {NULL, NULL},
};

static const struct test_case contract[] = {
    {"stop is final at every moment", stop_is_final_at_every_moment},
    {"stop keeps listening", stop_keeps_listening},
    {"errors are told and recovered from", errors_are_told_and_recovered_from},
    {"open forgets an earlier use", open_forgets_an_earlier_use},
    {"append at every moment", append_at_every_moment},
    {NULL, NULL},
};

static const struct test_case bounded[] = {
    {"stop is bounded", stop_is_bounded},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {sequences, RUNNER_STILL}, {contract, RUNNER_STILL}, {contract, RUNNER_VARIANTS},
        {bounded, RUNNER_MACHINE}, {NULL, RUNNER_BARE},
    };

    return runner_main(argc, argv, "ahb_gdma_v1", suites);
}
