/* SPDX-License-Identifier: Apache-2.0 */
#include "chip_select.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "chip_choice.h"
#include "common.h"
#include "machine.h"
#include "port.h"
#include "timer.h"

static const struct chip *current;
static bool failure_was_reported; /* one line, not one for each allocation */

void chip_select_forget(void)
{
    current = NULL;
    failure_was_reported = false;
    chip_choice_prefer(NULL);
}

/* What was held of an earlier machine went with it. */
static void adopt_machine(void)
{
    current = chip_find(machine_description()->chip);
    heap_caps_forget_all();
    port_claims_forget_all();
    port_interrupts_forget_all();
    port_cache_forget_all();
    timer_forget_all();
    machine_set_interrupt_entry(port_dispatch_interrupt);
}

static void switch_on(void)
{
    const struct chip *chip = chip_choice_get();
    current = NULL;
    if (chip == NULL) {
        return;
    }
    const struct machine_config config = {.chip = chip->name, .steady = true};
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
