/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access to registers and descriptor words on an ESP32-S3 (the contract stands in port.h).
 *
 * Neither the compiler nor an Xtensa CPU changes the order of volatile accesses to memory that is
 * not cached, but stores may wait in the CPU's write buffer: memw waits until all have been done
 * (Xtensa instruction set, MEMW).
 */
#ifndef MMIO_H
#define MMIO_H

#include <stdint.h>

/* An address as the DMA sees it; on a chip that is the CPU's own. */
typedef uint32_t bus_addr_t;

static inline uint32_t mmio_read32(bus_addr_t address)
{
    return *(const volatile uint32_t *)(uintptr_t)address;
}

static inline void mmio_write32(bus_addr_t address, uint32_t value)
{
    *(volatile uint32_t *)(uintptr_t)address = value;
}

static inline bus_addr_t bus_addr_of(const void *pointer)
{
    return (bus_addr_t)(uintptr_t)pointer;
}

static inline uint32_t dma_load32(const uint32_t *word)
{
    return *(const volatile uint32_t *)word;
}

static inline void dma_store32(uint32_t *word, uint32_t value)
{
    *(volatile uint32_t *)word = value;
}

static inline void dma_publish(void)
{
    __asm__ volatile("memw" ::: "memory");
}

#endif
