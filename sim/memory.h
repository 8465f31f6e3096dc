/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memories of the chip, mapped at the chip's own addresses, as a bus master other than the CPU
 * sees them. The CPU's view is the memory itself.
 *
 * External RAM stands behind the data cache, so that there are three of it: what the CPU sees, what
 * the RAM holds, and what cache and RAM last exchanged. Where the CPU's view differs from the
 * latter, the CPU has written, and the cache line is dirty.
 */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"

/* Maps the memories of a chip, unless they are mapped already, and brings them to the state after
 * power-on: RAM holds a pattern that is neither zero nor a valid address, flash one in which no two
 * words near one another are the same. coherent: there is but one external RAM, as if nothing were
 * cached. False: errno says why not. */
bool memory_power_on(const struct machine_description *description, bool coherent);

/* Whether a range is memory that machine_set_aperture() has shown to bus masters. */
bool memory_is_in_aperture(uint32_t address, uint32_t bytes);

/* Access by a bus master. False: [address, address + bytes) does not lie in one memory that bus
 * masters reach, which are internal and external RAM. */
bool memory_bus_read(uint32_t address, void *to, uint32_t bytes);
bool memory_bus_write(uint32_t address, const void *from, uint32_t bytes);

/* External RAM, byte by byte. */
struct memory_external {
    uint32_t base;
    uint32_t size_bytes;
    uint8_t *view;  /* of the CPU */
    uint8_t *store; /* what it holds; the view if coherent */
    uint8_t *clean; /* what cache and store last exchanged; the view if coherent */
};
/* size_bytes is 0 if there is none. */
const struct memory_external *memory_external(void);

/* A store by the CPU that bus masters may not see before memory_publish(). */
void memory_store_word(uint32_t *word, uint32_t value);
void memory_publish(void);

#endif
