/* SPDX-License-Identifier: Apache-2.0 */
/* S02 to S04, S09, S22 and S24 between two cores, and where callbacks come. */
#include <stddef.h>

#include "buffer.h"
#include "check.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "fault.h"
#include "fixture.h"
#include "platform.h"
#include "port.h"
#include "runner.h"
#include "sides.h"

enum {
    COUNT = SIDE_COPIES_MAX,
    STORM_HANDLES = 3,
    STORM_STEPS = 40,
    LINGER_COUNT = 20,
    LINGER_CYCLES = 500
};

struct scene {
    struct side sides[SIDE_COUNT];
    unsigned home; /* the core that installed */
    bool running;  /* a callback is */
    bool gone;     /* the driver is uninstalled */
    bool ready;    /* what the other core waits for */
};

static struct scene scene;

/* Callbacks come one at a time, on the core that installed. It is as if each woke a task there and
 * here. */
static void observe(struct copy *copy)
{
    CHECK_EQ(machine_core(), scene.home);
    CHECK(!scene.running);
    CHECK(!scene.gone);
    scene.running = true;
    pattern_check(copy->destination, copy->size_bytes, SIDE_PATTERN);
    for (unsigned i = 0; i < 3; i++) {
        machine_point();
    }
    CHECK(!scene.gone);
    scene.running = false;
    machine_wake_cores();
}

static void scene_open(uint32_t backlog, size_t count)
{
    scene = (struct scene){.home = 0};
    for (size_t core = 0; core < SIDE_COUNT; core++) {
        side_open(&scene.sides[core], count);
        for (size_t i = 0; i < count; i++) {
            scene.sides[core].copies[i].in_callback = observe;
        }
    }
    if (backlog != 0) {
        scene.sides[0].handle = driver_install(backlog, 0);
        scene.sides[1].handle = scene.sides[0].handle;
    }
}

static void scene_close(void)
{
    for (size_t core = 0; core < SIDE_COUNT; core++) {
        side_close(&scene.sides[core]);
    }
}

static bool has_called_back_since(void *context)
{
    const unsigned *count = context;

    return copy_callback_count() != *count;
}

/* If there is no slot, one of those who have it will be called back. */
static void submit_patiently(async_memcpy_handle_t handle, struct copy *copy)
{
    for (;;) {
        unsigned count = copy_callback_count();
        esp_err_t error = copy_submit(handle, copy);

        if (error == ESP_OK) {
            return;
        }
        CHECK_EQ(error, ESP_ERR_INVALID_STATE);
        CHECK(platform_wait_until(has_called_back_since, &count));
    }
}

static void submit_all(void *argument)
{
    struct side *side = argument;

    for (size_t i = 0; i < side->count; i++) {
        submit_patiently(side->handle, &side->copies[i]);
    }
}

static void submit_and_wait(void *argument)
{
    struct side *side = argument;

    submit_all(side);
    copy_finish(side->copies, side->count);
}

/* Both submit to one driver while its interrupt finds its queue empty, or not. */
static void check_submit_on_both(uint32_t backlog, size_t count)
{
    scene_open(backlog, count);
    sides_run(scene.sides, submit_and_wait, submit_and_wait);
    CHECK_EQ(copy_callback_count(), 2 * count);
    CHECK_EQ(esp_async_memcpy_uninstall(scene.sides[0].handle), ESP_OK);
    scene_close();
}

static void s02_submit_on_both(void)
{
    for (uint32_t backlog = 1; backlog <= 6; backlog++) {
        copy_forget();
        check_submit_on_both(backlog, COUNT);
    }
}

static void s02_submit_on_both_in_short(void)
{
    check_submit_on_both(2, 1);
}

/* Nobody is called back for the first ones. */
static void submit_silently(void *argument)
{
    struct side *side = argument;

    for (size_t i = 0; i + 1 < side->count; i++) {
        const struct copy *copy = &side->copies[i];

        CHECK_EQ(esp_async_memcpy(side->handle, copy->destination, copy->source, copy->size_bytes,
                                  NULL, NULL),
                 ESP_OK);
    }
    submit_patiently(side->handle, &side->copies[side->count - 1]);
    copy_wait(&side->copies[side->count - 1]);
}

static void check_silent(size_t count)
{
    scene_open((uint32_t)(2 * count), count);
    sides_run(scene.sides, submit_silently, submit_silently);
    CHECK_EQ(copy_callback_count(), 2);
    driver_uninstall(scene.sides[0].handle);
    scene_close();
}

static void s02_silent_on_both(void)
{
    check_silent(COUNT);
}

static void s02_silent_on_both_in_short(void)
{
    check_silent(2);
}

/* Two tasks wait for one slot, or for their copies. */
static void check_block_on_both(uint32_t backlog, size_t count)
{
    scene_open(backlog, count);
    sides_run(scene.sides, side_block, side_block);
    CHECK_EQ(esp_async_memcpy_uninstall(scene.sides[0].handle), ESP_OK);
    scene_close();
}

static void s02_block_on_both(void)
{
    check_block_on_both(1, COUNT);
    check_block_on_both(2, COUNT);
}

static void s02_block_on_both_in_short(void)
{
    check_block_on_both(1, 1);
}

/* On core 0, which others wait for in the end: it must not sleep for what another core does. */
static void submit_again_and_again(void *argument)
{
    struct side *side = argument;

    for (size_t i = 0; i < side->count; i++) {
        esp_err_t error = copy_submit(side->handle, &side->copies[i]);

        while (error != ESP_OK) {
            CHECK_EQ(error, ESP_ERR_INVALID_STATE);
            platform_pass_time();
            error = copy_submit(side->handle, &side->copies[i]);
        }
    }
    copy_finish(side->copies, side->count);
}

static void s02_block_beside_submissions(void)
{
    for (uint32_t backlog = 1; backlog <= 3; backlog++) {
        copy_forget();
        scene_open(backlog, COUNT);
        sides_run(scene.sides, side_block, submit_again_and_again);
        CHECK_EQ(esp_async_memcpy_uninstall(scene.sides[0].handle), ESP_OK);
        scene_close();
    }
}

static void install_here(void *argument)
{
    struct side *side = argument;

    side->handle = driver_install(2, 0);
}

static void uninstall_here(void *argument)
{
    struct side *side = argument;

    driver_uninstall(side->handle);
    scene.gone = true;
}

/* Callbacks come on the core that installed, whoever submits. */
static void check_installed_on_the_other_core(size_t count)
{
    scene_open(0, count);
    scene.home = 1;
    machine_start_core(1, install_here, &scene.sides[1]);
    machine_join_core(1);
    scene.sides[0].handle = scene.sides[1].handle;
    sides_run(scene.sides, submit_and_wait, submit_and_wait);
    CHECK_EQ(copy_callback_count(), 2 * count);
    uninstall_here(&scene.sides[0]);
    scene_close();
}

static void installed_on_the_other_core(void)
{
    check_installed_on_the_other_core(COUNT);
}

static void installed_on_the_other_core_in_short(void)
{
    check_installed_on_the_other_core(1);
}

/* Each copy's callback submits the next. */
static void submit_next(struct copy *copy)
{
    struct side *side = copy >= scene.sides[1].copies ? &scene.sides[1] : &scene.sides[0];
    size_t next = (size_t)(copy - side->copies) + 1;

    observe(copy);
    if (next < side->count) {
        CHECK_EQ(copy_submit(copy->handle, &side->copies[next]), ESP_OK);
    }
}

static void submit_first_and_wait(void *argument)
{
    struct side *side = argument;

    for (size_t i = 0; i < side->count; i++) {
        side->copies[i].calls = 0;
        side->copies[i].in_callback = submit_next;
    }
    copy_start(side->handle, &side->copies[0]);
    copy_finish(side->copies, side->count);
}

/* Of two slots each chain has its own, which is free when a callback submits. */
static void s03_chains_on_both(void)
{
    scene_open(2, COUNT);
    sides_run(scene.sides, submit_first_and_wait, submit_first_and_wait);
    CHECK_EQ(esp_async_memcpy_uninstall(scene.sides[0].handle), ESP_OK);
    scene_close();
}

/* Uninstalls as soon as the driver lets go, which is not before all callbacks have returned. */
static void s22_uninstall_from_the_other_core(void)
{
    scene_open(2, 2);
    submit_all(&scene.sides[0]);
    machine_start_core(1, uninstall_here, &scene.sides[1]);
    copy_finish(scene.sides[0].copies, 2);
    machine_join_core(1);
    CHECK(scene.gone);
    pattern_fill(scene.sides[1].destinations[0].bytes, SIDE_BYTES, SIDE_PATTERN);
    pattern_fill(scene.sides[1].destinations[1].bytes, SIDE_BYTES, SIDE_PATTERN);
    scene_close();
}

/* The last callback runs until the other core's attempt has failed: nothing is in flight any
 * more. */
static void wait_for_other_core(struct copy *copy)
{
    (void)copy;
    scene.running = true;
    machine_wake_cores();
    while (!scene.ready) {
        machine_spin();
    }
    scene.running = false;
}

static void uninstall_during_callback(void *argument)
{
    struct side *side = argument;

    while (!scene.running) {
        machine_spin();
    }
    CHECK_EQ(esp_async_memcpy_uninstall(side->handle), ESP_ERR_INVALID_STATE);
    scene.ready = true;
}

static void s22_uninstall_beside_a_callback(void)
{
    scene_open(1, 1);
    scene.sides[0].copies[0].in_callback = wait_for_other_core;
    sides_run(scene.sides, uninstall_during_callback, submit_and_wait);
    pattern_fill(scene.sides[1].destinations[0].bytes, SIDE_BYTES, SIDE_PATTERN);
    CHECK_EQ(esp_async_memcpy_uninstall(scene.sides[0].handle), ESP_OK);
    scene_close();
}

/* Whoever waits for a callback uninstalls while it still runs, which is waited for. */
static void linger(struct copy *copy)
{
    (void)copy;
    scene.running = true;
    scene.ready = true;
    machine_wake_cores();
    for (unsigned i = 0; i < LINGER_COUNT; i++) {
        machine_advance(LINGER_CYCLES);
        machine_point();
    }
    scene.running = false;
}

static void uninstall_once_called_back(void *argument)
{
    struct side *side = argument;

    while (!scene.ready) {
        machine_spin();
    }
    CHECK_EQ(esp_async_memcpy_uninstall(side->handle), ESP_OK);
    CHECK(!scene.running);
}

static void s22_uninstall_right_behind_a_callback(void)
{
    scene_open(1, 1);
    scene.sides[0].copies[0].in_callback = linger;
    sides_run(scene.sides, uninstall_once_called_back, submit_and_wait);
    pattern_fill(scene.sides[1].destinations[0].bytes, SIDE_BYTES, SIDE_PATTERN);
    scene_close();
}

/* While the one core calls back, the other one submits, also what nobody is called back for; the
 * order holds. */
static void submit_during_callback(void *argument)
{
    struct side *side = argument;

    while (!scene.running) {
        machine_spin();
    }
    CHECK_EQ(esp_async_memcpy(side->handle, side->copies[0].destination, side->copies[0].source,
                              side->copies[0].size_bytes, NULL, NULL),
             ESP_OK);
    copy_start(side->handle, &side->copies[1]);
    machine_advance(20000);
    CHECK_EQ(esp_async_memcpy(side->handle, side->copies[0].destination, side->copies[0].source,
                              side->copies[0].size_bytes, NULL, NULL),
             ESP_OK);
    CHECK_EQ(side->copies[1].calls, 0);
    scene.ready = true;
    copy_finish(&side->copies[1], 1);
}

static void s04_submit_beside_a_callback(void)
{
    scene_open(4, 2);
    scene.sides[0].count = 1;
    scene.sides[0].copies[0].in_callback = wait_for_other_core;
    sides_run(scene.sides, submit_during_callback, submit_and_wait);
    CHECK_EQ(scene.sides[0].copies[0].rank, 0);
    CHECK_EQ(scene.sides[1].copies[1].rank, 1);
    buffer_close(&scene.sides[0].destinations[1]);
    driver_uninstall(scene.sides[0].handle);
    scene_close();
}

/* Storms of both cores over the same channel pairs. */
struct storm {
    unsigned installed;
    bool installing;
};

static struct storm storms[SIDE_COUNT];

static void storm_install(async_memcpy_handle_t *handle, struct storm *mine)
{
    const struct storm *other = &storms[1 - (mine - storms)];
    unsigned most = mine->installed + other->installed + (other->installing ? 1 : 0);
    const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    esp_err_t error;

    mine->installing = true;
    error = esp_async_memcpy_install(&config, handle);
    mine->installing = false;
    if (error == ESP_OK) {
        mine->installed++;
        return;
    }
    CHECK_EQ(error, ESP_ERR_NOT_FOUND);
    CHECK(*handle == NULL);
    if (most < mine->installed + other->installed + (other->installing ? 1 : 0)) {
        most = mine->installed + other->installed + (other->installing ? 1 : 0);
    }
    CHECK(most + STORM_HANDLES >= platform_chip()->pair_count);
}

static void storm_step(struct side *side, async_memcpy_handle_t *handle, struct storm *mine)
{
    if (*handle == NULL) {
        storm_install(handle, mine);
    } else if (platform_random(3) != 0) {
        CHECK_EQ(esp_memcpy_blocking(*handle, side->destinations[0].bytes, side->source.bytes,
                                     1 + platform_random(SIDE_BYTES), -1),
                 ESP_OK);
    } else {
        driver_uninstall(*handle);
        *handle = NULL;
        mine->installed--;
    }
}

static void storm_on_core(void *argument)
{
    struct side *side = argument;
    struct storm *mine = &storms[side - scene.sides];
    async_memcpy_handle_t handles[STORM_HANDLES] = {NULL};

    for (unsigned step = 0; step < STORM_STEPS; step++) {
        storm_step(side, &handles[platform_random(STORM_HANDLES)], mine);
    }
    for (unsigned i = 0; i < STORM_HANDLES; i++) {
        if (handles[i] != NULL) {
            driver_uninstall(handles[i]);
        }
    }
    pattern_fill(side->destinations[0].bytes, SIDE_BYTES, SIDE_PATTERN);
}

static void s24_storms_from_two_cores(void)
{
    scene_open(0, 1);
    for (size_t core = 0; core < SIDE_COUNT; core++) {
        storms[core] = (struct storm){0, false};
    }
    sides_run(scene.sides, storm_on_core, storm_on_core);
    scene_close();
}

static void s24_two_lives_at_once(void)
{
    scene_open(0, 1);
    sides_run(scene.sides, side_live_once, side_live_once);
    scene_close();
}

/* The one that came last gives way: all pairs but one are held. */
static void try_to_live(void *argument)
{
    struct side *side = argument;
    const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    esp_err_t error = esp_async_memcpy_install(&config, &side->handle);

    if (error == ESP_OK) {
        side_block(side);
        driver_uninstall(side->handle);
        side->handle = NULL;
        scene.ready = true;
    } else {
        CHECK_EQ(error, ESP_ERR_NOT_FOUND);
        CHECK(side->handle == NULL);
        pattern_fill(side->destinations[0].bytes, SIDE_BYTES, SIDE_PATTERN);
    }
}

static void s24_one_pair_for_two_cores(void)
{
    const struct chip_engine *engine = port_chip()->ahb;
    unsigned held = platform_chip()->pair_count - 1;

    scene_open(0, 1);
    for (unsigned i = 0; i < held; i++) {
        CHECK(port_claim_pair(engine) >= 0);
    }
    sides_run(scene.sides, try_to_live, try_to_live);
    CHECK(scene.ready);
    for (unsigned i = 0; i < held; i++) {
        port_release_pair(engine, (int)i);
    }
    scene_close();
}

static const struct test_case with_timings[] = {
    {"S02 lost wake-up between cores", s02_submit_on_both},
    {"S02 lost wake-up between cores, without callbacks", s02_silent_on_both},
    {"S02 lost wake-up of tasks on both cores", s02_block_on_both},
    {"S02 lost wake-up beside submissions", s02_block_beside_submissions},
    {"S03 chains of callbacks from both cores", s03_chains_on_both},
    {"S04 submit beside a callback", s04_submit_beside_a_callback},
    {"S22 uninstall from the other core", s22_uninstall_from_the_other_core},
    {"S22 uninstall beside a callback", s22_uninstall_beside_a_callback},
    {"S22 uninstall right behind a callback", s22_uninstall_right_behind_a_callback},
    {"S24 storms from two cores", s24_storms_from_two_cores},
    {"S24 one channel pair for two cores", s24_one_pair_for_two_cores},
    {"callbacks on the core that installed", installed_on_the_other_core},
    {NULL, NULL},
};

static const struct test_case at_every_point[] = {
    {"S02 lost wake-up between cores", s02_submit_on_both_in_short},
    {"S02 lost wake-up between cores, without callbacks", s02_silent_on_both_in_short},
    {"S02 lost wake-up of tasks on both cores", s02_block_on_both_in_short},
    {"S22 uninstall from the other core", s22_uninstall_from_the_other_core},
    {"S24 two lives at once", s24_two_lives_at_once},
    {"S24 one channel pair for two cores", s24_one_pair_for_two_cores},
    {"callbacks on the core that installed", installed_on_the_other_core_in_short},
    {NULL, NULL},
};

/* The engine fails and does not stop while tasks on both cores wait for the one slot: both are
 * told. */
static void block_in_vain(void *argument)
{
    struct side *side = argument;

    CHECK_EQ(esp_memcpy_blocking(side->handle, side->copies[0].destination, side->copies[0].source,
                                 SIDE_BYTES, -1),
             ESP_ERR_INVALID_STATE);
}

static void s09_dead_driver_while_two_tasks_wait(void)
{
    enum { LONG_BYTES = 40000, SEEDS = 20, ALWAYS = 20000 };

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct buffer long_source;
        struct buffer long_destination;
        struct copy copy;

        fixture_power_on(0, fixture_options()->seed + seed);
        scene_open(1, 1);
        buffer_open(&long_source, LONG_BYTES, 0);
        buffer_open(&long_destination, LONG_BYTES, 0);
        copy = copy_of(long_destination.bytes, long_source.bytes, LONG_BYTES);
        fault_plan(FAULT_FLIP_OWNER, 12, 1);
        fault_plan(FAULT_NEVER_PARKS, 0, ALWAYS);
        copy_start(scene.sides[0].handle, &copy);
        sides_run(scene.sides, block_in_vain, block_in_vain);
        CHECK_EQ(copy.calls, 1);
        CHECK_EQ(copy.status, ESP_ERR_INVALID_STATE);
        machine_power_off();
    }
}

static const struct test_case dead_driver[] = {
    {"S09 engine that does not stop while tasks on both cores wait",
     s09_dead_driver_while_two_tasks_wait},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {with_timings, RUNNER_TIMINGS},
        {at_every_point, RUNNER_POINTS},
        {dead_driver, RUNNER_BARE},
        {NULL, RUNNER_BARE},
    };
    const struct runner_chip chips[] = {{"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "two cores", chips);
}
