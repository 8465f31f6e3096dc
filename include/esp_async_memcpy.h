/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Asynchronous memory copy: hand copies to a DMA engine and go on.
 *
 * Names and types are those of ESP-IDF; a source file written for any of its versions from v4.4 on
 * compiles. Promises: any address, any length, in order, no heap after install, bounded memory,
 * errors reported.
 *
 * Context: "task" is any context in which interrupts may be taken; "interrupt" is an interrupt
 * handler, a callback of this driver included.
 */
#ifndef ESP_ASYNC_MEMCPY_H
#define ESP_ASYNC_MEMCPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

/** An installed driver: one channel pair of a DMA engine with its queue. */
typedef struct async_memcpy_context *async_memcpy_handle_t;

/** The name of the handle type before ESP-IDF v5.2. */
typedef async_memcpy_handle_t async_memcpy_t;

/**
 * What a callback is told about the copy that ended.
 *
 * Owned by the driver and valid only while the callback runs.
 */
typedef struct {
    /** Always NULL, as in every version of ESP-IDF. */
    void *data;
    /**
     * - ESP_OK: every byte is in place.
     * - ESP_FAIL: the engine failed twice in a row; the content of the destination is unspecified,
     *   and nothing writes to it any more.
     * - ESP_ERR_INVALID_STATE: the engine failed and did not confirm that it stopped; the driver is
     *   dead and the destination may still be written.
     */
    esp_err_t status;
    /** As given to esp_async_memcpy(). */
    void *destination;
    /** As given to esp_async_memcpy(). */
    const void *source;
    /** Bytes, as given to esp_async_memcpy(). */
    size_t size;
} async_memcpy_event_t;

/**
 * Is called once for each copy that ended, in the order of submission.
 *
 * Context: interrupt. The slot of the copy is free already and the next copy has been started, so
 * the callback may submit, also with backlog 1. esp_async_memcpy_uninstall() and
 * esp_memcpy_blocking() return ESP_ERR_INVALID_STATE here. On a chip, put it in IRAM_ATTR if the
 * flash cache may be off.
 *
 * @param mcp_hdl the driver that did the copy
 * @param event what ended; valid only during the call
 * @param cb_args as given to esp_async_memcpy()
 * @return whether it woke a task of higher priority than the interrupted one; the port then
 *         switches
 */
typedef bool (*async_memcpy_isr_cb_t)(async_memcpy_handle_t mcp_hdl, async_memcpy_event_t *event,
                                      void *cb_args);

/** What a driver is installed with. A field that has no effect on a chip is accepted there. */
typedef struct {
    /** Copies in flight at most; 0 means 8. */
    uint32_t backlog;
    /**
     * 0: every destination and size in internal RAM works. Else a power of two, in bytes, of which
     * a destination in internal RAM must be a multiple in address and size; a multiple of 4 turns
     * the engine's bursts on. The source needs no alignment.
     */
    size_t sram_trans_align;
    /** The same for external RAM. No effect on a chip without it. */
    size_t psram_trans_align;
    /** Arbitration weight. No effect on a chip without weighted arbitration. */
    uint32_t weight;
    /** Wished burst in bytes. No effect on a chip where sram_trans_align alone chooses bursts. */
    size_t dma_burst_size;
    /** Must be 0. */
    uint32_t flags;
} async_memcpy_config_t;

/** Backlog 8, and no alignment demanded. */
#define ASYNC_MEMCPY_DEFAULT_CONFIG() \
    {                                 \
        8, 0, 0, 0, 0, 0              \
    }

/**
 * Installs a driver on the chip's default copy engine.
 *
 * Claims a channel pair, a trigger id and an interrupt, and allocates, in one block of internal DMA
 * memory, all that the driver will ever need. Callbacks will run on the core that calls this. After
 * an error nothing is held, and a later call may succeed.
 *
 * Context: task. Time: one allocation and a bounded number of register accesses.
 *
 * @param config what to install with; may be given back when the call returns
 * @param mcp_hdl receives the handle, owned by the caller until esp_async_memcpy_uninstall(); set
 *        to NULL on every error
 * @retval ESP_OK installed
 * @retval ESP_ERR_INVALID_ARG config or mcp_hdl is NULL, sram_trans_align is neither 0 nor a power
 *         of two, or a bit is set in flags
 * @retval ESP_ERR_INVALID_STATE called in interrupt context
 * @retval ESP_ERR_NO_MEM not enough internal DMA memory for this backlog
 * @retval ESP_ERR_NOT_FOUND no channel pair, trigger id or interrupt line is left
 * @retval ESP_ERR_NOT_SUPPORTED on a PC, the environment variable ASYNC_MEMCPY_CHIP names no known
 *         chip; a message on stderr lists the known ones
 */
esp_err_t esp_async_memcpy_install(const async_memcpy_config_t *config,
                                   async_memcpy_handle_t *mcp_hdl);

/**
 * As esp_async_memcpy_install(), on the AHB GDMA.
 *
 * @retval ESP_ERR_NOT_SUPPORTED also: the chip has no AHB GDMA
 */
esp_err_t esp_async_memcpy_install_gdma_ahb(const async_memcpy_config_t *config,
                                            async_memcpy_handle_t *mcp_hdl);

/**
 * Uninstalls a driver and gives back all that it holds.
 *
 * Context: task. Time: bounded; waits at most for an interrupt handler that runs on another core.
 *
 * @param mcp_hdl no longer valid after ESP_OK
 * @retval ESP_OK uninstalled
 * @retval ESP_ERR_INVALID_ARG mcp_hdl is NULL
 * @retval ESP_ERR_INVALID_STATE a copy has not ended, a callback has not returned, the call comes
 *         from interrupt context, or the driver is dead and the engine may still use its memory;
 *         nothing was changed
 */
esp_err_t esp_async_memcpy_uninstall(async_memcpy_handle_t mcp_hdl);

/**
 * Submits a copy and returns at once.
 *
 * Copies behave as if they ran one after another in the order of submission, also where one reads
 * what another writes. Until the copy has ended, its source must not be written and its destination
 * neither read nor written by anyone but the driver. After an error nothing was changed.
 *
 * Context: task on any core, or interrupt; thread safe. Time: does not depend on n beyond the items
 * that are free; grows by a few instructions for each copy in flight if the source may overlap one
 * of their destinations.
 *
 * @param mcp_hdl an installed driver
 * @param dst destination; subject to sram_trans_align
 * @param src source, of any alignment; must not overlap the destination
 * @param n bytes, at least 1; subject to sram_trans_align
 * @param cb_isr called when the copy has ended; may be NULL
 * @param cb_args passed on to cb_isr
 * @retval ESP_OK accepted; cb_isr will be called once
 * @retval ESP_ERR_INVALID_ARG mcp_hdl, dst or src is NULL, n is 0, a range does not lie wholly in
 *         memory that the engine reaches, source and destination overlap, or the destination or n
 *         breaks the declared alignment
 * @retval ESP_ERR_INVALID_STATE as many copies as the backlog allows are in flight, or the driver
 *         is dead (see async_memcpy_event_t)
 */
esp_err_t esp_async_memcpy(async_memcpy_handle_t mcp_hdl, void *dst, const void *src, size_t n,
                           async_memcpy_isr_cb_t cb_isr, void *cb_args);

/**
 * Copies and sleeps until the last byte is in place. A full backlog is waited for.
 *
 * Context: task. Time: that of the copies in flight and of this one.
 *
 * @param mcp_hdl an installed driver
 * @param dst as for esp_async_memcpy()
 * @param src as for esp_async_memcpy()
 * @param n as for esp_async_memcpy()
 * @param timeout_ms must be -1, which waits for ever
 * @retval ESP_OK every byte is in place
 * @retval ESP_ERR_INVALID_ARG as for esp_async_memcpy(), or timeout_ms is not -1
 * @retval ESP_ERR_INVALID_STATE called in interrupt context, or the driver is dead
 * @retval ESP_FAIL the engine failed twice in a row; the content of the destination is unspecified
 */
esp_err_t esp_memcpy_blocking(async_memcpy_handle_t mcp_hdl, void *dst, const void *src, size_t n,
                              int32_t timeout_ms);

#ifdef __cplusplus
}
#endif

#endif
