/* SPDX-License-Identifier: Apache-2.0 */
#include "copy_words.h"

void bench_copy_words(uint32_t *to, const uint32_t *from, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        to[i] = from[i];
    }
}
