/* SPDX-License-Identifier: Apache-2.0 */
/*
 * External RAM: what install and submission refuse because of it, and that a refusal changes
 * nothing. For chips whose engine reaches it.
 */
#include <stdint.h>

#include "buffer.h"
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { ROOM_BYTES = 512, EDGE_BYTES_MAX = 64, PATTERN = 51 };

static void expect_refusal(size_t align, size_t burst)
{
    const async_memcpy_config_t config = {
        .backlog = 2, .psram_trans_align = align, .dma_burst_size = burst};
    size_t free_bytes = heap_caps_get_free_size(MALLOC_CAP_DMA);
    static char place;
    async_memcpy_handle_t handle = (async_memcpy_handle_t)(void *)&place;

    CHECK_EQ(esp_async_memcpy_install(&config, &handle), ESP_ERR_INVALID_ARG);
    CHECK(handle == NULL);
    handle = (async_memcpy_handle_t)(void *)&place;
    CHECK_EQ(esp_async_memcpy_install_gdma_ahb(&config, &handle), ESP_ERR_INVALID_ARG);
    CHECK(handle == NULL);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
}

static void expect_success(size_t align, size_t burst)
{
    const async_memcpy_config_t config = {
        .backlog = 2, .psram_trans_align = align, .dma_burst_size = burst};
    async_memcpy_handle_t handle = driver_install_with(&config);
    const struct copy_way out = {BUFFER_EXTERNAL, BUFFER_INTERNAL, 64, 1};
    const struct copy_way in = {BUFFER_INTERNAL, BUFFER_EXTERNAL, 3, 2};

    copy_pattern_along(handle, &out, 256);
    copy_pattern_along(handle, &in, 33);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

static void external_install_takes_block_sizes(void)
{
    expect_success(0, 0);
    for (size_t align = 16; align <= platform_chip()->block_bytes_max; align *= 2) {
        expect_success(align, 0);
    }
}

static void external_install_refuses_other_alignments(void)
{
    static const size_t wrong[] = {
        1,  2,          3,          4,   5,   7,    8,    12,       15,
        17, 20,         24,         31,  33,  48,   63,   65,       80,
        96, 0x80000000, 0x80000010, 128, 256, 1024, 4096, SIZE_MAX, SIZE_MAX - 15};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        expect_refusal(wrong[i], 0);
    }
}

static void external_install_takes_burst_sizes(void)
{
    for (size_t burst = 1; burst <= platform_chip()->block_bytes_max; burst *= 2) {
        expect_success(0, burst);
    }
}

static void external_install_refuses_burst_that_is_no_power_of_two(void)
{
    for (size_t burst = 3; burst < 200; burst++) {
        if ((burst & (burst - 1)) != 0) {
            expect_refusal(0, burst);
        }
    }
    expect_refusal(0, SIZE_MAX);
    expect_refusal(0, 0x80000040);
}

static void external_install_refuses_burst_above_what_the_chip_bears(void)
{
    for (size_t burst = 2 * platform_chip()->block_bytes_max; burst != 0; burst *= 2) {
        expect_refusal(0, burst);
    }
}

static void external_install_refuses_alignment_and_another_burst(void)
{
    size_t most = platform_chip()->block_bytes_max;

    for (size_t align = 16; align <= most; align *= 2) {
        for (size_t burst = 1; burst <= most; burst *= 2) {
            if (burst != align) {
                expect_refusal(align, burst);
            }
        }
        expect_success(align, align);
        expect_refusal(align, 2 * most);
        expect_refusal(align, align + 1);
        expect_refusal(align + 1, align);
    }
}

struct scene {
    async_memcpy_handle_t handle;
    struct buffer source;
    struct buffer destination;
};

static void scene_open(struct scene *scene, const async_memcpy_config_t *config)
{
    scene->handle = driver_install_with(config);
    buffer_open_in(&scene->source, BUFFER_INTERNAL, ROOM_BYTES, 0);
    buffer_open_in(&scene->destination, BUFFER_EXTERNAL, ROOM_BYTES, 0);
    pattern_fill(scene->source.bytes, ROOM_BYTES, PATTERN);
}

static void scene_close(struct scene *scene)
{
    CHECK_EQ(esp_async_memcpy_uninstall(scene->handle), ESP_OK);
    buffer_close(&scene->destination);
    buffer_close(&scene->source);
}

/* Copies if the driver takes it, and then looks at every byte. */
static esp_err_t try_copy(struct scene *scene, size_t to, size_t from, size_t size)
{
    struct copy copy = copy_of(scene->destination.bytes + to, scene->source.bytes + from, size);
    struct buffer window = scene->destination;
    esp_err_t error = copy_submit(scene->handle, &copy);

    if (error != ESP_OK) {
        buffer_check_untouched(&scene->destination);
        return error;
    }
    copy_finish(&copy, 1);
    for (size_t i = 0; i < size; i++) {
        CHECK_EQ(scene->destination.bytes[to + i], pattern_byte(PATTERN, from + i));
    }
    window.bytes += to;
    window.size_bytes = size;
    buffer_check_guards(&window);
    buffer_reset(&scene->destination);
    return error;
}

/* Refused exactly if the address or the size is not a multiple; then nothing is changed. */
static void check_declared(size_t align)
{
    const async_memcpy_config_t config = {.backlog = 2, .psram_trans_align = align};
    struct scene scene;

    scene_open(&scene, &config);
    for (size_t to = 0; to <= 128; to += to < 34 ? 1 : 11) {
        for (size_t size = 1; size <= 192; size += size < 34 ? 1 : 13) {
            bool fits = to % align == 0 && size % align == 0;

            CHECK_EQ(try_copy(&scene, to, platform_random(9), size),
                     fits ? ESP_OK : ESP_ERR_INVALID_ARG);
        }
    }
    for (size_t i = 1; i <= 4; i++) {
        CHECK_EQ(try_copy(&scene, align, 3, i * align), ESP_OK);
        CHECK_EQ(try_copy(&scene, align - 1, 3, i * align), ESP_ERR_INVALID_ARG);
        CHECK_EQ(try_copy(&scene, align + align / 2, 3, i * align), ESP_ERR_INVALID_ARG);
        CHECK_EQ(try_copy(&scene, align, 3, i * align + 1), ESP_ERR_INVALID_ARG);
        CHECK_EQ(try_copy(&scene, align, 3, i * align - align / 2), ESP_ERR_INVALID_ARG);
    }
    scene_close(&scene);
}

static void external_alignment_is_enforced_as_declared(void)
{
    for (size_t align = 16; align <= platform_chip()->block_bytes_max; align *= 2) {
        check_declared(align);
    }
}

/* A wish for bursts is no promise of an alignment. */
static void external_burst_never_refuses(void)
{
    for (size_t burst = 1; burst <= platform_chip()->block_bytes_max; burst *= 4) {
        const async_memcpy_config_t config = {.backlog = 2, .dma_burst_size = burst};
        struct scene scene;

        scene_open(&scene, &config);
        for (size_t i = 0; i < 80; i++) {
            CHECK_EQ(try_copy(&scene, platform_random(80), platform_random(80),
                              1 + platform_random(200)),
                     ESP_OK);
        }
        scene_close(&scene);
    }
}

/* The alignment of external RAM binds no destination in internal RAM, nor any source; and that of
 * internal RAM none in external RAM. */
static void external_alignment_binds_no_other(void)
{
    for (size_t align = 16; align <= platform_chip()->block_bytes_max; align *= 2) {
        async_memcpy_config_t config = {.backlog = 2, .psram_trans_align = align};
        async_memcpy_handle_t handle = driver_install_with(&config);

        for (size_t offset = 0; offset < 20; offset++) {
            struct copy_way in = {BUFFER_INTERNAL, BUFFER_EXTERNAL, offset, 19 - offset};
            struct copy_way out = {BUFFER_EXTERNAL, BUFFER_EXTERNAL, 64, offset};

            copy_pattern_along(handle, &in, 1 + offset);
            copy_pattern_along(handle, &out, align);
        }
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    }
    for (size_t align = 2; align <= 256; align *= 2) {
        async_memcpy_handle_t handle = driver_install(2, align);

        for (size_t offset = 0; offset < 20; offset++) {
            struct copy_way out = {BUFFER_EXTERNAL, BUFFER_INTERNAL, offset, 0};

            copy_pattern_along(handle, &out, 1 + 7 * offset);
        }
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    }
}

static void *at(uint32_t address)
{
    return (void *)(uintptr_t)address;
}

static bool never_called(async_memcpy_handle_t handle, async_memcpy_event_t *event, void *cb_args)
{
    (void)handle;
    (void)event;
    (void)cb_args;
    check_failed(__FILE__, __LINE__, "no callback for a refused request");
}

/* As a source and as a destination, against either memory. */
static void refuse(const struct scene *scene, uint32_t address, size_t size)
{
    const struct buffer *good[] = {&scene->source, &scene->destination};

    for (size_t i = 0; i < 2; i++) {
        CHECK_EQ(
            esp_async_memcpy(scene->handle, good[i]->bytes, at(address), size, never_called, NULL),
            ESP_ERR_INVALID_ARG);
        CHECK_EQ(
            esp_async_memcpy(scene->handle, at(address), good[i]->bytes, size, never_called, NULL),
            ESP_ERR_INVALID_ARG);
    }
}

static void ranges_open(struct scene *scene)
{
    const async_memcpy_config_t config = {.backlog = 2};

    scene_open(scene, &config);
}

static void ranges_close(struct scene *scene)
{
    pattern_check(scene->source.bytes, ROOM_BYTES, PATTERN);
    buffer_check_untouched(&scene->destination);
    scene_close(scene);
}

/* Begins in flash and ends in external RAM, begins there and ends outside. */
static void external_ranges_over_the_edges(void)
{
    uint32_t low = platform_chip()->psram.low;
    uint32_t end = low + platform_chip()->psram.size_bytes;
    struct scene scene;

    ranges_open(&scene);
    for (uint32_t size = 1; size <= EDGE_BYTES_MAX; size++) {
        refuse(&scene, low - 1, size);
        refuse(&scene, low - size, size);
        refuse(&scene, low - size, 2 * size);
        refuse(&scene, end - size + 1, size);
        refuse(&scene, end - size, 2 * size);
        refuse(&scene, end, size);
    }
    refuse(&scene, low - 1, platform_chip()->psram.size_bytes + 2);
    refuse(&scene, low + 0x10000, platform_chip()->psram.size_bytes);
    ranges_close(&scene);
}

/* Such as would end in internal RAM, where it is all right again. */
static void external_ranges_from_one_memory_into_another(void)
{
    uint32_t external = platform_chip()->psram.low + 0x10000;
    uint32_t internal = platform_chip()->sram.low + 0x10000;
    struct scene scene;

    ranges_open(&scene);
    refuse(&scene, external, internal - external);
    refuse(&scene, external, internal - external + 1);
    refuse(&scene, internal, (size_t)(external - internal));
    refuse(&scene, internal, (size_t)(external - internal) + 64);
    ranges_close(&scene);
}

static void external_ranges_that_wrap_round(void)
{
    uint32_t low = platform_chip()->psram.low;
    struct scene scene;
    uint32_t good;

    ranges_open(&scene);
    good = low + 0x400000;
    refuse(&scene, good, SIZE_MAX);
    refuse(&scene, good, SIZE_MAX - 1);
    refuse(&scene, good, SIZE_MAX - good + 1);
    refuse(&scene, good, (size_t)(UINT32_C(0) - good));
    refuse(&scene, good, (size_t)(UINT32_C(0) - good) + 64);
    refuse(&scene, good, (size_t)UINT32_MAX);
    refuse(&scene, good, (size_t)UINT32_MAX - 63);
    refuse(&scene, good, (size_t)0x80000000);
    refuse(&scene, good, SIZE_MAX - 63);
    refuse(&scene, 0xFFFFFFF0, (size_t)good + 0x20);
    ranges_close(&scene);
}

/* The first and the last bytes of external RAM can be copied. What is written is what was there,
 * so nothing is harmed, whoever owns it. */
static void external_ranges_up_to_the_last_byte(void)
{
    uint32_t low = platform_chip()->psram.low;
    uint32_t end = low + platform_chip()->psram.size_bytes;
    async_memcpy_handle_t handle = driver_install(2, 0);
    struct buffer buffer;

    buffer_open_in(&buffer, BUFFER_INTERNAL, 2 * (size_t)EDGE_BYTES_MAX, 0);
    for (uint32_t size = 1; size <= 2 * (uint32_t)EDGE_BYTES_MAX; size += 9) {
        const uint32_t places[] = {end - size, low};

        for (size_t i = 0; i < 2; i++) {
            struct copy out = copy_of(buffer.bytes, at(places[i]), size);
            struct copy back = copy_of(at(places[i]), buffer.bytes, size);
            uint8_t kept[2 * EDGE_BYTES_MAX];

            for (uint32_t byte = 0; byte < size; byte++) {
                kept[byte] = *(const uint8_t *)at(places[i] + byte);
            }
            copy_start(handle, &out);
            copy_finish(&out, 1);
            for (uint32_t byte = 0; byte < size; byte++) {
                CHECK_EQ(buffer.bytes[byte], kept[byte]);
            }
            copy_start(handle, &back);
            copy_finish(&back, 1);
            for (uint32_t byte = 0; byte < size; byte++) {
                CHECK_EQ(*(const uint8_t *)at(places[i] + byte), kept[byte]);
            }
        }
    }
    buffer_close(&buffer);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

/* A request that overlaps itself is refused in external RAM as well; adjacent buffers are not. */
static void external_overlap_is_refused(void)
{
    static const size_t sizes[] = {1, 2, 15, 16, 17, 33, 64, 100};
    struct scene scene;

    ranges_open(&scene);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint8_t *middle = scene.destination.bytes + ROOM_BYTES / 2;

        for (size_t distance = 0; distance < sizes[i]; distance++) {
            CHECK_EQ(esp_async_memcpy(scene.handle, middle, middle + distance, sizes[i],
                                      never_called, NULL),
                     ESP_ERR_INVALID_ARG);
            CHECK_EQ(esp_async_memcpy(scene.handle, middle, middle - distance, sizes[i],
                                      never_called, NULL),
                     ESP_ERR_INVALID_ARG);
        }
        buffer_check_untouched(&scene.destination);
        pattern_fill(middle, sizes[i], 7);
        CHECK_EQ(esp_memcpy_blocking(scene.handle, middle - sizes[i], middle, sizes[i], -1),
                 ESP_OK);
        pattern_check(middle - sizes[i], sizes[i], 7);
        pattern_check(middle, sizes[i], 7);
        buffer_reset(&scene.destination);
    }
    ranges_close(&scene);
}

const struct test_case conformance_external_arguments[] = {
    {"external RAM, install takes block sizes", external_install_takes_block_sizes},
    {"external RAM, install refuses other alignments", external_install_refuses_other_alignments},
    {"external RAM, install takes burst sizes", external_install_takes_burst_sizes},
    {"external RAM, install refuses a burst that is no power of two",
     external_install_refuses_burst_that_is_no_power_of_two},
    {"external RAM, install refuses a burst above what the chip bears",
     external_install_refuses_burst_above_what_the_chip_bears},
    {"external RAM, install refuses an alignment and another burst",
     external_install_refuses_alignment_and_another_burst},
    {"external RAM, alignment is enforced as declared", external_alignment_is_enforced_as_declared},
    {"external RAM, burst never refuses", external_burst_never_refuses},
    {"external RAM, alignment binds no other", external_alignment_binds_no_other},
    {"external RAM, ranges over the edges", external_ranges_over_the_edges},
    {"external RAM, ranges from one memory into another",
     external_ranges_from_one_memory_into_another},
    {"external RAM, ranges that wrap round", external_ranges_that_wrap_round},
    {"external RAM, ranges up to the last byte", external_ranges_up_to_the_last_byte},
    {"external RAM, overlap is refused", external_overlap_is_refused},
    {NULL, NULL},
};
