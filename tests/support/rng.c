/* SPDX-License-Identifier: Apache-2.0 */
#include "rng.h"

void rng_seed(struct rng *rng, uint64_t seed)
{
    rng->state = seed;
}

/* SplitMix64: every seed is a good one, 0 included. */
uint32_t rng_next(struct rng *rng)
{
    uint64_t z;

    rng->state += UINT64_C(0x9E3779B97F4A7C15);
    z = rng->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

uint32_t rng_below(struct rng *rng, uint32_t bound)
{
    return (uint32_t)(((uint64_t)rng_next(rng) * bound) >> 32);
}
