/* SPDX-License-Identifier: Apache-2.0 */
/* S01 to S06: completion that is lost, early or double. */
#include <stddef.h>

#include "buffer.h"
#include "check.h"
#include "copy.h"
#include "engine.h"
#include "esp_heap_caps.h"
#include "fixture.h"
#include "platform.h"
#include "port.h"
#include "runner.h"
#include "trace.h"

enum { ITEM_BYTES = 4095, SMALL_BYTES = 24, COUNT_MAX = 8 };

/* One source, and a destination for each copy. */
struct scene {
    async_memcpy_handle_t handle;
    struct buffer source;
    struct buffer destinations[COUNT_MAX];
    struct copy copies[COUNT_MAX];
    size_t count;
};

static struct scene scene;

static void see_bytes(struct copy *copy)
{
    pattern_check(copy->destination, copy->size_bytes, 5);
}

static void scene_open(uint32_t backlog, size_t count, size_t size_bytes)
{
    scene.handle = driver_install(backlog, 0);
    scene.count = count;
    buffer_open(&scene.source, size_bytes, 1);
    pattern_fill(scene.source.bytes, size_bytes, 5);
    for (size_t i = 0; i < count; i++) {
        buffer_open(&scene.destinations[i], size_bytes, i % 4);
        scene.copies[i] = copy_of(scene.destinations[i].bytes, scene.source.bytes, size_bytes);
        scene.copies[i].in_callback = see_bytes;
    }
}

/* All bytes are in place, and nothing more comes. */
static void scene_release(void)
{
    driver_uninstall(scene.handle);
    while (machine_wait_for_interrupt()) {
    }
    for (size_t i = 0; i < scene.count; i++) {
        see_bytes(&scene.copies[i]);
        buffer_close(&scene.destinations[i]);
    }
    buffer_close(&scene.source);
}

/* Every copy called back once, in order, all bytes in place, and then nothing more comes. */
static void scene_close(void)
{
    copy_finish(scene.copies, scene.count);
    CHECK_EQ(copy_callback_count(), scene.count);
    scene_release();
    CHECK_EQ(copy_callback_count(), scene.count);
}

/* Submits as soon as there is a slot. */
static void submit_patiently(struct copy *copy)
{
    for (unsigned i = 0; i < 1000; i++) {
        esp_err_t error = copy_submit(scene.handle, copy);

        if (error == ESP_OK) {
            return;
        }
        CHECK_EQ(error, ESP_ERR_INVALID_STATE);
        platform_pass_time();
    }
    check_failed(__FILE__, __LINE__, "a slot comes free at last");
}

/* A receive descriptor, which is the one that the driver gives no length, must not carry suc_eof
 * (descriptor.md, DW0). */
static void check_fetched(const struct trace_event *event, void *context)
{
    unsigned *fetched = context;

    if (event->kind == TRACE_DESCRIPTOR_FETCH &&
        (event->value >> DW0_LENGTH_SHIFT & DW0_FIELD_MAX) == 0) {
        CHECK((event->value & DW0_SUC_EOF) == 0);
        (*fetched)++;
    }
}

/* Short copies leave suc_eof in every item; then a copy of two items takes two of those. */
static void s01_stale_eof(void)
{
    enum { SHORT_COUNT = 4 };
    unsigned fetched = 0;

    trace_listen(check_fetched, &fetched);
    scene_open(2, SHORT_COUNT + 2, ITEM_BYTES + 5);
    for (size_t i = 0; i < SHORT_COUNT; i++) {
        scene.copies[i].size_bytes = SMALL_BYTES + i;
    }
    for (size_t i = 0; i < scene.count; i++) {
        submit_patiently(&scene.copies[i]);
    }
    scene_close();
    trace_listen(NULL, NULL);
    CHECK(fetched > 0);
}

/* The completion of one copy meets the submission of the next, everywhere. */
static void s02_lost_wake_up(void)
{
    enum { COUNT = 3 };

    scene_open(COUNT, COUNT, SMALL_BYTES);
    for (size_t i = 0; i < COUNT; i++) {
        copy_start(scene.handle, &scene.copies[i]);
    }
    scene_close();
}

/* Likewise with copies that nobody is called back for in between. */
static void s02_lost_wake_up_without_callbacks(void)
{
    struct buffer more;

    scene_open(4, 2, SMALL_BYTES);
    buffer_open(&more, SMALL_BYTES, 2);
    copy_start(scene.handle, &scene.copies[0]);
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQ(
            esp_async_memcpy(scene.handle, more.bytes, scene.source.bytes, SMALL_BYTES, NULL, NULL),
            ESP_OK);
    }
    copy_start(scene.handle, &scene.copies[1]);
    scene_close();
    pattern_check(more.bytes, SMALL_BYTES, 5);
    buffer_close(&more);
}

/* A blocking copy behind others, and its wake-up. */
static void s02_lost_wake_up_of_a_blocked_task(void)
{
    struct buffer more;

    scene_open(1, 1, SMALL_BYTES);
    buffer_open(&more, SMALL_BYTES, 3);
    copy_start(scene.handle, &scene.copies[0]);
    CHECK_EQ(esp_memcpy_blocking(scene.handle, more.bytes, scene.source.bytes, SMALL_BYTES, -1),
             ESP_OK);
    pattern_check(more.bytes, SMALL_BYTES, 5);
    CHECK_EQ(scene.copies[0].calls, 1);
    scene_close();
    buffer_close(&more);
}

static void submit_next(struct copy *copy)
{
    size_t next = (size_t)(copy - scene.copies) + 1;

    see_bytes(copy);
    if (next < scene.count) {
        CHECK_EQ(copy_submit(copy->handle, &scene.copies[next]), ESP_OK);
    }
}

/* Each callback submits the next copy; with backlog 1 its own slot must be free. */
static void s03_submit_in_callback(void)
{
    scene_open(1, 4, SMALL_BYTES);
    for (size_t i = 0; i < scene.count; i++) {
        scene.copies[i].in_callback = submit_next;
    }
    copy_start(scene.handle, &scene.copies[0]);
    scene_close();
}

/* In the callback of the first copy its slot is taken again, and while that callback still runs a
 * second one is pending: each gets its own arguments, none is lost. */
static void s04_slot_reused_in_callback(void)
{
    scene_open(2, 4, SMALL_BYTES);
    scene.copies[1].in_callback = submit_next;
    scene.copies[2].in_callback = submit_next;
    for (size_t i = 0; i < scene.count; i++) {
        scene.copies[i].size_bytes = SMALL_BYTES - i;
    }
    copy_start(scene.handle, &scene.copies[0]);
    copy_start(scene.handle, &scene.copies[1]);
    scene_close();
}

/* The callbacks that have begun and those that run. */
static size_t begun;
static unsigned running;

/* Opens interrupts, as a second core would have them open, and lets all copies end. */
static bool let_interrupts_nest(async_memcpy_handle_t handle, async_memcpy_event_t *event,
                                void *cb_args)
{
    (void)handle;
    (void)event;
    CHECK(cb_args == &scene.copies[begun]);
    CHECK_EQ(running, 0);
    begun++;
    running++;
    machine_unmask_interrupts();
    for (unsigned i = 0; i < 100; i++) {
        machine_advance(100);
        machine_point();
    }
    machine_mask_interrupts();
    running--;
    return false;
}

static bool all_have_begun(void *context)
{
    (void)context;
    return begun == scene.count;
}

/* There is one delivery at a time: none begins inside another one's callback. */
static void s04_interrupt_inside_a_callback(void)
{
    scene_open(3, 3, SMALL_BYTES);
    begun = 0;
    for (size_t i = 0; i < scene.count; i++) {
        struct copy *copy = &scene.copies[i];

        CHECK_EQ(esp_async_memcpy(scene.handle, copy->destination, copy->source, SMALL_BYTES,
                                  let_interrupts_nest, copy),
                 ESP_OK);
    }
    CHECK(platform_wait_until(all_have_begun, NULL));
    scene_release();
}

/* More copies than items: an item that is done, but whose request has not ended, stays taken. */
static void s05_item_not_reaped(void)
{
    scene_open(2, 6, SMALL_BYTES);
    for (size_t i = 0; i < scene.count; i++) {
        submit_patiently(&scene.copies[i]);
    }
    scene_close();
}

/* Drives a channel pair by hand, as another driver might, and leaves every flag of it standing. */
static void leave_stale_flags(void)
{
    const struct chip_engine *engine = port_chip()->ahb;
    struct channel channel = {.index = (uint8_t)port_claim_pair(engine),
                              .trigger_id = (uint8_t)port_claim_trigger_id(engine)};
    struct item *item = heap_caps_calloc(1, sizeof(*item), MALLOC_CAP_DMA);
    uint8_t *bytes = heap_caps_calloc(1, 2 * (size_t)SMALL_BYTES, MALLOC_CAP_DMA);

    item->tx.buffer = bus_addr_of(bytes);
    item->tx.dw0 = DW0_OWNER_DMA | DW0_SUC_EOF | SMALL_BYTES << DW0_LENGTH_SHIFT | SMALL_BYTES;
    item->rx.buffer = bus_addr_of(bytes + SMALL_BYTES);
    item->rx.dw0 = DW0_OWNER_DMA | SMALL_BYTES;
    dma_publish();
    port_enable_engine(engine);
    engine->ops->open(&channel, engine->base, false, 0);
    engine->ops->start(&channel, item);
    machine_advance(100000);
    CHECK(item_is_done(item));
    port_release_trigger_id(engine, channel.trigger_id);
    port_release_pair(engine, channel.index);
    heap_caps_free(bytes);
    heap_caps_free(item);
}

static void s06_stale_flags(void)
{
    leave_stale_flags();
    scene_open(2, 2, ITEM_BYTES + 100);
    copy_start(scene.handle, &scene.copies[0]);
    copy_start(scene.handle, &scene.copies[1]);
    scene_close();
}

static const struct test_case with_timings[] = {
    {"S04 interrupt inside a callback", s04_interrupt_inside_a_callback},
    {NULL, NULL},
};

static const struct test_case scenarios[] = {
    {"S01 stale suc_eof in a reused item", s01_stale_eof},
    {"S02 lost wake-up", s02_lost_wake_up},
    {"S02 lost wake-up without callbacks", s02_lost_wake_up_without_callbacks},
    {"S02 lost wake-up of a blocked task", s02_lost_wake_up_of_a_blocked_task},
    {"S03 submit in a callback with backlog 1", s03_submit_in_callback},
    {"S04 slot reused in its own callback", s04_slot_reused_in_callback},
    {"S05 item finished but not yet reaped", s05_item_not_reaped},
    {"S06 stale flags of an earlier use", s06_stale_flags},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {with_timings, RUNNER_TIMINGS},
        {scenarios, RUNNER_TIMINGS},
        {scenarios, RUNNER_POINTS},
        {NULL, RUNNER_BARE},
    };
    const struct runner_chip chips[] = {{NULL, suites}, {"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "completion", chips);
}
