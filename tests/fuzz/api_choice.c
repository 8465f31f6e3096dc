/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The soak's random numbers (rng.h), here from the bytes of an input, so that the soak's programs
 * become what the bytes say. Behind the last byte a generator goes on, since a program of nothing
 * but zeroes would go round in circles.
 */
#include "api.h"
#include "rng.h"

static struct fuzz_input all;
static struct fuzz_input rest;

void api_choose_from(const struct fuzz_input *input)
{
    all = *input;
    rest = *input;
}

bool api_is_exhausted(void)
{
    return rest.left == 0;
}

/* A program seeds once, when it begins. */
void rng_seed(struct rng *rng, uint64_t seed)
{
    rng->state = seed;
    rest = all;
}

/* SplitMix64: of no consequence, whether there are bytes left or not. */
uint32_t rng_next(struct rng *rng)
{
    rng->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = rng->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

uint32_t rng_below(struct rng *rng, uint32_t bound)
{
    if (rest.left != 0) {
        return fuzz_below(&rest, bound);
    }
    return (uint32_t)(((uint64_t)rng_next(rng) * bound) >> 32);
}
