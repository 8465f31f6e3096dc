/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access to the simulated chip from any thread. Time passes with every call.
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
 * address. Ordinary memory gets one for the bytes of an item from the pointer on, which lasts until
 * the descriptor that names it is written over (aperture.h). */
bus_addr_t bus_addr_of(const void *pointer);

#endif
