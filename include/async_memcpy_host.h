/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a program on a PC can do beyond esp_async_memcpy.h: choose the simulated chip, wait for its
 * interrupts, and look at what happened.
 *
 * One chip is simulated in a process. It is switched on by the first allocation or installation,
 * and from then on has a thread of its own, which runs the DMA and calls the callbacks: that thread
 * is what "interrupt" means in esp_async_memcpy.h, and all others are tasks. It sleeps while
 * nothing is under way, and ends with the program. The chip's time is virtual: it passes with the
 * work of the DMA and with register accesses, as fast as the PC can.
 *
 * Ordinary memory (stack, static, malloc()) can be copied from and to, and counts as internal RAM.
 * As with memcpy(), it must be there: a pointer to what is not mapped ends the program. Addresses
 * from 0x3C000000 to 0x6FFFFFFF are the chip's, and judged as on the chip.
 *
 * A child after fork() has no such thread: it must not use the drivers of its parent, and may
 * install its own.
 *
 * Context of all functions: task; thread safe.
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
    const char *chip;            /**< its name */
    uint64_t time_ns;            /**< virtual time */
    uint64_t dma_busy_ns;        /**< of this, how long the DMA's bus master was at work */
    uint64_t dma_bytes;          /**< bytes that the DMA wrote as data */
    uint64_t dma_external_bytes; /**< likewise, into external RAM only */
    uint64_t interrupts;         /**< interrupts that the CPU took */
    uint64_t yields; /**< of these, how many woke a task and so yielded the processor at the end */
    uint64_t register_reads; /**< register accesses by the driver */
    uint64_t register_writes;
} async_memcpy_host_stats_t;

/**
 * Chooses the chip. Without this call the environment variable ASYNC_MEMCPY_CHIP chooses, and
 * without that the default, esp32s3.
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
 * Chooses whether ordinary memory is refused with ESP_ERR_INVALID_ARG, as it would be on a chip: a
 * program that passes then allocates all that it copies with heap_caps_malloc(). Without this call
 * it is refused if the environment variable ASYNC_MEMCPY_STRICT is 1 when the chip is switched on.
 * Copies that have been accepted go on.
 */
void async_memcpy_host_set_strict(bool strict);

/**
 * Sleeps until an interrupt has been handled, all callbacks included: what "wfi" is on the chip.
 *
 * An interrupt that was handled since this thread's last call, or before its first, counts: a loop
 * that looks at a flag and then calls this misses none. The flag is shared with the callback's
 * thread, so it must be atomic or under a lock.
 *
 * @return true: an interrupt was handled; false: none has been and none can come, because nothing
 *         is under way, or the caller is in interrupt context
 */
bool async_memcpy_host_wait_for_interrupt(void);

/** Reads the counters of the simulated chip; all zero before it is switched on. */
void async_memcpy_host_get_stats(async_memcpy_host_stats_t *stats);

#ifdef __cplusplus
}
#endif

#endif
