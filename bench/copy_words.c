/* SPDX-License-Identifier: Apache-2.0 */
#include "copy_words.h"

void bench_copy_words(uint32_t *to, const uint32_t *from, uint32_t count)
{
    const uint32_t *end = from + count;
    do {
        *to++ = *from++;
    } while (from != end);
}
