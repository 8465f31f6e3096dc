/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port_interrupt_*() on the interrupt matrix with its line registers (interrupts.md, sections 1, 2,
 * 3 and 6).
 *
 * The source and the software interrupt have separate lines, so that the usual path, from a line to
 * the driver's handler, is one indirect call with nothing to ask or clear on the way.
 */
#include "interrupts_matrix.h"

#include <string.h>

#include "bits.h"
#include "common.h"
#include "esp_attr.h"
#include "port.h"

enum { REGISTER_BYTES = 4 };

/* The FROM_CPU registers that there are. */
#define SOFTWARE_MASK UINT32_C(0xF)

/* A line is taken if its priority is neither 0 nor below the threshold. */
enum { LINE_PRIORITY = 1 };

/* "Not routed" in a map register. */
enum { LINE_NONE = 0 };

_Alignas(8) struct port_interrupt_line port_interrupt_lines[PORT_INTERRUPT_LINES];

static port_lock_t lines_lock;
static uint32_t software_taken; /* bit n: FROM_CPU register n, and the two lines that go with it */

IRAM_ATTR void port_dispatch_interrupt(unsigned line)
{
    port_interrupt_lines[line].handler(port_interrupt_lines[line].argument);
}

/* The effect of a change to a line's registers may lag a few cycles, so a line may be taken just
 * after it was closed. */
IRAM_ATTR static void ignore_interrupt(void *argument)
{
    (void)argument;
}

IRAM_ATTR static void run_software_interrupt(void *argument)
{
    const struct port_interrupt *interrupt = argument;
    mmio_write32(interrupt->software_register, 0);
    interrupt->handler(interrupt->argument);
}

IRAM_ATTR void port_interrupt_pend(struct port_interrupt *interrupt)
{
    mmio_write32(interrupt->software_register, 1);
}

static void change_register(bus_addr_t address, uint32_t clear_mask, uint32_t set_mask)
{
    mmio_write32(address, (mmio_read32(address) & ~clear_mask) | set_mask);
}

/* Interrupts are masked, as they must be around changes to these registers. */
static void open_line_locked(unsigned line, unsigned source, void (*handler)(void *argument),
                             void *argument)
{
    const struct chip_interrupts *chip = &port_chip()->interrupts;
    uint32_t mask = UINT32_C(1) << line;
    port_interrupt_lines[line] = (struct port_interrupt_line){handler, argument};
    change_register(chip->type_register, mask, 0);
    mmio_write32(chip->priority_base + line * REGISTER_BYTES, LINE_PRIORITY);
    if (mmio_read32(chip->threshold_register) > LINE_PRIORITY) {
        mmio_write32(chip->threshold_register, LINE_PRIORITY);
    }
    mmio_write32(chip->map_base + source * REGISTER_BYTES, line);
    change_register(chip->enable_register, 0, mask);
}

static void close_line_locked(unsigned line, unsigned source)
{
    const struct chip_interrupts *chip = &port_chip()->interrupts;
    uint32_t mask = UINT32_C(1) << line;
    change_register(chip->enable_register, mask, 0);
    mmio_write32(chip->map_base + source * REGISTER_BYTES, LINE_NONE);
    dma_publish();
    port_interrupt_lines[line] = (struct port_interrupt_line){ignore_interrupt, NULL};
}

/* Chooses a free software interrupt, number n, and with it the lines number 2n and 2n + 1 of those
 * that are safe to use. Returns whether there were any. */
static bool choose_locked(struct port_interrupt *interrupt)
{
    uint32_t safe_lines = port_chip()->interrupts.line_mask;
    int software = bits_lowest(SOFTWARE_MASK & ~software_taken);
    for (int i = 0; i < 2 * software; i++) {
        safe_lines &= safe_lines - 1;
    }
    int line = bits_lowest(safe_lines);
    int software_line = bits_lowest(safe_lines & (safe_lines - 1));
    if (software < 0 || line < 0 || software_line < 0) {
        return false;
    }
    software_taken |= UINT32_C(1) << software;
    interrupt->software = (uint8_t)software;
    interrupt->software_register = port_chip()->interrupts.software_base +
                                   (unsigned)software * REGISTER_BYTES;
    interrupt->line = (uint8_t)line;
    interrupt->software_line = (uint8_t)software_line;
    return true;
}

static unsigned software_source(const struct port_interrupt *interrupt)
{
    return port_chip()->interrupts.software_source + (unsigned)interrupt->software;
}

esp_err_t port_interrupt_open(struct port_interrupt *interrupt, unsigned source,
                              unsigned out_source, void (*handler)(void *argument), void *argument)
{
    (void)out_source;
    interrupt->handler = handler;
    interrupt->argument = argument;
    interrupt->source = (uint8_t)source;
    port_lock_state_t state = port_lock(&lines_lock);
    bool chosen = choose_locked(interrupt);
    if (chosen) {
        mmio_write32(interrupt->software_register, 0);
        open_line_locked(interrupt->line, source, handler, argument);
        open_line_locked(interrupt->software_line, software_source(interrupt),
                         run_software_interrupt, interrupt);
        dma_publish();
    }
    port_unlock(&lines_lock, state);
    return chosen ? ESP_OK : ESP_ERR_NOT_FOUND;
}

/* There is one core, this is a task and interrupts are masked: no handler is running. */
void port_interrupt_close(struct port_interrupt *interrupt)
{
    port_lock_state_t state = port_lock(&lines_lock);
    close_line_locked(interrupt->line, interrupt->source);
    close_line_locked(interrupt->software_line, software_source(interrupt));
    mmio_write32(interrupt->software_register, 0);
    software_taken &= ~(UINT32_C(1) << interrupt->software);
    port_unlock(&lines_lock, state);
}

void port_interrupts_forget_all(void)
{
    memset(port_interrupt_lines, 0, sizeof port_interrupt_lines);
    software_taken = 0;
    lines_lock = (port_lock_t){0};
}
