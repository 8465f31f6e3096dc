/* SPDX-License-Identifier: Apache-2.0 */
/* S11 to S15, S21, S35, S38 and S39: external RAM behind a cache. */
#include <stddef.h>

#include "buffer.h"
#include "check.h"
#include "copy.h"
#include "engine.h"
#include "esp_heap_caps.h"
#include "fault.h"
#include "fixture.h"
#include "platform.h"
#include "port.h"
#include "runner.h"
#include "trace.h"

enum { LINE_MAX = 64, ROOM_LINES = 8, ROOM_BYTES = ROOM_LINES * LINE_MAX, OUTSIDE = 9, INSIDE = 5 };

/*
 * A destination somewhere in whole lines that nothing else shares, and a source.
 */
struct scene {
    async_memcpy_handle_t handle;
    struct buffer room;
    struct buffer source;
    struct copy copy;
    size_t at; /* of the destination in the room */
};

static struct scene scene;

static void scene_open(enum buffer_memory from, size_t at, size_t size_bytes)
{
    scene.handle = driver_install(3, 0);
    buffer_open_in(&scene.room, BUFFER_EXTERNAL, ROOM_BYTES, 0);
    buffer_open_in(&scene.source, from, size_bytes, 5);
    pattern_fill(scene.room.bytes, ROOM_BYTES, OUTSIDE);
    pattern_fill(scene.source.bytes, size_bytes, INSIDE);
    scene.at = at;
    scene.copy = copy_of(scene.room.bytes + at, scene.source.bytes, size_bytes);
}

static void scene_close(void)
{
    CHECK_EQ(esp_async_memcpy_uninstall(scene.handle), ESP_OK);
    buffer_close(&scene.source);
    buffer_close(&scene.room);
}

static bool is_inside(size_t index)
{
    return index >= scene.at && index < scene.at + scene.copy.size_bytes;
}

/* Fails unless the copy's bytes have arrived, and all others are of a pattern. */
static void check_room(uint32_t outside)
{
    for (size_t i = 0; i < ROOM_BYTES; i++) {
        CHECK_EQ(scene.room.bytes[i],
                 is_inside(i) ? pattern_byte(INSIDE, i - scene.at) : pattern_byte(outside, i));
    }
}

/* Has RAM hold what the CPU sees. */
static void write_back_room(void)
{
    port_cache_write_back(scene.room.bytes, ROOM_BYTES);
}

/* Has the CPU see what RAM holds. */
static void forget_room(void)
{
    port_cache_invalidate(scene.room.bytes, ROOM_BYTES);
}

/* The neighbours of the destination, byte by byte. */
static void write_neighbours(uint32_t pattern)
{
    for (size_t i = 0; i < ROOM_BYTES; i++) {
        if (!is_inside(i)) {
            scene.room.bytes[i] = pattern_byte(pattern, i);
        }
    }
}

static void write_in_callback(struct copy *copy)
{
    (void)copy;
    check_room(OUTSIDE + 3);
    write_neighbours(OUTSIDE + 4);
}

/* Before the copy, while it runs, in its callback, and at last. */
static void check_neighbours(enum buffer_memory from, size_t at, size_t size_bytes)
{
    scene_open(from, at, size_bytes);
    scene.copy.in_callback = write_in_callback;
    write_back_room();
    write_neighbours(OUTSIDE + 3);
    copy_start(scene.handle, &scene.copy);
    for (unsigned i = 0; i < 8 && scene.copy.calls == 0; i++) {
        machine_point();
        if (scene.copy.calls == 0) {
            write_neighbours(OUTSIDE + 2);
            write_neighbours(OUTSIDE + 3);
        }
    }
    copy_finish(&scene.copy, 1);
    check_room(OUTSIDE + 4);
    scene_close();
}

static void s11_neighbours_by_address(void)
{
    check_neighbours(BUFFER_INTERNAL, 61, 3 * (size_t)LINE_MAX + 3);
}

static void s11_neighbours_by_size(void)
{
    check_neighbours(BUFFER_INTERNAL, LINE_MAX, 2 * (size_t)LINE_MAX + 17);
}

static void s11_neighbours_in_one_line(void)
{
    check_neighbours(BUFFER_EXTERNAL, LINE_MAX + 3, 9);
}

static void s11_neighbours_anywhere(void)
{
    for (unsigned i = 0; i < 12; i++) {
        size_t at = platform_random(2 * LINE_MAX);
        size_t size_bytes = 1 + platform_random((uint32_t)(ROOM_BYTES - at));

        check_neighbours(i % 2 == 0 ? BUFFER_INTERNAL : BUFFER_EXTERNAL, at, size_bytes);
    }
}

/* The CPU has written the destination before: lines that are dirty when the copy begins must not be
 * written over what it brings. */
static void check_dirty_destination(size_t at, size_t size_bytes)
{
    scene_open(BUFFER_INTERNAL, at, size_bytes);
    write_back_room();
    pattern_fill(scene.room.bytes + at, size_bytes, 77);
    copy_start(scene.handle, &scene.copy);
    copy_finish(&scene.copy, 1);
    check_room(OUTSIDE);
    forget_room();
    check_room(OUTSIDE);
    scene_close();
}

static void s12_dirty_destination(void)
{
    check_dirty_destination(LINE_MAX, 2 * (size_t)LINE_MAX);
}

static void s12_dirty_destination_with_edges(void)
{
    check_dirty_destination(LINE_MAX - 7, (size_t)LINE_MAX + 15);
}

/* While the copy runs, lines of its destination come into the cache, at every point by seed: in the
 * end the CPU sees the new bytes all the same. */
static void s12_destination_fetched_too_early(void)
{
    scene_open(BUFFER_INTERNAL, 0, 4 * (size_t)LINE_MAX);
    write_back_room();
    copy_start(scene.handle, &scene.copy);
    for (unsigned i = 0; i < 8; i++) {
        machine_point();
    }
    copy_finish(&scene.copy, 1);
    check_room(OUTSIDE);
    scene_close();
}

/* A source that the CPU has just written, over and over, at every offset in a line. */
static void check_fresh_source(size_t size_bytes, uint32_t rounds)
{
    async_memcpy_handle_t handle = driver_install(2, 0);
    struct buffer source;
    struct buffer destination;
    struct copy copy;

    buffer_open_in(&source, BUFFER_EXTERNAL, size_bytes, platform_random(LINE_MAX));
    buffer_open_in(&destination, BUFFER_INTERNAL, size_bytes, 1);
    for (uint32_t round = 0; round < rounds; round++) {
        pattern_fill(source.bytes, size_bytes, 100 + round);
        copy = copy_of(destination.bytes, source.bytes, size_bytes);
        copy_start(handle, &copy);
        copy_finish(&copy, 1);
        pattern_check(destination.bytes, size_bytes, 100 + round);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&destination);
    buffer_close(&source);
}

static void s13_source_just_written(void)
{
    check_fresh_source(700, 20);
}

static void s13_source_just_written_in_short(void)
{
    check_fresh_source(70, 2);
}

/* A source that begins and ends in lines with neighbours, which are written while it is read. */
static void s13_neighbours_of_the_source(void)
{
    scene_open(BUFFER_INTERNAL, LINE_MAX + 11, 3 * (size_t)LINE_MAX);
    pattern_fill(scene.room.bytes + scene.at, scene.copy.size_bytes, INSIDE);
    scene.copy = copy_of(scene.source.bytes, scene.room.bytes + scene.at, scene.copy.size_bytes);
    buffer_reset(&scene.source);
    copy_start(scene.handle, &scene.copy);
    for (unsigned i = 0; i < 8; i++) {
        machine_point();
        write_neighbours(OUTSIDE + 1 + i);
    }
    copy_finish(&scene.copy, 1);
    pattern_check(scene.source.bytes, scene.copy.size_bytes, INSIDE);
    check_room(OUTSIDE + 8);
    scene_close();
}

/* With every block size; the largest ones at an address that they do not divide. */
static void s14_destination_16_mod_32(void)
{
    static const async_memcpy_config_t configs[] = {
        {.backlog = 2},
        {.backlog = 2, .psram_trans_align = 16},
        {.backlog = 2, .dma_burst_size = 16},
        {.backlog = 2, .dma_burst_size = 32},
        {.backlog = 2, .dma_burst_size = 64},
    };

    for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
        async_memcpy_handle_t handle = driver_install_with(&configs[i]);

        for (size_t size = 16; size <= 256; size += 16) {
            struct copy_way way = {BUFFER_EXTERNAL, BUFFER_INTERNAL, 16, size % 7};

            copy_pattern_along(handle, &way, size);
            way.to_offset = 48;
            copy_pattern_along(handle, &way, size);
            way.from = BUFFER_EXTERNAL;
            copy_pattern_along(handle, &way, size);
        }
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    }
}

/* What RAM holds, not only what the CPU sees: the engine fills the end of a block with zeroes. And
 * at EOF everything is there, so that it is for whoever reads RAM and not the cache. */
static void check_ram(size_t at, size_t size_bytes)
{
    scene_open(BUFFER_INTERNAL, at, size_bytes);
    write_back_room();
    copy_start(scene.handle, &scene.copy);
    copy_finish(&scene.copy, 1);
    check_room(OUTSIDE);
    forget_room();
    check_room(OUTSIDE);
    scene_close();
}

static void s15_bytes_behind_the_end(void)
{
    check_ram(LINE_MAX, (size_t)LINE_MAX + 3);
}

static void s15_bytes_round_a_few(void)
{
    check_ram(LINE_MAX + 21, 6);
}

static void s15_bytes_round_any_size(void)
{
    for (size_t size = 1; size <= 2 * (size_t)LINE_MAX + 2; size += 1 + platform_random(4)) {
        check_ram(platform_random(LINE_MAX), size);
    }
}

/* What the engine is given to write in external RAM. */
struct written {
    uint32_t unit; /* of address and size */
    unsigned count;
};

static void check_receive_items(const struct trace_event *event, void *context)
{
    struct written *written = context;
    const struct platform_range *psram = &platform_chip()->psram;
    const struct dma_descriptor *descriptor = (const void *)(uintptr_t)event->address;

    if (event->kind != TRACE_DESCRIPTOR_FETCH) {
        return;
    }
    CHECK(event->address - platform_chip()->sram.low < platform_chip()->sram.size_bytes);
    if ((event->value >> DW0_LENGTH_SHIFT & DW0_FIELD_MAX) == 0 &&
        descriptor->buffer - psram->low < psram->size_bytes) {
        CHECK_EQ((descriptor->buffer | (event->value & DW0_FIELD_MAX)) & (written->unit - 1), 0);
        written->count++;
    }
}

/* Encrypted memory and memory with ECC take blocks of 16 bytes; and whole cache lines, so that no
 * line has two masters. */
static void s21_writes_are_whole_blocks(void)
{
    static const async_memcpy_config_t configs[] = {
        {.backlog = 2},
        {.backlog = 2, .dma_burst_size = 16},
        {.backlog = 2, .dma_burst_size = 32},
        {.backlog = 2, .dma_burst_size = 64},
        {.backlog = 2, .sram_trans_align = 16},
        {.backlog = 2, .sram_trans_align = 4, .dma_burst_size = 32},
    };

    for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
        uint32_t burst = (uint32_t)configs[i].dma_burst_size;
        struct written written = {16, 0};
        async_memcpy_handle_t handle;

        written.unit = written.unit < burst ? burst : written.unit;
        if (written.unit < machine_cache_line_bytes()) {
            written.unit = machine_cache_line_bytes();
        }
        trace_listen(check_receive_items, &written);
        handle = driver_install_with(&configs[i]);
        for (unsigned round = 0; round < 40; round++) {
            struct copy_way way = {BUFFER_EXTERNAL, BUFFER_INTERNAL, platform_random(LINE_MAX),
                                   platform_random(LINE_MAX)};

            copy_pattern_along(handle, &way, 1 + platform_random(round % 8 == 0 ? 9000 : 300));
        }
        trace_listen(NULL, NULL);
        CHECK(written.count > 20);
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    }
}

/* Descriptors lie in internal RAM, which nobody caches, or there is no driver: there is external
 * RAM in plenty. */
static void s35_descriptors_are_not_cached(void)
{
    const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    async_memcpy_handle_t handle = driver_install(8, 0);
    struct written written = {1, 0};
    void *rest;

    trace_listen(check_receive_items, &written);
    copy_pattern(handle, 9000, 1, 2);
    copy_pattern(handle, 9000, 1, 2);
    trace_listen(NULL, NULL);
    CHECK(written.count > 0);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    rest = heap_caps_malloc(heap_caps_get_largest_free_block(MALLOC_CAP_DMA), MALLOC_CAP_DMA);
    CHECK(rest != NULL);
    CHECK(heap_caps_get_largest_free_block(MALLOC_CAP_SPIRAM) > 100000);
    CHECK_EQ(esp_async_memcpy_install(&config, &handle), ESP_ERR_NO_MEM);
    heap_caps_free(rest);
}

/* The block size that a channel has been set to, which is the same for both sides. */
static uint32_t block_bytes_of(unsigned pair)
{
    const struct platform_registers *registers = &platform_chip()->registers;
    uint32_t address = registers->channel + PLATFORM_CHANNEL_STRIDE * pair + registers->in_conf1;
    uint32_t in = machine_read32(address) >> 13 & 3u;

    CHECK_EQ(machine_read32(address + PLATFORM_OUT_FROM_IN) >> 13 & 3u, in);
    return 16u << in;
}

/* psram_trans_align or, without it, the wish for bursts; at the least 16, and 0 is 16. */
static void s38_block_size(void)
{
    for (size_t align = 0; align <= 128; align = align == 0 ? 1 : 2 * align) {
        for (size_t burst = 0; burst <= 128; burst = burst == 0 ? 1 : 2 * burst) {
            const async_memcpy_config_t config = {
                .backlog = 1, .psram_trans_align = align, .dma_burst_size = burst};
            async_memcpy_handle_t handle = NULL;
            bool good = (align == 0 || (align >= 16 && align <= 64)) && burst <= 64 &&
                        (align == 0 || burst == 0 || align == burst);
            size_t wish = align != 0 ? align : burst;

            CHECK_EQ(esp_async_memcpy_install(&config, &handle),
                     good ? ESP_OK : ESP_ERR_INVALID_ARG);
            if (!good) {
                CHECK(handle == NULL);
                continue;
            }
            CHECK_EQ(block_bytes_of(0), wish < 16 ? 16 : wish);
            copy_pattern(handle, 192, 0, 5);
            CHECK_EQ(block_bytes_of(0), wish < 16 ? 16 : wish);
            CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
        }
    }
}

static void see_room(struct copy *copy)
{
    (void)copy;
    check_room(OUTSIDE);
}

/* At once in the callback, and for who reads RAM past the cache. */
static void check_landed(size_t at, size_t size_bytes)
{
    scene_open(BUFFER_INTERNAL, at, size_bytes);
    write_back_room();
    scene.copy.in_callback = see_room;
    copy_start(scene.handle, &scene.copy);
    copy_finish(&scene.copy, 1);
    forget_room();
    check_room(OUTSIDE);
    scene_close();
}

static void s39_data_has_landed(void)
{
    check_landed(0, 3 * (size_t)LINE_MAX);
}

static void s39_data_has_landed_in_any_size(void)
{
    for (unsigned i = 0; i < 10; i++) {
        check_landed(platform_random(2 * LINE_MAX), 1 + platform_random(ROOM_BYTES - 2 * LINE_MAX));
    }
}

/* Without a callback, the next one to look is a blocking copy that reads it. */
static void s39_data_has_landed_for_the_engine(void)
{
    struct buffer back;

    scene_open(BUFFER_INTERNAL, LINE_MAX - 3, 2 * (size_t)LINE_MAX);
    buffer_open_in(&back, BUFFER_INTERNAL, scene.copy.size_bytes, 0);
    CHECK_EQ(esp_async_memcpy(scene.handle, scene.copy.destination, scene.copy.source,
                              scene.copy.size_bytes, NULL, NULL),
             ESP_OK);
    CHECK_EQ(esp_memcpy_blocking(scene.handle, back.bytes, scene.copy.destination,
                                 scene.copy.size_bytes, -1),
             ESP_OK);
    pattern_check(back.bytes, back.size_bytes, INSIDE);
    check_room(OUTSIDE);
    buffer_close(&back);
    scene_close();
}

/* What the CPU places of a request is read once, at its beginning: a later request may change the
 * source as soon as that is armed behind it, and the engine may fail on an earlier one after that.
 * The source has just been written, and its lines are the later one's destination. */
static void s16_edges_are_read_once(void)
{
    enum { LONG_BYTES = 3000, FEW = 11 };
    struct buffer from[2];
    struct buffer to;
    struct copy copies[3];

    scene_open(BUFFER_INTERNAL, 0, 2 * (size_t)LINE_MAX);
    buffer_open_in(&from[0], BUFFER_INTERNAL, LONG_BYTES, 1);
    buffer_open_in(&from[1], BUFFER_INTERNAL, LONG_BYTES, 2);
    buffer_open_in(&to, BUFFER_EXTERNAL, FEW, 7);
    copies[0] = copy_of(from[1].bytes, from[0].bytes, LONG_BYTES);
    copies[1] = copy_of(to.bytes, scene.room.bytes + 3, FEW);
    copies[2] = scene.copy;
    fault_plan(FAULT_FLIP_OWNER, 0, 1);
    machine_mask_interrupts();
    for (size_t i = 0; i < 3; i++) {
        copy_start(scene.handle, &copies[i]);
    }
    machine_unmask_interrupts();
    copy_finish(copies, 3);
    CHECK_EQ(fault_count(FAULT_FLIP_OWNER), 1);
    fault_forget_all();
    for (size_t i = 0; i < FEW; i++) {
        CHECK_EQ(to.bytes[i], pattern_byte(OUTSIDE, 3 + i));
    }
    check_room(OUTSIDE);
    buffer_close(&to);
    buffer_close(&from[1]);
    buffer_close(&from[0]);
    scene_close();
}

static const struct test_case with_timings[] = {
    {"S11 neighbours by address", s11_neighbours_by_address},
    {"S11 neighbours by size", s11_neighbours_by_size},
    {"S11 neighbours in one line", s11_neighbours_in_one_line},
    {"S11 neighbours anywhere", s11_neighbours_anywhere},
    {"S12 destination dirty before", s12_dirty_destination},
    {"S12 destination dirty before, with edges", s12_dirty_destination_with_edges},
    {"S12 destination fetched too early", s12_destination_fetched_too_early},
    {"S13 source just written", s13_source_just_written},
    {"S13 neighbours of the source", s13_neighbours_of_the_source},
    {"S14 destination 16 mod 32", s14_destination_16_mod_32},
    {"S15 bytes behind the end", s15_bytes_behind_the_end},
    {"S15 bytes round a few", s15_bytes_round_a_few},
    {"S15 bytes round any size", s15_bytes_round_any_size},
    {"S16 edges are read once", s16_edges_are_read_once},
    {"S21 writes are whole blocks", s21_writes_are_whole_blocks},
    {"S35 descriptors are not cached", s35_descriptors_are_not_cached},
    {"S38 block size", s38_block_size},
    {"S39 data has landed", s39_data_has_landed},
    {"S39 data has landed, any size", s39_data_has_landed_in_any_size},
    {"S39 data has landed for the engine", s39_data_has_landed_for_the_engine},
    {NULL, NULL},
};

static const struct test_case at_every_point[] = {
    {"S11 neighbours by address", s11_neighbours_by_address},
    {"S11 neighbours by size", s11_neighbours_by_size},
    {"S11 neighbours in one line", s11_neighbours_in_one_line},
    {"S12 destination dirty before", s12_dirty_destination},
    {"S12 destination dirty before, with edges", s12_dirty_destination_with_edges},
    {"S12 destination fetched too early", s12_destination_fetched_too_early},
    {"S13 source just written", s13_source_just_written_in_short},
    {"S15 bytes behind the end", s15_bytes_behind_the_end},
    {"S15 bytes round a few", s15_bytes_round_a_few},
    {"S39 data has landed", s39_data_has_landed},
    {"S39 data has landed for the engine", s39_data_has_landed_for_the_engine},
    {NULL, NULL},
};

static const struct copy_way ways[] = {
    {BUFFER_EXTERNAL, BUFFER_INTERNAL, 0, 0},
    {BUFFER_INTERNAL, BUFFER_EXTERNAL, 0, 0},
    {BUFFER_EXTERNAL, BUFFER_EXTERNAL, 0, 0},
};
enum { WAY_COUNT = sizeof(ways) / sizeof(ways[0]) };

/* One in this many is done where --full does all. */
static uint32_t share(uint32_t count)
{
    return fixture_options()->full ? 1 : count;
}

/* Chooses about one in so many by seed. */
static bool is_chosen(uint32_t count)
{
    return platform_random(share(count)) == 0;
}

static void power_on_with(unsigned line, uint32_t variants)
{
    const struct machine_config config = {.chip = fixture_chip(),
                                          .seed = fixture_options()->seed,
                                          .variants = variants,
                                          .cache_line_bytes = line};

    fixture_power_on_with(&config);
}

/* Every offset of the destination in a line, every small size. */
static void check_every_offset_and_size(const async_memcpy_config_t *config)
{
    enum { SIZES = 130, SHARE = 240 };
    async_memcpy_handle_t handle = driver_install_with(config);

    for (uint32_t i = 0; i < WAY_COUNT * LINE_MAX * SIZES; i++) {
        struct copy_way way = ways[i % WAY_COUNT];

        way.to_offset = i / WAY_COUNT % LINE_MAX;
        way.from_offset = platform_random(LINE_MAX);
        if (is_chosen(SHARE)) {
            copy_pattern_along(handle, &way, 1 + i / WAY_COUNT / LINE_MAX);
        }
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

/* A byte less, none and a byte more than whole items of every alignment. */
static void check_every_item_size(const async_memcpy_config_t *config)
{
    enum { COUNTS = 3, SHARE = 12 };
    static const size_t items[] = {4095, 4092, 4080, 4064, 4032};
    static const size_t offsets[] = {0, 1, 16, 63};
    async_memcpy_handle_t handle = driver_install_with(config);

    for (uint32_t i = 0; i < WAY_COUNT * 5 * 4 * COUNTS * 3; i++) {
        struct copy_way way = ways[i % WAY_COUNT];
        size_t size = items[i / WAY_COUNT % 5] * (1 + i / WAY_COUNT / 20 % COUNTS);

        way.to_offset = offsets[i / WAY_COUNT / 5 % 4];
        way.from_offset = platform_random(LINE_MAX);
        if (is_chosen(SHARE)) {
            copy_pattern_along(handle, &way, size - 1 + i / WAY_COUNT / 20 / COUNTS);
        }
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

/* With every line size, every block size, and data that lands at once or late. */
static void check_everywhere(void (*check)(const async_memcpy_config_t *config))
{
    static const uint32_t variants[] = {0, MACHINE_PSRAM_LANDS_LATE};
    static const size_t bursts[] = {0, 16, 32, 64};

    for (unsigned line = 16; line <= LINE_MAX; line *= 2) {
        for (size_t i = 0; i < 8; i++) {
            const async_memcpy_config_t config = {.backlog = 2, .dma_burst_size = bursts[i / 2]};

            power_on_with(line, variants[i % 2]);
            check(&config);
            fixture_check_clean();
        }
    }
}

static void s15_every_offset_and_size(void)
{
    check_everywhere(check_every_offset_and_size);
}

static void s17_every_item_size(void)
{
    check_everywhere(check_every_item_size);
}

static const struct test_case everywhere[] = {
    {"S15 every offset and size", s15_every_offset_and_size},
    {"S17 sizes around every largest item", s17_every_item_size},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {with_timings, RUNNER_TIMINGS},
        {at_every_point, RUNNER_POINTS},
        {everywhere, RUNNER_BARE},
        {NULL, RUNNER_BARE},
    };
    const struct runner_chip chips[] = {{"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "external", chips);
}
