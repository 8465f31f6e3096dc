/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Channel pairs, trigger ids and the clock gate, for ports where nobody else manages the DMA: they
 * are counted here.
 */
#include <assert.h>
#include <string.h>

#include "common.h"
#include "port.h"

/* How many controllers that copy memory the port's chips have, if it says so; none has more than
 * three (chips.csv, ESP32-S31). */
#ifndef PORT_ENGINE_COUNT
#define PORT_ENGINE_COUNT 3
#endif

/* What is counted of an engine. */
enum resource { PAIR, TRIGGER_ID, RESOURCE_COUNT };

struct claims {
    const struct chip_engine *engine; /* NULL: unused */
    uint32_t taken_mask[RESOURCE_COUNT];
};

static port_lock_t claims_lock;
static struct claims all_claims[PORT_ENGINE_COUNT];

static const struct chip_engine *row_of(const struct chip_engine *engine)
{
    return port_only_engine() != NULL ? port_only_engine() : engine;
}

static uint32_t *taken_mask_of(const struct chip_engine *engine, enum resource resource)
{
    struct claims *claims = all_claims;
    if (PORT_ENGINE_COUNT > 1) {
        port_lock_state_t state = port_lock(&claims_lock);
        while (claims->engine != engine && claims->engine != NULL) {
            claims++;
            assert(claims < all_claims + PORT_ENGINE_COUNT);
        }
        claims->engine = engine;
        port_unlock(&claims_lock, state);
    }
    return &claims->taken_mask[resource];
}

/* Returns the first free one, or -1. Not inlined, nor is release(): once is shorter than twice. */
__attribute__((noinline)) static int claim(uint32_t *taken_mask, uint32_t usable_mask,
                                           unsigned first, int step)
{
    port_lock_state_t state = port_lock(&claims_lock);
    uint32_t free_mask = usable_mask & ~*taken_mask;
    int index = -1;
    if (free_mask != 0) {
        index = (int)first;
        while ((free_mask >> index & 1u) == 0) {
            index += step;
        }
        *taken_mask |= UINT32_C(1) << index;
    }
    port_unlock(&claims_lock, state);
    return index;
}

__attribute__((noinline)) static void release(uint32_t *taken_mask, int index)
{
    port_lock_state_t state = port_lock(&claims_lock);
    assert((*taken_mask >> index & 1u) != 0);
    *taken_mask ^= UINT32_C(1) << index;
    port_unlock(&claims_lock, state);
}

int port_claim_pair(const struct chip_engine *engine)
{
    return claim(taken_mask_of(engine, PAIR), row_of(engine)->pair_mask, 0, 1);
}

void port_release_pair(const struct chip_engine *engine, int index)
{
    release(taken_mask_of(engine, PAIR), index);
}

/* Highest first. On chips without ids of their own for memory to memory an id is borrowed from a
 * peripheral, which then cannot use the DMA (gdma_ahb_v1.md, peripheral ids). Id 0 is SPI2, the one
 * that programs use most and that users saw fail, so it goes last. */
int port_claim_trigger_id(const struct chip_engine *engine)
{
    return claim(taken_mask_of(engine, TRIGGER_ID), row_of(engine)->trigger_id_mask, 31, -1);
}

void port_release_trigger_id(const struct chip_engine *engine, int id)
{
    release(taken_mask_of(engine, TRIGGER_ID), id);
}

/* The gate registers are plain read-write and hold the bits of other blocks too (README.md, clock
 * and reset gates). The clock comes first: a block takes its reset only while it is clocked. */
void port_enable_engine(const struct chip_engine *engine)
{
    const struct chip_gate *gate = &row_of(engine)->gate;
    port_lock_state_t state = port_lock(&claims_lock);
    uint32_t clocks = mmio_read32(gate->clock_register);
    uint32_t resets = mmio_read32(gate->reset_register);
    uint32_t clocks_on = clocks | gate->clock_mask;
    uint32_t resets_off = resets & ~gate->reset_mask;
    if (clocks_on != clocks || resets_off != resets) {
        mmio_write32(gate->clock_register, clocks_on);
        mmio_write32(gate->reset_register, resets_off);
    }
    port_unlock(&claims_lock, state);
}

void port_claims_forget_all(void)
{
    memset(all_claims, 0, sizeof all_claims);
    claims_lock = (port_lock_t){0};
}
