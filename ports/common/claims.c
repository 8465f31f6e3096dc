/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Channel pairs, trigger ids and the clock gate, for ports where nobody else manages the DMA: they
 * are counted here.
 */
#include <assert.h>
#include <string.h>

#include "bits.h"
#include "common.h"
#include "port.h"

/* No chip has more controllers that copy memory than three (chips.csv, ESP32-S31). */
enum { ENGINE_COUNT_MAX = 3 };

struct claims {
    const struct chip_engine *engine; /* NULL: unused */
    uint32_t pairs;
    uint32_t trigger_ids;
};

static port_lock_t claims_lock;
static struct claims all_claims[ENGINE_COUNT_MAX];

static struct claims *claims_of_locked(const struct chip_engine *engine)
{
    struct claims *claims = all_claims;
    while (claims->engine != engine && claims->engine != NULL) {
        claims++;
        assert(claims < all_claims + ENGINE_COUNT_MAX);
    }
    claims->engine = engine;
    return claims;
}

int port_claim_pair(const struct chip_engine *engine)
{
    port_lock_state_t state = port_lock(&claims_lock);
    struct claims *claims = claims_of_locked(engine);
    int index = bits_lowest(engine->pair_mask & ~claims->pairs);
    if (index >= 0) {
        claims->pairs |= UINT32_C(1) << index;
    }
    port_unlock(&claims_lock, state);
    return index;
}

void port_release_pair(const struct chip_engine *engine, int index)
{
    port_lock_state_t state = port_lock(&claims_lock);
    struct claims *claims = claims_of_locked(engine);
    assert((claims->pairs >> index & 1u) != 0);
    claims->pairs &= ~(UINT32_C(1) << index);
    port_unlock(&claims_lock, state);
}

/*
 * Hands out the highest id first. On chips without ids of their own for memory to memory an id is
 * borrowed from a peripheral, which then cannot use the DMA (gdma_ahb_v1.md, peripheral ids). Id 0
 * is SPI2, the one that programs use most and that users saw fail, so it goes last.
 */
int port_claim_trigger_id(const struct chip_engine *engine)
{
    port_lock_state_t state = port_lock(&claims_lock);
    struct claims *claims = claims_of_locked(engine);
    int id = bits_highest(engine->trigger_id_mask & ~claims->trigger_ids);
    if (id >= 0) {
        claims->trigger_ids |= UINT32_C(1) << id;
    }
    port_unlock(&claims_lock, state);
    return id;
}

void port_release_trigger_id(const struct chip_engine *engine, int id)
{
    port_lock_state_t state = port_lock(&claims_lock);
    struct claims *claims = claims_of_locked(engine);
    assert((claims->trigger_ids >> id & 1u) != 0);
    claims->trigger_ids &= ~(UINT32_C(1) << id);
    port_unlock(&claims_lock, state);
}

/* The gate registers are plain read-write and hold the bits of other blocks too (README.md, clock
 * and reset gates). The clock comes first: a block takes its reset only while it is clocked. */
void port_enable_engine(const struct chip_engine *engine)
{
    const struct chip_gate *gate = &engine->gate;
    port_lock_state_t state = port_lock(&claims_lock);
    uint32_t clocks = mmio_read32(gate->clock_register);
    uint32_t resets = mmio_read32(gate->reset_register);
    if ((clocks & gate->clock_mask) == 0 || (resets & gate->reset_mask) != 0) {
        mmio_write32(gate->clock_register, clocks | gate->clock_mask);
        resets = mmio_read32(gate->reset_register);
        mmio_write32(gate->reset_register, resets & ~gate->reset_mask);
    }
    port_unlock(&claims_lock, state);
}

void port_claims_forget_all(void)
{
    memset(all_claims, 0, sizeof all_claims);
    claims_lock = (port_lock_t){0};
}
