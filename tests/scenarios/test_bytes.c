/* SPDX-License-Identifier: Apache-2.0 */
/* S10 and S16 to S20: wrong bytes, and requests that must be refused. */
#include <stddef.h>

#include "buffer.h"
#include "check.h"
#include "copy.h"
#include "fixture.h"
#include "platform.h"
#include "runner.h"
#include "trace.h"

enum { SMALL_BYTES = 40, CHAIN_MAX = 4, ROUNDS = 20 };

#define ITEM_BYTES_MAX ((size_t)4095)

struct scene {
    async_memcpy_handle_t handle;
    struct buffer buffers[CHAIN_MAX];
    struct copy copies[CHAIN_MAX];
    size_t size_bytes;
};

static struct scene scene;

static void scene_open(uint32_t backlog, size_t size_bytes)
{
    scene.handle = driver_install(backlog, 0);
    scene.size_bytes = size_bytes;
    for (size_t i = 0; i < CHAIN_MAX; i++) {
        buffer_open(&scene.buffers[i], size_bytes, i);
        pattern_fill(scene.buffers[i].bytes, size_bytes, (uint32_t)i);
    }
}

static void scene_close(void)
{
    driver_uninstall(scene.handle);
    for (size_t i = CHAIN_MAX; i-- != 0;) {
        buffer_close(&scene.buffers[i]);
    }
}

static void start(size_t number, size_t to, size_t from)
{
    scene.copies[number] = copy_of(scene.buffers[to].bytes, scene.buffers[from].bytes,
                                   scene.size_bytes);
    copy_start(scene.handle, &scene.copies[number]);
}

static void expect(size_t index, uint32_t pattern)
{
    pattern_check(scene.buffers[index].bytes, scene.size_bytes, pattern);
}

/* The same buffers with new content each time. */
static void check_changing_content(size_t size_bytes, uint32_t rounds)
{
    scene_open(2, size_bytes);
    for (uint32_t round = 0; round < rounds; round++) {
        pattern_fill(scene.buffers[0].bytes, size_bytes, 100 + round);
        start(0, 1, 0);
        copy_finish(scene.copies, 1);
        expect(1, 100 + round);
    }
    scene_close();
}

static void s10_changing_content(void)
{
    check_changing_content(1000, ROUNDS);
}

static void s10_changing_content_in_short(void)
{
    check_changing_content(SMALL_BYTES, 3);
}

/* A to B, B to C, C to D. */
static void s16_chain(void)
{
    scene_open(CHAIN_MAX, SMALL_BYTES);
    for (size_t i = 0; i + 1 < CHAIN_MAX; i++) {
        start(i, i + 1, i);
    }
    copy_finish(scene.copies, CHAIN_MAX - 1);
    for (size_t i = 0; i < CHAIN_MAX; i++) {
        expect(i, 0);
    }
    scene_close();
}

/* A to B, then C to A while A is still read; then B to C. */
static void s16_write_after_read(void)
{
    scene_open(CHAIN_MAX, SMALL_BYTES);
    start(0, 1, 0);
    start(1, 0, 2);
    start(2, 2, 1);
    copy_finish(scene.copies, 3);
    expect(0, 2);
    expect(1, 0);
    expect(2, 0);
    scene_close();
}

/* The first link without callback: nothing but the dependence asks for its end. */
static void s16_chain_without_callback(void)
{
    scene_open(CHAIN_MAX, SMALL_BYTES);
    CHECK_EQ(esp_async_memcpy(scene.handle, scene.buffers[1].bytes, scene.buffers[0].bytes,
                              SMALL_BYTES, NULL, NULL),
             ESP_OK);
    CHECK_EQ(esp_async_memcpy(scene.handle, scene.buffers[2].bytes, scene.buffers[1].bytes,
                              SMALL_BYTES, NULL, NULL),
             ESP_OK);
    start(0, 3, 2);
    copy_finish(scene.copies, 1);
    expect(3, 0);
    scene_close();
}

/* A chain of which every link is streamed. */
static void s16_long_chain(void)
{
    scene_open(3, 20000);
    for (size_t i = 0; i + 1 < CHAIN_MAX; i++) {
        start(i, i + 1, i);
    }
    copy_finish(scene.copies, CHAIN_MAX - 1);
    expect(CHAIN_MAX - 1, 0);
    scene_close();
}

/* What the engine was given, seen on the bus. */
struct fetched {
    uint32_t count;
    uint64_t bytes;
};

static void count_items(const struct trace_event *event, void *context)
{
    struct fetched *fetched = context;

    if (event->kind == TRACE_WRITE_BACK && (event->value >> 31) == 0) {
        fetched->count++;
        fetched->bytes += (event->value >> 12) & 0xFFF;
    }
}

/* Both descriptors of each item are written back once, and their lengths add up. */
static void check_item_count(size_t align, size_t item_bytes)
{
    static const struct copy_way way = {BUFFER_INTERNAL, BUFFER_INTERNAL, 0, 1};
    size_t step = align == 0 ? 1 : align;

    for (size_t count = 1; count <= 4; count++) {
        for (size_t i = 0; i < 3; i++) {
            async_memcpy_handle_t handle = driver_install(8, align);
            size_t size = count * item_bytes - step + i * step;
            struct fetched fetched = {0, 0};
            size_t expected = (size + item_bytes - 1) / item_bytes;

            trace_listen(count_items, &fetched);
            copy_pattern_along(handle, &way, size);
            driver_uninstall(handle);
            trace_listen(NULL, NULL);
            CHECK_EQ(fetched.count, 2 * expected);
            CHECK_EQ(fetched.bytes, 2 * size);
        }
    }
}

/* Where external RAM is reached, items keep to its blocks and lines as well. */
static size_t item_bytes_of(size_t align)
{
    size_t line = platform_cache_line_bytes();
    size_t unit = !platform_has_external() ? 1 : line < 16 ? 16 : line;

    return ITEM_BYTES_MAX & ~((align < unit ? unit : align) - 1);
}

static void s17_sizes_around_items(void)
{
    static const size_t aligns[] = {0, 4, 16, 32, 64};

    for (size_t i = 0; i < sizeof(aligns) / sizeof(aligns[0]); i++) {
        check_item_count(aligns[i], item_bytes_of(aligns[i]));
    }
}

static void refuse(async_memcpy_handle_t handle, uint32_t to, uint32_t from, size_t size)
{
    CHECK_EQ(esp_async_memcpy(handle, (void *)(uintptr_t)to, (const void *)(uintptr_t)from, size,
                              NULL, NULL),
             ESP_ERR_INVALID_ARG);
}

/* The fixture notices what the engine must not be given; here nothing may reach it at all. */
static void check_refused_as_source_and_destination(uint32_t address, size_t size)
{
    uint32_t good = (uint32_t)(uintptr_t)scene.buffers[0].bytes;

    refuse(scene.handle, good, address, size);
    refuse(scene.handle, address, good, size);
}

static void s18_ranges_over_the_edge(void)
{
    const struct platform_range *sram = &platform_chip()->sram;
    uint32_t end = sram->low + sram->size_bytes;

    scene_open(1, SMALL_BYTES);
    for (uint32_t size = 1; size < 300; size += 7) {
        check_refused_as_source_and_destination(end - size + 1, size);
        check_refused_as_source_and_destination(sram->low - 1, size);
        check_refused_as_source_and_destination(end, size);
    }
    check_refused_as_source_and_destination(end - 8, SIZE_MAX);
    check_refused_as_source_and_destination(end - 8, SIZE_MAX - 8);
    check_refused_as_source_and_destination(end - 8, UINT32_MAX);
    check_refused_as_source_and_destination(end - 8, (size_t)UINT32_MAX - end + 9);
    CHECK_EQ(machine_stats()->dma_bursts, 0);
    scene_close();
}

/* The memory's last byte can be copied, from and to. */
static void s18_last_byte(void)
{
    const struct platform_range *sram = &platform_chip()->sram;
    uint8_t *last = (uint8_t *)(uintptr_t)(sram->low + sram->size_bytes - 1);
    uint8_t kept = *last;
    struct copy copies[2];

    scene_open(2, SMALL_BYTES);
    copies[0] = copy_of(scene.buffers[0].bytes, last, 1);
    copies[1] = copy_of(last, scene.buffers[1].bytes, 1);
    copy_start(scene.handle, &copies[0]);
    copy_start(scene.handle, &copies[1]);
    copy_finish(copies, 2);
    CHECK_EQ(scene.buffers[0].bytes[0], kept);
    CHECK_EQ(*last, pattern_byte(1, 0));
    *last = kept;
    scene_close();
}

static void s19_unreachable_memory(void)
{
    const struct platform_range *range = platform_chip()->refused;

    scene_open(1, SMALL_BYTES);
    for (; range->size_bytes != 0; range++) {
        check_refused_as_source_and_destination(range->low, 2);
        check_refused_as_source_and_destination(range->low + range->size_bytes - 64, 64);
    }
    CHECK_EQ(machine_stats()->dma_bursts, 0);
    scene_close();
}

/* The stack and constants of the PC are not memory of the chip either. */
static void s19_host_memory(void)
{
    static const uint8_t constant[4] = {1, 2, 3, 4};
    uint8_t local[4] = {0};

    scene_open(1, SMALL_BYTES);
    CHECK_EQ(esp_async_memcpy(scene.handle, scene.buffers[0].bytes, constant, 4, NULL, NULL),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy(scene.handle, local, scene.buffers[0].bytes, 4, NULL, NULL),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(machine_stats()->dma_bursts, 0);
    scene_close();
}

static void s20_overlap(void)
{
    uint32_t base;

    scene_open(1, SMALL_BYTES);
    base = (uint32_t)(uintptr_t)scene.buffers[0].bytes;
    for (uint32_t size = 1; size <= SMALL_BYTES; size++) {
        for (uint32_t distance = 0; distance < size; distance++) {
            refuse(scene.handle, base, base + distance, size);
            refuse(scene.handle, base + distance, base, size);
        }
    }
    CHECK_EQ(machine_stats()->dma_bursts, 0);
    scene.copies[0] = copy_of(scene.buffers[0].bytes, scene.buffers[0].bytes + 20, 20);
    copy_start(scene.handle, &scene.copies[0]);
    copy_finish(scene.copies, 1);
    CHECK_EQ(scene.buffers[0].bytes[0], pattern_byte(0, 20));
    scene_close();
}

static const struct test_case with_timings[] = {
    {"S10 same buffers, changing content", s10_changing_content},
    {"S16 dependent copies", s16_chain},
    {"S16 dependent copies, write after read", s16_write_after_read},
    {"S16 dependent copies without callback", s16_chain_without_callback},
    {"S16 dependent long copies", s16_long_chain},
    {"S17 sizes around whole items", s17_sizes_around_items},
    {"S18 ranges over the edge", s18_ranges_over_the_edge},
    {"S18 last byte of the memory", s18_last_byte},
    {"S19 memory that the engine cannot reach", s19_unreachable_memory},
    {"S19 memory of the host", s19_host_memory},
    {"S20 overlapping source and destination", s20_overlap},
    {NULL, NULL},
};

static const struct test_case at_every_point[] = {
    {"S10 same buffers, changing content", s10_changing_content_in_short},
    {"S16 dependent copies", s16_chain},
    {"S16 dependent copies, write after read", s16_write_after_read},
    {"S16 dependent copies without callback", s16_chain_without_callback},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {with_timings, RUNNER_TIMINGS},
        {at_every_point, RUNNER_POINTS},
        {NULL, RUNNER_BARE},
    };
    const struct runner_chip chips[] = {{NULL, suites}, {"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "bytes", chips);
}
