/* SPDX-License-Identifier: Apache-2.0 */
/* esp_async_memcpy_get_stats() and esp_async_memcpy_get_info(). */
#include <string.h>

#include "check.h"
#include "conformance.h"
#include "copy.h"
#include "platform.h"
#include "queue.h"

enum { DESCRIPTOR_BYTES_MAX = 4095, BACKLOG = 4, STALL_MS_DEFAULT = 100 };

static struct queue queue;

static async_memcpy_stats_t stats_of(async_memcpy_handle_t handle)
{
    async_memcpy_stats_t stats;

    memset(&stats, 0xFF, sizeof(stats));
    CHECK_EQ(esp_async_memcpy_get_stats(handle, &stats), ESP_OK);
    return stats;
}

static async_memcpy_info_t info_of(async_memcpy_handle_t handle)
{
    async_memcpy_info_t info;

    memset(&info, 0xFF, sizeof(info));
    CHECK_EQ(esp_async_memcpy_get_info(handle, &info), ESP_OK);
    return info;
}

static void stats_refuse_null(void)
{
    async_memcpy_stats_t stats;
    async_memcpy_handle_t handle = driver_install(1, 0);

    CHECK_EQ(esp_async_memcpy_get_stats(NULL, &stats), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_get_stats(handle, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

static void read_stats(void *argument)
{
    async_memcpy_stats_t *stats = argument;

    *stats = stats_of(queue.handle);
}

static void stats_count_copies(void)
{
    async_memcpy_stats_t stats;

    queue_open(&queue, 5 * BACKLOG, BACKLOG);
    stats = stats_of(queue.handle);
    CHECK_EQ(stats.in_flight, 0);
    CHECK_EQ(stats.failed, 0);
    CHECK_EQ(stats.withdrawn, 0);
    CHECK_EQ(stats.recoveries, 0);
    CHECK_EQ(stats.lost_starts, 0);
    CHECK_EQ(stats.stalls, 0);
    for (size_t i = 0; i < BACKLOG; i++) {
        queue_start(&queue, i, i + 1);
        CHECK_EQ(stats_of(queue.handle).in_flight, i + 1);
    }
    platform_run_in_interrupt(read_stats, &stats);
    CHECK(stats.in_flight <= BACKLOG);
    copy_finish(queue.copies, BACKLOG);
    stats = stats_of(queue.handle);
    CHECK_EQ(stats.in_flight, 0);
    CHECK_EQ(stats.withdrawn, 0);
    CHECK_EQ(stats.failed, 0);
    CHECK_EQ(stats.stalls, 0);
    queue_close(&queue);
}

static void stats_count_withdrawn_copies(void)
{
    async_memcpy_ticket_t ticket;

    queue_open(&queue, BACKLOG, BACKLOG);
    queue_start(&queue, 0, 3);
    CHECK_EQ(esp_async_memcpy_cancel(queue.handle), ESP_OK);
    CHECK_EQ(stats_of(queue.handle).withdrawn, 3);
    CHECK_EQ(stats_of(queue.handle).in_flight, 0);
    queue_start(&queue, 0, 1);
    CHECK_EQ(esp_async_memcpy_with_ticket(queue.handle, queue.copies[1].destination,
                                          queue.source.bytes, QUEUE_BYTES, &ticket),
             ESP_OK);
    CHECK_EQ(esp_async_memcpy_ticket_cancel(queue.handle, &ticket), ESP_OK);
    CHECK_EQ(stats_of(queue.handle).withdrawn, 4);
    CHECK_EQ(esp_memcpy_blocking(queue.handle, queue.copies[2].destination, queue.source.bytes,
                                 QUEUE_BYTES, 0),
             ESP_ERR_TIMEOUT);
    CHECK_EQ(stats_of(queue.handle).withdrawn, 5);
    copy_finish(queue.copies, 1);
    CHECK_EQ(stats_of(queue.handle).withdrawn, 5);
    CHECK_EQ(stats_of(queue.handle).failed, 0);
    queue_close(&queue);
}

static void info_refuses_null(void)
{
    async_memcpy_info_t info;
    async_memcpy_handle_t handle = driver_install(1, 0);

    CHECK_EQ(esp_async_memcpy_get_info(NULL, &info), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_get_info(handle, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

static void info_tells_what_a_driver_is(void)
{
    const struct platform_facts *chip = platform_chip();
    async_memcpy_handle_t first = driver_install(0, 0);
    async_memcpy_handle_t second = driver_install(3, 0);
    async_memcpy_info_t info = info_of(first);

    CHECK(strcmp(info.chip, chip->name) == 0);
    CHECK(strcmp(info.engine, "AHB GDMA v1") == 0);
    CHECK(info.channel < chip->pair_count);
    CHECK(info_of(second).channel < chip->pair_count);
    CHECK(info_of(second).channel != info.channel);
    CHECK_EQ(info.backlog, ASYNC_MEMCPY_BACKLOG_DEFAULT);
    CHECK_EQ(info.free, ASYNC_MEMCPY_BACKLOG_DEFAULT);
    CHECK_EQ(info_of(second).backlog, 3);
    CHECK(!info.dead);
    CHECK_EQ(info.internal_low, chip->sram.low);
    CHECK_EQ(info.internal_bytes, chip->sram.size_bytes);
    CHECK_EQ(info.external_bytes, chip->psram.size_bytes);
    CHECK_EQ(info.external_low, chip->psram.low);
    CHECK_EQ(info.cpu_below, 0);
    CHECK_EQ(info.stall_ms, STALL_MS_DEFAULT);
    CHECK(!info.reports_errors);
    CHECK_EQ(esp_async_memcpy_uninstall(second), ESP_OK);
    CHECK_EQ(esp_async_memcpy_uninstall(first), ESP_OK);
}

static void info_tells_free_slots(void)
{
    queue_open(&queue, BACKLOG, BACKLOG);
    for (uint32_t i = 0; i < BACKLOG; i++) {
        CHECK_EQ(info_of(queue.handle).free, BACKLOG - i);
        queue_start(&queue, i, i + 1);
    }
    CHECK_EQ(info_of(queue.handle).free, 0);
    copy_finish(queue.copies, BACKLOG);
    CHECK_EQ(info_of(queue.handle).free, BACKLOG);
    CHECK_EQ(info_of(queue.handle).backlog, BACKLOG);
    queue_close(&queue);
}

static bool is_power_of_two(size_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* A copy at the best alignments that it names is one that the declared alignments accept. */
static void check_alignments(const async_memcpy_config_t *config)
{
    async_memcpy_handle_t handle = driver_install_with(config);
    async_memcpy_info_t info = info_of(handle);
    size_t declared = config->sram_trans_align == 0 ? 1 : config->sram_trans_align;

    CHECK_EQ(info.internal_align, declared);
    CHECK(is_power_of_two(info.internal_best_align));
    CHECK(is_power_of_two(info.external_best_align));
    CHECK(info.item_bytes <= DESCRIPTOR_BYTES_MAX);
    CHECK(info.item_bytes > DESCRIPTOR_BYTES_MAX / 2);
    CHECK_EQ(info.item_bytes % declared, 0);
    CHECK_EQ(info.reports_errors, (config->flags & ASYNC_MEMCPY_REPORT_ERRORS) != 0);
    CHECK_EQ(info.stall_ms, config->stall_ms == 0 ? STALL_MS_DEFAULT : config->stall_ms);
    if (platform_has_external()) {
        size_t wished = config->psram_trans_align > config->dma_burst_size
                            ? config->psram_trans_align
                            : config->dma_burst_size;
        size_t block = wished > 16 ? wished : 16;
        size_t line = platform_cache_line_bytes();

        CHECK_EQ(info.external_align,
                 config->psram_trans_align == 0 ? 1 : config->psram_trans_align);
        CHECK_EQ(info.block_bytes, block);
        CHECK_EQ(info.external_best_align, block > line ? block : line);
        CHECK_EQ(info.item_bytes % block, 0);
    } else {
        CHECK_EQ(info.external_align, 1);
        CHECK_EQ(info.external_best_align, 1);
        CHECK_EQ(info.block_bytes, 0);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

static void info_tells_what_became_of_each_field(void)
{
    static const async_memcpy_config_t configs[] = {
        {.backlog = 1},
        {.sram_trans_align = 1, .stall_ms = 1},
        {.sram_trans_align = 4, .flags = ASYNC_MEMCPY_REPORT_ERRORS},
        {.sram_trans_align = 64, .psram_trans_align = 16, .stall_ms = 5000},
        {.psram_trans_align = 32},
        {.psram_trans_align = 64, .dma_burst_size = 64, .weight = 3},
        {.dma_burst_size = 32},
        {.dma_burst_size = 8, .stall_ms = 100},
    };

    for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
        check_alignments(&configs[i]);
    }
}

const struct test_case conformance_info[] = {
    {"stats refuse NULL", stats_refuse_null},
    {"stats count copies", stats_count_copies},
    {"stats count withdrawn copies", stats_count_withdrawn_copies},
    {"info refuses NULL", info_refuses_null},
    {"info tells what a driver is", info_tells_what_a_driver_is},
    {"info tells free slots", info_tells_free_slots},
    {"info tells what became of each field", info_tells_what_became_of_each_field},
    {NULL, NULL},
};
