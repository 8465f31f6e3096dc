/* SPDX-License-Identifier: Apache-2.0 */
/*
 * External RAM on either side of a copy, at any address and of any length: all bytes in place, none
 * beside them touched. For chips whose engine reaches it.
 */
#include "buffer.h"
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { OFFSETS = 64, SMALL_BYTES_MAX = 130, ITEMS_MAX = 3, COUNT = 4 };

/* Between internal RAM and external RAM, both ways, and within external RAM. */
static const struct copy_way ways[] = {
    {BUFFER_EXTERNAL, BUFFER_INTERNAL, 0, 0},
    {BUFFER_INTERNAL, BUFFER_EXTERNAL, 0, 0},
    {BUFFER_EXTERNAL, BUFFER_EXTERNAL, 0, 0},
};
enum { WAY_COUNT = sizeof(ways) / sizeof(ways[0]) };

/* Every block size, declared, wished and not chosen. */
static const struct {
    size_t align;
    size_t burst;
} settings[] = {{0, 0}, {16, 0}, {32, 0}, {64, 0}, {0, 16}, {0, 32}, {0, 64}, {0, 1}, {64, 64}};
enum { SETTING_COUNT = sizeof(settings) / sizeof(settings[0]) };

static async_memcpy_handle_t install(size_t setting)
{
    const async_memcpy_config_t config = {
        .backlog = COUNT,
        .psram_trans_align = settings[setting].align,
        .dma_burst_size = settings[setting].burst,
    };

    return driver_install_with(&config);
}

/* What a destination and a size along a way must be a multiple of. */
static size_t unit_of(const struct copy_way *way, size_t setting)
{
    size_t align = settings[setting].align;

    return way->to == BUFFER_EXTERNAL && align != 0 ? align : 1;
}

/* Copies from and to offsets of which the destination's is at least this one, and the size at
 * least that one, as near as the declared alignment allows. */
static void check_copy(async_memcpy_handle_t handle, size_t setting, struct copy_way way,
                       size_t size_bytes)
{
    size_t unit = unit_of(&way, setting);

    way.to_offset = (way.to_offset + unit - 1) / unit * unit;
    copy_pattern_along(handle, &way, (size_bytes + unit - 1) / unit * unit);
}

static void external_small_at_any_offset(void)
{
    enum { SAMPLES = 60 };

    for (size_t setting = 0; setting < SETTING_COUNT; setting++) {
        async_memcpy_handle_t handle = install(setting);

        for (size_t i = 0; i < SAMPLES; i++) {
            struct copy_way way = ways[i % WAY_COUNT];

            way.to_offset = platform_random(OFFSETS);
            way.from_offset = platform_random(OFFSETS);
            check_copy(handle, setting, way, 1 + platform_random(SMALL_BYTES_MAX));
        }
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    }
}

/* A byte less, none and a byte more than blocks and lines, from a byte before, at and a byte after
 * their edges: 16 mod 32 among them. */
static void external_small_at_edges_of_blocks(void)
{
    static const size_t offsets[] = {0, 1, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63};
    static const size_t sizes[] = {1,  2,  15, 16, 17, 31, 32, 33,  47,  48,
                                   49, 63, 64, 65, 95, 96, 97, 127, 128, 129};
    const size_t offset_count = sizeof(offsets) / sizeof(offsets[0]);
    const size_t size_count = sizeof(sizes) / sizeof(sizes[0]);
    size_t setting = platform_random(SETTING_COUNT);
    async_memcpy_handle_t handle = install(setting);

    for (size_t i = 0; i < offset_count * size_count; i++) {
        struct copy_way way = ways[platform_random(WAY_COUNT)];

        way.to_offset = offsets[i % offset_count];
        way.from_offset = platform_random(OFFSETS);
        check_copy(handle, setting, way, sizes[i / offset_count]);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

/* Round multiples of the largest item of every alignment. */
static void external_sizes_around_whole_items(void)
{
    static const size_t items[] = {4095, 4092, 4080, 4064, 4032};

    for (size_t setting = 0; setting < SETTING_COUNT; setting++) {
        async_memcpy_handle_t handle = install(setting);

        for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
            struct copy_way way = ways[platform_random(WAY_COUNT)];
            size_t unit = unit_of(&way, setting);
            size_t whole = (1 + platform_random(ITEMS_MAX)) * items[i] / unit * unit;

            way.to_offset = platform_random(2) == 0 ? 0 : platform_random(OFFSETS);
            way.from_offset = platform_random(OFFSETS);
            check_copy(handle, setting, way, whole - unit);
            check_copy(handle, setting, way, whole);
            check_copy(handle, setting, way, whole + unit);
        }
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    }
}

/* So that the body, which the engine copies, is around whole items, whatever stands before it and
 * behind it. */
static void external_bodies_around_whole_items(void)
{
    static const size_t items[] = {4080, 4064, 4032};
    async_memcpy_handle_t handle = install(0);

    for (size_t i = 0; i < 3 * sizeof(items) / sizeof(items[0]); i++) {
        struct copy_way way = ways[i % 2 * 2];
        size_t head = platform_random(OFFSETS);
        size_t tail = platform_random(OFFSETS);
        size_t body = (1 + i % ITEMS_MAX) * items[i / ITEMS_MAX];

        way.to_offset = OFFSETS - head;
        way.from_offset = platform_random(OFFSETS);
        copy_pattern_along(handle, &way, head + body - 64 + tail);
        copy_pattern_along(handle, &way, head + body + tail);
        copy_pattern_along(handle, &way, head + body + 64 + tail);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

/* Longer than all items together. */
static void external_sizes_beyond_all_items(void)
{
    for (size_t i = 0; i < WAY_COUNT; i++) {
        size_t setting = platform_random(SETTING_COUNT);
        async_memcpy_config_t config = {.backlog = 1,
                                        .psram_trans_align = settings[setting].align,
                                        .dma_burst_size = settings[setting].burst};
        async_memcpy_handle_t handle = driver_install_with(&config);
        struct copy_way way = ways[i];

        way.to_offset = platform_random(OFFSETS);
        way.from_offset = platform_random(OFFSETS);
        check_copy(handle, setting, way, 40000 + platform_random(1000));
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    }
}

/* With bursts for internal RAM and blocks for external RAM at once: each alignment is demanded in
 * its own memory only. */
static void external_with_alignment_of_both_memories(void)
{
    for (size_t align = 4; align <= 64; align *= 4) {
        for (size_t block = 16; block <= 64; block *= 2) {
            async_memcpy_config_t config = {
                .backlog = 2, .sram_trans_align = align, .psram_trans_align = block};
            async_memcpy_handle_t handle = driver_install_with(&config);
            struct copy_way out = {BUFFER_EXTERNAL, BUFFER_INTERNAL, 64, 3};
            struct copy_way in = {BUFFER_INTERNAL, BUFFER_EXTERNAL, 0, 5};

            out.to_offset -= block;
            copy_pattern_along(handle, &out, 5 * block);
            copy_pattern_along(handle, &out, 4096 + block);
            copy_pattern_along(handle, &in, 3 * align);
            CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
        }
    }
}

/* The same buffers with new content each time, which the CPU writes through the cache. */
static void external_changing_content(void)
{
    enum { BYTES = 777, TIMES = 12 };

    for (size_t i = 0; i < WAY_COUNT; i++) {
        async_memcpy_handle_t handle = install(0);
        struct buffer source;
        struct buffer destination;
        struct copy copy;

        buffer_open_in(&source, ways[i].from, BYTES, platform_random(OFFSETS));
        buffer_open_in(&destination, ways[i].to, BYTES, platform_random(OFFSETS));
        for (uint32_t time = 0; time < TIMES; time++) {
            pattern_fill(source.bytes, BYTES, 300 + time);
            copy = copy_of(destination.bytes, source.bytes, BYTES);
            copy_start(handle, &copy);
            copy_finish(&copy, 1);
            pattern_check(destination.bytes, BYTES, 300 + time);
        }
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
        buffer_close(&destination);
        buffer_close(&source);
    }
}

static void see_bytes(struct copy *copy)
{
    pattern_check(copy->destination, copy->size_bytes, 31);
}

/* In the callback, too, and for a task that blocks. */
static void external_bytes_are_in_place_in_time(void)
{
    static const size_t sizes[] = {1, 30, 64, 200, 5000};
    async_memcpy_handle_t handle = install(0);

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct buffer source;
        struct buffer destination;
        struct copy copy;

        buffer_open_in(&source, ways[i % WAY_COUNT].from, sizes[i], platform_random(OFFSETS));
        buffer_open_in(&destination, BUFFER_EXTERNAL, sizes[i], platform_random(OFFSETS));
        pattern_fill(source.bytes, sizes[i], 31);
        copy = copy_of(destination.bytes, source.bytes, sizes[i]);
        copy.in_callback = see_bytes;
        copy_start(handle, &copy);
        copy_finish(&copy, 1);
        buffer_reset(&destination);
        CHECK_EQ(esp_memcpy_blocking(handle, destination.bytes, source.bytes, sizes[i], -1),
                 ESP_OK);
        pattern_check(destination.bytes, sizes[i], 31);
        buffer_close(&destination);
        buffer_close(&source);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

/* Neighbours in one block and one line, each the destination of a copy of its own, and all under
 * way at once. */
static void external_neighbours_at_once(void)
{
    enum { BYTES = 7, ROUNDS = 6 };
    async_memcpy_handle_t handle = install(0);
    struct buffer source;
    struct buffer destination;
    struct copy copies[COUNT];

    buffer_open_in(&source, BUFFER_EXTERNAL, COUNT * 150, 3);
    buffer_open_in(&destination, BUFFER_EXTERNAL, COUNT * 150, 5);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        size_t bytes = BYTES + 29 * round / 2;

        pattern_fill(source.bytes, source.size_bytes, 40 + round);
        for (size_t i = 0; i < COUNT; i++) {
            copies[i] = copy_of(destination.bytes + i * bytes, source.bytes + i * bytes, bytes);
            copy_start(handle, &copies[i]);
        }
        copy_finish(copies, COUNT);
        pattern_check(destination.bytes, COUNT * bytes, 40 + round);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&destination);
    buffer_close(&source);
}

const struct test_case conformance_external[] = {
    {"external RAM, small at any offset", external_small_at_any_offset},
    {"external RAM, small at edges of blocks", external_small_at_edges_of_blocks},
    {"external RAM, sizes around whole items", external_sizes_around_whole_items},
    {"external RAM, bodies around whole items", external_bodies_around_whole_items},
    {"external RAM, sizes beyond all items", external_sizes_beyond_all_items},
    {"external RAM, alignment of both memories", external_with_alignment_of_both_memories},
    {"external RAM, changing content", external_changing_content},
    {"external RAM, bytes are in place in time", external_bytes_are_in_place_in_time},
    {"external RAM, neighbours at once", external_neighbours_at_once},
    {NULL, NULL},
};
