/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract between the driver and what surrounds it. Each port has, on its include path:
 *
 *   port_types.h  struct port_interrupt and struct port_signal, the type port_lock_t, and
 *                 port_lock(), port_unlock(), port_chip(), which it may define inline
 *   mmio.h        bus_addr_t and access to registers and descriptor words (below)
 *
 * mmio.h gives:
 *   uint32_t mmio_read32(bus_addr_t address);              one whole-word register access
 *   void mmio_write32(bus_addr_t address, uint32_t value);
 *   bus_addr_t bus_addr_of(const void *pointer);           the address as the DMA sees it, 0: none
 *   uint32_t dma_load32(const uint32_t *word);             a descriptor word that the DMA may
 * change void dma_store32(uint32_t *word, uint32_t value);      a descriptor word that the DMA may
 * read void dma_publish(void);                                all stores before it are seen by the
 * DMA before any store or register write after it
 */
#ifndef PORT_H
#define PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chip.h"
#include "esp_err.h"
#include "port_types.h"

/*
 * A lock for a few list operations, usable from tasks on any core and from interrupts; not
 * recursive. port_lock_state_t port_lock(port_lock_t *lock); void port_unlock(port_lock_t *lock,
 * port_lock_state_t state); Interrupts are masked on the holding core. A zeroed lock is free.
 */

/* The row of the chip this runs on:  const struct chip *port_chip(void);  NULL: unknown, and said
 * so. */

/* A port that is for one chip, which has one engine that copies memory, says here which, so that
 * nothing of it is looked up when the driver runs; others return NULL:
 * const struct chip_engine *port_only_engine(void); */

/* Whether a task can run while an interrupt handler does, on another core, is a constant of the
 * port: enum { PORT_HANDLERS_RUN_BESIDE = 0 or 1 }; */

/* Returns whether the caller runs in interrupt context. */
bool port_in_interrupt(void);

/* Returns microseconds since an arbitrary moment; wraps round. Task or interrupt. */
uint32_t port_now_us(void);

/* Likewise, as the engine's clock counts them: on a chip there is no difference. */
uint32_t port_engine_now_us(void);

/* Calls function(argument) as the interrupt handler would be: port_in_interrupt() says so, no
 * interrupt is taken on this core meanwhile, and port_yield_from_isr() is honoured on return. Task
 * only. */
void port_call_as_interrupt(void (*function)(void *argument), void *argument);

/* Tells the scheduler, in an interrupt, that a task of higher priority was woken. It switches when
 * the interrupt ends. */
void port_yield_from_isr(void);

/* A binary signal. Giving twice is giving once; of several takers a give wakes one. */
void port_signal_init(struct port_signal *signal);
void port_signal_deinit(struct port_signal *signal);
/* Task or interrupt. Returns whether a task of higher priority was woken. */
bool port_signal_give(struct port_signal *signal);
/* Task only. Takes it; returns false if it was not given within so many milliseconds. */
bool port_signal_take_within(struct port_signal *signal, uint32_t timeout_ms);

/* Allocates zeroed internal memory, reachable by the DMA, aligned to 8 bytes. Task only. NULL: none
 * left.
 */
void *port_allocate(size_t size_bytes);
void port_free(void *memory);

/* Copies by CPU between ranges that do not overlap, a word at a time where it can. Task or
 * interrupt. size_bytes is not 0. */
void port_copy(void *destination, const void *source, size_t size_bytes);

/*
 * Claiming. The blocks are shared with drivers that are not ours, so channels, trigger ids and
 * interrupts are asked for here. Task only; safe from any core. engine: not looked at, and may be
 * NULL, where there is port_only_engine().
 */

/* Returns the index of a channel pair that is now the caller's, or -1. */
int port_claim_pair(const struct chip_engine *engine);
void port_release_pair(const struct chip_engine *engine, int index);

/* Returns a trigger id that is now the caller's, or -1. */
int port_claim_trigger_id(const struct chip_engine *engine);
void port_release_trigger_id(const struct chip_engine *engine, int id);

/* Switches the block's clock on and its reset off; of a block that runs nothing changes, since
 * others may be using it. It is left running. */
void port_enable_engine(const struct chip_engine *engine);

/* Has handler(argument) called, on this core, in interrupt context, while a source asserts its
 * level. out_source: a second one; 0: there is none. ESP_ERR_NOT_FOUND: no CPU line is left. */
esp_err_t port_interrupt_open(struct port_interrupt *interrupt, unsigned source,
                              unsigned out_source, void (*handler)(void *argument), void *argument);
/* Returns when the handler neither runs nor will. */
void port_interrupt_close(struct port_interrupt *interrupt);
/* Has the handler called soon, as if the source had asserted. Task or interrupt. Other handlers on
 * that core may be called, too. The port may define it inline.
 * void port_interrupt_pend(struct port_interrupt *interrupt); */

/*
 * External RAM. On a chip without it the port defines port_has_external() inline as false, and
 * nothing of this is called or linked:  bool port_has_external(void);
 */

/* Returns the part of the chip's window that is external RAM now, and not flash. size_bytes 0: none
 * is. Task only. */
struct chip_range port_external_range(void);

/* Returns the line size of the data cache over external RAM in bytes, a power of two; 0: external
 * RAM is not cached, or the caches are coherent with the DMA, and the functions below do nothing.
 * The same at every call. */
size_t port_cache_line_bytes(void);

/* Writes all lines that touch a range back to external RAM, if they are dirty. Returns when that is
 * done. Task or interrupt, any core, also while another core or the interrupted code is at cache
 * maintenance. Time grows with the size. */
void port_cache_write_back(const void *address, size_t size_bytes);

/* Forgets what the cache holds of a range, which is made of whole lines. Likewise. */
void port_cache_invalidate(void *address, size_t size_bytes);

/* Returns when all that the DMA has written to external RAM so far can be read there. Likewise. */
void port_external_barrier(void);

/* Returns whether a range is memory of a PC that belongs to no simulated chip, and may be given to
 * the DMA as internal RAM. On a chip inline false.
 * bool port_is_ordinary(const void *address, size_t size_bytes); */

#endif
