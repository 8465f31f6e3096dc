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
     * - ESP_OK: every byte is in place. - ESP_FAIL: the engine failed twice in a row; the content
     *   of the destination is unspecified, and nothing writes to it any more. -
     *   ESP_ERR_NOT_FINISHED: the copy was withdrawn, by esp_async_memcpy_cancel() or because a
     *   wait for it timed out; likewise. - ESP_ERR_INVALID_STATE: the engine failed and did not
     *   confirm that it stopped; the driver is dead and the destination may still be written.
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
    /** Copies in flight at most; 0 means ASYNC_MEMCPY_BACKLOG_DEFAULT. */
    uint32_t backlog;
    /**
     * 0: every destination and size in internal RAM works. Else a power of two, in bytes, of which
     * a destination in internal RAM must be a multiple in address and size; a multiple of 4 turns
     * the engine's bursts on. The source needs no alignment.
     */
    size_t sram_trans_align;
    /**
     * 0: every destination and size in external RAM works. Else 16, 32 or 64, in bytes, of which a
     * destination in external RAM must be a multiple in address and size; and the engine reaches
     * external RAM in blocks of this size, instead of 16 bytes. No effect on a chip without it.
     */
    size_t psram_trans_align;
    /** Arbitration weight. No effect on a chip without weighted arbitration. */
    uint32_t weight;
    /**
     * Wished burst in bytes: 0, or a power of two that the chip bears. With external RAM, it
     * chooses the block size if psram_trans_align is 0; it never has a copy refused. No effect on a
     * chip where sram_trans_align alone chooses bursts.
     */
    size_t dma_burst_size;
    /** ASYNC_MEMCPY_REPORT_ERRORS or 0. */
    uint32_t flags;
    /** After how long without any progress the engine counts as stalled, in ms, at most 65535; 0
     * means 100. Who waits, drains, polls or asks a ticket notices it; a submission does not. */
    uint32_t stall_ms;
} async_memcpy_config_t;

/** The backlog that 0 stands for. */
#define ASYNC_MEMCPY_BACKLOG_DEFAULT 8

/** A flag: an error of the engine ends the copy with ESP_FAIL, instead of being recovered from.
 * On a chip whose RESTART uses its address field, which no board has confirmed or denied, linking a
 * copy behind others may be such an error: without the flag it costs time, with it the copy. */
#define ASYNC_MEMCPY_REPORT_ERRORS (UINT32_C(1) << 0)

/** Backlog 8, and no alignment demanded. */
#define ASYNC_MEMCPY_DEFAULT_CONFIG()                  \
    {                                                  \
        ASYNC_MEMCPY_BACKLOG_DEFAULT, 0, 0, 0, 0, 0, 0 \
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
 *         of two, an unknown bit is set in flags, or stall_ms is above 65535; on a chip with
 *         external RAM also: psram_trans_align is none of 0, 16, 32 and 64, dma_burst_size is
 *         neither 0 nor a power of two, or above what the chip bears, or both are set and differ
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
 * No other call with this handle may be under way, on any core. Context: task. Time: bounded; waits
 * at most stall_ms for the last callback, if another core runs it, and for an interrupt handler
 * that runs there.
 *
 * @param mcp_hdl no longer valid after ESP_OK
 * @retval ESP_OK uninstalled
 * @retval ESP_ERR_INVALID_ARG mcp_hdl is NULL
 * @retval ESP_ERR_INVALID_STATE a copy has not ended, a callback does not return, the call comes
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
 * Context: task. Time: that of the copies in flight and of this one, timeout_ms at the most and, if
 * it is over, a millisecond for stopping the engine.
 *
 * @param mcp_hdl an installed driver
 * @param dst as for esp_async_memcpy()
 * @param src as for esp_async_memcpy()
 * @param n as for esp_async_memcpy()
 * @param timeout_ms -1 waits for ever, 0 looks once, others wait so many milliseconds
 * @retval ESP_OK every byte is in place
 * @retval ESP_ERR_INVALID_ARG as for esp_async_memcpy(), or timeout_ms is below -1
 * @retval ESP_ERR_INVALID_STATE called in interrupt context; or the driver is dead, and the engine
 *         may still write
 * @retval ESP_ERR_TIMEOUT the copy did not end in time and was withdrawn: nothing will be written
 *         any more; the content of the destination is unspecified
 * @retval ESP_ERR_NOT_FINISHED another task withdrew it by esp_async_memcpy_cancel()
 * @retval ESP_FAIL the engine failed twice in a row; the content of the destination is unspecified
 */
esp_err_t esp_memcpy_blocking(async_memcpy_handle_t mcp_hdl, void *dst, const void *src, size_t n,
                              int32_t timeout_ms);

/**
 * Sleeps until all copies have ended and all callbacks have returned, of those submitted meanwhile
 * too.
 *
 * Context: task. Notices lost interrupts and a stalled engine. Time: timeout_ms at the most.
 *
 * @param mcp_hdl an installed driver
 * @param timeout_ms -1 waits for ever, 0 looks once, others wait so many milliseconds
 * @retval ESP_OK no copy is in flight
 * @retval ESP_ERR_INVALID_ARG mcp_hdl is NULL, or timeout_ms is below -1
 * @retval ESP_ERR_INVALID_STATE called in interrupt context, or the driver is dead
 * @retval ESP_ERR_TIMEOUT copies are still in flight; nothing was withdrawn
 */
esp_err_t esp_async_memcpy_drain(async_memcpy_handle_t mcp_hdl, int32_t timeout_ms);

/**
 * Withdraws all copies that have not ended. Their callbacks are told ESP_ERR_NOT_FINISHED. When
 * this returns ESP_OK, nothing is written for them any more; their destinations are unspecified,
 * and what lies beside them is intact. Copies submitted afterwards are done as usual.
 *
 * Context: task or interrupt. In a task, all callbacks have returned when this does. In an
 * interrupt, those that another core, or the interrupted callback of this driver, is at come after
 * that one has returned. Time: at most a millisecond for stopping the engine, and that of the
 * callbacks.
 *
 * @param mcp_hdl an installed driver
 * @retval ESP_OK withdrawn, or none was in flight
 * @retval ESP_ERR_INVALID_ARG mcp_hdl is NULL
 * @retval ESP_ERR_INVALID_STATE the engine does not confirm that it stopped: the driver is dead,
 *         and the engine may still write
 */
esp_err_t esp_async_memcpy_cancel(async_memcpy_handle_t mcp_hdl);

/**
 * Does what the interrupt would: takes what has finished, calls back, starts what waited; and sees
 * to a stalled engine. With it the driver works where interrupts are masked.
 *
 * Context: task or interrupt. Callbacks are called as in an interrupt. Time: bounded, and that of
 * the callbacks; a stalled engine takes a millisecond.
 *
 * @param mcp_hdl an installed driver
 * @retval ESP_OK no copy is in flight
 * @retval ESP_ERR_INVALID_ARG mcp_hdl is NULL
 * @retval ESP_ERR_NOT_FINISHED copies are in flight
 * @retval ESP_ERR_INVALID_STATE the driver is dead
 */
esp_err_t esp_async_memcpy_poll(async_memcpy_handle_t mcp_hdl);

/** The size of a ticket in words. */
#define ASYNC_MEMCPY_TICKET_WORDS 16

/** One copy to ask after. Its memory is the driver's from submission until the copy has ended. */
typedef struct {
    uintptr_t opaque[ASYNC_MEMCPY_TICKET_WORDS];
} async_memcpy_ticket_t;

/**
 * Submits a copy, as esp_async_memcpy(), for which the ticket stands instead of a callback.
 *
 * @param mcp_hdl an installed driver
 * @param dst as for esp_async_memcpy()
 * @param src as for esp_async_memcpy()
 * @param n as for esp_async_memcpy()
 * @param ticket unused, or of a copy that has ended and was asked after, or cleared
 * @return as esp_async_memcpy(); ESP_ERR_INVALID_ARG also: ticket is NULL
 */
esp_err_t esp_async_memcpy_with_ticket(async_memcpy_handle_t mcp_hdl, void *dst, const void *src,
                                       size_t n, async_memcpy_ticket_t *ticket);

/**
 * Returns whether the copy of a ticket has ended. Notices a lost interrupt and a stalled engine.
 *
 * Context: task or interrupt. Time: bounded.
 *
 * @param mcp_hdl the driver that it was submitted to
 * @param ticket of a submitted copy
 * @return true: the ticket is the caller's again; esp_async_memcpy_ticket_wait() tells how it ended
 */
bool esp_async_memcpy_ticket_is_done(async_memcpy_handle_t mcp_hdl,
                                     const async_memcpy_ticket_t *ticket);

/**
 * Sleeps until the copy of a ticket has ended.
 *
 * Context: task; if it is done, any. Time: timeout_ms at the most.
 *
 * @param mcp_hdl the driver that it was submitted to
 * @param ticket of a submitted copy
 * @param timeout_ms -1 waits for ever, 0 looks once, others wait so many milliseconds
 * @retval ESP_OK every byte is in place
 * @retval ESP_ERR_INVALID_ARG mcp_hdl or ticket is NULL, or timeout_ms is below -1
 * @retval ESP_ERR_TIMEOUT the copy is still in flight, and was not withdrawn
 * @retval ESP_ERR_INVALID_STATE called in interrupt context; or as in async_memcpy_event_t
 * @retval ESP_FAIL, ESP_ERR_NOT_FINISHED as in async_memcpy_event_t
 */
esp_err_t esp_async_memcpy_ticket_wait(async_memcpy_handle_t mcp_hdl, async_memcpy_ticket_t *ticket,
                                       int32_t timeout_ms);

/**
 * Withdraws the copy of a ticket, unless it has ended; the others go on.
 *
 * Context: task or interrupt. Time: at most a millisecond for stopping the engine.
 *
 * @param mcp_hdl the driver that it was submitted to
 * @param ticket of a submitted copy
 * @retval ESP_OK the copy has ended or was withdrawn: nothing is written for it any more. The
 *         ticket is still the driver's until esp_async_memcpy_ticket_is_done().
 * @retval ESP_ERR_INVALID_ARG mcp_hdl or ticket is NULL
 * @retval ESP_ERR_INVALID_STATE the driver is dead, and the engine may still write
 */
esp_err_t esp_async_memcpy_ticket_cancel(async_memcpy_handle_t mcp_hdl,
                                         async_memcpy_ticket_t *ticket);

/** What went otherwise than usual since installation. Counters wrap round. */
typedef struct {
    uint32_t in_flight;   /**< copies that have not ended yet, as of now */
    uint32_t failed;      /**< ended with ESP_FAIL */
    uint32_t withdrawn;   /**< ended with ESP_ERR_NOT_FINISHED */
    uint32_t recoveries;  /**< times that the engine was stopped for an error and started again */
    uint32_t lost_starts; /**< times that it was started again because an append was lost */
    uint32_t stalls;      /**< of the recoveries, those from a stalled engine */
} async_memcpy_stats_t;

/**
 * Reads the counters of a driver.
 *
 * Context: task or interrupt. Time: a few instructions.
 *
 * @retval ESP_OK *stats was written
 * @retval ESP_ERR_INVALID_ARG mcp_hdl or stats is NULL
 */
esp_err_t esp_async_memcpy_get_stats(async_memcpy_handle_t mcp_hdl, async_memcpy_stats_t *stats);

/** What a driver is and what became of its configuration. */
typedef struct {
    const char *chip;       /**< such as "esp32s3" */
    const char *engine;     /**< such as "AHB GDMA v1" */
    uint32_t channel;       /**< number of the channel pair */
    uint32_t backlog;       /**< copies in flight at most */
    uint32_t free;          /**< copies that can be submitted now */
    bool dead;              /**< the engine did not confirm a stop; nothing is accepted any more */
    uintptr_t internal_low; /**< internal RAM that the engine reaches */
    size_t internal_bytes;  /**< likewise, its size */
    uintptr_t external_low; /**< external RAM that the engine reaches */
    size_t external_bytes;  /**< likewise; 0: none */
    size_t internal_align;  /**< demanded of destinations in internal RAM; 1: none */
    size_t external_align;  /**< likewise in external RAM */
    size_t internal_best_align; /**< of address and size, for best speed in internal RAM */
    size_t external_best_align; /**< likewise in external RAM: what is beside it, the CPU copies */
    bool internal_bursts;       /**< sram_trans_align turned bursts into internal RAM on */
    size_t largest_burst;       /**< the most that dma_burst_size may be; 0: no external RAM, and it
                                     has no effect */
    bool weighted;              /**< weight had an effect; on the ESP32-C3 and S3 it has none */
    size_t block_bytes;         /**< of external RAM, with which the engine reaches it; 0: none */
    size_t item_bytes;          /**< the most that one descriptor holds here */
    size_t cpu_below;           /**< copies below so many bytes are done by the CPU; 0: none */
    uint32_t stall_ms;          /**< as configured */
    bool reports_errors;        /**< ASYNC_MEMCPY_REPORT_ERRORS is set */
} async_memcpy_info_t;

/**
 * Reads what a driver is.
 *
 * Context: task. Time: a few instructions.
 *
 * @retval ESP_OK *info was written
 * @retval ESP_ERR_INVALID_ARG mcp_hdl or info is NULL
 */
esp_err_t esp_async_memcpy_get_info(async_memcpy_handle_t mcp_hdl, async_memcpy_info_t *info);

/**
 * Has copies below a number of bytes be done by the CPU, in their turn. For tiny copies that is
 * faster than the engine. Of those that callbacks submit the engine does some all the same, since
 * a callback that submits for ever would never end. (One whose copies take the engine less time
 * than the interrupt does leaves none for tasks, with or without a threshold.)
 *
 * Context: task. Time: a few instructions.
 *
 * @param mcp_hdl an installed driver
 * @param bytes 0, as after installation: none; at most 4095, since a copy may be done in the
 *         interrupt
 * @retval ESP_OK holds for copies that are submitted from now on
 * @retval ESP_ERR_INVALID_ARG mcp_hdl is NULL, or bytes is above 4095
 */
esp_err_t esp_async_memcpy_set_cpu_threshold(async_memcpy_handle_t mcp_hdl, size_t bytes);

/** Upper bound of the memory of a driver with a backlog, for static installation, in bytes. */
#define ASYNC_MEMCPY_STATIC_BYTES(backlog)                                 \
    (64 * sizeof(void *) + 192 +                                           \
     ((backlog) == 0 ? ASYNC_MEMCPY_BACKLOG_DEFAULT : (size_t)(backlog)) * \
         (8 * sizeof(void *) + 32))

/**
 * Returns the memory that a driver with a backlog needs.
 *
 * @param backlog as in async_memcpy_config_t
 * @return bytes, at most ASYNC_MEMCPY_STATIC_BYTES(backlog); 0: no memory is that large
 */
size_t esp_async_memcpy_static_bytes(uint32_t backlog);

/**
 * As esp_async_memcpy_install(), without any heap.
 *
 * On a PC, with threads, static memory, the stack and malloc() are taken, too: they stand for the
 * chip's memory, of whose heap the driver then takes as much, so that there ESP_ERR_NO_MEM is
 * possible.
 *
 * @param config as there
 * @param memory internal DMA memory, aligned to 8 bytes; the driver's until
 *        esp_async_memcpy_uninstall() has returned ESP_OK, and then the caller's again
 * @param bytes its size, at least esp_async_memcpy_static_bytes() of the backlog
 * @param mcp_hdl as there
 * @return as there, but on a chip never ESP_ERR_NO_MEM; ESP_ERR_INVALID_ARG also: memory is NULL,
 *         misaligned, or not internal RAM that the engine reaches; ESP_ERR_INVALID_SIZE: it is too
 *         small
 */
esp_err_t esp_async_memcpy_install_static(const async_memcpy_config_t *config, void *memory,
                                          size_t bytes, async_memcpy_handle_t *mcp_hdl);

#ifdef __cplusplus
}
#endif

#endif
