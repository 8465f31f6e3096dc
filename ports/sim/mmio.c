/* SPDX-License-Identifier: Apache-2.0 */
#include "mmio.h"

#include "machine.h"

uint32_t mmio_read32(bus_addr_t address)
{
    return machine_read32(address);
}

void mmio_write32(bus_addr_t address, uint32_t value)
{
    machine_write32(address, value);
}

uint32_t dma_load32(const uint32_t *word)
{
    return machine_load_word(word);
}

void dma_store32(uint32_t *word, uint32_t value)
{
    machine_store_word(word, value);
}

void dma_publish(void)
{
    machine_publish();
}
