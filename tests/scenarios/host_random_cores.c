/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random programs on two cores, over internal and external RAM, against an oracle. Both cores, the
 * callbacks and other interrupts submit copies of random sizes between random places, blocking and
 * not, while faults strike and while the CPU reads and writes islands between those places. The
 * oracle does each accepted copy at once in a shadow of both memories: in the end, and in every
 * callback as far as no later copy writes there, memory must be as the shadow.
 *
 * The order of submissions that run beside one another is open. Each of those who submit therefore
 * keeps to a zone of its own in both memories, and the order of callbacks is checked only between
 * submissions of which one ended before the other began. The zones meet in the middle of cache
 * lines.
 */
#include <stddef.h>
#include <string.h>

#include "buffer.h"
#include "check.h"
#include "copy.h"
#include "esp_async_memcpy.h"
#include "fault.h"
#include "fixture.h"
#include "machine_internal.h"
#include "platform.h"
#include "runner.h"

enum {
    ZONE_BYTES = 7003,
    INTERRUPT_ZONE_BYTES = 2017,
    ARENA_BYTES = 2 * ZONE_BYTES + INTERRUPT_ZONE_BYTES,
    PLACES = 2 * ARENA_BYTES, /* internal RAM, and behind it external RAM */
    INTERRUPT_ZONE = 2,       /* zones 0 and 1 are the tasks' of those cores */
    ISLANDS = 24,
    ISLAND_BYTES_MAX = 20,
    REQUESTS_MAX = 1000,
    STEPS = 60,
    PROGRAMS = 10,
    BACKLOG_MAX = 10,
    SMALL_BYTES_MAX = 200,
    LARGE_BYTES_MAX = 6000,
    TRIES_MAX = 200000,
};

enum state { TENTATIVE, REFUSED, ACCEPTED };

struct range {
    size_t at;
    size_t size_bytes;
};

struct request {
    size_t to;
    size_t from;
    size_t size_bytes;
    unsigned zone;
    unsigned began; /* ticks of the submission */
    unsigned ended; /* UINT32_MAX: not yet */
    unsigned seen;  /* how many others may have been in flight when it began */
    enum state state;
    bool has_callback;
    bool called;
    bool done;    /* certainly: it or a later one was called back, or a blocking copy returned */
    bool applied; /* to the shadow */
};

/* The program under way. */
struct program {
    async_memcpy_config_t config;
    async_memcpy_handle_t handle;
    struct buffer arenas[2];
    uint8_t shadow[PLACES];
    struct range
        islands[ISLANDS]; /* that only the CPU touches: even ones core 0, odd ones core 1 */
    struct request requests[REQUESTS_MAX];
    unsigned count;
    unsigned tick;
    unsigned home;            /* the core that installed */
    unsigned callback_chance; /* of 10 */
    bool lossy;               /* interrupts get lost: nobody may sleep for one */
};

static struct program program;

static bool ranges_overlap(size_t a, size_t a_size, size_t b, size_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

static uint8_t *real(size_t place)
{
    return &program.arenas[place / ARENA_BYTES].bytes[place % ARENA_BYTES];
}

static bool is_as_shadow(size_t place, size_t size_bytes)
{
    return memcmp(real(place), &program.shadow[place], size_bytes) == 0;
}

static void apply(struct request *request)
{
    if (!request->applied) {
        memmove(&program.shadow[request->to], &program.shadow[request->from], request->size_bytes);
        request->applied = true;
    }
}

/* All submissions that ended before this one began are done as well. */
static void mark_done(struct request *request)
{
    request->done = true;
    for (unsigned i = 0; i < program.count; i++) {
        struct request *earlier = &program.requests[i];

        if (earlier->state == ACCEPTED && earlier->ended < request->began) {
            CHECK(!earlier->has_callback || earlier->called);
            earlier->done = true;
        }
    }
}

static void check_content(const struct request *request)
{
    for (const struct request *later = request + 1; later != &program.requests[program.count];
         later++) {
        if (later->state != REFUSED &&
            ranges_overlap(later->to, later->size_bytes, request->to, request->size_bytes)) {
            return;
        }
    }
    CHECK(is_as_shadow(request->to, request->size_bytes));
}

static void check_islands(void)
{
    for (unsigned i = 0; i < ISLANDS; i++) {
        CHECK(is_as_shadow(program.islands[i].at, program.islands[i].size_bytes));
    }
}

/* A core writes a few of its own islands. */
static void write_islands(unsigned core)
{
    check_islands();
    for (unsigned i = core; i < ISLANDS; i += 2) {
        const struct range *island = &program.islands[i];

        if (platform_random(3) == 0) {
            pattern_fill(real(island->at), island->size_bytes, platform_random(1000));
            memcpy(&program.shadow[island->at], real(island->at), island->size_bytes);
        }
    }
}

static bool touches_island(size_t place, size_t size_bytes)
{
    for (unsigned i = 0; i < ISLANDS; i++) {
        if (ranges_overlap(place, size_bytes, program.islands[i].at,
                           program.islands[i].size_bytes)) {
            return true;
        }
    }
    return false;
}

static size_t zone_bytes(unsigned zone)
{
    return zone == INTERRUPT_ZONE ? INTERRUPT_ZONE_BYTES : ZONE_BYTES;
}

/* A random place of a zone, in either memory. */
static size_t choose_place(unsigned zone, size_t size_bytes)
{
    size_t in_zone = platform_random((uint32_t)(zone_bytes(zone) - size_bytes + 1));

    return (platform_random(3) == 0 ? 0 : ARENA_BYTES) + zone * (size_t)ZONE_BYTES + in_zone;
}

/* As near as the declared alignment allows; only destinations in external RAM must keep to it. */
static size_t align_down(size_t place)
{
    size_t align = program.config.psram_trans_align;

    return align == 0 || place < ARENA_BYTES ? place : place - (uintptr_t)real(place) % align;
}

static size_t choose_size(unsigned zone)
{
    size_t align = program.config.psram_trans_align;
    size_t size = 1 + platform_random(SMALL_BYTES_MAX);

    if (zone != INTERRUPT_ZONE && platform_random(10) == 0) {
        size = 1 + platform_random(LARGE_BYTES_MAX);
    }
    return align == 0 ? size : (size + align - 1) / align * align;
}

static bool is_in_zone(size_t place, size_t size_bytes, unsigned zone)
{
    size_t low = zone * (size_t)ZONE_BYTES;
    size_t at = place % ARENA_BYTES;

    return at >= low && at + size_bytes <= low + zone_bytes(zone);
}

/* Two places that neither overlap nor touch an island; requests often meet, since places are
 * few. */
static void choose_places(struct request *request)
{
    do {
        request->size_bytes = choose_size(request->zone);
        request->to = align_down(choose_place(request->zone, request->size_bytes));
        request->from = choose_place(request->zone, request->size_bytes);
    } while (!is_in_zone(request->to, request->size_bytes, request->zone) ||
             touches_island(request->to, request->size_bytes) ||
             touches_island(request->from, request->size_bytes) ||
             ranges_overlap(request->to, request->size_bytes, request->from, request->size_bytes));
}

/* How many may be in flight now. */
static unsigned count_in_flight_at_most(void)
{
    unsigned count = 0;

    for (unsigned i = 0; i < program.count; i++) {
        if (program.requests[i].state != REFUSED && !program.requests[i].done) {
            count++;
        }
    }
    return count;
}

static struct request *request_begin(unsigned zone)
{
    struct request *request = &program.requests[program.count];

    CHECK(program.count < REQUESTS_MAX);
    memset(request, 0, sizeof(*request));
    request->zone = zone;
    choose_places(request);
    request->has_callback = platform_random(10) < program.callback_chance;
    request->ended = UINT32_MAX;
    request->seen = count_in_flight_at_most();
    program.tick++;
    request->began = program.tick;
    program.count++;
    return request;
}

static unsigned count_begun_since(const struct request *request)
{
    unsigned count = 0;

    for (unsigned i = 0; i < program.count; i++) {
        if (program.requests[i].began > request->began && program.requests[i].state != REFUSED) {
            count++;
        }
    }
    return count;
}

static void request_end(struct request *request, esp_err_t error)
{
    program.tick++;
    request->ended = program.tick;
    if (error == ESP_OK) {
        request->state = ACCEPTED;
        apply(request);
    } else {
        CHECK_EQ(error, ESP_ERR_INVALID_STATE);
        CHECK(request->seen + count_begun_since(request) >= program.config.backlog);
        CHECK(!request->called);
        request->state = REFUSED;
    }
}

static bool has_room(void)
{
    return program.count < REQUESTS_MAX / 2;
}

static bool on_done(async_memcpy_handle_t handle, async_memcpy_event_t *event, void *cb_args);

static void submit(unsigned zone)
{
    struct request *request = request_begin(zone);

    request_end(request, esp_async_memcpy(program.handle, real(request->to), real(request->from),
                                          request->size_bytes,
                                          request->has_callback ? on_done : NULL, request));
}

static bool on_done(async_memcpy_handle_t handle, async_memcpy_event_t *event, void *cb_args)
{
    struct request *request = cb_args;

    CHECK(handle == program.handle);
    CHECK_EQ(machine_core(), program.home);
    CHECK(event->destination == real(request->to));
    CHECK(event->source == real(request->from));
    CHECK_EQ(event->size, request->size_bytes);
    CHECK_EQ(event->status, ESP_OK);
    CHECK(request->has_callback && !request->called && request->state != REFUSED);
    request->called = true;
    apply(request);
    mark_done(request);
    check_content(request);
    check_islands();
    while (platform_random(4) == 0 && has_room()) {
        submit(INTERRUPT_ZONE);
    }
    machine_wake_cores();
    return platform_random(2) == 0;
}

static void submit_in_interrupt(void *argument)
{
    (void)argument;
    submit(INTERRUPT_ZONE);
}

/* Nothing of a zone is in flight: the CPU looks at all of it, and writes into it. */
static void scribble(unsigned zone)
{
    size_t low = zone * (size_t)ZONE_BYTES;

    for (size_t memory = 0; memory < 2; memory++) {
        size_t size = 1 + platform_random(300);
        size_t at = memory * ARENA_BYTES + low + platform_random((uint32_t)(ZONE_BYTES - size));

        CHECK(is_as_shadow(memory * ARENA_BYTES + low, ZONE_BYTES));
        if (!touches_island(at, size)) {
            pattern_fill(real(at), size, platform_random(1000));
            memcpy(&program.shadow[at], real(at), size);
        }
    }
}

static void block(unsigned zone)
{
    struct request *request = request_begin(zone);

    request->has_callback = false;
    CHECK_EQ(esp_memcpy_blocking(program.handle, real(request->to), real(request->from),
                                 request->size_bytes, -1),
             ESP_OK);
    request_end(request, ESP_OK);
    mark_done(request);
    check_content(request);
    scribble(zone);
}

static bool all_are_called(unsigned zone)
{
    for (unsigned i = 0; i < program.count; i++) {
        const struct request *request = &program.requests[i];

        if (request->zone == zone && request->state == ACCEPTED && request->has_callback &&
            !request->called) {
            return false;
        }
    }
    return true;
}

static void pass_time(void)
{
    machine_advance(platform_random(400));
    for (unsigned i = platform_random(8); i != 0; i--) {
        machine_point();
    }
}

/* Any call notices what a lost interrupt has left behind, such as one more submission. */
static void wait_for_callbacks(unsigned zone, unsigned own_zone)
{
    for (unsigned i = 0; !all_are_called(zone); i++) {
        CHECK(i < TRIES_MAX);
        pass_time();
        if (program.lossy && i % 64 == 63) {
            submit(own_zone);
        }
    }
}

static void step(unsigned core)
{
    uint32_t choice = platform_random(20);

    if (choice < 11) {
        submit(core);
    } else if (choice < 14) {
        pass_time();
    } else if (choice < 16) {
        write_islands(core);
    } else if (choice < 18 && !program.lossy) {
        block(core);
    } else if (choice < 19 && core == program.home) {
        platform_run_in_interrupt(submit_in_interrupt, NULL);
    } else {
        wait_for_callbacks(core, core);
    }
}

static void run_steps(void *argument)
{
    const unsigned *core = argument;

    for (unsigned at = 0; at < STEPS && has_room(); at++) {
        step(*core);
    }
    wait_for_callbacks(*core, *core);
}

static void install(void *argument)
{
    (void)argument;
    program.handle = driver_install_with(&program.config);
}

static void choose_config(void)
{
    static const size_t blocks[] = {0, 0, 0, 0, 16, 32, 64};
    enum { BLOCK_COUNT = sizeof(blocks) / sizeof(blocks[0]) };

    program.config.backlog = 1 + platform_random(BACKLOG_MAX);
    program.config.psram_trans_align = blocks[platform_random(BLOCK_COUNT)];
    if (program.config.psram_trans_align == 0) {
        program.config.dma_burst_size = blocks[platform_random(BLOCK_COUNT)];
    }
}

static void program_open(void)
{
    memset(&program, 0, sizeof(program));
    choose_config();
    program.callback_chance = platform_random(11);
    program.home = platform_random(2);
    for (size_t i = 0; i < 2; i++) {
        struct buffer *arena = &program.arenas[i];

        buffer_open_in(arena, i == 0 ? BUFFER_INTERNAL : BUFFER_EXTERNAL, ARENA_BYTES,
                       platform_random(64));
        pattern_fill(arena->bytes, ARENA_BYTES, platform_random(1000));
        memcpy(&program.shadow[i * ARENA_BYTES], arena->bytes, ARENA_BYTES);
    }
    for (unsigned i = 0; i < ISLANDS; i++) {
        struct range *island = &program.islands[i];

        island->size_bytes = 1 + platform_random(ISLAND_BYTES_MAX);
        island->at = (i % 4 == 0 ? 0 : ARENA_BYTES) +
                     platform_random((uint32_t)(ARENA_BYTES - island->size_bytes));
    }
    if (program.home == 0) {
        install(NULL);
    } else {
        machine_start_core(1, install, NULL);
        machine_join_core(1);
    }
}

/* Islands of two cores must not overlap; those of later number give way. */
static void part_islands(void)
{
    for (unsigned i = 0; i < ISLANDS; i++) {
        for (unsigned j = 0; j < i; j++) {
            struct range *island = &program.islands[i];

            if (ranges_overlap(island->at, island->size_bytes, program.islands[j].at,
                               program.islands[j].size_bytes)) {
                *island = program.islands[j];
                island->size_bytes = 0;
                break;
            }
        }
    }
}

/* Faults that must not be noticed, strike once or now and then. Where RESTART uses its address,
 * each append to a list that has ended is an error of its own; with a planned one these are two. */
static void plan_faults(void)
{
    static const enum fault_kind kinds[] = {FAULT_SPURIOUS_INTERRUPT, FAULT_DOUBLE_INTERRUPT,
                                            FAULT_DELAY_INTERRUPT,    FAULT_LOSE_INTERRUPT,
                                            FAULT_FLIP_OWNER,         FAULT_BAD_NEXT};
    enum fault_kind kind = kinds[platform_random(sizeof(kinds) / sizeof(kinds[0]))];
    bool is_error = kind == FAULT_FLIP_OWNER || kind == FAULT_BAD_NEXT;

    if (platform_random(3) == 0 || (is_error && machine_has_variant(MACHINE_RESTART_USES_ADDR))) {
        return;
    }
    program.lossy = kind == FAULT_LOSE_INTERRUPT;
    fault_plan(kind, platform_random(100), is_error ? 1 : 1 + platform_random(20));
}

static void program_close(void)
{
    wait_for_callbacks(INTERRUPT_ZONE, 0);
    wait_for_callbacks(0, 0);
    wait_for_callbacks(1, 0);
    fault_forget_all();
    driver_uninstall(program.handle);
    CHECK(is_as_shadow(0, ARENA_BYTES));
    CHECK(is_as_shadow(ARENA_BYTES, ARENA_BYTES));
    buffer_close(&program.arenas[1]);
    buffer_close(&program.arenas[0]);
}

static void random_programs(void)
{
    static unsigned cores[] = {0, 1};

    for (unsigned i = 0; i < PROGRAMS; i++) {
        program_open();
        part_islands();
        plan_faults();
        machine_start_core(1, run_steps, &cores[1]);
        run_steps(&cores[0]);
        machine_join_core(1);
        program_close();
    }
}

static const struct test_case scenarios[] = {
    {"random programs on two cores", random_programs},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {scenarios, RUNNER_TIMINGS},
        {NULL, RUNNER_BARE},
    };
    const struct runner_chip chips[] = {{"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "random on two cores", chips);
}
