/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memories of the chip, mapped at the chip's own addresses, as a bus master other than the CPU
 * sees them. The CPU's view is the memory itself.
 */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"

/* Maps the memories of a chip, unless they are mapped already, and brings them to the state after
 * power-on: a pattern that is neither zero nor a valid address. False: errno says why not. */
bool memory_power_on(const struct machine_description *description);

/* Access by a bus master. False: [address, address + bytes) does not lie in one memory. */
bool memory_bus_read(uint32_t address, void *to, uint32_t bytes);
bool memory_bus_write(uint32_t address, const void *from, uint32_t bytes);

/* A store by the CPU that bus masters may not see before memory_publish(). */
void memory_store_word(uint32_t *word, uint32_t value);
void memory_publish(void);

#endif
