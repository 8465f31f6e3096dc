/* SPDX-License-Identifier: Apache-2.0 */
/* All rows in one table: for programs on a PC, which choose a chip while they run. */
#include <string.h>

#include "chip.h"
#include "chip_esp32c3.h"
#include "chip_esp32s3.h"

static const struct chip *const chips[] = {
    &chip_esp32c3,
    &chip_esp32s3,
};

const struct chip *chip_find(const char *name)
{
    for (size_t index = 0; index < sizeof(chips) / sizeof(chips[0]); index++) {
        if (strcmp(chips[index]->name, name) == 0) {
            return chips[index];
        }
    }
    return NULL;
}

const struct chip *chip_at(size_t index)
{
    return index < sizeof(chips) / sizeof(chips[0]) ? chips[index] : NULL;
}
