/* SPDX-License-Identifier: Apache-2.0 */
/* sram_trans_align: what it refuses, what it lets pass, and that the source is free. */
#include "buffer.h"
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { ALIGN_MAX = 256, ROOM_BYTES = 4 * ALIGN_MAX };

struct scene {
    struct buffer source;
    struct buffer destination;
    uint8_t *aligned; /* in the destination, a multiple of ALIGN_MAX */
};

static void scene_open(struct scene *scene)
{
    size_t misaligned;

    buffer_open(&scene->source, ROOM_BYTES, 0);
    buffer_open_in(&scene->destination, BUFFER_INTERNAL, ROOM_BYTES, 0);
    pattern_fill(scene->source.bytes, ROOM_BYTES, 11);
    misaligned = (size_t)((uintptr_t)scene->destination.bytes % ALIGN_MAX);
    scene->aligned = scene->destination.bytes + (ALIGN_MAX - misaligned) % ALIGN_MAX;
}

static void scene_close(struct scene *scene)
{
    buffer_close(&scene->destination);
    buffer_close(&scene->source);
}

static esp_err_t try_copy(async_memcpy_handle_t handle, const struct scene *scene, size_t offset,
                          size_t size_bytes)
{
    struct copy copy = copy_of(scene->aligned + offset, scene->source.bytes, size_bytes);
    esp_err_t error = copy_submit(handle, &copy);

    if (error == ESP_OK) {
        copy_finish(&copy, 1);
        CHECK_EQ(pattern_mismatch(scene->aligned + offset, size_bytes, 11), size_bytes);
    }
    return error;
}

/* A destination is refused exactly if its address or its size is not a multiple. */
static void check_alignment(size_t align)
{
    async_memcpy_handle_t handle = driver_install(2, align);
    struct scene scene;

    scene_open(&scene);
    for (size_t offset = 0; offset < ALIGN_MAX; offset += offset < 17 ? 1 : 13) {
        for (size_t size = 1; size <= 2 * ALIGN_MAX; size += size < 17 ? 1 : 61) {
            bool fits = offset % align == 0 && size % align == 0;

            if (fits && platform_random(4) != 0) {
                continue;
            }
            CHECK_EQ(try_copy(handle, &scene, offset, size), fits ? ESP_OK : ESP_ERR_INVALID_ARG);
        }
    }
    CHECK_EQ(try_copy(handle, &scene, align % ALIGN_MAX, align), ESP_OK);
    CHECK_EQ(try_copy(handle, &scene, 0, 2 * align), ESP_OK);
    CHECK_EQ(try_copy(handle, &scene, align / 2, align), align == 1 ? ESP_OK : ESP_ERR_INVALID_ARG);
    CHECK_EQ(try_copy(handle, &scene, 0, align + (align + 1) / 2),
             align == 1 ? ESP_OK : ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    scene_close(&scene);
}

static void alignment_is_enforced_as_declared(void)
{
    for (size_t align = 1; align <= ALIGN_MAX; align *= 2) {
        check_alignment(align);
    }
}

/* 0 is 1. */
static void alignment_zero_takes_everything(void)
{
    async_memcpy_handle_t handle = driver_install(2, 0);
    struct scene scene;

    scene_open(&scene);
    for (size_t offset = 0; offset < 8; offset++) {
        for (size_t size = 1; size < 20; size++) {
            CHECK_EQ(try_copy(handle, &scene, offset, size), ESP_OK);
        }
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    scene_close(&scene);
}

static void alignment_of_the_source_is_free(void)
{
    static const size_t aligns[] = {0, 1, 2, 4, 8, 16, 64, 256};

    for (size_t i = 0; i < sizeof(aligns) / sizeof(aligns[0]); i++) {
        async_memcpy_handle_t handle = driver_install(2, aligns[i]);
        struct scene scene;

        scene_open(&scene);
        for (size_t offset = 0; offset < 9; offset++) {
            struct copy copy = copy_of(scene.aligned, scene.source.bytes + offset, ALIGN_MAX);

            copy_start(handle, &copy);
            copy_finish(&copy, 1);
            for (size_t at = 0; at < ALIGN_MAX; at++) {
                CHECK_EQ(scene.aligned[at], pattern_byte(11, at + offset));
            }
        }
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
        scene_close(&scene);
    }
}

/* Larger than any item: the items are cut so that the engine can take them. */
static void alignment_larger_than_an_item(void)
{
    enum { BIG_ALIGN = 8192 };
    async_memcpy_handle_t handle = driver_install(1, BIG_ALIGN);
    uint8_t *destination = heap_caps_aligned_alloc(BIG_ALIGN, 2 * BIG_ALIGN, MALLOC_CAP_DMA);
    struct buffer source;
    struct copy copy;

    CHECK(destination != NULL);
    buffer_open(&source, 2 * BIG_ALIGN, 3);
    pattern_fill(source.bytes, 2 * BIG_ALIGN, 12);
    copy = copy_of(destination, source.bytes, BIG_ALIGN / 2);
    CHECK_EQ(copy_submit(handle, &copy), ESP_ERR_INVALID_ARG);
    copy = copy_of(destination + 64, source.bytes, BIG_ALIGN);
    CHECK_EQ(copy_submit(handle, &copy), ESP_ERR_INVALID_ARG);
    copy = copy_of(destination, source.bytes, 2 * BIG_ALIGN);
    copy_start(handle, &copy);
    copy_finish(&copy, 1);
    pattern_check(destination, 2 * BIG_ALIGN, 12);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&source);
    heap_caps_free(destination);
}

const struct test_case conformance_alignment[] = {
    {"alignment is enforced as declared", alignment_is_enforced_as_declared},
    {"alignment zero takes everything", alignment_zero_takes_everything},
    {"alignment of the source is free", alignment_of_the_source_is_free},
    {"alignment larger than an item", alignment_larger_than_an_item},
    {NULL, NULL},
};
