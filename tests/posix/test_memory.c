/* SPDX-License-Identifier: Apache-2.0 */
/* Ordinary memory: what is taken, what is refused, and that every byte arrives. */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

enum { GUARD_BYTES = 16 };

static uint8_t static_memory[20000];

static void copy_and_check(async_memcpy_handle_t driver, uint8_t *destination, uint8_t *source,
                           size_t size)
{
    static uint32_t pattern;
    pattern++;
    suite_fill(source, size, pattern);
    memset(destination - GUARD_BYTES, 0x5A, size + 2 * (size_t)GUARD_BYTES);
    CHECK_EQ(esp_memcpy_blocking(driver, destination, source, size, -1), ESP_OK);
    suite_check(destination, size, pattern);
    for (size_t i = 0; i < GUARD_BYTES; i++) {
        CHECK_EQ(destination[size + i], 0x5A);
        CHECK_EQ(*(destination - 1 - i), 0x5A);
    }
}

/* A memory that a copy may come from or go to; large enough for every size, with guards. */
struct place {
    const char *name;
    uint8_t *low;
};

static void from_each_place_to_each(async_memcpy_handle_t driver, const struct place *places,
                                    size_t size)
{
    for (const struct place *from = places; from->name != NULL; from++) {
        for (const struct place *to = places; to->name != NULL; to++) {
            if (from->low == NULL || to->low == NULL) {
                continue;
            }
            size_t apart = from == to ? size + 2 * (size_t)GUARD_BYTES : 0;
            for (size_t offset = 0; offset < 4; offset++) {
                copy_and_check(driver, to->low + GUARD_BYTES + offset,
                               from->low + GUARD_BYTES + apart + 1 + offset / 2, size);
            }
        }
    }
}

/* Sizes round the largest item, where the list and with it the window changes. */
static void every_place(void)
{
    static const size_t sizes[] = {1, 2, 63, 64, 4091, 4092, 4095, 4096, 4097, 8190, 8191, 9000};
    uint8_t stack[20000];
    uint8_t *heap = malloc(sizeof stack);
    uint8_t *sram = heap_caps_malloc(sizeof stack, MALLOC_CAP_DMA);
    uint8_t *psram = heap_caps_malloc(sizeof stack, MALLOC_CAP_SPIRAM); /* NULL: there is none */
    const struct place places[] = {
        {"stack", stack}, {"heap", heap},   {"static", static_memory},
        {"SRAM", sram},   {"PSRAM", psram}, {NULL, NULL},
    };
    async_memcpy_handle_t driver = suite_install(0);
    CHECK(heap != NULL && sram != NULL);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        from_each_place_to_each(driver, places, sizes[i]);
    }
    suite_uninstall(driver);
    free(heap);
    heap_caps_free(sram);
    heap_caps_free(psram);
}

/* Larger than the chip's memory. */
static void large_copy(void)
{
    enum { SIZE = 3000001 };
    uint8_t *source = malloc(SIZE + 2 * GUARD_BYTES);
    uint8_t *destination = malloc(SIZE + 2 * GUARD_BYTES);
    async_memcpy_handle_t driver = suite_install(1);
    CHECK(source != NULL && destination != NULL);
    copy_and_check(driver, destination + GUARD_BYTES, source + GUARD_BYTES, SIZE);
    suite_uninstall(driver);
    free(source);
    free(destination);
}

/* While a copy stands in the list of one driver, another uses up all windows several times over:
 * 65536 of them. The first one's must not be taken from it. */
static void windows_of_copies_that_wait(void)
{
    enum { WAITING = 600, SIZE = 4095, COPIES = 40000 };
    uint8_t *source = malloc((size_t)WAITING * SIZE);
    uint8_t *destination = calloc(WAITING, SIZE);
    uint8_t bytes[2] = {0x11, 0};
    struct suite_counter counter = {0};
    async_memcpy_handle_t slow = suite_install(WAITING);
    async_memcpy_handle_t quick = suite_install(1);
    CHECK(source != NULL && destination != NULL);
    suite_fill(source, (size_t)WAITING * SIZE, 5);
    for (size_t i = 0; i < WAITING; i++) {
        suite_submit(slow, destination + i * SIZE, source + i * SIZE, SIZE, &counter);
    }
    for (unsigned i = 0; i < COPIES; i++) {
        esp_err_t error = esp_async_memcpy(quick, bytes + 1, bytes, 1, NULL, NULL);
        CHECK(error == ESP_OK || error == ESP_ERR_INVALID_STATE);
    }
    suite_await(&counter, WAITING);
    suite_check(destination, (size_t)WAITING * SIZE, 5);
    CHECK_EQ(bytes[1], 0x11);
    suite_uninstall(slow);
    suite_uninstall(quick);
    free(source);
    free(destination);
}

static void check_refused(async_memcpy_handle_t driver, uintptr_t address, size_t size)
{
    static uint8_t good[64];
    void *bad = (void *)address;
    CHECK_EQ(esp_async_memcpy(driver, good, bad, size, NULL, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy(driver, bad, good, size, NULL, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_memcpy_blocking(driver, bad, good, size, -1), ESP_ERR_INVALID_ARG);
}

/* Returns how long the DMA was at work for a copy of 4000 bytes. */
static uint64_t busy_ns(async_memcpy_handle_t driver, uint8_t *destination, const uint8_t *source)
{
    async_memcpy_host_stats_t before;
    async_memcpy_host_stats_t after;
    async_memcpy_host_get_stats(&before);
    CHECK_EQ(esp_memcpy_blocking(driver, destination, source, 4000, -1), ESP_OK);
    async_memcpy_host_get_stats(&after);
    return after.dma_busy_ns - before.dma_busy_ns;
}

/* It counts as internal RAM in time, too, which depends on the alignment. */
static void time_of_internal_memory(void)
{
    async_memcpy_handle_t driver = suite_install(1);
    uint8_t *sram = heap_caps_aligned_alloc(64, 8192, MALLOC_CAP_DMA);
    uint8_t *heap = aligned_alloc(64, 8192);
    CHECK(sram != NULL && heap != NULL);
    for (size_t offset = 0; offset < 4; offset++) {
        uint64_t of_sram = busy_ns(driver, sram + 4096 + offset, sram + offset / 2);
        uint64_t of_heap = busy_ns(driver, heap + 4096 + offset, heap + offset / 2);
        /* Each end of the interval is rounded down to a nanosecond; a cycle has more than four. */
        CHECK(of_heap + 1 >= of_sram && of_heap <= of_sram + 1);
    }
    CHECK(busy_ns(driver, heap + 4096, heap) < busy_ns(driver, heap + 4097, heap + 1));
    CHECK_EQ(esp_async_memcpy_uninstall(driver), ESP_OK);
    heap_caps_free(sram);
    free(heap);
}

/* What is nobody's memory, and what is the chip's but out of the DMA's reach. */
static const struct refusal {
    const char *chip; /* NULL: on all */
    uintptr_t address;
    size_t size;
} refusals[] = {
    {NULL, 0, 1},
    {NULL, 0, 64},
    {NULL, 1, 1},
    {NULL, 0xFFF, 1},
    {NULL, UINTPTR_MAX, 1},
    {NULL, UINTPTR_MAX - 62, 64},
    {NULL, UINTPTR_MAX / 2 + 1, 1},
    {NULL, UINTPTR_MAX / 2 - 9, 64},
    {NULL, 0x3BFFFFFF, 2}, /* ordinary only at first */
    {NULL, 0x3C000000, 64},
    {NULL, 0x40380000, 4},
    {NULL, 0x42000000, 64},
    {NULL, 0x60000000, 4},
    {NULL, 0x6003F000, 64},
    {NULL, 0x6FFFFFFF, 2},
    {"esp32c3", 0x50000000, 4},
    {"esp32c3", 0x3FC7FFFF, 2},
    {"esp32c3", 0x3FCE0000, 4},
    {"esp32c3", 0x3FCDFFF0, 17},
    {"esp32s3", 0x600FE000, 4},
    {"esp32s3", 0x3FC87FFF, 2},
    {"esp32s3", 0x3FD00000, 4},
    {"esp32s3", 0x3FCFFFF0, 17},
    {"esp32s3", 0x3C0FFFFF, 2},
    {"esp32s3", 0x3C900000, 4},
};

static void refused_addresses(void)
{
    async_memcpy_handle_t driver = suite_install(1);
    uint8_t byte = 0;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (refusals[i].chip == NULL || strcmp(refusals[i].chip, SUITE_CHIP) == 0) {
            check_refused(driver, refusals[i].address, refusals[i].size);
        }
    }
    CHECK_EQ(esp_async_memcpy(driver, &byte, static_memory, SIZE_MAX, NULL, NULL),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy(driver, static_memory + 1, static_memory, 2, NULL, NULL),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_uninstall(driver), ESP_OK);
}

static void strict_mode(void)
{
    async_memcpy_handle_t driver = suite_install(1);
    uint8_t *sram = heap_caps_calloc(2, 64, MALLOC_CAP_DMA);
    uint8_t *heap = calloc(2, 64);
    CHECK(sram != NULL && heap != NULL);
    async_memcpy_host_set_strict(true);
    check_refused(driver, (uintptr_t)heap, 1);
    CHECK_EQ(esp_memcpy_blocking(driver, sram, heap, 64, -1), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_memcpy_blocking(driver, heap, sram, 64, -1), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_memcpy_blocking(driver, sram + 64, sram, 64, -1), ESP_OK);
    async_memcpy_host_set_strict(false);
    CHECK_EQ(esp_memcpy_blocking(driver, heap, sram, 64, -1), ESP_OK);
    CHECK_EQ(esp_async_memcpy_uninstall(driver), ESP_OK);
    heap_caps_free(sram);
    free(heap);
}

/* It counts as internal RAM, for which sram_trans_align is declared. */
static void declared_alignment(void)
{
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    async_memcpy_handle_t driver = NULL;
    _Alignas(16) uint8_t bytes[4096 * 4];
    config.sram_trans_align = 16;
    CHECK_EQ(esp_async_memcpy_install(&config, &driver), ESP_OK);
    suite_fill(bytes, 8000, 9);
    CHECK_EQ(esp_memcpy_blocking(driver, bytes + 8192 + 4, bytes, 16, -1), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_memcpy_blocking(driver, bytes + 8192, bytes, 8, -1), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_memcpy_blocking(driver, bytes + 8192, bytes, 8000, -1), ESP_OK);
    suite_check(bytes + 8192, 8000, 9);
    CHECK_EQ(esp_memcpy_blocking(driver, bytes + 8192, bytes + 1, 4800, -1), ESP_OK);
    CHECK(memcmp(bytes + 8192, bytes + 1, 4800) == 0);
    CHECK_EQ(esp_async_memcpy_uninstall(driver), ESP_OK);
}

/* Ordinary memory stands for the chip's, unless the program wants to be told. */
static void static_installation(void)
{
    static _Alignas(8) uint8_t memory[ASYNC_MEMCPY_STATIC_BYTES(4)];
    const async_memcpy_config_t config = {.backlog = 4};
    async_memcpy_handle_t driver = NULL;
    uint8_t bytes[1000];
    size_t free_bytes = heap_caps_get_free_size(MALLOC_CAP_DMA);
    suite_fill(bytes, 500, 7);
    for (unsigned round = 0; round < 20; round++) {
        CHECK_EQ(esp_async_memcpy_install_static(&config, memory, sizeof memory, &driver), ESP_OK);
        CHECK_EQ(esp_memcpy_blocking(driver, bytes + 500, bytes, 500, -1), ESP_OK);
        suite_check(bytes + 500, 500, 7);
        suite_uninstall(driver);
        CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
    }
    CHECK_EQ(esp_async_memcpy_install_static(&config, memory + 1, sizeof memory - 1, &driver),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_install_static(&config, memory, 64, &driver), ESP_ERR_INVALID_SIZE);
    async_memcpy_host_set_strict(true);
    CHECK_EQ(esp_async_memcpy_install_static(&config, memory, sizeof memory, &driver),
             ESP_ERR_INVALID_ARG);
    async_memcpy_host_set_strict(false);
    CHECK(driver == NULL);
}

static const struct test_case tests[] = {
    {"every place", every_place},
    {"large copy", large_copy},
    {"windows of copies that wait", windows_of_copies_that_wait},
    {"time of internal memory", time_of_internal_memory},
    {"refused addresses", refused_addresses},
    {"strict mode", strict_mode},
    {"declared alignment", declared_alignment},
    {"static installation", static_installation},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, SUITE_CHIP, tests);
}
