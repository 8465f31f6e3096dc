/* SPDX-License-Identifier: Apache-2.0 */
/*
 * External RAM as the AHB-GDMA v1 of the S3 reaches it (gdma_ahb_v1.md, Notes S3; descriptor.md,
 * Alignment): which of the two memories an item means is told by its buffer's address; blocks of
 * 16, 32 or 64 bytes, whatever the burst bits say; receive writes whole blocks, and fills what
 * follows the data with zeroes; pages that are not external RAM are refused, which EXTMEM_REJECT_*
 * tells.
 *
 * Assumed: ATTR is 1 for a read and 2 for a write, CHANNEL_NUM the number of the pair; what cannot
 * be read is 0; the registers keep the last refusal. While the way to external RAM is shut, by
 * AHBM_RST_EXTER or by SYSTEM's EDMA_CTRL, transfers to it wait.
 *
 * Lacks: the permissions of SENSITIVE, which allow everything from reset.
 */
#include <string.h>

#include "memory.h"
#include "models/ahb_gdma_v1_hooks.h"
#include "models/ahb_gdma_v1_internal.h"
#include "models/psram.h"

enum {
    BLOCK_BYTES_MIN = 16,
    BLOCK_SIZE_SHIFT = 13, /* IN_EXT_MEM_BK_SIZE and OUT_EXT_MEM_BK_SIZE in CONF1 */
    BLOCK_SIZE_MASK = 3,
    BLOCK_SIZE_RESERVED = 3,
    REJECT_READ = 1,
    REJECT_WRITE = 2,
    REJECT_CHANNEL_SHIFT = 2,
    REJECT_PERIPHERAL_SHIFT = 6,
};

#define AHBM_RST_EXTER (UINT32_C(1) << 1)

static uint32_t block_size_field(const struct gdma_side *side)
{
    return *gdma_register(gdma_side_facts(side)->conf1, side->pair) >> BLOCK_SIZE_SHIFT &
           BLOCK_SIZE_MASK;
}

uint32_t gdma_block_bytes(const struct gdma_side *side)
{
    uint32_t field = block_size_field(side);
    return (uint32_t)BLOCK_BYTES_MIN << (field == BLOCK_SIZE_RESERVED ? 0 : field);
}

bool gdma_is_external(uint32_t address)
{
    const struct ahb_gdma_v1_facts *facts = gdma.facts;
    return facts->external_high != 0 && address >= facts->external_low &&
           address <= facts->external_high;
}

bool gdma_reaches_external(uint32_t address, uint32_t bytes)
{
    return gdma_is_external(address) && bytes - 1 <= gdma.facts->external_high - address;
}

bool gdma_external_is_open(void)
{
    return gdma.external_open && (*gdma_register(GDMA_MISC_CONF, 0) & AHBM_RST_EXTER) == 0;
}

void ahb_gdma_v1_open_external(bool open)
{
    gdma.external_open = open;
    gdma_bus_wake();
}

const char *gdma_external_misuse(const struct gdma_side *side, const struct gdma_item *item)
{
    const struct memory_external *external = memory_external();
    uint32_t offset = item->buffer - external->base;
    if (block_size_field(side) == BLOCK_SIZE_RESERVED) {
        return "EXT_MEM_BK_SIZE is 3, which is reserved";
    }
    if (offset >= external->size_bytes || item->bytes > external->size_bytes - offset) {
        return "its buffer is in the window of external RAM, but not all in external RAM";
    }
    if (side->direction == GDMA_RECEIVE &&
        ((item->buffer | item->bytes) & (gdma_block_bytes(side) - 1)) != 0) {
        return "receive to external RAM, and buffer or size are not aligned to the block";
    }
    return NULL;
}

static void recompute_reject_interrupt(void)
{
    bool level = (*gdma_register(GDMA_EXTMEM_REJECT_INT_RAW, 0) &
                  *gdma_register(GDMA_EXTMEM_REJECT_INT_ENA, 0)) != 0;
    machine_set_source(gdma.facts->reject_source, level);
}

static void reject(const struct gdma_side *side, uint32_t address)
{
    uint32_t attribute = side->direction == GDMA_RECEIVE ? REJECT_WRITE : REJECT_READ;
    uint32_t peripheral = *gdma_register(GDMA_IN_PERI_SEL, side->pair);
    *gdma_register(GDMA_EXTMEM_REJECT_ADDR, 0) = address;
    *gdma_register(GDMA_EXTMEM_REJECT_ST, 0) = attribute |
                                               (uint32_t)side->pair << REJECT_CHANNEL_SHIFT |
                                               peripheral << REJECT_PERIPHERAL_SHIFT;
    *gdma_register(GDMA_EXTMEM_REJECT_INT_RAW, 0) = 1;
    recompute_reject_interrupt();
}

uint32_t gdma_read_reject_int_st(unsigned index)
{
    (void)index;
    return *gdma_register(GDMA_EXTMEM_REJECT_INT_RAW, 0) &
           *gdma_register(GDMA_EXTMEM_REJECT_INT_ENA, 0);
}

void gdma_wrote_reject_interrupts(unsigned index, uint32_t written, uint32_t before)
{
    (void)index;
    (void)written;
    (void)before;
    recompute_reject_interrupt();
}

void gdma_wrote_reject_int_clr(unsigned index, uint32_t written, uint32_t before)
{
    (void)index;
    (void)before;
    *gdma_register(GDMA_EXTMEM_REJECT_INT_RAW, 0) &= ~written;
    recompute_reject_interrupt();
}

void gdma_read_memory(const struct gdma_side *side, uint32_t address, uint8_t *to, uint32_t bytes)
{
    if (!gdma_is_external(address)) {
        (void)memory_bus_read(address, to, bytes);
    } else if (!psram_read(address, to, bytes)) {
        memset(to, 0, bytes);
        reject(side, address);
    }
}

uint32_t gdma_bytes_written(const struct gdma_side *side, uint32_t address, uint32_t bytes)
{
    return gdma_is_external(address) ? gdma_block_bytes(side) : bytes;
}

void gdma_write_memory(const struct gdma_side *side, uint32_t address, const uint8_t *from,
                       uint32_t bytes)
{
    uint8_t block[GDMA_CHUNK_BYTES_MAX] = {0};
    if (!gdma_is_external(address)) {
        (void)memory_bus_write(address, from, bytes);
        return;
    }
    memcpy(block, from, bytes);
    if (!psram_write(address, block, gdma_bytes_written(side, address, bytes))) {
        reject(side, address);
    }
}
