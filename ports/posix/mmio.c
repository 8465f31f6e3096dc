/* SPDX-License-Identifier: Apache-2.0 */
#include "mmio.h"

#include "aperture.h"
#include "machine.h"
#include "monitor.h"
#include "ordinary.h"

uint32_t mmio_read32(bus_addr_t address)
{
    monitor_enter();
    uint32_t value = machine_read32(address);
    monitor_leave();
    return value;
}

void mmio_write32(bus_addr_t address, uint32_t value)
{
    monitor_enter();
    machine_write32(address, value);
    monitor_leave();
}

uint32_t dma_load32(const uint32_t *word)
{
    monitor_enter();
    uint32_t value = machine_load_word(word);
    monitor_leave();
    return value;
}

void dma_store32(uint32_t *word, uint32_t value)
{
    monitor_enter();
    aperture_note_store(word, value);
    machine_store_word(word, value);
    monitor_leave();
}

void dma_publish(void)
{
    monitor_enter();
    machine_publish();
    monitor_leave();
}

bus_addr_t bus_addr_of(const void *pointer)
{
    if (!ordinary_range(pointer, 1)) {
        uintptr_t address = (uintptr_t)pointer;
        return address <= UINT32_MAX ? (bus_addr_t)address : 0;
    }
    monitor_enter();
    bus_addr_t address = aperture_open(pointer);
    monitor_leave();
    return address;
}
