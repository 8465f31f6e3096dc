/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port_interrupt_*() on an interrupt matrix (interrupts.md, sections 1, 2, 3 and 6).
 *
 * Each driver has a line of its own, so that the usual path, from a line to the driver's handler,
 * is one indirect call with nothing to ask or clear on the way. The FROM_CPU registers are fewer
 * than the drivers that can be open, so each core has one line for one such register, which serves
 * all who pend; it stays open for good.
 */
#include "interrupts_matrix.h"

#include <string.h>

#include "common.h"
#include "esp_attr.h"
#include "port.h"

enum { REGISTER_BYTES = 4 };

/* The registers of CPU lines, counted from the one that enables them; the same in all blocks that
 * have them (interrupts.md, sections 3 and 4). */
enum { LINE_TYPE = 0x4, LINE_PRIORITY = 0x10 };

/* A line is taken if its priority is neither 0 nor below the threshold; the highest one passes any
 * threshold. */
enum { PRIORITY_HIGHEST = 15 };

/* Of the lines that are safe to use on all chips (interrupts.md, sections 2 to 5); drivers get
 * those above. */
enum { SOFTWARE_LINE = 2 };
#define DRIVER_LINES (UINT32_MAX >> (32 - PORT_INTERRUPT_LINES) & UINT32_MAX << (SOFTWARE_LINE + 1))

struct port_interrupt_core port_interrupt_cores[PORT_CORE_COUNT];

static port_lock_t lines_lock;

/* Returns what a line calls. */
IRAM_ATTR static inline struct port_interrupt_line attached_to(struct port_interrupt_core *core,
                                                               unsigned line)
{
    if (!PORT_HANDLERS_RUN_BESIDE) {
        return core->lines[line]; /* nobody changes it in an interrupt */
    }
    port_lock_state_t state = port_lock(&lines_lock);
    struct port_interrupt_line attached = core->lines[line];
    port_unlock(&lines_lock, state);
    return attached;
}

IRAM_ATTR static void call_handler(struct port_interrupt_core *core, unsigned line)
{
    struct port_interrupt_line attached = attached_to(core, line);
    if (attached.handler != NULL) {
        attached.handler(attached.argument);
    }
}

static void count_dispatch(struct port_interrupt_core *core)
{
    port_lock_state_t state = port_lock(&lines_lock);
    core->dispatches++;
    port_unlock(&lines_lock, state);
}

void port_dispatch_interrupt(unsigned line)
{
    struct port_interrupt_core *core = &port_interrupt_cores[port_core()];
    count_dispatch(core);
    call_handler(core, line);
    count_dispatch(core);
}

/* The effect of a change to a map register may lag a few cycles, so a line may be taken just after
 * it was closed. */
IRAM_ATTR static void ignore_interrupt(void *argument)
{
    (void)argument;
}

/* Nobody is asked who pended: a handler bears being called for nothing. */
IRAM_ATTR static void run_all(void *argument)
{
    struct port_interrupt_core *core = argument;
    mmio_write32(core->software_register, 0);
    for (unsigned line = SOFTWARE_LINE + 1; line != PORT_INTERRUPT_LINES; line++) {
        call_handler(core, line);
    }
}

static void route(unsigned core_index, unsigned source, uint32_t line)
{
    const struct chip_interrupts *chip = &port_chip()->interrupts;
    mmio_write32(chip->map_base + core_index * chip->core_stride + source * REGISTER_BYTES, line);
}

/* Interrupts are masked, as they must be around changes to these registers. */
static void enable_locked(unsigned line)
{
    if (!port_lines_have_registers()) {
        port_enable_line(SOFTWARE_LINE);
        port_enable_line(line);
        return;
    }
    bus_addr_t base = port_chip()->interrupts.enable_register;
    uint32_t mask = UINT32_C(1) << line | UINT32_C(1) << SOFTWARE_LINE;
    mmio_write32(base + LINE_TYPE, mmio_read32(base + LINE_TYPE) & ~mask);
    mmio_write32(base + LINE_PRIORITY + SOFTWARE_LINE * REGISTER_BYTES, PRIORITY_HIGHEST);
    mmio_write32(base + LINE_PRIORITY + line * REGISTER_BYTES, PRIORITY_HIGHEST);
    mmio_write32(base, mmio_read32(base) | mask);
}

/* The software interrupt's line is opened each time anew, which does no harm and is less than
 * asking. */
static void open_locked(struct port_interrupt *interrupt, struct port_interrupt_line attached)
{
    const struct chip_interrupts *chip = &port_chip()->interrupts;
    struct port_interrupt_core *core = port_interrupt_core_of(interrupt);
    unsigned line = interrupt->line;
    unsigned index = port_interrupt_core_index(interrupt);
    core->taken |= UINT32_C(1) << line;
    core->software_register = chip->software_base + index * REGISTER_BYTES;
    core->lines[SOFTWARE_LINE] = (struct port_interrupt_line){run_all, core};
    core->lines[line] = attached;
    route(index, chip->software_source + index, SOFTWARE_LINE);
    route(index, interrupt->source, line);
    if (PORT_SOURCES_ARE_SPLIT && interrupt->out_source != 0) {
        route(index, interrupt->out_source, line);
    }
    enable_locked(line);
    dma_publish();
}

esp_err_t port_interrupt_open(struct port_interrupt *interrupt, unsigned source,
                              unsigned out_source, void (*handler)(void *argument), void *argument)
{
    esp_err_t error = ESP_ERR_NOT_FOUND;
    interrupt->source = (uint8_t)source;
    if (PORT_SOURCES_ARE_SPLIT) {
        interrupt->out_source = (uint8_t)out_source;
    }
    port_lock_state_t state = port_lock(&lines_lock);
    if (PORT_CORE_COUNT > 1) {
        interrupt->core = (uint8_t)port_core();
    }
    uint32_t free_lines = port_chip()->interrupts.line_mask & DRIVER_LINES &
                          ~port_interrupt_core_of(interrupt)->taken;
    if (free_lines != 0) {
        unsigned line = SOFTWARE_LINE + 1;
        while ((free_lines >> line & 1u) == 0) {
            line++;
        }
        interrupt->line = (uint8_t)line;
        open_locked(interrupt, (struct port_interrupt_line){handler, argument});
        error = ESP_OK;
    }
    port_unlock(&lines_lock, state);
    return error;
}

/* Returns how many handlers have begun and ended on a core. */
static uint32_t dispatches_of(const struct port_interrupt_core *core)
{
    port_lock_state_t state = port_lock(&lines_lock);
    uint32_t dispatches = core->dispatches;
    port_unlock(&lines_lock, state);
    return dispatches;
}

/* A handler that was called before the line was closed may still run on another core. */
static void wait_for_handler(const struct port_interrupt_core *core)
{
    uint32_t dispatches = dispatches_of(core);
    while ((dispatches & 1u) != 0 && dispatches_of(core) == dispatches) {
        port_spin();
    }
}

/* The line stays enabled, which on another core only that one could change: nothing is routed to
 * it. */
void port_interrupt_close(struct port_interrupt *interrupt)
{
    struct port_interrupt_core *core = port_interrupt_core_of(interrupt);
    uint32_t none = port_chip()->interrupts.map_none;
    port_lock_state_t state = port_lock(&lines_lock);
    core->lines[interrupt->line].handler = ignore_interrupt;
    core->taken &= ~(UINT32_C(1) << interrupt->line);
    route(port_interrupt_core_index(interrupt), interrupt->source, none);
    if (PORT_SOURCES_ARE_SPLIT && interrupt->out_source != 0) {
        route(port_interrupt_core_index(interrupt), interrupt->out_source, none);
    }
    dma_publish();
    port_unlock(&lines_lock, state);
    if (PORT_HANDLERS_RUN_BESIDE) {
        wait_for_handler(core);
    }
}

void port_interrupts_forget_all(void)
{
    memset(port_interrupt_cores, 0, sizeof port_interrupt_cores);
    lines_lock = (port_lock_t){0};
}
