/* SPDX-License-Identifier: Apache-2.0 */
/* S11, S16 and S40: two cores and external RAM. */
#include <stddef.h>

#include "buffer.h"
#include "check.h"
#include "copy.h"
#include "fixture.h"
#include "platform.h"
#include "runner.h"
#include "sides.h"

enum { COUNT = SIDE_COPIES_MAX, LINE_MAX = 64 };

struct scene {
    struct side sides[SIDE_COUNT];
    bool ready; /* what the other core waits for */
};

static struct scene scene;

static void scene_close(void)
{
    for (size_t core = 0; core < SIDE_COUNT; core++) {
        side_close(&scene.sides[core]);
    }
}

/* The other core writes what lies beside the destination, all the time. */
struct neighbourhood {
    struct buffer room;
    size_t at;
    size_t size_bytes;
    uint32_t pattern; /* that the neighbours hold in the end */
};

static struct neighbourhood neighbourhood;

static void write_neighbours(void *argument)
{
    struct neighbourhood *place = &neighbourhood;
    uint32_t round = 0;

    (void)argument;
    do {
        place->pattern = 100 + round;
        for (size_t i = 0; i < place->room.size_bytes; i++) {
            if (i < place->at || i >= place->at + place->size_bytes) {
                place->room.bytes[i] = pattern_byte(place->pattern, i);
            }
            if (i % 16 == 15) {
                machine_point();
            }
        }
        round++;
    } while (!scene.ready && round < 50);
}

static void copy_beside_writes(void *argument)
{
    struct side *side = argument;

    for (unsigned i = 0; i < side->count; i++) {
        struct copy *copy = &side->copies[0];

        buffer_reset(&side->source);
        pattern_fill(side->source.bytes, SIDE_BYTES, SIDE_PATTERN);
        *copy = copy_of(neighbourhood.room.bytes + neighbourhood.at, side->source.bytes,
                        neighbourhood.size_bytes);
        copy_start(side->handle, copy);
        copy_finish(copy, 1);
        pattern_check(copy->destination, copy->size_bytes, SIDE_PATTERN);
    }
    scene.ready = true;
}

static void check_neighbours(size_t at, size_t size_bytes, size_t rounds)
{
    struct neighbourhood *place = &neighbourhood;

    scene = (struct scene){.ready = false};
    side_open(&scene.sides[0], 0);
    scene.sides[0].count = rounds;
    scene.sides[0].handle = driver_install(2, 0);
    place->at = at;
    place->size_bytes = size_bytes;
    buffer_open_in(&place->room, BUFFER_EXTERNAL, 4 * (size_t)LINE_MAX, 0);
    machine_start_core(1, write_neighbours, NULL);
    copy_beside_writes(&scene.sides[0]);
    machine_join_core(1);
    for (size_t i = 0; i < place->room.size_bytes; i++) {
        bool inside = i >= at && i < at + size_bytes;

        CHECK_EQ(place->room.bytes[i],
                 inside ? pattern_byte(SIDE_PATTERN, i - at) : pattern_byte(place->pattern, i));
    }
    driver_uninstall(scene.sides[0].handle);
    buffer_close(&place->room);
    scene.sides[0].count = 0;
    side_close(&scene.sides[0]);
}

static void s11_neighbours_written_by_the_other_core(void)
{
    for (unsigned i = 0; i < 4; i++) {
        check_neighbours(LINE_MAX + platform_random(LINE_MAX), 1 + platform_random(SIDE_BYTES), 4);
    }
}

static void s11_neighbours_written_by_the_other_core_in_short(void)
{
    check_neighbours(LINE_MAX + 9, 70, 1);
}

/* Each core has a driver of its own, and their destinations meet in the middle of a line. */
static void copy_to_room(void *argument)
{
    struct side *side = argument;
    size_t mine = (size_t)(side - scene.sides);

    side->handle = driver_install(2, 0);
    for (unsigned i = 0; i < side->count; i++) {
        struct copy *copy = &side->copies[0];

        *copy = copy_of(neighbourhood.room.bytes + mine * neighbourhood.at, side->source.bytes,
                        neighbourhood.at);
        copy_start(side->handle, copy);
        copy_finish(copy, 1);
        pattern_check(copy->destination, copy->size_bytes, SIDE_PATTERN);
    }
    driver_uninstall(side->handle);
}

static void check_two_drivers_in_one_line(size_t at, size_t rounds)
{
    struct neighbourhood *place = &neighbourhood;

    scene = (struct scene){.ready = false};
    place->at = at;
    buffer_open_in(&place->room, BUFFER_EXTERNAL, 2 * at, 5);
    for (size_t core = 0; core < SIDE_COUNT; core++) {
        side_open(&scene.sides[core], 0);
        scene.sides[core].count = rounds;
    }
    sides_run(scene.sides, copy_to_room, copy_to_room);
    for (size_t core = 0; core < SIDE_COUNT; core++) {
        pattern_check(place->room.bytes + core * at, at, SIDE_PATTERN);
        scene.sides[core].count = 0;
        side_close(&scene.sides[core]);
    }
    buffer_close(&place->room);
}

static void s11_two_drivers_in_one_line(void)
{
    for (unsigned i = 0; i < 4; i++) {
        check_two_drivers_in_one_line(1 + platform_random(SIDE_BYTES), 3);
    }
}

static void s11_two_drivers_in_one_line_in_short(void)
{
    check_two_drivers_in_one_line(75, 1);
}

/* One core copies A to B, the other one, told of it, B to C, all through external RAM. */
static void copy_first(void *argument)
{
    struct side *side = argument;

    copy_start(side->handle, &side->copies[0]);
    scene.ready = true;
    machine_wake_cores();
    copy_finish(side->copies, 1);
}

static void copy_second(void *argument)
{
    struct side *side = argument;

    while (!scene.ready) {
        machine_spin();
    }
    side->copies[0].source = scene.sides[0].copies[0].destination;
    copy_start(side->handle, &side->copies[0]);
    copy_finish(side->copies, 1);
}

static void s16_chain_over_both_cores(void)
{
    scene = (struct scene){.ready = false};
    for (size_t core = 0; core < SIDE_COUNT; core++) {
        side_open(&scene.sides[core], 1);
    }
    scene.sides[0].handle = driver_install(2, 0);
    scene.sides[1].handle = scene.sides[0].handle;
    sides_run(scene.sides, copy_second, copy_first);
    CHECK_EQ(esp_async_memcpy_uninstall(scene.sides[0].handle), ESP_OK);
    scene_close();
}

/* Cache maintenance of two drivers on two cores, in tasks, in both interrupts, and in an interrupt
 * that submits in the middle of all: the machine tells of operations that meet. */
static void submit_first(void *argument)
{
    struct side *side = argument;

    CHECK_EQ(copy_submit(side->handle, &side->copies[0]), ESP_OK);
}

static void maintain(void *argument)
{
    struct side *side = argument;
    struct copy *from_interrupt = &side->copies[0];

    side->handle = driver_install(COUNT, 0);
    for (unsigned round = 0; round < side->count; round++) {
        platform_run_in_interrupt(submit_first, side);
        for (size_t i = 1; i < COUNT; i++) {
            copy_start(side->handle, &side->copies[i]);
        }
        copy_finish(from_interrupt, COUNT);
    }
    driver_uninstall(side->handle);
}

static void s40_maintenance_everywhere(void)
{
    scene = (struct scene){.ready = false};
    for (size_t core = 0; core < SIDE_COUNT; core++) {
        struct side *side = &scene.sides[core];

        side_open(side, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            buffer_close(&side->destinations[i]);
            buffer_open_in(&side->destinations[i], BUFFER_EXTERNAL, SIDE_BYTES, 7 * i + 3);
            side->copies[i] = copy_of(side->destinations[i].bytes, side->source.bytes,
                                      SIDE_BYTES - i);
        }
    }
    sides_run(scene.sides, maintain, maintain);
    scene_close();
}

/* Once on each core. */
static void s40_maintenance_on_both(void)
{
    scene = (struct scene){.ready = false};
    for (size_t core = 0; core < SIDE_COUNT; core++) {
        struct side *side = &scene.sides[core];

        side_open(side, 1);
        buffer_close(&side->destinations[0]);
        buffer_open_in(&side->destinations[0], BUFFER_EXTERNAL, SIDE_BYTES, 3);
        side->copies[0] = copy_of(side->destinations[0].bytes, side->source.bytes, SIDE_BYTES);
    }
    sides_run(scene.sides, side_live_once, side_live_once);
    scene_close();
}

static const struct test_case with_timings[] = {
    {"S11 neighbours written by the other core", s11_neighbours_written_by_the_other_core},
    {"S11 two drivers in one line", s11_two_drivers_in_one_line},
    {"S16 chain over both cores", s16_chain_over_both_cores},
    {"S40 cache maintenance everywhere", s40_maintenance_everywhere},
    {NULL, NULL},
};

static const struct test_case at_every_point[] = {
    {"S11 neighbours written by the other core", s11_neighbours_written_by_the_other_core_in_short},
    {"S11 two drivers in one line", s11_two_drivers_in_one_line_in_short},
    {"S16 chain over both cores", s16_chain_over_both_cores},
    {"S40 cache maintenance on both cores", s40_maintenance_on_both},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {with_timings, RUNNER_TIMINGS},
        {at_every_point, RUNNER_POINTS},
        {NULL, RUNNER_BARE},
    };
    const struct runner_chip chips[] = {{"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "two cores and external RAM", chips);
}
