/* SPDX-License-Identifier: Apache-2.0 */
/* esp_async_memcpy_install(): what it accepts, every documented error, and that nothing leaks. */
#include <stdint.h>

#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { PAIR_COUNT_MAX = 8, STORM_ROUNDS = 20 };

/* Not a handle: to see that a failing call sets NULL. */
static async_memcpy_handle_t not_a_handle(void)
{
    static char place;

    return (async_memcpy_handle_t)(void *)&place;
}

static void expect_refusal(const async_memcpy_config_t *config, esp_err_t error)
{
    size_t free_bytes = heap_caps_get_free_size(MALLOC_CAP_DMA);
    async_memcpy_handle_t handle = not_a_handle();

    CHECK_EQ(esp_async_memcpy_install(config, &handle), error);
    CHECK(handle == NULL);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
}

static void expect_success(const async_memcpy_config_t *config)
{
    size_t free_bytes = heap_caps_get_free_size(MALLOC_CAP_DMA);
    async_memcpy_handle_t handle = NULL;

    CHECK_EQ(esp_async_memcpy_install(config, &handle), ESP_OK);
    CHECK(handle != NULL);
    copy_pattern(handle, 256, 0, 0);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
}

static void install_with_defaults(void)
{
    const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();

    CHECK_EQ(config.backlog, 8);
    CHECK_EQ(config.sram_trans_align, 0);
    CHECK_EQ(config.psram_trans_align, 0);
    expect_success(&config);
}

static void install_on_ahb_gdma(void)
{
    const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    async_memcpy_handle_t handle = NULL;

    CHECK_EQ(esp_async_memcpy_install_gdma_ahb(&config, &handle), ESP_OK);
    copy_pattern(handle, 1000, 1, 2);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    handle = not_a_handle();
    CHECK_EQ(esp_async_memcpy_install_gdma_ahb(NULL, &handle), ESP_ERR_INVALID_ARG);
    CHECK(handle == NULL);
    CHECK_EQ(esp_async_memcpy_install_gdma_ahb(&config, NULL), ESP_ERR_INVALID_ARG);
}

static void install_refuses_null(void)
{
    const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();

    expect_refusal(NULL, ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_install(&config, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_install(NULL, NULL), ESP_ERR_INVALID_ARG);
}

static void install_takes_powers_of_two(void)
{
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();

    for (size_t align = 1; align <= 64; align *= 2) {
        config.sram_trans_align = align;
        expect_success(&config);
    }
}

static void install_takes_the_largest_powers_of_two(void)
{
    for (unsigned shift = 7; shift < 32; shift++) {
        async_memcpy_handle_t handle = driver_install(2, (size_t)1 << shift);

        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    }
}

static void install_refuses_other_alignments(void)
{
    static const size_t wrong[] = {3,  5,  6,  7,    9,    12,         24,
                                   31, 63, 65, 1000, 4095, 0x80000004, SIZE_MAX};
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        config.sram_trans_align = wrong[i];
        expect_refusal(&config, ESP_ERR_INVALID_ARG);
    }
}

static void install_refuses_unknown_flags(void)
{
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();

    CHECK_EQ(ASYNC_MEMCPY_REPORT_ERRORS, 1);
    for (unsigned bit = 1; bit < 32; bit++) {
        config.flags = UINT32_C(1) << bit;
        expect_refusal(&config, ESP_ERR_INVALID_ARG);
        config.flags |= ASYNC_MEMCPY_REPORT_ERRORS;
        expect_refusal(&config, ESP_ERR_INVALID_ARG);
    }
    config.flags = UINT32_MAX;
    expect_refusal(&config, ESP_ERR_INVALID_ARG);
    config.flags = ASYNC_MEMCPY_REPORT_ERRORS;
    expect_success(&config);
}

static void install_limits_the_time_of_a_stall(void)
{
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();

    config.stall_ms = 65536;
    expect_refusal(&config, ESP_ERR_INVALID_ARG);
    config.stall_ms = UINT32_MAX;
    expect_refusal(&config, ESP_ERR_INVALID_ARG);
    config.stall_ms = 65535;
    expect_success(&config);
    config.stall_ms = 1;
    expect_success(&config);
}

/* No chip has weights; on one without external RAM and a choice of bursts these fields say nothing,
 * either. */
static void install_ignores_fields_without_effect(void)
{
    static const async_memcpy_config_t configs[] = {
        {.backlog = 4, .weight = 15},
        {.backlog = 4, .weight = UINT32_MAX},
        {.backlog = 4, .psram_trans_align = 64},
        {.backlog = 4, .psram_trans_align = 3},
        {.backlog = 4, .dma_burst_size = 16},
        {.backlog = 4, .dma_burst_size = 7},
        {.backlog = 4, .psram_trans_align = SIZE_MAX, .weight = 9, .dma_burst_size = SIZE_MAX},
    };

    const size_t count = platform_has_external() ? 2 : sizeof(configs) / sizeof(configs[0]);

    for (size_t i = 0; i < count; i++) {
        async_memcpy_handle_t handle = NULL;

        CHECK_EQ(esp_async_memcpy_install(&configs[i], &handle), ESP_OK);
        copy_pattern(handle, 33, 1, 3);
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    }
}

struct install_call {
    async_memcpy_handle_t handle;
    esp_err_t result;
};

static void install_from_interrupt(void *argument)
{
    const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    struct install_call *call = argument;

    call->result = esp_async_memcpy_install(&config, &call->handle);
}

static void install_refuses_interrupt_context(void)
{
    struct install_call call = {.handle = not_a_handle(), .result = ESP_OK};

    platform_run_in_interrupt(install_from_interrupt, &call);
    CHECK_EQ(call.result, ESP_ERR_INVALID_STATE);
    CHECK(call.handle == NULL);
}

/* Among them backlogs whose size in bytes wraps round at 32 bits. */
static void install_without_enough_memory(void)
{
    static const uint32_t backlogs[] = {0x8000,     0x10000,    0x100000,   0x02AAAAAB, 0x05555556,
                                        0x06666667, 0x10000000, 0x15555556, 0x20000001, 0x40000000,
                                        0x55555556, 0x80000000, 0xAAAAAAAB, 0xFFFFFFFE, 0xFFFFFFFF};
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();

    for (size_t i = 0; i < sizeof(backlogs) / sizeof(backlogs[0]); i++) {
        config.backlog = backlogs[i];
        expect_refusal(&config, ESP_ERR_NO_MEM);
    }
    config.backlog = 8;
    expect_success(&config);
}

/* What the engine cannot reach must not be allocated either: the last free bytes are enough or the
 * answer is NO_MEM, never something half done. */
static void install_with_little_memory(void)
{
    const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    size_t block_bytes = heap_caps_get_largest_free_block(MALLOC_CAP_DMA);
    void *block = NULL;
    unsigned refused = 0;

    for (size_t left = 0; left < 4096; left += 64) {
        async_memcpy_handle_t handle = not_a_handle();
        size_t free_bytes;
        esp_err_t error;

        block = heap_caps_malloc(block_bytes - left, MALLOC_CAP_DMA);
        CHECK(block != NULL);
        free_bytes = heap_caps_get_free_size(MALLOC_CAP_DMA);
        error = esp_async_memcpy_install(&config, &handle);
        if (error == ESP_OK) {
            CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
        } else {
            CHECK_EQ(error, ESP_ERR_NO_MEM);
            CHECK(handle == NULL);
            refused++;
        }
        CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
        heap_caps_free(block);
        if (error == ESP_OK) {
            break;
        }
    }
    CHECK(refused > 0);
    expect_success(&config);
}

static void install_until_no_pair_is_left(void)
{
    const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    async_memcpy_handle_t handles[PAIR_COUNT_MAX] = {NULL};
    unsigned pair_count = platform_chip()->pair_count;

    for (unsigned i = 0; i < pair_count; i++) {
        CHECK_EQ(esp_async_memcpy_install(&config, &handles[i]), ESP_OK);
    }
    expect_refusal(&config, ESP_ERR_NOT_FOUND);
    expect_refusal(&config, ESP_ERR_NOT_FOUND);
    for (unsigned i = 0; i < pair_count; i++) {
        CHECK_EQ(esp_async_memcpy_uninstall(handles[i]), ESP_OK);
        CHECK_EQ(esp_async_memcpy_install(&config, &handles[i]), ESP_OK);
        expect_refusal(&config, ESP_ERR_NOT_FOUND);
        copy_pattern(handles[i], 100, 3, 1);
    }
    for (unsigned i = 0; i < pair_count; i++) {
        CHECK_EQ(esp_async_memcpy_uninstall(handles[i]), ESP_OK);
    }
}

static void install_and_uninstall_again_and_again(void)
{
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();

    for (uint32_t i = 0; i < STORM_ROUNDS; i++) {
        config.backlog = 1 + platform_random(20);
        config.sram_trans_align = (size_t)1 << platform_random(7);
        expect_success(&config);
    }
}

const struct test_case conformance_install[] = {
    {"install with defaults", install_with_defaults},
    {"install on AHB GDMA", install_on_ahb_gdma},
    {"install refuses NULL", install_refuses_null},
    {"install takes powers of two", install_takes_powers_of_two},
    {"install takes the largest powers of two", install_takes_the_largest_powers_of_two},
    {"install refuses other alignments", install_refuses_other_alignments},
    {"install refuses unknown flags", install_refuses_unknown_flags},
    {"install limits the time of a stall", install_limits_the_time_of_a_stall},
    {"install ignores fields without effect", install_ignores_fields_without_effect},
    {"install refuses interrupt context", install_refuses_interrupt_context},
    {"install without enough memory", install_without_enough_memory},
    {"install with little memory", install_with_little_memory},
    {"install until no pair is left", install_until_no_pair_is_left},
    {"install and uninstall again and again", install_and_uninstall_again_and_again},
    {NULL, NULL},
};
