/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a program on a PC can do beyond esp_async_memcpy.h: choose the simulated chip, let its time
 * go on, and look at what happened. One chip is simulated at a time; its time is virtual, and
 * passes only in calls of the driver and in async_memcpy_host_wait_for_interrupt().
 *
 * Context of all functions: task, in one thread.
 */
#ifndef ASYNC_MEMCPY_HOST_H
#define ASYNC_MEMCPY_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What happened on the simulated chip since it was switched on. */
typedef struct {
    const char *chip;        /**< its name */
    uint64_t time_ns;        /**< virtual time */
    uint64_t dma_busy_ns;    /**< of this, how long the DMA's bus master was at work */
    uint64_t dma_bytes;      /**< bytes that the DMA wrote as data */
    uint64_t interrupts;     /**< interrupts that the CPU took */
    uint64_t register_reads; /**< register accesses by the driver */
    uint64_t register_writes;
} async_memcpy_host_stats_t;

/**
 * Chooses the chip. Without this call the environment variable ASYNC_MEMCPY_CHIP chooses, and
 * without that the default, esp32c3.
 *
 * @param name such as "esp32c3"
 * @return ESP_OK;
 *         ESP_ERR_INVALID_ARG: name is NULL;
 *         ESP_ERR_NOT_SUPPORTED: no such chip; a message that lists the known ones went to stderr;
 *         ESP_ERR_INVALID_STATE: a different chip is switched on already, which the first
 * allocation or installation does
 */
esp_err_t async_memcpy_host_select_chip(const char *name);

/**
 * Returns the name of a known chip.
 *
 * @param index from 0
 * @return a static string; NULL if index is not below the number of known chips
 */
const char *async_memcpy_host_chip_name(size_t index);

/**
 * Sleeps until the next interrupt has been handled: what "wfi" is on the chip.
 *
 * @return true: an interrupt was handled; false: none can come, because nothing is under way
 */
bool async_memcpy_host_wait_for_interrupt(void);

/** Reads the counters of the simulated chip; all zero before it is switched on. */
void async_memcpy_host_get_stats(async_memcpy_host_stats_t *stats);

#ifdef __cplusplus
}
#endif

#endif
