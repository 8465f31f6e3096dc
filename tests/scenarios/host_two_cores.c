/* SPDX-License-Identifier: Apache-2.0 */
/* The driver used on both cores of an ESP32-S3 at once. */
#include <string.h>

#include "buffer.h"
#include "check.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "fixture.h"
#include "platform.h"
#include "runner.h"

enum {
    COUNT = 6, /* copies of each core */
    FEW = 2,   /* likewise, where every interrupt point is tried */
    BLOCK_BYTES = 6000,
    GUARD_BYTES = 70,
    BACKLOG = 2,
    TRIES_MAX = 20000,
};

static const size_t sizes[COUNT] = {100, 4095, 1, 64, 5000, 33};
static const size_t few_sizes[FEW] = {100, 33};

/* What a core copies: each copy from the destination of the one before, in turn between internal
 * and external RAM, to odd addresses. */
struct work {
    async_memcpy_handle_t handle;
    size_t count;
    const size_t *sizes;
    uint32_t pattern;
    uint8_t *blocks[COUNT + 1];
    struct copy copies[COUNT];
};

static uint8_t *block_bytes(struct work *work, size_t index)
{
    return work->blocks[index] + 1 + 2 * index;
}

static void work_open(struct work *work, async_memcpy_handle_t handle, uint32_t pattern, bool few)
{
    memset(work, 0, sizeof(*work));
    work->handle = handle;
    work->pattern = pattern;
    work->count = few ? FEW : COUNT;
    work->sizes = few ? few_sizes : sizes;
    for (size_t i = 0; i <= work->count; i++) {
        work->blocks[i] = heap_caps_malloc(BLOCK_BYTES + GUARD_BYTES,
                                           i % 2 == 0 ? MALLOC_CAP_SPIRAM : MALLOC_CAP_DMA);
        CHECK(work->blocks[i] != NULL);
        memset(work->blocks[i], (int)(0x80 + i), BLOCK_BYTES + GUARD_BYTES);
    }
}

static void work_close(struct work *work)
{
    for (size_t i = 0; i <= work->count; i++) {
        heap_caps_free(work->blocks[i]);
    }
}

/* The source of copy number index is a pattern of its own. The destination of the copy before holds
 * less of it than is read. */
static void work_fill(struct work *work, size_t index)
{
    uint8_t *source = block_bytes(work, index);

    pattern_fill(source, work->sizes[index], work->pattern + (uint32_t)index);
    work->copies[index] = copy_of(block_bytes(work, index + 1), source, work->sizes[index]);
}

static void work_check(struct work *work, size_t index)
{
    uint8_t *destination = block_bytes(work, index + 1);
    size_t size = work->sizes[index];

    pattern_check(destination, size, work->pattern + (uint32_t)index);
    for (size_t i = 0; i < GUARD_BYTES; i++) {
        CHECK_EQ(destination[size + i], 0x80 + index + 1);
    }
    CHECK_EQ(destination[-1], 0x80 + index + 1);
}

static void submit_patiently(struct work *work, size_t index)
{
    for (unsigned tries = 0; tries < TRIES_MAX; tries++) {
        esp_err_t error = copy_submit(work->handle, &work->copies[index]);

        if (error == ESP_OK) {
            return;
        }
        CHECK_EQ(error, ESP_ERR_INVALID_STATE);
        machine_point();
    }
    CHECK(false);
}

/* Submits all, two at a time, waits for all. */
static void run_work(void *argument)
{
    struct work *work = argument;

    for (size_t i = 0; i < work->count; i++) {
        if (i > 0) {
            copy_wait(&work->copies[i - 1]);
            work_check(work, i - 1);
        }
        work_fill(work, i);
        submit_patiently(work, i);
    }
    copy_wait(&work->copies[work->count - 1]);
    work_check(work, work->count - 1);
    for (size_t i = 0; i < work->count; i++) {
        CHECK_EQ(work->copies[i].calls, 1);
        CHECK_EQ(work->copies[i].status, ESP_OK);
    }
}

static void run_both(void (*task)(void *argument), struct work *mine, struct work *other)
{
    machine_start_core(1, task, other);
    task(mine);
    machine_join_core(1);
}

static void use_one_driver(void (*task)(void *argument), bool few)
{
    static struct work mine;
    static struct work other;
    async_memcpy_handle_t handle = driver_install(BACKLOG, 0);

    copy_forget();
    work_open(&mine, handle, 100, few);
    work_open(&other, handle, 200, few);
    run_both(task, &mine, &other);
    driver_uninstall(handle);
    work_close(&mine);
    work_close(&other);
}

static void test_submit(void)
{
    use_one_driver(run_work, false);
}

static void test_submit_few(void)
{
    use_one_driver(run_work, true);
}

/* Each sleeps until a slot is free, and then until its copy is done. */
static void run_blocking(void *argument)
{
    struct work *work = argument;

    for (size_t i = 0; i < work->count; i++) {
        struct copy *copy = &work->copies[i];

        work_fill(work, i);
        CHECK_EQ(esp_memcpy_blocking(work->handle, copy->destination, copy->source,
                                     copy->size_bytes, -1),
                 ESP_OK);
        work_check(work, i);
    }
}

static void test_blocking(void)
{
    use_one_driver(run_blocking, false);
}

static void test_blocking_few(void)
{
    use_one_driver(run_blocking, true);
}

/* A driver for each core; each uninstalls the one that the other core has installed. */
static struct work works[2];

static void install_and_run(void *argument)
{
    struct work *work = argument;

    work->handle = driver_install(BACKLOG, 0);
    run_work(work);
}

static void uninstall(void *argument)
{
    struct work *work = argument;

    driver_uninstall(work->handle);
}

static void use_two_drivers(bool few)
{
    copy_forget();
    work_open(&works[0], NULL, 100, few);
    work_open(&works[1], NULL, 200, few);
    run_both(install_and_run, &works[0], &works[1]);
    CHECK(works[0].handle != works[1].handle);
    run_both(uninstall, &works[1], &works[0]);
    work_close(&works[0]);
    work_close(&works[1]);
}

static void test_two_drivers(void)
{
    use_two_drivers(false);
}

static void test_two_drivers_few(void)
{
    use_two_drivers(true);
}

/* The other core writes round the destination while it is copied to. */
struct neighbour {
    uint8_t *block;
    bool stop;
};

static void write_beside(void *argument)
{
    struct neighbour *neighbour = argument;

    for (unsigned i = 0; !neighbour->stop; i++) {
        neighbour->block[0] = (uint8_t)i;
        neighbour->block[18] = (uint8_t)i;
        neighbour->block[119] = (uint8_t)i;
        neighbour->block[127] = (uint8_t)i;
        machine_point();
        CHECK_EQ(neighbour->block[0], (uint8_t)i);
        CHECK_EQ(neighbour->block[18], (uint8_t)i);
        CHECK_EQ(neighbour->block[119], (uint8_t)i);
        CHECK_EQ(neighbour->block[127], (uint8_t)i);
        machine_point();
    }
}

static void test_neighbours(void)
{
    async_memcpy_handle_t handle = driver_install(BACKLOG, 0);
    uint8_t *source = heap_caps_malloc(100, MALLOC_CAP_DMA);
    struct neighbour neighbour = {.block = heap_caps_aligned_alloc(64, 128, MALLOC_CAP_SPIRAM)};
    struct copy copy = copy_of(neighbour.block + 19, source, 100);

    memset(neighbour.block, 0, 128);
    pattern_fill(source, 100, 5);
    machine_start_core(1, write_beside, &neighbour);
    for (unsigned i = 0; i < 5; i++) {
        copy_start(handle, &copy);
        while (copy.calls == 0) {
            machine_point();
        }
        pattern_check(neighbour.block + 19, 100, 5);
    }
    neighbour.stop = true;
    machine_join_core(1);
    driver_uninstall(handle);
    heap_caps_free(source);
    heap_caps_free(neighbour.block);
}

static const struct test_case timing_cases[] = {
    {"submitting on both cores", test_submit},
    {"blocking copies on both cores", test_blocking},
    {"a driver for each core", test_two_drivers},
    {"writing beside a destination", test_neighbours},
    {NULL, NULL},
};

static const struct test_case point_cases[] = {
    {"submitting on both cores", test_submit_few},
    {"blocking copies on both cores", test_blocking_few},
    {"a driver for each core", test_two_drivers_few},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    static const struct runner_suite suites[] = {
        {timing_cases, RUNNER_TIMINGS},
        {point_cases, RUNNER_POINTS},
        {NULL, RUNNER_BARE},
    };
    static const struct runner_chip chips[] = {{"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "two cores", chips);
}
