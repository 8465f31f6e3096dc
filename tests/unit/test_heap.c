/* SPDX-License-Identifier: Apache-2.0 */
/* The allocator of ports/common, over memory of the test's own, against a plain model. */
#include <string.h>

#include "check.h"
#include "fixture.h"
#include "heap.h"
#include "heap_blocks.h"
#include "rng.h"
#include "runner.h"

enum { MEMORY_BYTES = 4096, GUARD_BYTES = 64, GUARD = 0xA5 };

static uint8_t memory[GUARD_BYTES + MEMORY_BYTES + GUARD_BYTES];

/* Makes a heap of size_bytes at an odd or even place, with guards around. */
static struct heap_region make_heap(size_t offset, uint32_t size_bytes)
{
    struct heap_region region = {memory + GUARD_BYTES + offset, size_bytes, 0, false};
    CHECK(offset + size_bytes <= MEMORY_BYTES);
    memset(memory, GUARD, sizeof memory);
    heap_init(&region);
    return region;
}

/* Nothing outside the region was ever written. */
static void check_guards(const struct heap_region *region)
{
    const uint8_t *low = region->low;
    for (const uint8_t *byte = memory; byte < memory + sizeof memory; byte++) {
        CHECK((byte >= low && byte < low + region->size_bytes) || *byte == GUARD);
    }
}

static bool lies_inside(const struct heap_region *region, const uint8_t *block, size_t size_bytes)
{
    const uint8_t *low = region->low;
    return block >= low && size_bytes <= region->size_bytes &&
           block + size_bytes <= low + region->size_bytes;
}

static void test_first_fit(void)
{
    struct heap_region region = make_heap(0, 1024);
    void *first = heap_allocate(&region, 1, 100);
    void *second = heap_allocate(&region, 1, 100);
    CHECK(first != NULL && first < second);
    CHECK(heap_release(&region, first));
    CHECK(heap_allocate(&region, 1, 200) > second);
    CHECK(heap_allocate(&region, 1, 100) == first);
}

static void test_refuses(void)
{
    struct heap_region region = make_heap(0, 1024);
    struct heap_room room = heap_measure(&region);
    CHECK(heap_allocate(&region, 1, 0) == NULL);
    CHECK(heap_allocate(&region, 1, 1025) == NULL);
    CHECK(heap_allocate(&region, 1, SIZE_MAX) == NULL);
    CHECK(heap_allocate(&region, 1, SIZE_MAX - 8) == NULL);
    CHECK(heap_allocate(&region, SIZE_MAX / 2 + 1, 8) == NULL);
    CHECK_EQ(heap_measure(&region).total_bytes, room.total_bytes);
}

static void test_alignment(void)
{
    for (size_t offset = 0; offset < 16; offset++) {
        struct heap_region region = make_heap(offset, 3000);
        for (size_t alignment = 1; alignment <= 1024; alignment *= 2) {
            uint8_t *block = heap_allocate(&region, alignment, 10);
            CHECK(lies_inside(&region, block, 10));
            CHECK_EQ((uintptr_t)block % alignment, 0);
            CHECK_EQ((uintptr_t)block % 8, 0);
            memset(block, 0, 10);
        }
        check_guards(&region);
    }
}

/* "Largest" must be exact, at every size and place of a region, also of one too small to use. */
static void test_largest(void)
{
    for (size_t offset = 0; offset < 8; offset++) {
        for (uint32_t size_bytes = 0; size_bytes < 100; size_bytes++) {
            struct heap_region region = make_heap(offset, size_bytes);
            size_t largest = heap_measure(&region).largest_bytes;
            CHECK(size_bytes < 20 || largest + 20 > size_bytes);
            CHECK(heap_allocate(&region, 1, largest + 1) == NULL);
            uint8_t *block = heap_allocate(&region, 1, largest);
            CHECK(largest == 0 || lies_inside(&region, block, largest));
            CHECK_EQ(heap_measure(&region).total_bytes, 0);
            CHECK(largest == 0 || heap_release(&region, block));
            CHECK_EQ(heap_measure(&region).largest_bytes, largest);
            check_guards(&region);
        }
    }
}

static void test_wrong_pointers(void)
{
    struct heap_region region = make_heap(0, 1024);
    uint8_t *first = heap_allocate(&region, 1, 64);
    uint8_t *second = heap_allocate(&region, 1, 64);
    struct heap_room room = heap_measure(&region);
    /* What stands in the payload may look like headers. */
    memset(first, 0x11, 64);
    for (int offset = -8; offset < 72; offset++) {
        CHECK(offset == 0 || first + offset == second || !heap_release(&region, first + offset));
    }
    CHECK(!heap_release(&region, NULL));
    CHECK(!heap_release(&region, &region));
    CHECK_EQ(heap_measure(&region).total_bytes, room.total_bytes);
    CHECK(heap_release(&region, first));
    CHECK(!heap_release(&region, first));
    CHECK(heap_release(&region, second));
    CHECK(!heap_release(&region, second));
    (void)heap_measure(&region); /* joins */
    CHECK(!heap_release(&region, second));
}

/* A header that somebody wrote over: nothing is handed out twice, and every walk ends. */
static void test_overwritten_header(void)
{
    static const uint8_t bytes[] = {0x00, 0x01, 0x08, 0x7F, 0x80, 0xFF};
    for (size_t i = 0; i < sizeof bytes; i++) {
        struct heap_region region = make_heap(0, 1024);
        uint8_t *first = heap_allocate(&region, 1, 60);
        uint8_t *second = heap_allocate(&region, 1, 60);
        uint8_t *third = heap_allocate(&region, 1, 60);
        memset(first, bytes[i], 64); /* over the header of the second */
        CHECK(heap_release(&region, first));
        (void)heap_measure(&region);
        (void)heap_release(&region, third);
        for (int k = 0; k < 10; k++) {
            uint8_t *block = heap_allocate(&region, 1, 60);
            CHECK(block == NULL || block == first || block >= third || block == second);
        }
    }
}

/* The first header of a heap at an even place, and the place behind its last block. */
static uint32_t *first_of(const struct heap_region *region)
{
    return (uint32_t *)region->low + 1;
}

static uint32_t *end_of(const struct heap_region *region)
{
    return first_of(region) + region->size_bytes / sizeof(uint32_t) - 2;
}

/* The last block claims a size that ends just behind the region. */
static void test_overwritten_last_header(void)
{
    enum { FIRST_BYTES = 64, SMALL_REGION_BYTES = 256 };
    for (uint32_t more_bytes = 8; more_bytes < 64; more_bytes += 8) {
        struct heap_region region = make_heap(0, SMALL_REGION_BYTES);
        uint8_t *first = heap_allocate(&region, 1, FIRST_BYTES - 4);
        uint32_t *header = (uint32_t *)(void *)(first + FIRST_BYTES) - 1;
        uint32_t good = *header;
        *header = good + more_bytes;
        CHECK(heap_allocate(&region, 1, good) == NULL);
        CHECK(heap_take(first_of(&region), end_of(&region), good) == NULL);
        CHECK_EQ(heap_measure(&region).total_bytes, 0);
        *header = good;
        CHECK(heap_allocate(&region, 1, good - 4) == (void *)(header + 1));
        check_guards(&region);
    }
}

/* The way of a port, on the same memory: what either takes the other does not get. */
static void test_take(void)
{
    struct heap_region region = make_heap(0, 1024);
    uint32_t *first = first_of(&region);
    uint32_t *end = end_of(&region);
    struct heap_room room = heap_measure(&region);
    uint8_t *taken = heap_take(first, end, 60);
    uint8_t *allocated = heap_allocate(&region, 1, 60);
    CHECK(taken == (uint8_t *)(first + 1) && allocated == taken + 64);
    CHECK_EQ((uintptr_t)taken % 8, 0);
    heap_give_back(taken);
    CHECK(!heap_release(&region, taken));
    CHECK(heap_take(first, end, 61) > (void *)allocated);
    CHECK(heap_take(first, end, 60) == taken);
    CHECK(heap_release(&region, allocated));
    heap_give_back(taken);
    CHECK(heap_take(first, end, 124) == taken); /* joined */
    CHECK_EQ(heap_measure(&region).total_bytes, room.total_bytes - 128 - 72);
}

/* To the last byte, and no further. */
static void test_take_refuses(void)
{
    struct heap_region region = make_heap(0, 1024);
    uint32_t *first = first_of(&region);
    uint32_t *end = end_of(&region);
    size_t largest = heap_measure(&region).largest_bytes;
    CHECK(heap_take(first, end, largest + 1) == NULL);
    for (size_t size = SIZE_MAX; size > SIZE_MAX - 32; size--) {
        CHECK(heap_take(first, end, size) == NULL);
    }
    uint8_t *all = heap_take(first, end, largest);
    CHECK(lies_inside(&region, all, largest));
    CHECK(heap_take(first, end, 1) == NULL);
    heap_give_back(all);
    CHECK_EQ(heap_measure(&region).largest_bytes, largest);
    check_guards(&region);
}

enum { BLOCK_COUNT = 40, STEP_COUNT = 20000 };

struct block {
    uint8_t *bytes;
    size_t size_bytes;
    uint8_t fill;
};

/* One in two goes a port's way. */
static bool is_port(const struct block *block)
{
    return block->fill % 2 != 0;
}

static void free_block(const struct heap_region *region, struct block *block)
{
    for (size_t i = 0; i < block->size_bytes; i++) {
        CHECK_EQ(block->bytes[i], block->fill);
    }
    if (is_port(block)) {
        heap_give_back(block->bytes);
    } else {
        CHECK(heap_release(region, block->bytes));
    }
    block->bytes = NULL;
}

/* A refusal must agree with what heap_measure() promised. */
static void allocate_block(const struct heap_region *region, struct block *block, struct rng *rng)
{
    size_t alignment = is_port(block) ? 8 : (size_t)1 << rng_below(rng, 8);
    size_t largest = heap_measure(region).largest_bytes;
    block->size_bytes = 1 + rng_below(rng, 300);
    block->bytes = is_port(block) ? heap_take(first_of(region), end_of(region), block->size_bytes)
                                  : heap_allocate(region, alignment, block->size_bytes);
    if (block->bytes == NULL) {
        CHECK(alignment > 8 || block->size_bytes > largest);
        return;
    }
    CHECK(block->size_bytes <= largest);
    CHECK(lies_inside(region, block->bytes, block->size_bytes));
    CHECK_EQ((uintptr_t)block->bytes % alignment, 0);
    memset(block->bytes, block->fill, block->size_bytes);
}

/* Blocks that overlapped would spoil one another's fill. */
static void test_random(void)
{
    struct block blocks[BLOCK_COUNT] = {{0}};
    struct heap_region region = make_heap(8, MEMORY_BYTES - 16);
    struct heap_room room = heap_measure(&region);
    struct rng rng;
    rng_seed(&rng, fixture_options()->seed);
    for (unsigned step = 0; step < STEP_COUNT; step++) {
        struct block *block = &blocks[rng_below(&rng, BLOCK_COUNT)];
        if (block->bytes != NULL) {
            free_block(&region, block);
        } else {
            block->fill = (uint8_t)step;
            allocate_block(&region, block, &rng);
        }
    }
    for (unsigned i = 0; i < BLOCK_COUNT; i++) {
        if (blocks[i].bytes != NULL) {
            free_block(&region, &blocks[i]);
        }
    }
    check_guards(&region);
    CHECK_EQ(heap_measure(&region).total_bytes, room.total_bytes);
    CHECK_EQ(heap_measure(&region).largest_bytes, room.largest_bytes);
}

static const struct test_case heap_cases[] = {
    {"first fit", test_first_fit},
    {"what it refuses", test_refuses},
    {"alignment", test_alignment},
    {"the largest block is exact", test_largest},
    {"foreign and freed pointers", test_wrong_pointers},
    {"an overwritten header", test_overwritten_header},
    {"an overwritten last header", test_overwritten_last_header},
    {"a port's way", test_take},
    {"a port's way, what it refuses", test_take_refuses},
    {"random use against a model", test_random},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {heap_cases, RUNNER_BARE},
        {NULL, RUNNER_BARE},
    };
    return runner_main(argc, argv, "heap", suites);
}
