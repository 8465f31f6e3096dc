/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "program.h"
#include "soak.h"

enum {
    TRIES_MAX = 12,
    SIZE_LARGE_MAX = 6000,
    SIZE_MIDDLE_MAX = 300,
    SIZE_SMALL_MAX = 48,
    SCRIBBLE_BYTES_MAX = 120,
};

/* What is known of a byte. */
enum knowledge {
    KNOWN,
    UNKNOWN, /* whatever it was when it was last written; it must stay */
    LOST,    /* a dead driver's engine may write there for ever */
};

static struct {
    uint8_t *arenas[ORACLE_ARENAS];
    uint8_t shadow[ORACLE_PLACES];
    uint8_t knowledge[ORACLE_PLACES];
    uint8_t in_flight[ORACLE_PLACES]; /* scratch of oracle_verify() */
    struct request requests[ORACLE_LIVE_MAX];
    struct request *order[ORACLE_LIVE_MAX]; /* the live ones, the first begun first */
    unsigned count;
    uint32_t tick;
    bool any_lost;
} oracle;

static const uint8_t all_known[ORACLE_PLACES];

static bool ranges_overlap(size_t a, size_t a_bytes, size_t b, size_t b_bytes)
{
    return a < b + b_bytes && b < a + a_bytes;
}

void oracle_open(uint8_t *const arenas[ORACLE_ARENAS])
{
    memset(&oracle, 0, sizeof(oracle));
    for (size_t i = 0; i < ORACLE_ARENAS; i++) {
        oracle.arenas[i] = arenas[i];
        for (size_t at = 0; at < ORACLE_ARENA_BYTES; at++) {
            arenas[i][at] = program_random_byte();
        }
        memcpy(&oracle.shadow[i * ORACLE_ARENA_BYTES], arenas[i], ORACLE_ARENA_BYTES);
    }
}

uint8_t *oracle_real(size_t place)
{
    return &oracle.arenas[place / ORACLE_ARENA_BYTES][place % ORACLE_ARENA_BYTES];
}

uint32_t oracle_tick(void)
{
    return ++oracle.tick;
}

static size_t align_of(const struct driver *driver, size_t place)
{
    size_t align = place < ORACLE_ARENA_BYTES || program_cores() == 1
                       ? driver->config.sram_trans_align
                       : driver->config.psram_trans_align;
    return align == 0 ? 1 : align;
}

static size_t choose_size(void)
{
    if (program_random(256) < program.large) {
        return 1 + program_random(SIZE_LARGE_MAX);
    }
    return 1 + program_random(program_random(8) == 0 ? SIZE_MIDDLE_MAX : SIZE_SMALL_MAX);
}

/* Whether a range lies between the margins of one arena. */
static bool is_inside(size_t place, size_t size_bytes)
{
    size_t at = place % ORACLE_ARENA_BYTES;
    return at >= ORACLE_MARGIN_BYTES &&
           at + size_bytes <= (size_t)ORACLE_ARENA_BYTES - ORACLE_MARGIN_BYTES;
}

/* A random place, often one where something has to do with what is in flight. */
static size_t choose_place(size_t size_bytes)
{
    if (oracle.count != 0 && program_random(3) == 0) {
        const struct request *near = oracle.order[program_random(oracle.count)];
        size_t place = program_random(2) == 0 ? near->to : near->from;
        place += program_random((uint32_t)near->size_bytes + 16);
        return place > size_bytes / 2 ? place - size_bytes / 2 : place;
    }
    size_t most = (size_t)ORACLE_ARENA_BYTES - 2 * (size_t)ORACLE_MARGIN_BYTES - size_bytes + 1;
    return program_random(ORACLE_ARENAS) * (size_t)ORACLE_ARENA_BYTES + ORACLE_MARGIN_BYTES +
           program_random((uint32_t)most);
}

/* Whether the effect of two requests depends on their order. */
static bool depend(const struct request *a, const struct request *b)
{
    return ranges_overlap(a->to, a->size_bytes, b->to, b->size_bytes) ||
           ranges_overlap(a->to, a->size_bytes, b->from, b->size_bytes) ||
           ranges_overlap(a->from, a->size_bytes, b->to, b->size_bytes);
}

static bool touches_lost(size_t place, size_t size_bytes)
{
    return oracle.any_lost && memchr(&oracle.knowledge[place], LOST, size_bytes) != NULL;
}

/* Whether a request keeps clear of those without an order to it. */
static bool is_free(const struct request *request)
{
    for (unsigned i = 0; i < oracle.count; i++) {
        const struct request *other = oracle.order[i];
        bool unordered = other->driver != request->driver || other->ended == TICK_NEVER;
        if (!other->applied && unordered && depend(request, other)) {
            return false;
        }
    }
    return !touches_lost(request->to, request->size_bytes) &&
           !touches_lost(request->from, request->size_bytes);
}

static bool choose_places(struct request *request)
{
    for (unsigned tries = 0; tries < TRIES_MAX; tries++) {
        size_t size = choose_size();
        size_t to = choose_place(size);
        size_t from = choose_place(size);
        if (!is_inside(to, size) || !is_inside(from, size)) {
            continue;
        }
        size_t align = align_of(request->driver, to);
        size = size < align ? align : size - size % align;
        to -= (uintptr_t)oracle_real(to) % align;
        request->to = to;
        request->from = from;
        request->size_bytes = size;
        if (is_inside(to, size) && is_inside(from, size) && !ranges_overlap(to, size, from, size) &&
            is_free(request)) {
            return true;
        }
    }
    return false;
}

static struct request *find_unused(void)
{
    for (unsigned i = 0; i < ORACLE_LIVE_MAX; i++) {
        if (!oracle.requests[i].live) {
            return &oracle.requests[i];
        }
    }
    return NULL;
}

uint32_t oracle_count_in_flight(const struct driver *driver)
{
    uint32_t count = driver->lingering;
    for (unsigned i = 0; i < oracle.count; i++) {
        count += oracle.order[i]->driver == driver && !oracle.order[i]->told;
    }
    return count;
}

struct request *oracle_begin(struct driver *driver, enum request_kind kind)
{
    struct request *request = find_unused();
    if (request == NULL) {
        return NULL;
    }
    memset(request, 0, sizeof(*request));
    request->driver = driver;
    request->kind = kind;
    if (!choose_places(request)) {
        return NULL;
    }
    request->live = true;
    request->seen = oracle_count_in_flight(driver);
    request->began = oracle_tick();
    request->ended = TICK_NEVER;
    driver->begun++;
    driver->submitting++;
    request->begun_before = driver->begun;
    program_trace("begins", driver, request, request->seen);
    oracle.order[oracle.count] = request;
    oracle.count++;
    return request;
}

static void forget(struct request *request)
{
    unsigned at = 0;
    while (oracle.order[at] != request) {
        at++;
    }
    oracle.count--;
    for (; at < oracle.count; at++) {
        oracle.order[at] = oracle.order[at + 1];
    }
    request->live = false;
}

/* Gives up a request that nothing more is to be learnt about. */
static void forget_if_done(struct request *request)
{
    if (request->applied && request->told && request->waiters == 0 &&
        request->ended != TICK_NEVER) {
        forget(request);
    }
}

static bool is_destination_of_other(const struct request *request, size_t place, size_t size_bytes)
{
    for (unsigned i = 0; i < oracle.count; i++) {
        const struct request *other = oracle.order[i];
        if (other != request && !other->applied &&
            ranges_overlap(place, size_bytes, other->to, other->size_bytes)) {
            return true;
        }
    }
    return false;
}

_Noreturn static void fail_at(size_t place, const struct request *request)
{
    char text[300];
    size_t in_request = request == NULL ? 0 : place - request->to;
    (void)snprintf(text, sizeof(text),
                   "byte %zu of the arena in %s RAM at %p, %s%zu of %zu: 0x%02X, not 0x%02X",
                   place % ORACLE_ARENA_BYTES,
                   place < ORACLE_ARENA_BYTES || program_cores() == 1 ? "internal" : "external",
                   (void *)oracle_real(place),
                   request == NULL ? "of no copy in flight, " : "destination byte ", in_request,
                   request == NULL ? 0 : request->size_bytes, *oracle_real(place),
                   oracle.shadow[place]);
    soak_fail(text);
}

static bool is_as_shadow(size_t place, size_t size_bytes)
{
    return memcmp(oracle_real(place), &oracle.shadow[place], size_bytes) == 0;
}

/* What stands in external RAM itself, behind the cache, where a chip's other engines read it; if
 * there is none, what the CPU sees. */
static const uint8_t *behind_cache(size_t place)
{
    const struct memory_external *external = memory_external();
    uintptr_t offset = (uintptr_t)oracle_real(place) - external->base;
    return offset < external->size_bytes ? &external->store[offset] : oracle_real(place);
}

/* Nothing is written to a request's destination any more, but by others: checks what is known, and
 * takes over what is not. */
static void look_at(const struct request *request)
{
    size_t size = request->size_bytes;
    bool alone = !is_destination_of_other(request, request->to, size);
    if (alone && memcmp(&oracle.knowledge[request->to], all_known, size) == 0 &&
        is_as_shadow(request->to, size)) {
        return;
    }
    for (size_t place = request->to; place < request->to + size; place++) {
        if (oracle.knowledge[place] == LOST ||
            (!alone && is_destination_of_other(request, place, 1))) {
            continue;
        }
        if (oracle.knowledge[place] == UNKNOWN) {
            oracle.shadow[place] = *oracle_real(place);
            oracle.knowledge[place] = KNOWN;
        } else if (oracle.shadow[place] != *oracle_real(place)) {
            fail_at(place, request);
        }
    }
}

/* A copy that ended well is in place for everyone, not only for the CPU. */
static void look_behind_cache(const struct request *request)
{
    for (size_t place = request->to; place < request->to + request->size_bytes; place++) {
        if (oracle.knowledge[place] == KNOWN && *behind_cache(place) != oracle.shadow[place] &&
            !is_destination_of_other(request, place, 1)) {
            soak_fail_numbers("a byte has not reached external RAM; byte, of so many",
                              (int64_t)(place - request->to), (int64_t)request->size_bytes);
        }
    }
}

/* Whether a destination is, as far as can be seen, as after ESP_OK. */
static bool is_as_good(const struct request *request)
{
    for (size_t i = 0; i < request->size_bytes; i++) {
        if (oracle.knowledge[request->from + i] == KNOWN &&
            !is_destination_of_other(request, request->to + i, 1) &&
            *oracle_real(request->to + i) != oracle.shadow[request->from + i]) {
            return false;
        }
    }
    return true;
}

static void apply(struct request *request)
{
    size_t size = request->size_bytes;
    uint8_t *knowledge = &oracle.knowledge[request->to];
    bool good = request->told && request->status == ESP_OK;
    if (good) {
        memcpy(&oracle.shadow[request->to], &oracle.shadow[request->from], size);
        memcpy(knowledge, &oracle.knowledge[request->from], size);
        program.totals->bytes += size;
    } else if (request->told && request->status == ESP_ERR_INVALID_STATE) {
        memset(knowledge, LOST, size);
        oracle.any_lost = true;
    } else {
        request->as_good = request->told || is_as_good(request);
        memset(knowledge, UNKNOWN, size);
    }
    request->applied = true;
    program_trace("applied", request->driver, request, request->told ? request->status : -1);
    look_at(request);
    if (good) {
        look_behind_cache(request);
    }
}

/* Whether a request must wait in the shadow for an earlier one. */
static bool depends_on_earlier(const struct request *request)
{
    for (unsigned i = 0; oracle.order[i] != request; i++) {
        if (!oracle.order[i]->applied && depend(request, oracle.order[i])) {
            return true;
        }
    }
    return false;
}

/* Does in the shadow all that can be done. How silent ones ended must be known by then. */
static void apply_all(void)
{
    unsigned i = 0;
    while (i < oracle.count) {
        struct request *request = oracle.order[i];
        bool ready = request->over && (request->told || request->kind != REQUEST_SILENT);
        if (ready && !request->applied && !depends_on_earlier(request)) {
            apply(request);
        }
        unsigned before = oracle.count;
        forget_if_done(request);
        i += oracle.count == before;
    }
}

void oracle_refuse(struct request *request)
{
    struct driver *driver = request->driver;
    driver->submitting--;
    program.totals->refused++;
    program_trace("refused", driver, request, 0);
    SOAK_CHECK(!request->told && !request->over, "a refused submission was called back");
    uint32_t since = driver->begun - request->begun_before;
    if (!driver->dead && request->seen + since < driver->backlog) {
        soak_fail_numbers("refused although there is room: so many may be in flight, of so many",
                          (int64_t)request->seen + since, driver->backlog);
    }
    forget(request);
    apply_all();
}

/* The backlog bounds how many are in flight: so many later ones tell of an earlier one. */
static void conclude_from_accepted(const struct driver *driver)
{
    for (unsigned i = 0; i < oracle.count; i++) {
        struct request *request = oracle.order[i];
        if (request->driver == driver && request->kind == REQUEST_SILENT &&
            request->ended != TICK_NEVER && driver->accepted >= request->accepted_after) {
            oracle_over(request);
        }
    }
}

void oracle_accept(struct request *request)
{
    struct driver *driver = request->driver;
    driver->submitting--;
    if (!request->told || request->status != ESP_ERR_TIMEOUT) {
        driver->accepted++;
        program.submitted++;
        program.totals->requests++;
    }
    request->ended = oracle_tick();
    request->accepted_after = driver->accepted + driver->submitting + driver->backlog;
    program_trace("accepted", driver, request, 0);
    conclude_from_accepted(driver);
    apply_all();
}

static void count_bad(struct driver *driver, esp_err_t status)
{
    if (status == ESP_FAIL || status == ESP_ERR_NOT_FINISHED) {
        driver->bad_certain++;
        driver->bad_possible++;
    } else if (status == ESP_ERR_TIMEOUT) {
        driver->bad_possible++; /* unless it was never accepted */
    }
}

/* What was withdrawn alone is told so at once, and takes up its slot until its turn comes. */
static void count_lingering(const struct request *request)
{
    struct driver *driver = request->driver;
    if (request->kind != REQUEST_CALLBACK &&
        (request->status == ESP_ERR_NOT_FINISHED || request->status == ESP_ERR_TIMEOUT)) {
        driver->lingering++;
        driver->lingering_at = oracle_tick();
    }
}

void oracle_linger(struct driver *driver, uint32_t before)
{
    for (unsigned i = 0; i < oracle.count; i++) {
        const struct request *request = oracle.order[i];
        driver->lingering += request->driver == driver && request->kind == REQUEST_SILENT &&
                             !request->told && request->ended < before;
    }
    driver->lingering_at = oracle_tick();
}

void oracle_slots_are_free(struct driver *driver, uint32_t before)
{
    if (driver->lingering_at < before) {
        driver->lingering = 0;
    }
}

void oracle_over(struct request *request)
{
    if (!request->over) {
        program_trace("over", request->driver, request, 0);
        request->over = true;
        request->over_since = oracle_tick();
    }
}

void oracle_tell(struct request *request, esp_err_t status)
{
    program_trace("told", request->driver, request, status);
    if (request->told) {
        SOAK_CHECK(request->status == status, "a request ended in two ways");
        return;
    }
    if (request->applied && status == ESP_OK) {
        SOAK_CHECK(request->as_good,
                   "nothing was to be written any more, then it ended well with other bytes");
    }
    request->told = true;
    request->status = status;
    oracle_over(request);
    count_bad(request->driver, status);
    count_lingering(request);
    apply_all();
}

void oracle_release(struct request *request)
{
    request->waiters--;
    apply_all();
}

struct request *oracle_next_between(const struct driver *driver, uint32_t after, uint32_t before)
{
    for (unsigned i = 0; i < oracle.count; i++) {
        struct request *request = oracle.order[i];
        if (request->driver == driver && request->began > after && request->ended < before) {
            return request;
        }
    }
    return NULL;
}

struct request *oracle_any_ticket(const struct driver *driver)
{
    struct request *found = NULL;
    uint32_t count = 0;
    for (unsigned i = 0; i < oracle.count; i++) {
        struct request *request = oracle.order[i];
        if (request->driver == driver && request->kind == REQUEST_TICKET && !request->told &&
            request->ended != TICK_NEVER && request->waiters == 0 && program_random(++count) == 0) {
            found = request;
        }
    }
    return found;
}

/* Tells of the silent requests that were over before a tick how they ended. */
static void tell_silent(struct driver *driver, uint32_t tick, esp_err_t status)
{
    for (unsigned i = 0; i < oracle.count; i++) {
        struct request *request = oracle.order[i];
        if (request->driver == driver && request->kind == REQUEST_SILENT && request->over &&
            !request->told && request->over_since < tick) {
            request->told = true;
            request->status = status;
            program.totals->silent++;
            driver->bad_possible += status == ESP_ERR_TIMEOUT;
        }
    }
}

static bool is_any_silent_over(const struct driver *driver)
{
    for (unsigned i = 0; i < oracle.count; i++) {
        const struct request *request = oracle.order[i];
        if (request->driver == driver && request->kind == REQUEST_SILENT && request->over &&
            !request->told) {
            return true;
        }
    }
    return false;
}

/* If all that ended badly have told so themselves, the silent ones ended well. */
void oracle_settle(struct driver *driver)
{
    if (is_any_silent_over(driver)) {
        uint32_t tick = oracle_tick();
        uint32_t certain = driver->bad_certain;
        async_memcpy_stats_t stats;
        driver->users++;
        esp_err_t error = esp_async_memcpy_get_stats(driver->handle, &stats);
        driver->users--;
        SOAK_CHECK(error == ESP_OK, "no statistics");
        SOAK_CHECK(stats.failed + stats.withdrawn >= certain, "fewer counted than ended badly");
        bool good = stats.failed + stats.withdrawn == certain;
        tell_silent(driver, tick, good ? ESP_OK : ESP_ERR_TIMEOUT);
    }
    apply_all();
}

/* Nobody can be asked any more how silent ones and tickets ended. */
void oracle_conclude_all(struct driver *driver)
{
    for (unsigned i = 0; i < oracle.count; i++) {
        struct request *request = oracle.order[i];
        if (request->driver != driver || request->told) {
            continue;
        }
        SOAK_CHECK(request->kind != REQUEST_CALLBACK && request->ended != TICK_NEVER,
                   "uninstalled before a callback was called");
        request->told = true;
        request->status = ESP_ERR_TIMEOUT;
        oracle_over(request);
    }
    apply_all();
}

void oracle_lose(struct driver *driver)
{
    tell_silent(driver, TICK_NEVER, ESP_ERR_TIMEOUT);
    for (unsigned i = 0; i < oracle.count; i++) {
        struct request *request = oracle.order[i];
        if (request->driver == driver && request->kind == REQUEST_SILENT && !request->told &&
            request->ended != TICK_NEVER) {
            request->told = true;
            request->over = true;
            request->status = ESP_ERR_INVALID_STATE;
        }
    }
    apply_all();
}

void oracle_scribble(void)
{
    size_t size = 1 + program_random(SCRIBBLE_BYTES_MAX);
    size_t place = choose_place(size);
    if (!is_inside(place, size) || touches_lost(place, size)) {
        return;
    }
    for (unsigned i = 0; i < oracle.count; i++) {
        const struct request *request = oracle.order[i];
        if (!request->applied &&
            (ranges_overlap(place, size, request->to, request->size_bytes) ||
             ranges_overlap(place, size, request->from, request->size_bytes))) {
            return;
        }
    }
    if (memcmp(&oracle.knowledge[place], all_known, size) == 0 && !is_as_shadow(place, size)) {
        size_t at = place;
        while (is_as_shadow(at, 1)) {
            at++;
        }
        fail_at(at, NULL);
    }
    program_trace("scribble", NULL, NULL, (int64_t)(intptr_t)oracle_real(place));
    program_trace("  bytes", NULL, NULL, (int64_t)size);
    uint8_t value = (uint8_t)program_random(256);
    for (size_t i = 0; i < size; i++) {
        oracle.shadow[place + i] = (uint8_t)(value + i * 7);
        oracle.knowledge[place + i] = KNOWN;
    }
    memcpy(oracle_real(place), &oracle.shadow[place], size);
}

void oracle_verify(void)
{
    memcpy(oracle.in_flight, oracle.knowledge, sizeof(oracle.in_flight));
    for (unsigned i = 0; i < oracle.count; i++) {
        const struct request *request = oracle.order[i];
        if (!request->applied) {
            memset(&oracle.in_flight[request->to], UNKNOWN, request->size_bytes);
        }
    }
    for (size_t begin = 0; begin < ORACLE_PLACES; begin += ORACLE_ARENA_BYTES) {
        if (is_as_shadow(begin, ORACLE_ARENA_BYTES)) {
            continue;
        }
        for (size_t place = begin; place < begin + ORACLE_ARENA_BYTES; place++) {
            if (oracle.in_flight[place] == KNOWN && !is_as_shadow(place, 1)) {
                fail_at(place, NULL);
            }
        }
    }
}

void oracle_spoil(void)
{
    size_t place = program_random(ORACLE_PLACES);
    while (oracle.knowledge[place] != KNOWN) {
        place = (place + 1) % ORACLE_PLACES;
    }
    *oracle_real(place) ^= 1;
}
