/* SPDX-License-Identifier: Apache-2.0 */
/* The part of platform.h that any port can do. */
#include "check.h"
#include "platform.h"
#include "port.h"

/* The last of the four FROM_CPU registers and its interrupt source (interrupts.md, section 6). */
enum { SOFTWARE_INTERRUPT = 3 };

struct errand {
    void (*function)(void *argument);
    void *argument;
    bool done;
};

static bus_addr_t software_register(void)
{
    return port_chip()->interrupts.software_base + 4u * SOFTWARE_INTERRUPT;
}

static void errand_run(void *argument)
{
    struct errand *errand = argument;

    mmio_write32(software_register(), 0);
    if (!errand->done) {
        errand->function(errand->argument);
        errand->done = true;
    }
}

static bool errand_is_done(void *context)
{
    const struct errand *errand = context;

    return errand->done;
}

void platform_run_in_interrupt(void (*function)(void *argument), void *argument)
{
    struct errand errand = {function, argument, false};
    struct port_interrupt interrupt = {0};
    unsigned source = port_chip()->interrupts.software_source + (unsigned)SOFTWARE_INTERRUPT;

    CHECK_EQ(port_interrupt_open(&interrupt, source, 0, errand_run, &errand), ESP_OK);
    mmio_write32(software_register(), 1);
    CHECK(platform_wait_until(errand_is_done, &errand));
    port_interrupt_close(&interrupt);
}

bool platform_in_interrupt(void)
{
    return port_in_interrupt();
}
