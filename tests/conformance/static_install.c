/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Static installation: the size of the memory, every documented error, and that nothing beside the
 * memory is used.
 */
#include <stdint.h>

#include "buffer.h"
#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "platform.h"

enum { BACKLOG = 3, ALIGN = 8, PAIR_COUNT_MAX = 8, PATTERN = 66 };

static const async_memcpy_config_t default_config = {.backlog = BACKLOG};

static async_memcpy_handle_t not_a_handle(void)
{
    static char place;

    return (async_memcpy_handle_t)(void *)&place;
}

static size_t needed(void)
{
    return esp_async_memcpy_static_bytes(BACKLOG);
}

static void expect_refusal(const async_memcpy_config_t *config, void *memory, size_t bytes,
                           esp_err_t error)
{
    async_memcpy_handle_t handle = not_a_handle();
    size_t free_bytes = heap_caps_get_free_size(MALLOC_CAP_DMA);

    CHECK_EQ(esp_async_memcpy_install_static(config, memory, bytes, &handle), error);
    CHECK(handle == NULL);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
}

/* Installs, copies and uninstalls in the first `bytes` of a buffer. */
static void expect_success(const async_memcpy_config_t *config, const struct buffer *buffer,
                           size_t bytes)
{
    size_t free_bytes = heap_caps_get_free_size(MALLOC_CAP_DMA);
    async_memcpy_handle_t handle = NULL;

    CHECK_EQ(esp_async_memcpy_install_static(config, buffer->bytes, bytes, &handle), ESP_OK);
    CHECK(handle != NULL);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
    copy_pattern(handle, 9000, 1, 3);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
    buffer_check_guards(buffer);
}

static void static_size_is_bounded_by_the_macro(void)
{
    size_t before = 0;

    for (uint32_t backlog = 1; backlog < 1000; backlog += backlog / 3 + 1) {
        size_t bytes = esp_async_memcpy_static_bytes(backlog);

        CHECK(bytes > before);
        CHECK(bytes <= ASYNC_MEMCPY_STATIC_BYTES(backlog));
        before = bytes;
    }
    CHECK_EQ(esp_async_memcpy_static_bytes(0),
             esp_async_memcpy_static_bytes(ASYNC_MEMCPY_BACKLOG_DEFAULT));
    CHECK(esp_async_memcpy_static_bytes(0) <= ASYNC_MEMCPY_STATIC_BYTES(0));
}

/* Those whose size wraps round at 32 bits are among them. */
static void static_size_of_huge_backlogs(void)
{
    static const uint32_t backlogs[] = {0x02AAAAAB, 0x05555556, 0x06666667, 0x10000000, 0x15555556,
                                        0x20000001, 0x55555556, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF};
    struct buffer buffer;

    buffer_open_in(&buffer, BUFFER_INTERNAL, ASYNC_MEMCPY_STATIC_BYTES(BACKLOG), 0);
    for (size_t i = 0; i < sizeof(backlogs) / sizeof(backlogs[0]); i++) {
        const async_memcpy_config_t config = {.backlog = backlogs[i]};
        size_t bytes = esp_async_memcpy_static_bytes(backlogs[i]);

        CHECK(bytes == 0 || bytes / 32 >= backlogs[i]);
        expect_refusal(&config, buffer.bytes, buffer.size_bytes, ESP_ERR_INVALID_SIZE);
        expect_refusal(&config, buffer.bytes, 0, ESP_ERR_INVALID_SIZE);
    }
    buffer_check_untouched(&buffer);
    buffer_close(&buffer);
}

static void static_install_needs_no_more_than_it_says(void)
{
    static const uint32_t backlogs[] = {0, 1, 2, 3, 7, 20};

    for (size_t i = 0; i < sizeof(backlogs) / sizeof(backlogs[0]); i++) {
        const async_memcpy_config_t config = {.backlog = backlogs[i]};
        size_t bytes = esp_async_memcpy_static_bytes(backlogs[i]);
        struct buffer buffer;

        buffer_open_in(&buffer, BUFFER_INTERNAL, bytes, 0);
        expect_success(&config, &buffer, bytes);
        buffer_reset(&buffer);
        expect_success(&config, &buffer, bytes);
        expect_success(&config, &buffer, SIZE_MAX);
        expect_refusal(&config, buffer.bytes, bytes - 1, ESP_ERR_INVALID_SIZE);
        expect_refusal(&config, buffer.bytes, 0, ESP_ERR_INVALID_SIZE);
        buffer_close(&buffer);
    }
}

static void static_install_with_the_macro(void)
{
    enum { BYTES = ASYNC_MEMCPY_STATIC_BYTES(BACKLOG) };
    struct buffer buffer;

    buffer_open_in(&buffer, BUFFER_INTERNAL, BYTES, ALIGN);
    expect_success(&default_config, &buffer, BYTES);
    buffer_close(&buffer);
}

static void static_install_refuses_null(void)
{
    async_memcpy_handle_t handle = not_a_handle();
    struct buffer buffer;

    buffer_open_in(&buffer, BUFFER_INTERNAL, needed(), 0);
    expect_refusal(NULL, buffer.bytes, needed(), ESP_ERR_INVALID_ARG);
    expect_refusal(&default_config, NULL, needed(), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_install_static(&default_config, buffer.bytes, needed(), NULL),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_install_static(NULL, buffer.bytes, needed(), &handle),
             ESP_ERR_INVALID_ARG);
    CHECK(handle == NULL);
    buffer_check_untouched(&buffer);
    buffer_close(&buffer);
}

static void static_install_refuses_what_install_refuses(void)
{
    static const async_memcpy_config_t configs[] = {
        {.backlog = BACKLOG, .sram_trans_align = 3},
        {.backlog = BACKLOG, .flags = 2},
        {.backlog = BACKLOG, .flags = UINT32_MAX},
    };
    struct buffer buffer;

    buffer_open_in(&buffer, BUFFER_INTERNAL, needed(), 0);
    for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
        expect_refusal(&configs[i], buffer.bytes, needed(), ESP_ERR_INVALID_ARG);
    }
    buffer_close(&buffer);
}

static void static_install_refuses_misaligned_memory(void)
{
    struct buffer buffer;

    buffer_open_in(&buffer, BUFFER_INTERNAL, needed() + ALIGN, 0);
    for (size_t offset = 1; offset < ALIGN; offset++) {
        expect_refusal(&default_config, buffer.bytes + offset, needed(), ESP_ERR_INVALID_ARG);
    }
    buffer_check_untouched(&buffer);
    expect_success(&default_config, &buffer, needed());
    buffer_close(&buffer);
}

/* Memory that is not, or not wholly, internal RAM that the engine reaches. */
static void static_install_refuses_other_memory(void)
{
    const struct platform_facts *chip = platform_chip();
    uintptr_t end = (uintptr_t)chip->sram.low + chip->sram.size_bytes;

    for (size_t i = 0; chip->refused[i].size_bytes != 0; i++) {
        expect_refusal(&default_config, (void *)(uintptr_t)chip->refused[i].low, needed(),
                       ESP_ERR_INVALID_ARG);
    }
    expect_refusal(&default_config, (void *)(uintptr_t)(chip->sram.low - ALIGN), needed(),
                   ESP_ERR_INVALID_ARG);
    expect_refusal(&default_config, (void *)(end - ALIGN), needed(), ESP_ERR_INVALID_ARG);
    expect_refusal(&default_config, (void *)end, needed(), ESP_ERR_INVALID_ARG);
    if (platform_has_external()) {
        struct buffer buffer;

        buffer_open_in(&buffer, BUFFER_EXTERNAL, needed(), 0);
        expect_refusal(&default_config, buffer.bytes, needed(), ESP_ERR_INVALID_ARG);
        buffer_check_untouched(&buffer);
        buffer_close(&buffer);
    }
}

static void install_in_interrupt(void *argument)
{
    const struct buffer *buffer = argument;

    expect_refusal(&default_config, buffer->bytes, buffer->size_bytes, ESP_ERR_INVALID_STATE);
}

static void static_install_refuses_interrupt_context(void)
{
    struct buffer buffer;

    buffer_open_in(&buffer, BUFFER_INTERNAL, needed(), 0);
    platform_run_in_interrupt(install_in_interrupt, &buffer);
    buffer_check_untouched(&buffer);
    buffer_close(&buffer);
}

/* After a refusal, and after uninstallation, the memory is the caller's. */
static void static_install_until_no_pair_is_left(void)
{
    const unsigned pair_count = platform_chip()->pair_count;
    async_memcpy_handle_t handles[PAIR_COUNT_MAX] = {NULL};
    struct buffer buffers[PAIR_COUNT_MAX + 1];

    CHECK(pair_count <= PAIR_COUNT_MAX);
    for (unsigned i = 0; i <= pair_count; i++) {
        buffer_open_in(&buffers[i], BUFFER_INTERNAL, needed(), 0);
    }
    for (unsigned i = 0; i < pair_count; i++) {
        CHECK_EQ(esp_async_memcpy_install_static(&default_config, buffers[i].bytes, needed(),
                                                 &handles[i]),
                 ESP_OK);
    }
    expect_refusal(&default_config, buffers[pair_count].bytes, needed(), ESP_ERR_NOT_FOUND);
    pattern_fill(buffers[pair_count].bytes, needed(), PATTERN);
    CHECK_EQ(esp_async_memcpy_uninstall(handles[0]), ESP_OK);
    pattern_fill(buffers[0].bytes, needed(), PATTERN);
    for (unsigned i = 1; i < pair_count; i++) {
        copy_pattern(handles[i], 100, 3, 1);
        CHECK_EQ(esp_async_memcpy_uninstall(handles[i]), ESP_OK);
    }
    pattern_check(buffers[0].bytes, needed(), PATTERN);
    pattern_check(buffers[pair_count].bytes, needed(), PATTERN);
    for (unsigned i = pair_count + 1; i-- != 0;) {
        buffer_close(&buffers[i]);
    }
}

/* Copies wait for slots, for items and for one another, and nothing is allocated. */
static void static_install_without_any_heap(void)
{
    enum { BYTES = 20000 };
    struct buffer memory;
    struct buffer source;
    struct buffer destination;
    async_memcpy_handle_t handle;
    size_t rest_bytes;
    void *rest;

    buffer_open_in(&memory, BUFFER_INTERNAL, needed(), 0);
    buffer_open(&source, BYTES, 1);
    buffer_open(&destination, BYTES, 2);
    pattern_fill(source.bytes, BYTES, PATTERN);
    rest_bytes = heap_caps_get_largest_free_block(MALLOC_CAP_DMA);
    rest = heap_caps_malloc(rest_bytes, MALLOC_CAP_DMA);
    CHECK(rest != NULL);
    CHECK_EQ(esp_async_memcpy_install_static(&default_config, memory.bytes, needed(), &handle),
             ESP_OK);
    for (unsigned i = 0; i < BACKLOG; i++) {
        CHECK_EQ(esp_async_memcpy(handle, destination.bytes, source.bytes, BYTES, NULL, NULL),
                 ESP_OK);
    }
    CHECK_EQ(esp_memcpy_blocking(handle, destination.bytes, source.bytes, BYTES, -1), ESP_OK);
    pattern_check(destination.bytes, BYTES, PATTERN);
    CHECK_EQ(esp_async_memcpy_cancel(handle), ESP_OK);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    heap_caps_free(rest);
    buffer_close(&destination);
    buffer_close(&source);
    buffer_close(&memory);
}

static void static_uninstall_refuses_pending_work(void)
{
    enum { BYTES = 30000 };
    struct buffer memory;
    struct buffer source;
    struct buffer destination;
    async_memcpy_handle_t handle;

    buffer_open_in(&memory, BUFFER_INTERNAL, needed(), 0);
    buffer_open(&source, BYTES, 1);
    buffer_open(&destination, BYTES, 2);
    CHECK_EQ(esp_async_memcpy_install_static(&default_config, memory.bytes, needed(), &handle),
             ESP_OK);
    CHECK_EQ(esp_async_memcpy(handle, destination.bytes, source.bytes, BYTES, NULL, NULL), ESP_OK);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_async_memcpy_drain(handle, -1), ESP_OK);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&destination);
    buffer_close(&source);
    buffer_close(&memory);
}

const struct test_case conformance_static_install[] = {
    {"static size is bounded by the macro", static_size_is_bounded_by_the_macro},
    {"static size of huge backlogs", static_size_of_huge_backlogs},
    {"static install needs no more than it says", static_install_needs_no_more_than_it_says},
    {"static install with the macro", static_install_with_the_macro},
    {"static install refuses NULL", static_install_refuses_null},
    {"static install refuses what install refuses", static_install_refuses_what_install_refuses},
    {"static install refuses misaligned memory", static_install_refuses_misaligned_memory},
    {"static install refuses other memory", static_install_refuses_other_memory},
    {"static install refuses interrupt context", static_install_refuses_interrupt_context},
    {"static install until no pair is left", static_install_until_no_pair_is_left},
    {"static install without any heap", static_install_without_any_heap},
    {"static uninstall refuses pending work", static_uninstall_refuses_pending_work},
    {NULL, NULL},
};
