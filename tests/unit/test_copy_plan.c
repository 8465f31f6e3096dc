/* SPDX-License-Identifier: Apache-2.0 */
/* How a copy is cut and how ranges relate: pure functions, exhaustive where small. */
#include <stddef.h>

#include "check.h"
#include "copy_plan.h"
#include "runner.h"

static void item_bytes_keep_to_the_alignment(void)
{
    static const struct {
        size_t align;
        size_t bytes;
    } table[] = {
        {1, 4095},    {2, 4094},
        {4, 4092},    {8, 4088},
        {16, 4080},   {32, 4064},
        {64, 4032},   {128, 3968},
        {256, 3840},  {512, 3584},
        {1024, 3072}, {2048, 2048},
        {4096, 2048}, {(size_t)1 << 31, 2048},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        CHECK_EQ(plan_item_bytes(table[i].align - 1), table[i].bytes);
    }
}

/* The items of a request follow one another without gap and end where it ends; each is as large as
 * allowed but the last, and as many as were counted. */
static void check_items(size_t size, size_t item_bytes)
{
    size_t count = 0;
    size_t offset = 0;

    while (offset < size) {
        size_t item = plan_item_size(size, offset, item_bytes);

        CHECK(item >= 1 && item <= item_bytes);
        CHECK(item == item_bytes || offset + item == size);
        offset += item;
        count++;
    }
    CHECK_EQ(offset, size);
    CHECK_EQ(plan_item_count(size, item_bytes), count);
}

static void items_add_up(void)
{
    for (size_t align = 1; align <= 4096; align *= 2) {
        size_t item_bytes = plan_item_bytes(align - 1);

        for (size_t size = 1; size <= 3 * item_bytes + 2; size += size < 200 ? 1 : 41) {
            check_items(size, item_bytes);
        }
        for (size_t count = 1; count <= 100; count++) {
            check_items(count * item_bytes - 1, item_bytes);
            check_items(count * item_bytes, item_bytes);
            check_items(count * item_bytes + 1, item_bytes);
        }
    }
}

static void items_of_tiny_requests(void)
{
    for (size_t item_bytes = 1; item_bytes <= 12; item_bytes++) {
        for (size_t size = 1; size <= 60; size++) {
            check_items(size, item_bytes);
        }
    }
}

/* Against counting bytes one by one. */
static bool within_by_bytes(uint32_t address, size_t size, uint32_t low, uint32_t low_size)
{
    if (size == 0) {
        return false;
    }
    for (uint64_t at = address; at < (uint64_t)address + size; at++) {
        if (at < low || at >= (uint64_t)low + low_size) {
            return false;
        }
    }
    return true;
}

static void ranges_within(void)
{
    static const uint32_t lows[] = {0, 1, 100, UINT32_MAX - 12, UINT32_MAX - 5};

    for (size_t i = 0; i < sizeof(lows) / sizeof(lows[0]); i++) {
        for (uint32_t low_size = 0; low_size <= 6; low_size++) {
            for (uint32_t shift = 0; shift < 20; shift++) {
                uint32_t address = lows[i] - 8 + shift;

                for (size_t size = 0; size < 18; size++) {
                    CHECK_EQ(plan_range_within(address, size, lows[i], low_size),
                             within_by_bytes(address, size, lows[i], low_size));
                }
            }
        }
    }
}

static void ranges_that_wrap_are_not_within(void)
{
    static const size_t sizes[] = {SIZE_MAX,           SIZE_MAX - 1,           SIZE_MAX / 2,
                                   (size_t)UINT32_MAX, (size_t)UINT32_MAX - 1, (size_t)0x80000000};

    for (uint32_t offset = 0; offset < 300; offset++) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            CHECK(!plan_range_within(0x3FC80000 + offset, sizes[i], 0x3FC80000, 0x60000));
        }
        CHECK(
            !plan_range_within(0x3FC80000 + offset, (size_t)0x60001 - offset, 0x3FC80000, 0x60000));
        CHECK(
            plan_range_within(0x3FC80000 + offset, (size_t)0x60000 - offset, 0x3FC80000, 0x60000));
    }
    CHECK(!plan_range_within(0, 1, 0x3FC80000, 0x60000));
    CHECK(!plan_range_within(0, 1, 0, 0));
}

static void ranges_overlap(void)
{
    for (uintptr_t a = 1000; a < 1020; a++) {
        for (uintptr_t b = 1000; b < 1020; b++) {
            for (size_t a_size = 1; a_size < 12; a_size++) {
                for (size_t b_size = 1; b_size < 12; b_size++) {
                    bool expected = a < b + b_size && b < a + a_size;

                    CHECK_EQ(plan_ranges_overlap(a, a_size, b, b_size), expected);
                }
            }
        }
    }
}

/* Against looking at each address. */
static void bodies_are_whole_units(void)
{
    for (size_t unit = 1; unit <= 64; unit *= 2) {
        for (uintptr_t address = 1000; address < 1000 + 2 * unit; address++) {
            for (size_t size = 1; size <= 4 * unit + 3; size++) {
                size_t head = 0;
                size_t body = 0;

                while ((address + head) % unit != 0) {
                    head++;
                }
                while (head + body + unit <= size) {
                    body += unit;
                }
                CHECK_EQ(plan_head_bytes(address, unit - 1), head);
                CHECK_EQ(plan_body_bytes(address, size, unit - 1), body);
            }
        }
    }
}

/* At the end of all addresses, and as large as can be. */
static void bodies_at_the_ends(void)
{
    CHECK_EQ(plan_head_bytes(0, 63), 0);
    CHECK_EQ(plan_head_bytes(1, 63), 63);
    CHECK_EQ(plan_head_bytes(UINTPTR_MAX, 63), 1);
    CHECK_EQ(plan_head_bytes(UINTPTR_MAX - 63, 63), 0);
    CHECK_EQ(plan_body_bytes(UINTPTR_MAX - 64, 65, 63), 64);
    CHECK_EQ(plan_body_bytes(UINTPTR_MAX - 62, 63, 63), 0);
    CHECK_EQ(plan_body_bytes(1, SIZE_MAX, 63), (SIZE_MAX - 63) / 64 * 64);
    CHECK_EQ(plan_body_bytes(0, SIZE_MAX, 0), SIZE_MAX);
    CHECK_EQ(plan_body_bytes(5, 1, 15), 0);
}

static const struct test_case tests[] = {
    {"item size keeps to the alignment", item_bytes_keep_to_the_alignment},
    {"items add up to the request", items_add_up},
    {"items of tiny requests", items_of_tiny_requests},
    {"bodies are whole units", bodies_are_whole_units},
    {"bodies at the ends", bodies_at_the_ends},
    {"range within another", ranges_within},
    {"range that wraps round is within none", ranges_that_wrap_are_not_within},
    {"ranges that overlap", ranges_overlap},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {{tests, RUNNER_BARE}, {NULL, RUNNER_BARE}};

    return runner_main(argc, argv, "copy plan", suites);
}
