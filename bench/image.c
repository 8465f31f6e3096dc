/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The benchmark image: goes through all cases and checks every copy. It measures nothing itself:
 * the program that runs it (watch.c) counts the instructions of what is called here, and finds the
 * places by their names.
 */
#include <stdio.h>
#include <string.h>

#include "cases.h"
#include "copy_words.h"
#include "esp_async_memcpy.h"
#include "esp_attr.h"
#include "esp_heap_caps.h"
#include "mmio.h"
#include "port_cpu.h"

enum { MARGIN_BYTES = 8, PATTERN_STEP = 7, SETTLE_LOOPS = 500 };

/* Read from outside. */
uint32_t bench_case_index = UINT32_MAX;
uint32_t bench_handle_bytes[2]; /* of a handle with backlog 8 and 16 */
const char bench_compiler[] = "gcc " __VERSION__ " " BENCH_OPTIONS;

static uint32_t source_words[(BENCH_BYTES_MAX + MARGIN_BYTES) / 4];
static uint32_t destination_words[(BENCH_BYTES_MAX + MARGIN_BYTES) / 4];

/* Not static, so that it can be found. */
bool bench_callback(async_memcpy_handle_t handle, async_memcpy_event_t *event, void *argument);

IRAM_ATTR bool bench_callback(async_memcpy_handle_t handle, async_memcpy_event_t *event,
                              void *argument)
{
    (void)handle;
    (void)event;
    (void)argument;
    return false;
}

static async_memcpy_handle_t install(uint32_t backlog)
{
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    async_memcpy_handle_t handle = NULL;
    config.backlog = backlog;
    if (esp_async_memcpy_install(&config, &handle) != ESP_OK) {
        printf("install failed\n");
    }
    return handle;
}

/* Succeeds once every callback has returned. */
static void uninstall(async_memcpy_handle_t handle)
{
    while (esp_async_memcpy_uninstall(handle) == ESP_ERR_INVALID_STATE) {
    }
}

/* Where source and destination begin. */
static size_t offset_of(const struct bench_case *what)
{
    return what->aligned ? 0 : 1;
}

/* Sees the last byte arrive, and then gives the interrupt time to be taken: an empty callback can
 * tell nothing, and the program that watches makes sure that it was called. */
static void wait_for_last_word(const struct bench_case *what)
{
    const uint32_t *last = &destination_words[(offset_of(what) + what->size_bytes - 1) / 4];
    while (dma_load32(last) == 0) {
    }
    for (int i = 0; i < SETTLE_LOOPS; i++) {
        dma_publish();
    }
}

static void submit(async_memcpy_handle_t handle, const struct bench_case *what,
                   async_memcpy_isr_cb_t callback)
{
    uint8_t *to = (uint8_t *)destination_words + offset_of(what);
    const uint8_t *from = (const uint8_t *)source_words + offset_of(what);
    if (esp_async_memcpy(handle, to, from, what->size_bytes, callback, NULL) != ESP_OK) {
        printf("submit failed\n");
    }
}

static void run_single(const struct bench_case *what)
{
    async_memcpy_handle_t handle = install(BENCH_QUEUE);
    for (uint32_t i = 0; i < BENCH_REPEATS; i++) {
        memset(destination_words, 0, sizeof destination_words);
        submit(handle, what, bench_callback);
        wait_for_last_word(what);
    }
    uninstall(handle);
}

static void run_queued(const struct bench_case *what)
{
    async_memcpy_isr_cb_t callback = what->mode == BENCH_SILENT ? NULL : bench_callback;
    async_memcpy_handle_t handle = install(BENCH_QUEUE);
    uint32_t status = what->mode == BENCH_DEPTH ? cpu_mask_interrupts() : 0;
    for (uint32_t i = 0; i < BENCH_QUEUE; i++) {
        submit(handle, what, callback);
    }
    cpu_restore_interrupts(status);
    uninstall(handle);
}

static void run_by_cpu(const struct bench_case *what)
{
    bench_copy_words(destination_words, source_words, what->size_bytes / 4);
}

/* The bytes of the copy are those of the source, which are never 0, and no others were written. */
static bool is_copied(const struct bench_case *what)
{
    const uint8_t *to = (const uint8_t *)destination_words;
    const uint8_t *from = (const uint8_t *)source_words;
    for (size_t i = 0; i < sizeof destination_words; i++) {
        bool within = i >= offset_of(what) && i - offset_of(what) < what->size_bytes;
        if (to[i] != (within ? from[i] : 0)) {
            return false;
        }
    }
    return true;
}

static bool run_case(uint32_t index, const struct bench_case *what)
{
    static void (*const run[])(const struct bench_case *what) = {
        [BENCH_SINGLE] = run_single, [BENCH_QUEUED] = run_queued, [BENCH_DEPTH] = run_queued,
        [BENCH_SILENT] = run_queued, [BENCH_BY_CPU] = run_by_cpu,
    };
    uint8_t *bytes = (uint8_t *)source_words;
    for (size_t i = 0; i < sizeof source_words; i++) {
        bytes[i] = (uint8_t)(1 + (i * PATTERN_STEP + index + (i >> 8)) % UINT8_MAX);
    }
    memset(destination_words, 0, sizeof destination_words);
    bench_case_index = index;
    run[what->mode](what);
    bench_case_index = UINT32_MAX;
    return is_copied(what);
}

static uint32_t measure_handle(uint32_t backlog)
{
    size_t before = heap_caps_get_free_size(MALLOC_CAP_DMA);
    async_memcpy_handle_t handle = install(backlog);
    size_t after = heap_caps_get_free_size(MALLOC_CAP_DMA);
    uninstall(handle);
    return (uint32_t)(before - after);
}

int main(void)
{
    const struct bench_case *what;
    int wrong_count = 0;
    printf("%s\n", bench_compiler);
    bench_handle_bytes[0] = measure_handle(BENCH_QUEUE / 2);
    bench_handle_bytes[1] = measure_handle(BENCH_QUEUE);
    for (uint32_t index = 0; (what = bench_case_at(index)) != NULL; index++) {
        if (!run_case(index, what)) {
            printf("case %u: wrong bytes\n", (unsigned)index);
            wrong_count++;
        }
    }
    printf("%d cases wrong\n", wrong_count);
    return wrong_count == 0 ? 0 : 1;
}
