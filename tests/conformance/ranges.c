/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses are refused: all that the engine cannot reach, to the byte. */
#include "buffer.h"
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { ROOM_BYTES = 256, PATTERN = 31, EDGE_BYTES_MAX = 64 };

struct scene {
    async_memcpy_handle_t handle;
    struct buffer buffer; /* a good place */
};

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

static void scene_open(struct scene *scene)
{
    scene->handle = driver_install(2, 0);
    buffer_open(&scene->buffer, ROOM_BYTES, 0);
}

static void scene_close(struct scene *scene)
{
    copy_pattern(scene->handle, 100, 0, 0);
    CHECK_EQ(esp_async_memcpy_uninstall(scene->handle), ESP_OK);
    buffer_check_untouched(&scene->buffer);
    buffer_close(&scene->buffer);
}

/* As a source and as a destination. */
static void refuse(const struct scene *scene, uint32_t address, size_t size)
{
    CHECK_EQ(
        esp_async_memcpy(scene->handle, scene->buffer.bytes, at(address), size, never_called, NULL),
        ESP_ERR_INVALID_ARG);
    CHECK_EQ(
        esp_async_memcpy(scene->handle, at(address), scene->buffer.bytes, size, never_called, NULL),
        ESP_ERR_INVALID_ARG);
}

static void ranges_that_the_engine_cannot_reach(void)
{
    const struct platform_range *range = platform_chip()->refused;
    struct scene scene;

    scene_open(&scene);
    for (; range->size_bytes != 0; range++) {
        refuse(&scene, range->low, 1);
        refuse(&scene, range->low, 4);
        refuse(&scene, range->low, ROOM_BYTES);
        refuse(&scene, range->low + 1, 3);
        refuse(&scene, range->low + range->size_bytes / 2, 16);
        refuse(&scene, range->low + range->size_bytes - 1, 1);
    }
    scene_close(&scene);
}

static void ranges_outside_all_memory(void)
{
    static const uint32_t nowhere[] = {0x1,        0x4,        0x1000,     0x20000000, 0x3F000000,
                                       0x80000000, 0xFFFFFF00, 0xFFFFFFFC, 0xFFFFFFFF};
    struct scene scene;

    scene_open(&scene);
    for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
        refuse(&scene, nowhere[i], 1);
        refuse(&scene, nowhere[i], 64);
    }
    scene_close(&scene);
}

/* One byte before the memory, one byte too many at its end. */
static void ranges_that_reach_over_the_edges(void)
{
    uint32_t low = platform_chip()->sram.low;
    uint32_t end = low + platform_chip()->sram.size_bytes;
    struct scene scene;

    scene_open(&scene);
    for (uint32_t size = 1; size <= EDGE_BYTES_MAX; size++) {
        refuse(&scene, low - 1, size);
        refuse(&scene, low - size, size);
        refuse(&scene, end - size + 1, size);
        refuse(&scene, end, size);
    }
    refuse(&scene, low, platform_chip()->sram.size_bytes + 1);
    refuse(&scene, low - 1, platform_chip()->sram.size_bytes + 2);
    scene_close(&scene);
}

/* address + size comes out below address, or inside the memory again. */
static void ranges_that_wrap_round(void)
{
    uint32_t low = platform_chip()->sram.low;
    struct scene scene;
    uint32_t good;

    scene_open(&scene);
    good = (uint32_t)(uintptr_t)scene.buffer.bytes;
    refuse(&scene, good + 128, SIZE_MAX);
    refuse(&scene, good + 128, SIZE_MAX - 1);
    refuse(&scene, good + 128, (size_t)(UINT32_C(0) - good));
    refuse(&scene, good + 128, (size_t)UINT32_MAX - good);
    refuse(&scene, good + 128, SIZE_MAX - good);
    refuse(&scene, good + 128, SIZE_MAX - 127);
    refuse(&scene, good + 128, (size_t)UINT32_MAX);
    refuse(&scene, good + 128, (size_t)UINT32_MAX - 127);
    refuse(&scene, good + 128, (size_t)0x80000000);
    refuse(&scene, low, (size_t)UINT32_MAX);
    refuse(&scene, 0xFFFFFFF0, 0x20);
    refuse(&scene, 0xFFFFFFF0, (size_t)low + 0x20);
    scene_close(&scene);
}

/* Of the memory's last bytes (and its first ones), if they can be had, the very last can be copied.
 * */
static void ranges_up_to_the_last_byte(void)
{
    uint32_t low = platform_chip()->sram.low;
    uint32_t end = low + platform_chip()->sram.size_bytes;
    async_memcpy_handle_t handle = driver_install(2, 0);
    uint8_t kept[EDGE_BYTES_MAX];
    struct buffer buffer;

    buffer_open(&buffer, EDGE_BYTES_MAX, 0);
    for (uint32_t size = 1; size <= EDGE_BYTES_MAX; size += 7) {
        struct copy out = copy_of(buffer.bytes, at(end - size), size);
        struct copy first = copy_of(buffer.bytes, at(low), size);
        struct copy back = copy_of(at(end - size), buffer.bytes, size);

        for (uint32_t i = 0; i < size; i++) {
            kept[i] = *(const uint8_t *)at(end - size + i);
        }
        copy_start(handle, &first);
        copy_finish(&first, 1);
        CHECK_EQ(pattern_mismatch(at(low), size, PATTERN) == size,
                 pattern_mismatch(buffer.bytes, size, PATTERN) == size);
        copy_start(handle, &out);
        copy_finish(&out, 1);
        for (uint32_t i = 0; i < size; i++) {
            CHECK_EQ(buffer.bytes[i], kept[i]);
        }
        /* What is written back is what was there, so nothing is harmed, whoever owns it. */
        copy_start(handle, &back);
        copy_finish(&back, 1);
        for (uint32_t i = 0; i < size; i++) {
            CHECK_EQ(*(const uint8_t *)at(end - size + i), kept[i]);
        }
    }
    buffer_close(&buffer);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

const struct test_case conformance_ranges[] = {
    {"ranges that the engine cannot reach", ranges_that_the_engine_cannot_reach},
    {"ranges outside all memory", ranges_outside_all_memory},
    {"ranges that reach over the edges", ranges_that_reach_over_the_edges},
    {"ranges that wrap round", ranges_that_wrap_round},
    {"ranges up to the last byte", ranges_up_to_the_last_byte},
    {NULL, NULL},
};
