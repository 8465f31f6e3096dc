/* SPDX-License-Identifier: Apache-2.0 */
/* Requests behave as if they ran one after another, also where one reads what another writes. */
#include "buffer.h"
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { BUFFER_COUNT = 6, ROUNDS = 8 };

static const size_t sizes[] = {1, 3, 16, 61, 64, 500, 4095, 5000};
enum { SIZE_COUNT = sizeof(sizes) / sizeof(sizes[0]) };

struct scene {
    async_memcpy_handle_t handle;
    struct buffer buffers[BUFFER_COUNT];
    struct copy copies[BUFFER_COUNT * 2];
    size_t count;
    size_t bytes;
};

static struct scene scene;

static void scene_open(size_t size_bytes)
{
    scene.handle = driver_install(BUFFER_COUNT * 2, 0);
    scene.bytes = size_bytes;
    scene.count = 0;
    copy_forget();
    for (size_t i = 0; i < BUFFER_COUNT; i++) {
        buffer_open(&scene.buffers[i], size_bytes, i % 4);
        pattern_fill(scene.buffers[i].bytes, size_bytes, (uint32_t)(80 + i));
    }
}

/* Submits a copy from buffer to buffer. */
static void submit(size_t to, size_t from)
{
    struct copy *copy = &scene.copies[scene.count];

    *copy = copy_of(scene.buffers[to].bytes, scene.buffers[from].bytes, scene.bytes);
    copy_start(scene.handle, copy);
    scene.count++;
}

static void expect(size_t index, uint32_t pattern)
{
    pattern_check(scene.buffers[index].bytes, scene.bytes, pattern);
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

/* A to B, B to C, C to D ...: the last gets A's bytes. */
static void order_read_after_write(void)
{
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        scene_open(sizes[i]);
        for (size_t to = 1; to < BUFFER_COUNT; to++) {
            submit(to, to - 1);
        }
        scene_finish();
        for (size_t at = 0; at < BUFFER_COUNT; at++) {
            expect(at, 80);
        }
        scene_close();
    }
}

/* A to B, then C to A: B gets A's old bytes. */
static void order_write_after_read(void)
{
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        scene_open(sizes[i]);
        submit(1, 0);
        submit(0, 2);
        submit(2, 3);
        submit(3, 4);
        scene_finish();
        expect(0, 82);
        expect(1, 80);
        expect(2, 83);
        expect(3, 84);
        scene_close();
    }
}

/* Several to the same place: the last one stands. */
static void order_write_after_write(void)
{
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        scene_open(sizes[i]);
        for (size_t from = 1; from < BUFFER_COUNT; from++) {
            submit(0, from);
        }
        scene_finish();
        expect(0, 80 + BUFFER_COUNT - 1);
        scene_close();
    }
}

/* A and B change places through C, over and over. */
static void order_of_swaps(void)
{
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        scene_open(sizes[i]);
        for (size_t round = 0; round < 3; round++) {
            submit(2, 0);
            submit(0, 1);
            submit(1, 2);
        }
        scene_finish();
        expect(0, 81);
        expect(1, 80);
        scene_close();
    }
}

/* A writes to the middle of B, then C reads two bytes of B, of which one is the first or the last
 * of those. Short copies are read ahead as a whole. */
static void check_overlap_by_one_byte(size_t size, bool at_the_end)
{
    struct buffer *b = &scene.buffers[1];
    struct buffer *c = &scene.buffers[2];

    scene_open(3 * size);
    scene.copies[0] = copy_of(b->bytes + size, scene.buffers[0].bytes, size);
    scene.copies[1] = copy_of(c->bytes, b->bytes + (at_the_end ? 2 * size - 1 : size - 1), 2);
    scene.count = 2;
    copy_start(scene.handle, &scene.copies[0]);
    copy_start(scene.handle, &scene.copies[1]);
    scene_finish();
    if (at_the_end) {
        CHECK_EQ(c->bytes[0], pattern_byte(80, size - 1));
        CHECK_EQ(c->bytes[1], pattern_byte(81, 2 * size));
    } else {
        CHECK_EQ(c->bytes[0], pattern_byte(81, size - 1));
        CHECK_EQ(c->bytes[1], pattern_byte(80, 0));
    }
    scene_close();
}

static void order_with_overlap_by_one_byte(void)
{
    for (size_t size = 1; size <= 300; size += 1 + size / 3) {
        check_overlap_by_one_byte(size, false);
        check_overlap_by_one_byte(size, true);
    }
}

/* A later independent request does not overtake a waiting one. */
static void order_is_kept_behind_a_waiting_request(void)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        scene_open(3000);
        submit(1, 0);
        submit(2, 1);
        submit(4, 3);
        submit(1, 4);
        submit(5, 2);
        scene_finish();
        expect(1, 83);
        expect(2, 80);
        expect(4, 83);
        expect(5, 80);
        scene_close();
    }
}

/* The same buffers twenty times, with new content each time: the fresh bytes arrive. */
static void order_of_changing_content(void)
{
    enum { TIMES = 20 };

    scene_open(777);
    for (uint32_t time = 0; time < TIMES; time++) {
        scene.count = 0;
        pattern_fill(scene.buffers[0].bytes, scene.bytes, 200 + time);
        submit(1, 0);
        scene_finish();
        expect(1, 200 + time);
    }
    scene_close();
}

/* A chain that is streamed: each link is longer than all items. */
static void order_of_long_dependent_copies(void)
{
    enum { BYTES = 30000 };
    async_memcpy_handle_t handle = driver_install(2, 0);
    struct buffer buffers[3];
    struct copy copies[2];

    for (size_t i = 0; i < 3; i++) {
        buffer_open(&buffers[i], BYTES, i);
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

const struct test_case conformance_order[] = {
    {"order of read after write", order_read_after_write},
    {"order of write after read", order_write_after_read},
    {"order of write after write", order_write_after_write},
    {"order of swaps", order_of_swaps},
    {"order with overlap by one byte", order_with_overlap_by_one_byte},
    {"order is kept behind a waiting request", order_is_kept_behind_a_waiting_request},
    {"order of changing content", order_of_changing_content},
    {"order of long dependent copies", order_of_long_dependent_copies},
    {NULL, NULL},
};
