/* SPDX-License-Identifier: Apache-2.0 */
/* What a program without a DMA would call, at its simplest. In a file of its own, so that it is
 * called and not merged into its caller. */
#ifndef BENCH_COPY_WORDS_H
#define BENCH_COPY_WORDS_H

#include <stdint.h>

/* count: not 0. */
void bench_copy_words(uint32_t *to, const uint32_t *from, uint32_t count);

#endif
