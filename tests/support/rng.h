/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers for tests: the same from the same seed everywhere. */
#ifndef RNG_H
#define RNG_H

#include <stdint.h>

struct rng {
    uint64_t state;
};

void rng_seed(struct rng *rng, uint64_t seed);

/* Returns 32 random bits. */
uint32_t rng_next(struct rng *rng);

/* Returns a number below bound, which is not 0. */
uint32_t rng_below(struct rng *rng, uint32_t bound);

#endif
