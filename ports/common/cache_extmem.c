/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port_cache_*() and port_external_barrier() with the sync registers of a data cache (README.md of
 * the hardware tables, section 5): write address, size and one operation, wait for "done". The
 * registers are one set for all cores, so an operation must be over before the next one begins.
 */
#include "common.h"
#include "esp_attr.h"
#include "port.h"

enum { SYNC_CTRL = 0x0, SYNC_ADDR = 0x4, SYNC_SIZE = 0x8 };

#define SYNC_INVALIDATE (UINT32_C(1) << 0)
#define SYNC_WRITE_BACK (UINT32_C(1) << 1)
#define SYNC_DONE       (UINT32_C(1) << 3)

/* More than an item of the DMA with its lines, so that this is usually one operation. Interrupts
 * are masked during an operation, so it must be short. */
enum { STEP_BYTES = 8192 };

static port_lock_t sync_lock;
static uint32_t barrier_count;

static IRAM_ATTR void sync_locked(uint32_t operation, bus_addr_t low, uint32_t size_bytes)
{
    bus_addr_t control = port_chip()->cache_sync;
    mmio_write32(control + SYNC_ADDR, low);
    mmio_write32(control + SYNC_SIZE, size_bytes);
    mmio_write32(control + SYNC_CTRL, operation);
    while ((mmio_read32(control + SYNC_CTRL) & SYNC_DONE) == 0) {
    }
}

/* Treats all lines that a range touches. */
static IRAM_ATTR void sync_range(uint32_t operation, bus_addr_t low, size_t size_bytes)
{
    uint32_t line_bytes = (uint32_t)port_cache_line_bytes();
    if (line_bytes == 0 || size_bytes == 0) {
        return;
    }
    bus_addr_t end = (low + (uint32_t)size_bytes + line_bytes - 1) & ~(line_bytes - 1);
    low &= ~(line_bytes - 1);
    while (low != end) {
        uint32_t step = end - low < STEP_BYTES ? end - low : STEP_BYTES;
        port_lock_state_t state = port_lock(&sync_lock);
        sync_locked(operation, low, step);
        port_unlock(&sync_lock, state);
        low += step;
    }
}

IRAM_ATTR void port_cache_write_back(const void *address, size_t size_bytes)
{
    sync_range(SYNC_WRITE_BACK, bus_addr_of(address), size_bytes);
}

IRAM_ATTR void port_cache_invalidate(void *address, size_t size_bytes)
{
    sync_range(SYNC_INVALIDATE, bus_addr_of(address), size_bytes);
}

/* The bytes behind the range are nobody else's. What is written back to external RAM takes the same
 * way as what the DMA writes, behind it. (Inferred; no manual says how to know.) */
IRAM_ATTR void port_external_barrier(void)
{
    uint32_t line_bytes = (uint32_t)port_cache_line_bytes();
    struct chip_range range = port_external_range();
    if (line_bytes == 0 || range.size_bytes == 0) {
        return;
    }
    bus_addr_t kept = range.low + range.size_bytes;
    port_lock_state_t state = port_lock(&sync_lock);
    barrier_count++; /* a word that does not change need not be written back */
    dma_store32((uint32_t *)(uintptr_t)kept, barrier_count);
    sync_locked(SYNC_WRITE_BACK, kept, line_bytes);
    port_unlock(&sync_lock, state);
}

void port_cache_forget_all(void)
{
    sync_lock = (port_lock_t){0};
}
