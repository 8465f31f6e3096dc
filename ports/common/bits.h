/* SPDX-License-Identifier: Apache-2.0 */
/* Bit numbers of a mask. Loops, since rv32imc has no instruction for it and the library's table is
 * larger than these. */
#ifndef PORT_BITS_H
#define PORT_BITS_H

#include <stdint.h>

/* Return -1 for an empty mask. */
static inline int bits_lowest(uint32_t mask)
{
    int bit = 0;
    if (mask == 0) {
        return -1;
    }
    while ((mask & 1u) == 0) {
        mask >>= 1;
        bit++;
    }
    return bit;
}

static inline int bits_highest(uint32_t mask)
{
    int bit = -1;
    while (mask != 0) {
        mask >>= 1;
        bit++;
    }
    return bit;
}

#endif
