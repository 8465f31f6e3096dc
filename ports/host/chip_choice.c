/* SPDX-License-Identifier: Apache-2.0 */
#include "chip_choice.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define CHIP_VARIABLE "ASYNC_MEMCPY_CHIP"
#define CHIP_DEFAULT  "esp32s3"

static const struct chip *preferred; /* by async_memcpy_host_select_chip() */
static bool failure_was_reported;    /* one line, not one for each allocation */

void chip_choice_prefer(const struct chip *chip)
{
    preferred = chip;
    failure_was_reported = false;
}

void chip_choice_report_unknown(const char *origin, const char *name)
{
    (void)fprintf(stderr, "async_memcpy: %s: no chip \"%s\" is known; known:", origin, name);
    for (size_t i = 0; chip_at(i) != NULL; i++) {
        (void)fprintf(stderr, " %s", chip_at(i)->name);
    }
    (void)fputc('\n', stderr);
}

const struct chip *chip_choice_get(void)
{
    if (preferred != NULL) {
        return preferred;
    }
    const char *name = getenv(CHIP_VARIABLE);
    if (name == NULL) {
        name = CHIP_DEFAULT;
    }
    const struct chip *chip = chip_find(name);
    if (chip == NULL && !failure_was_reported) {
        failure_was_reported = true;
        chip_choice_report_unknown(CHIP_VARIABLE, name);
    }
    return chip;
}
