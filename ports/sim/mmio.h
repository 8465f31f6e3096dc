/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access to the simulated chip. Every call is an interrupt point: time passes, models run, and the
 * driver's interrupt handler may be called before it returns.
 */
#ifndef MMIO_H
#define MMIO_H

#include <stdint.h>

typedef uint32_t bus_addr_t;

uint32_t mmio_read32(bus_addr_t address);
void mmio_write32(bus_addr_t address, uint32_t value);
uint32_t dma_load32(const uint32_t *word);
void dma_store32(uint32_t *word, uint32_t value);
void dma_publish(void);

/* The chip's memories are mapped at the chip's own addresses, so a pointer into them is its bus
 * address. What lies above 4 GiB, which is most of a process, the DMA cannot reach. */
static inline bus_addr_t bus_addr_of(const void *pointer)
{
    uintptr_t address = (uintptr_t)pointer;
    return address <= UINT32_MAX ? (bus_addr_t)address : 0;
}

#endif
