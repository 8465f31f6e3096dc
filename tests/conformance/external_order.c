/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests behave as if they ran one after another, also where the driver places bytes of external
 * RAM by CPU, before and after what the engine copies. For chips whose engine reaches it.
 */
#include "buffer.h"
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { BUFFER_COUNT = 4, COPIES_MAX = 6, OFFSETS = 64 };

/* The first copies are long, so that what comes behind them finds them at work. */
static const size_t sizes[] = {3, 40, 200, 5000};
enum { SIZE_COUNT = sizeof(sizes) / sizeof(sizes[0]) };

struct scene {
    async_memcpy_handle_t handle;
    struct buffer buffers[BUFFER_COUNT];
    struct copy copies[COPIES_MAX];
    size_t count;
};

static struct scene scene;

/* Buffer 0 in internal RAM, the others in external RAM, at any offset. */
static void scene_open(size_t size_bytes)
{
    scene.handle = driver_install(COPIES_MAX, 0);
    scene.count = 0;
    copy_forget();
    for (size_t i = 0; i < BUFFER_COUNT; i++) {
        buffer_open_in(&scene.buffers[i], i == 0 ? BUFFER_INTERNAL : BUFFER_EXTERNAL, size_bytes,
                       platform_random(OFFSETS));
        pattern_fill(scene.buffers[i].bytes, size_bytes, (uint32_t)i);
    }
}

static void submit(uint8_t *to, const uint8_t *from, size_t size_bytes)
{
    struct copy *copy = &scene.copies[scene.count];

    CHECK(scene.count < COPIES_MAX);
    *copy = copy_of(to, from, size_bytes);
    copy_start(scene.handle, copy);
    scene.count++;
}

static void submit_all(size_t to, size_t from)
{
    submit(scene.buffers[to].bytes, scene.buffers[from].bytes, scene.buffers[to].size_bytes);
}

static void expect(size_t index, uint32_t pattern)
{
    pattern_check(scene.buffers[index].bytes, scene.buffers[index].size_bytes, pattern);
}

static void scene_finish(void)
{
    copy_finish(scene.copies, scene.count);
}

static void scene_close(void)
{
    CHECK_EQ(esp_async_memcpy_uninstall(scene.handle), ESP_OK);
    for (size_t i = 0; i < BUFFER_COUNT; i++) {
        buffer_close(&scene.buffers[i]);
    }
}

/* The last link's edges are read from what the one before has written. */
static void external_order_read_after_write(void)
{
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        scene_open(sizes[i]);
        submit_all(1, 0);
        submit_all(2, 1);
        submit_all(3, 2);
        submit_all(0, 3);
        scene_finish();
        for (size_t at = 0; at < BUFFER_COUNT; at++) {
            expect(at, 0);
        }
        scene_close();
    }
}

/* What is still to be read must not be written by CPU before. */
static void external_order_write_after_read(void)
{
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        scene_open(sizes[i]);
        submit_all(0, 1);
        submit_all(1, 2);
        submit_all(2, 3);
        submit_all(3, 0);
        scene_finish();
        expect(0, 1);
        expect(1, 2);
        expect(2, 3);
        expect(3, 1);
        scene_close();
    }
}

/* What is still to be written must not be written by CPU before: the later bytes stand. */
static void external_order_write_after_write(void)
{
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        scene_open(sizes[i]);
        submit_all(1, 0);
        submit_all(1, 2);
        submit_all(1, 3);
        scene_finish();
        expect(1, 3);
        scene_close();
    }
}

/* A few bytes into the middle of a long copy's destination, and into its source, which are edges
 * as a whole, behind that copy. */
static void check_few_bytes(size_t few)
{
    enum { BYTES = 6000 };
    size_t at;

    scene_open(BYTES);
    at = platform_random((uint32_t)(BYTES - few));
    submit_all(1, 2);
    submit(scene.buffers[1].bytes + at, scene.buffers[0].bytes, few);
    submit(scene.buffers[2].bytes + at, scene.buffers[3].bytes, few);
    scene_finish();
    for (size_t byte = 0; byte < BYTES; byte++) {
        bool inside = byte >= at && byte < at + few;

        CHECK_EQ(scene.buffers[1].bytes[byte],
                 inside ? pattern_byte(0, byte - at) : pattern_byte(2, byte));
        CHECK_EQ(scene.buffers[2].bytes[byte],
                 inside ? pattern_byte(3, byte - at) : pattern_byte(2, byte));
    }
    scene_close();
}

static void external_order_of_few_bytes(void)
{
    static const size_t few[] = {1, 5, 16, 33, 90};

    for (size_t i = 0; i < sizeof(few) / sizeof(few[0]); i++) {
        check_few_bytes(few[i]);
    }
}

/* Overlap by one byte, at either end, of a destination that the CPU places. */
static void check_one_byte(bool at_the_end, bool source)
{
    enum { BYTES = 4500, FEW = 6 };
    const size_t lead = at_the_end ? BYTES - 1 : 0;
    struct buffer room;
    size_t start;

    scene_open(BYTES);
    buffer_open_in(&room, BUFFER_EXTERNAL, BYTES + 2 * FEW, platform_random(OFFSETS));
    pattern_fill(room.bytes, room.size_bytes, 9);
    start = at_the_end ? FEW + lead : lead + 1;
    if (source) {
        submit(scene.buffers[0].bytes, room.bytes + FEW, BYTES);
    } else {
        submit(room.bytes + FEW, scene.buffers[1].bytes, BYTES);
    }
    submit(room.bytes + start, scene.buffers[2].bytes, FEW);
    scene_finish();
    for (size_t byte = 0; byte < BYTES; byte++) {
        size_t in_room = byte + FEW;
        bool later = in_room >= start && in_room < start + FEW;
        uint8_t earlier = source ? pattern_byte(9, in_room) : pattern_byte(1, byte);

        CHECK_EQ(room.bytes[in_room], later ? pattern_byte(2, in_room - start) : earlier);
        CHECK(!source || scene.buffers[0].bytes[byte] == pattern_byte(9, in_room));
    }
    buffer_close(&room);
    scene_close();
}

static void external_order_with_overlap_by_one_byte(void)
{
    for (unsigned i = 0; i < 8; i++) {
        check_one_byte((i & 1u) != 0, (i & 2u) != 0);
    }
}

/* An independent request does not overtake one that waits because of its edges. */
static void external_order_behind_a_waiting_request(void)
{
    enum { BYTES = 5000 };

    scene_open(BYTES);
    submit_all(0, 1);
    submit(scene.buffers[1].bytes + 1, scene.buffers[2].bytes, 5);
    submit_all(3, 2);
    scene_finish();
    expect(0, 1);
    expect(3, 2);
    scene_close();
}

/* Each link is longer than all items. */
static void external_order_of_long_copies(void)
{
    enum { BYTES = 30000 };
    async_memcpy_handle_t handle = driver_install(2, 0);
    struct buffer buffers[3];
    struct copy copies[2];

    for (size_t i = 0; i < 3; i++) {
        buffer_open_in(&buffers[i], BUFFER_EXTERNAL, BYTES, platform_random(OFFSETS));
        pattern_fill(buffers[i].bytes, BYTES, (uint32_t)(90 + i));
    }
    for (size_t i = 0; i < 2; i++) {
        copies[i] = copy_of(buffers[i + 1].bytes, buffers[i].bytes, BYTES);
        copy_start(handle, &copies[i]);
    }
    copy_finish(copies, 2);
    for (size_t i = 0; i < 3; i++) {
        pattern_check(buffers[i].bytes, BYTES, 90);
        buffer_close(&buffers[i]);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

const struct test_case conformance_external_order[] = {
    {"external RAM, order of read after write", external_order_read_after_write},
    {"external RAM, order of write after read", external_order_write_after_read},
    {"external RAM, order of write after write", external_order_write_after_write},
    {"external RAM, order of few bytes", external_order_of_few_bytes},
    {"external RAM, order with overlap by one byte", external_order_with_overlap_by_one_byte},
    {"external RAM, order behind a waiting request", external_order_behind_a_waiting_request},
    {"external RAM, order of long copies", external_order_of_long_copies},
    {NULL, NULL},
};
