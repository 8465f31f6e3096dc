/* SPDX-License-Identifier: Apache-2.0 */
/* Every size and every offset: all bytes in place, none beside them touched. */
#include "buffer.h"
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { SMALL_BYTES_MAX = 130, OFFSET_COUNT = 4, ITEMS_MAX = 5, BIG_BYTES = 150000 };

static void sizes_small_with_every_offset(void)
{
    async_memcpy_handle_t handle = driver_install(4, 0);
    struct buffer source;
    struct buffer destination;

    buffer_open(&source, SMALL_BYTES_MAX + OFFSET_COUNT, 0);
    buffer_open(&destination, SMALL_BYTES_MAX + OFFSET_COUNT, 0);
    pattern_fill(source.bytes, source.size_bytes, 41);
    for (size_t i = 0; i < SMALL_BYTES_MAX * OFFSET_COUNT * OFFSET_COUNT; i++) {
        size_t size = 1 + i / (OFFSET_COUNT * OFFSET_COUNT);
        size_t from = i / OFFSET_COUNT % OFFSET_COUNT;
        size_t to = i % OFFSET_COUNT;
        struct buffer window = destination;
        struct copy copy = copy_of(destination.bytes + to, source.bytes + from, size);

        copy_start(handle, &copy);
        copy_finish(&copy, 1);
        for (size_t at = 0; at < size; at++) {
            CHECK_EQ(destination.bytes[to + at], pattern_byte(41, from + at));
        }
        window.bytes += to;
        window.size_bytes = size;
        buffer_check_guards(&window);
        buffer_reset(&destination);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&destination);
    buffer_close(&source);
}

/* Around multiples of an item's largest size, with the alignment that leads to that size. */
static void check_around_items(size_t align, size_t item_bytes)
{
    async_memcpy_handle_t handle = driver_install(2, align);
    size_t step = align == 0 ? 1 : align;

    for (size_t count = 1; count <= ITEMS_MAX; count++) {
        copy_pattern(handle, count * item_bytes - step, 0, 0);
        copy_pattern(handle, count * item_bytes, 0, 1);
        copy_pattern(handle, count * item_bytes + step, 0, 2);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

static void sizes_around_whole_items(void)
{
    check_around_items(0, 4095);
    check_around_items(1, 4095);
    check_around_items(2, 4094);
    check_around_items(4, 4092);
    check_around_items(8, 4088);
    check_around_items(16, 4080);
    check_around_items(32, 4064);
    check_around_items(64, 4032);
}

/* The sizes of the other alignments, where no alignment is demanded and every size is allowed. */
static void sizes_around_other_alignments_items(void)
{
    static const size_t items[] = {4095, 4092, 4080, 4064, 4032};
    async_memcpy_handle_t handle = driver_install(3, 0);

    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        for (size_t count = 1; count <= 3; count++) {
            copy_pattern(handle, count * items[i] - 1, 1, 0);
            copy_pattern(handle, count * items[i], 2, 1);
            copy_pattern(handle, count * items[i] + 1, 3, 2);
        }
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

/* Longer than all items together, by far: the copy is streamed through them. */
static void sizes_beyond_all_items(void)
{
    static const uint32_t backlogs[] = {1, 2, 3, 8};

    for (size_t i = 0; i < sizeof(backlogs) / sizeof(backlogs[0]); i++) {
        async_memcpy_handle_t handle = driver_install(backlogs[i], 0);

        copy_pattern(handle, (backlogs[i] + 1u) * 4095u, 0, 0);
        copy_pattern(handle, 50001, 3, 1);
        copy_pattern(handle, BIG_BYTES + i, i % 4, 3);
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    }
}

/* As above with bursts on, where the cuts must keep to the alignment. */
static void sizes_beyond_all_items_with_bursts(void)
{
    for (size_t align = 4; align <= 64; align *= 4) {
        async_memcpy_handle_t handle = driver_install(1, align);

        copy_pattern(handle, 40000 / align * align, 0, 3);
        copy_pattern(handle, BIG_BYTES / align * align, 0, 1);
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    }
}

/* A copy that is submitted while a streamed one runs. */
static void sizes_streamed_among_others(void)
{
    enum { COUNT = 4 };
    static const size_t sizes[COUNT] = {20000, 17, 33333, 5000};
    async_memcpy_handle_t handle = driver_install(COUNT, 0);
    struct buffer sources[COUNT];
    struct buffer destinations[COUNT];
    struct copy copies[COUNT];

    for (size_t i = 0; i < COUNT; i++) {
        buffer_open(&sources[i], sizes[i], i);
        buffer_open(&destinations[i], sizes[i], 3 - i);
        pattern_fill(sources[i].bytes, sizes[i], (uint32_t)(50 + i));
        copies[i] = copy_of(destinations[i].bytes, sources[i].bytes, sizes[i]);
        copy_start(handle, &copies[i]);
    }
    copy_finish(copies, COUNT);
    for (size_t i = COUNT; i-- != 0;) {
        pattern_check(destinations[i].bytes, sizes[i], (uint32_t)(50 + i));
        buffer_close(&destinations[i]);
        buffer_close(&sources[i]);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

/* No heap after install, however long the copy. */
static void sizes_need_no_heap(void)
{
    async_memcpy_handle_t handle = driver_install(2, 0);
    struct buffer source;
    struct buffer destination;
    struct copy copies[2];
    size_t free_bytes;
    void *rest;

    buffer_open(&source, BIG_BYTES, 1);
    buffer_open(&destination, BIG_BYTES, 2);
    pattern_fill(source.bytes, BIG_BYTES, 60);
    rest = heap_caps_malloc(heap_caps_get_largest_free_block(MALLOC_CAP_DMA), MALLOC_CAP_DMA);
    CHECK(rest != NULL);
    free_bytes = heap_caps_get_free_size(MALLOC_CAP_DMA);
    for (size_t i = 0; i < 2; i++) {
        copies[i] = copy_of(destination.bytes, source.bytes, BIG_BYTES);
        copy_start(handle, &copies[i]);
        CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
    }
    copy_finish(copies, 2);
    CHECK_EQ(esp_memcpy_blocking(handle, destination.bytes, source.bytes, BIG_BYTES, -1), ESP_OK);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
    heap_caps_free(rest);
    pattern_check(destination.bytes, BIG_BYTES, 60);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&destination);
    buffer_close(&source);
}

const struct test_case conformance_sizes[] = {
    {"sizes small with every offset", sizes_small_with_every_offset},
    {"sizes around whole items", sizes_around_whole_items},
    {"sizes around other alignments' items", sizes_around_other_alignments_items},
    {"sizes beyond all items", sizes_beyond_all_items},
    {"sizes beyond all items with bursts", sizes_beyond_all_items_with_bursts},
    {"sizes streamed among others", sizes_streamed_among_others},
    {"sizes need no heap", sizes_need_no_heap},
    {NULL, NULL},
};
