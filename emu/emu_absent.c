/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for the emulator where the build found no Unicorn. */
#include <stdio.h>

#include "emu.h"

struct emu *emu_open(const struct emu_config *config, char *error, size_t error_bytes)
{
    (void)config;
    (void)snprintf(error, error_bytes,
                   "this program was built without Unicorn; install the "
                   "package libunicorn-dev and build again");
    return NULL;
}

void emu_close(struct emu *emu)
{
    (void)emu;
}

void emu_observe(struct emu *emu, emu_observer observer, void *context)
{
    (void)emu;
    (void)observer;
    (void)context;
}

void emu_run(struct emu *emu, struct emu_result *result)
{
    (void)emu;
    result->end = EMU_REFUSED;
}

const struct image *emu_image(const struct emu *emu)
{
    (void)emu;
    return NULL;
}

bool emu_read_word(const struct emu *emu, uint32_t address, uint32_t *value)
{
    (void)emu;
    (void)address;
    (void)value;
    return false;
}

uint32_t emu_general_register(const struct emu *emu, unsigned number)
{
    (void)emu;
    (void)number;
    return 0;
}
