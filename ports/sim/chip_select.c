/* SPDX-License-Identifier: Apache-2.0 */
#include "chip_select.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "machine.h"
#include "port.h"

#define CHIP_VARIABLE "ASYNC_MEMCPY_CHIP"
#define CHIP_DEFAULT  "esp32c3"

static const struct chip *preferred; /* by async_memcpy_host_select_chip() */
static const struct chip *current;
static bool failure_was_reported; /* one line, not one for each allocation */

void chip_select_prefer(const struct chip *chip)
{
    preferred = chip;
    failure_was_reported = false;
}

void chip_select_forget(void)
{
    current = NULL;
    chip_select_prefer(NULL);
}

void chip_select_report_unknown(const char *origin, const char *name)
{
    (void)fprintf(stderr, "async_memcpy: %s: no chip \"%s\" is known; known:", origin, name);
    for (size_t i = 0; chip_at(i) != NULL; i++) {
        (void)fprintf(stderr, " %s", chip_at(i)->name);
    }
    (void)fputc('\n', stderr);
}

/* Returns the chip to switch on, or NULL after saying why there is none. */
static const struct chip *choose(void)
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
        chip_select_report_unknown(CHIP_VARIABLE, name);
    }
    return chip;
}

/* What was held of an earlier machine went with it. */
static void adopt_machine(void)
{
    current = chip_find(machine_description()->chip);
    heap_caps_forget_all();
    port_claims_forget_all();
    port_interrupts_forget_all();
    machine_set_interrupt_entry(port_dispatch_interrupt);
}

static void switch_on(void)
{
    const struct chip *chip = choose();
    current = NULL;
    if (chip == NULL) {
        return;
    }
    const struct machine_config config = {.chip = chip->name};
    if (machine_power_on(&config)) {
        adopt_machine();
    } else if (!failure_was_reported) {
        failure_was_reported = true;
        (void)fprintf(stderr,
                      "async_memcpy: the memories of %s cannot be mapped at their addresses: %s\n",
                      chip->name, strerror(errno));
    }
}

const struct chip *port_chip(void)
{
    if (!machine_is_on()) {
        switch_on();
    } else if (current == NULL) {
        adopt_machine();
    }
    return current;
}
