/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random programs against an oracle. A program submits copies of random sizes between random places
 * of one arena, from a task, from callbacks and from other interrupts, with and without callbacks,
 * blocking and not, while faults strike. The oracle does each accepted copy at once in a shadow of
 * the arena: in the end, and in every callback as far as no later copy writes there, the arena must
 * be as the shadow.
 *
 * The order of a submission and of one that interrupts it is open. The interrupting one therefore
 * keeps to a zone of the arena of its own, and the order of callbacks is checked only between
 * submissions of which one ended before the other began.
 */
#include <stddef.h>
#include <string.h>

#include "buffer.h"
#include "check.h"
#include "copy.h"
#include "esp_async_memcpy.h"
#include "fault.h"
#include "fixture.h"
#include "platform.h"
#include "runner.h"

enum {
    ZONE_BYTES = 12288,
    NESTED_ZONE_BYTES = 2048,
    ARENA_BYTES = ZONE_BYTES + NESTED_ZONE_BYTES,
    REQUESTS_MAX = 400,
    STEPS = 60,
    PROGRAMS = 12,
    BACKLOG_MAX = 10,
    SMALL_BYTES_MAX = 150,
    LARGE_BYTES_MAX = 6000,
};

enum state { TENTATIVE, REFUSED, ACCEPTED };

struct request {
    size_t to;
    size_t from;
    size_t size_bytes;
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
    async_memcpy_handle_t handle;
    struct buffer arena;
    uint8_t shadow[ARENA_BYTES];
    struct request requests[REQUESTS_MAX];
    unsigned count;
    unsigned tick;
    unsigned backlog;
    size_t align;
    bool submitting;          /* a submission of the task is under way */
    unsigned callback_chance; /* of 10 */
};

static struct program program;

static bool ranges_overlap(size_t a, size_t a_size, size_t b, size_t b_size)
{
    return a < b + b_size && b < a + a_size;
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
    for (unsigned i = 0; i < program.count; i++) {
        const struct request *later = &program.requests[i];

        if (later > request && later->state != REFUSED &&
            ranges_overlap(later->to, later->size_bytes, request->to, request->size_bytes)) {
            return;
        }
    }
    CHECK(memcmp(&program.arena.bytes[request->to], &program.shadow[request->to],
                 request->size_bytes) == 0);
}

static size_t choose_size(size_t zone_bytes)
{
    size_t size = 1 + platform_random(SMALL_BYTES_MAX);

    if (zone_bytes == ZONE_BYTES && platform_random(12) == 0) {
        size = 1 + platform_random(LARGE_BYTES_MAX);
    }
    return (size + program.align - 1) / program.align * program.align;
}

/* Chooses two places that do not overlap; requests often meet, since places are few. */
static void choose_places(struct request *request, size_t zone, size_t zone_bytes)
{
    do {
        request->size_bytes = choose_size(zone_bytes);
        request->to = zone + platform_random((uint32_t)(zone_bytes - request->size_bytes + 1)) /
                                 program.align * program.align;
        request->from = zone + platform_random((uint32_t)(zone_bytes - request->size_bytes + 1));
    } while (ranges_overlap(request->to, request->size_bytes, request->from, request->size_bytes));
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

static struct request *request_begin(void)
{
    struct request *request = &program.requests[program.count];

    CHECK(program.count < REQUESTS_MAX);
    memset(request, 0, sizeof(*request));
    if (program.submitting) {
        choose_places(request, ZONE_BYTES, NESTED_ZONE_BYTES);
    } else {
        choose_places(request, 0, ZONE_BYTES);
    }
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
        CHECK(request->seen + count_begun_since(request) >= program.backlog);
        CHECK(!request->called);
        request->state = REFUSED;
    }
}

static bool on_done(async_memcpy_handle_t handle, async_memcpy_event_t *event, void *cb_args);

static void submit(void)
{
    struct request *request = request_begin();
    esp_err_t error = esp_async_memcpy(program.handle, &program.arena.bytes[request->to],
                                       &program.arena.bytes[request->from], request->size_bytes,
                                       request->has_callback ? on_done : NULL, request);

    request_end(request, error);
}

static bool has_room(void)
{
    return program.count < REQUESTS_MAX - 2;
}

static bool on_done(async_memcpy_handle_t handle, async_memcpy_event_t *event, void *cb_args)
{
    struct request *request = cb_args;

    CHECK(handle == program.handle);
    CHECK(event->data == NULL);
    CHECK(event->destination == &program.arena.bytes[request->to]);
    CHECK(event->source == &program.arena.bytes[request->from]);
    CHECK_EQ(event->size, request->size_bytes);
    CHECK_EQ(event->status, ESP_OK);
    CHECK(request->has_callback && !request->called && request->state != REFUSED);
    request->called = true;
    apply(request);
    mark_done(request);
    check_content(request);
    while (platform_random(3) == 0 && has_room()) {
        submit();
    }
    return platform_random(2) == 0;
}

static void submit_in_interrupt(void *argument)
{
    (void)argument;
    submit();
}

static void submit_from_task(void)
{
    /* Callbacks inside this call keep to their own zone. */
    struct request *request = request_begin();
    esp_err_t error;

    program.submitting = true;
    error = esp_async_memcpy(program.handle, &program.arena.bytes[request->to],
                             &program.arena.bytes[request->from], request->size_bytes,
                             request->has_callback ? on_done : NULL, request);
    request_end(request, error);
    program.submitting = false;
    if (error != ESP_OK && platform_random(2) == 0) {
        platform_pass_time();
    }
}

static void block(void)
{
    struct request *request = request_begin();

    request->has_callback = false;
    program.submitting = true;
    CHECK_EQ(esp_memcpy_blocking(program.handle, &program.arena.bytes[request->to],
                                 &program.arena.bytes[request->from], request->size_bytes, -1),
             ESP_OK);
    request_end(request, ESP_OK);
    program.submitting = false;
    mark_done(request);
    check_content(request);
}

static bool all_are_called(void *context)
{
    (void)context;
    for (unsigned i = 0; i < program.count; i++) {
        const struct request *request = &program.requests[i];

        if (request->state == ACCEPTED && request->has_callback && !request->called) {
            return false;
        }
    }
    return true;
}

static void step(void)
{
    uint32_t choice = platform_random(20);

    if (choice < 14) {
        submit_from_task();
    } else if (choice < 16) {
        platform_pass_time();
    } else if (choice < 17) {
        block();
    } else if (choice < 18) {
        platform_run_in_interrupt(submit_in_interrupt, NULL);
    } else {
        CHECK(platform_wait_until(all_are_called, NULL));
    }
}

static void program_open(void)
{
    static const size_t aligns[] = {0, 0, 0, 1, 2, 4, 16, 64};
    size_t align = aligns[platform_random(sizeof(aligns) / sizeof(aligns[0]))];

    memset(&program, 0, sizeof(program));
    program.backlog = 1 + platform_random(BACKLOG_MAX);
    program.align = align == 0 ? 1 : align;
    program.callback_chance = platform_random(11);
    program.handle = driver_install(program.backlog, align);
    buffer_open(&program.arena, ARENA_BYTES, 0);
    pattern_fill(program.arena.bytes, ARENA_BYTES, platform_random(1000));
    memcpy(program.shadow, program.arena.bytes, ARENA_BYTES);
}

/* Faults that must not be noticed, strike once or now and then. */
static void plan_faults(void)
{
    static const enum fault_kind kinds[] = {FAULT_SPURIOUS_INTERRUPT, FAULT_DOUBLE_INTERRUPT,
                                            FAULT_DELAY_INTERRUPT, FAULT_FLIP_OWNER,
                                            FAULT_BAD_NEXT};
    enum fault_kind kind = kinds[platform_random(sizeof(kinds) / sizeof(kinds[0]))];
    bool is_error = kind == FAULT_FLIP_OWNER || kind == FAULT_BAD_NEXT;

    if (platform_random(2) == 0) {
        fault_plan(kind, platform_random(100), is_error ? 1 : 1 + platform_random(20));
    }
}

static void program_close(void)
{
    CHECK(platform_wait_until(all_are_called, NULL));
    fault_forget_all();
    driver_uninstall(program.handle);
    CHECK(memcmp(program.arena.bytes, program.shadow, ARENA_BYTES) == 0);
    buffer_close(&program.arena);
}

static void random_programs(void)
{
    for (unsigned i = 0; i < PROGRAMS; i++) {
        program_open();
        plan_faults();
        for (unsigned at = 0; at < STEPS && has_room(); at++) {
            step();
        }
        program_close();
    }
}

static const struct test_case scenarios[] = {
    {"random programs", random_programs},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {scenarios, RUNNER_TIMINGS},
        {NULL, RUNNER_BARE},
    };

    return runner_main(argc, argv, "random", suites);
}
