/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of the target "corruption": rooms between guards, in internal and external RAM, and
 * what every byte of them must be, for the CPU and behind the cache.
 *
 * A source is a pattern that nobody changes. A destination is unknown while its copy is live, and
 * what the status says when it has ended. What the engine writes is looked at as it happens: into
 * live destinations only, as long as nobody lied to it. Where somebody did, bytes that an item
 * named may be anything.
 */
#include <string.h>

#include "corruption.h"
#include "esp_heap_caps.h"
#include "machine.h"
#include "memory.h"
#include "trace.h"

enum {
    ARENAS = 2,
    GUARD_BYTES = 64,
    SMALL = 10, /* places of an arena; two large ones follow */
    PLACES_OF_ARENA = 12,
    SMALL_BYTES = 320,
    LARGE_BYTES = 9024,
    SOURCE_BYTES = 9216,
    PLACES_BYTES = SMALL * (SMALL_BYTES + GUARD_BYTES) + 2 * (LARGE_BYTES + GUARD_BYTES) +
                   GUARD_BYTES,
    ARENA_BYTES = SOURCE_BYTES + PLACES_BYTES,
    GUARD = 0x5A,
    OWNERS_MAX = 2,
    STILL_CYCLES = 200000,
    LANDING_CYCLES = 20000, /* of what was under way when a lie came out */
    EVENTS_MAX = 6000000,
};

/* What is known of a byte. */
enum { FREE, KNOWN_CONTENT, EXCUSED };

struct arena {
    uint32_t base;
    uint8_t *seen;   /* by the CPU */
    uint8_t *stored; /* behind the cache; the same if there is none */
    uint8_t shadow[ARENA_BYTES];
    uint8_t shadow_stored[ARENA_BYTES];
    uint8_t excused[ARENA_BYTES];
};

struct copy copies[COPIES_MAX];

static struct arena arenas[ARENAS];
static size_t arena_count;
static struct place places[CORRUPTION_PLACES];
static struct {
    uint32_t base;
    uint32_t bytes;
} owners[OWNERS_MAX];
static uint64_t events;
static uint32_t begun;

void *memory_at(uint32_t address)
{
    return (void *)(uintptr_t)address; /* NOLINT(performance-no-int-to-ptr) */
}

static uint8_t source_byte(uint32_t index)
{
    return (uint8_t)(index * 13 + (index >> 8) * 101 + 7);
}

/* Returns the arena in which an address lies, or NULL. */
static struct arena *arena_of(uint32_t address)
{
    for (size_t i = 0; i < arena_count; i++) {
        if (address - arenas[i].base < ARENA_BYTES) {
            return &arenas[i];
        }
    }
    return NULL;
}

static bool is_live(uint32_t address, uint32_t bytes)
{
    for (size_t i = 0; i < COPIES_MAX; i++) {
        const struct copy *copy = &copies[i];
        uint32_t offset = address - copy->to;
        if (copy->live && offset < copy->bytes && bytes <= copy->bytes - offset) {
            return true;
        }
    }
    for (size_t i = 0; i < OWNERS_MAX; i++) {
        if (address - owners[i].base < owners[i].bytes) {
            return true;
        }
    }
    return false;
}

static void excuse(uint32_t address, uint32_t bytes)
{
    for (size_t i = 0; i < arena_count; i++) {
        struct arena *arena = &arenas[i];
        uint64_t low = address > arena->base ? address : arena->base;
        uint64_t high = (uint64_t)address + bytes;
        uint64_t end = (uint64_t)arena->base + ARENA_BYTES;
        high = high < end ? high : end;
        if (high > low) {
            memset(&arena->excused[low - arena->base], 1, (size_t)(high - low));
        }
    }
}

/* What an item names that the engine reads, rounded to blocks. */
static void excuse_item(const struct trace_event *event)
{
    const struct machine_memory *sram = &machine_description()->memories[0];
    uint32_t words[3];
    if (event->address - sram->base <= sram->size_bytes - sizeof(words)) {
        memcpy(words, memory_at(event->address), sizeof(words));
        excuse(words[1] & ~UINT32_C(63), 4096 + 128);
    }
}

static void on_event(const struct trace_event *event, void *context)
{
    (void)context;
    FUZZ_CHECK(++events < EVENTS_MAX, "it does not end");
    if (event->kind == TRACE_DESCRIPTOR_FETCH) {
        /* Also before anybody has lied: the item may be changed while its data moves. */
        excuse_item(event);
    }
    if (event->kind == TRACE_DATA_WRITE && !harm_done.lied &&
        !is_live(event->address, event->value)) {
        fuzz_fail_numbers("the engine writes where no copy is under way; address, bytes",
                          event->address, event->value);
    }
}

static void add_place(size_t *index, uint32_t *at, uint32_t room_bytes)
{
    places[*index] = (struct place){.base = *at, .room_bytes = room_bytes};
    *index += 1;
    *at += room_bytes + GUARD_BYTES;
}

static void open_arena(struct arena *arena, uint32_t caps, size_t *place)
{
    uint8_t *block = heap_caps_aligned_alloc(64, ARENA_BYTES, caps);
    FUZZ_CHECK(block != NULL, "the heap is full");
    const struct memory_external *external = memory_external();
    arena->base = (uint32_t)(uintptr_t)block;
    arena->seen = block;
    uint32_t offset = arena->base - external->base;
    bool cached = offset < external->size_bytes;
    arena->stored = cached ? external->store + offset : block;
    for (uint32_t i = 0; i < ARENA_BYTES; i++) {
        block[i] = i < SOURCE_BYTES ? source_byte(i) : GUARD;
    }
    memcpy(arena->shadow, block, ARENA_BYTES);
    memcpy(arena->shadow_stored, block, ARENA_BYTES);
    memset(arena->excused, 0, ARENA_BYTES);
    if (cached) {
        memcpy(arena->stored, block, ARENA_BYTES);
        memcpy(external->clean + offset, block, ARENA_BYTES);
    }
    uint32_t at = arena->base + SOURCE_BYTES + GUARD_BYTES;
    for (unsigned i = 0; i < PLACES_OF_ARENA; i++) {
        add_place(place, &at, i < SMALL ? SMALL_BYTES : LARGE_BYTES);
    }
}

void memory_open(void)
{
    size_t place = 0;
    bool has_external = memory_external()->size_bytes != 0;
    memset(copies, 0, sizeof(copies));
    memset(places, 0, sizeof(places));
    memset(owners, 0, sizeof(owners));
    events = 0;
    begun = 0;
    arena_count = has_external ? 2 : 1;
    open_arena(&arenas[0], MALLOC_CAP_DMA, &place);
    if (has_external) {
        open_arena(&arenas[1], MALLOC_CAP_SPIRAM, &place);
    }
    trace_listen(on_event, NULL);
}

void memory_own(unsigned number, const void *address, size_t bytes)
{
    owners[number].base = (uint32_t)(uintptr_t)address;
    owners[number].bytes = (uint32_t)bytes;
}

static struct copy *find_unused(void)
{
    for (size_t i = 0; i < COPIES_MAX; i++) {
        if (!copies[i].live) {
            return &copies[i];
        }
    }
    return NULL;
}

/* Puts guards into a room that a copy is to go to, as if that had been long ago. */
static void clear_place(const struct place *place)
{
    const struct memory_external *external = memory_external();
    struct arena *arena = arena_of(place->base);
    uint32_t in_arena = place->base - arena->base;
    uint32_t offset = place->base - external->base;
    memset(memory_at(place->base), GUARD, place->room_bytes);
    memset(&arena->stored[in_arena], GUARD, place->room_bytes);
    memset(&arena->shadow[in_arena], GUARD, place->room_bytes);
    memset(&arena->shadow_stored[in_arena], GUARD, place->room_bytes);
    if (offset < external->size_bytes) {
        memset(external->clean + offset, GUARD, place->room_bytes);
    }
}

static size_t demanded(const async_memcpy_config_t *config, uint32_t address)
{
    bool external = memory_external()->size_bytes != 0 && arena_of(address) == &arenas[1];
    size_t align = external ? config->psram_trans_align : config->sram_trans_align;
    return align == 0 ? 1 : align;
}

struct copy *memory_begin(struct fuzz_input *input, const async_memcpy_config_t *config)
{
    struct copy *copy = find_unused();
    uint32_t chosen = fuzz_take(input, 1);
    struct place *place = &places[chosen % (arena_count * PLACES_OF_ARENA)];
    uint32_t skew = fuzz_take(input, 1);
    uint32_t size = 1 + fuzz_take(input, place->room_bytes > SMALL_BYTES ? 2 : 1);
    uint32_t from = fuzz_take(input, 1);
    if (copy == NULL || place->taken) {
        return NULL;
    }
    uint32_t align = (uint32_t)demanded(config, place->base);
    uint32_t begin = (place->base + skew % 65 + align - 1) & ~(align - 1);
    uint32_t most = place->base + place->room_bytes - begin;
    size = size < most ? size : most;
    size = size < align ? align : size & ~(align - 1);
    memset(copy, 0, sizeof(*copy));
    copy->live = true;
    copy->number = ++begun;
    copy->place = place;
    copy->to = begin;
    copy->from = arenas[chosen / 128 % arena_count].base + from % (SOURCE_BYTES - LARGE_BYTES);
    copy->bytes = size;
    place->taken = true;
    clear_place(place);
    return copy;
}

uint32_t memory_count(void)
{
    return begun;
}

void memory_undo(struct copy *copy)
{
    copy->live = false;
    copy->place->taken = false;
}

/* What must be there after a good end. */
static void check_copied(const struct copy *copy)
{
    const struct arena *arena = arena_of(copy->to);
    uint32_t source = copy->from - arena_of(copy->from)->base;
    for (uint32_t i = 0; i < copy->bytes; i++) {
        uint8_t expected = source_byte(source + i);
        if (arena->seen[copy->to - arena->base + i] != expected ||
            arena->stored[copy->to - arena->base + i] != expected) {
            fuzz_fail_numbers("a copy ended well, and is wrong; byte, of", i, copy->bytes);
        }
    }
}

void memory_end(struct copy *copy, esp_err_t status)
{
    struct arena *arena = arena_of(copy->to);
    uint32_t at = copy->to - arena->base;
    copy->told = true;
    copy->status = status;
    if (status == ESP_OK && !harm_done.lied) {
        check_copied(copy);
    }
    memcpy(&arena->shadow[at], &arena->seen[at], copy->bytes);
    memcpy(&arena->shadow_stored[at], &arena->stored[at], copy->bytes);
    if (status == ESP_ERR_INVALID_STATE) {
        excuse(copy->to, copy->bytes); /* for ever: the engine may write there */
        return;
    }
    copy->live = false;
    copy->place->taken = false;
}

static bool is_of_live(uint32_t address)
{
    return is_live(address, 1);
}

static void check_byte(const struct arena *arena, uint32_t i)
{
    uint32_t address = arena->base + i;
    bool good = arena->stored[i] == arena->shadow_stored[i] &&
                (arena->seen[i] == arena->shadow[i] || harm_done.lied);
    bool excused = arena->excused[i] != 0 && (harm_done.lied || harm_done.gated);
    if (!good && !excused && !is_of_live(address)) {
        fuzz_fail_numbers("a byte changed that no copy was to change; address, value", address,
                          arena->stored[i]);
    }
}

void memory_check(void)
{
    for (size_t k = 0; k < arena_count; k++) {
        const struct arena *arena = &arenas[k];
        if (memcmp(arena->stored, arena->shadow_stored, ARENA_BYTES) == 0 &&
            memcmp(arena->seen, arena->shadow, ARENA_BYTES) == 0) {
            continue;
        }
        for (uint32_t i = 0; i < ARENA_BYTES; i++) {
            check_byte(arena, i);
        }
    }
    if (fuzz_spoils) {
        arenas[0].seen[SOURCE_BYTES] ^= 1;
    }
}

/* Whoever was lied to may have bytes under way that nobody has told of. */
void memory_check_stillness(void)
{
    static uint8_t before[ARENAS][ARENA_BYTES];
    if (harm_done.lied || harm_done.gated) {
        machine_advance(LANDING_CYCLES);
    }
    for (size_t k = 0; k < arena_count; k++) {
        memcpy(before[k], arenas[k].stored, ARENA_BYTES);
    }
    machine_advance(STILL_CYCLES);
    for (size_t k = 0; k < arena_count; k++) {
        FUZZ_CHECK(memcmp(before[k], arenas[k].stored, ARENA_BYTES) == 0,
                   "memory is written though no driver is installed, or nothing is in flight");
    }
}
