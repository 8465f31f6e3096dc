/* SPDX-License-Identifier: Apache-2.0 */
/*
 * External RAM as a bus master reaches it, past the data cache. What it writes is there at once,
 * or, under MACHINE_PSRAM_LANDS_LATE, some time later, in order; until then a bus master reads what
 * was there before.
 */
#ifndef SIM_MODELS_PSRAM_H
#define SIM_MODELS_PSRAM_H

#include <stdbool.h>
#include <stdint.h>

enum { PSRAM_WRITE_BYTES_MAX = 64, PSRAM_RECENT_MAX = 32 };

void psram_power_on(void);

/* False: [address, address + bytes) is not external RAM. */
bool psram_read(uint32_t address, void *to, uint32_t bytes);
bool psram_write(uint32_t address, const void *from, uint32_t bytes);

/* Has all that was written land: what the cache writes to external RAM comes after it. */
void psram_push(void);

/* Where there has been traffic of late, or cache maintenance: where trouble is to be looked for. */
void psram_note(uint32_t address);
unsigned psram_recent(const uint32_t **addresses);

#endif
