/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses of the process are the chip's, and which are the program's own. */
#ifndef PORT_ORDINARY_H
#define PORT_ORDINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From the first flash window to the last peripheral of all chips (README.md, memory ranges). What
 * lies in here is judged as an address of the chip, whether there is something or not. Programs
 * have nothing there unless their heap grows to a GiB below 4 GiB. */
#define ORDINARY_CHIP_LOW  UINT32_C(0x3C000000)
#define ORDINARY_CHIP_HIGH UINT32_C(0x70000000)

/* Nothing is ever mapped below; a pointer there is NULL, or an index into nothing. */
#define ORDINARY_LOW UINT32_C(0x10000)

/* Returns whether a range may be memory of the program: it touches nothing of the chip, and neither
 * the first pages nor the upper half of the address space, which is the system's. Whether something
 * is mapped there is the caller's business, as with memcpy(). */
static inline bool ordinary_range(const void *pointer, size_t size_bytes)
{
    uintptr_t low = (uintptr_t)pointer;
    uintptr_t high = low + size_bytes;
    return size_bytes != 0 && high > low && high <= UINTPTR_MAX / 2 && low >= ORDINARY_LOW &&
           (high <= ORDINARY_CHIP_LOW || low >= ORDINARY_CHIP_HIGH);
}

#endif
