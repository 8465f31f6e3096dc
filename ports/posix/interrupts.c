/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port_interrupt_*() with a thread that takes interrupts. Each has a CPU line to itself, to which
 * its sources are routed (interrupts.md, sections 1 to 3); pending by software needs no hardware,
 * since the thread can be told.
 */
#include "interrupts.h"

#include "machine.h"
#include "machine_thread.h"
#include "monitor.h"
#include "port.h"

enum { LINE_COUNT = 32, REGISTER_BYTES = 4 };

/* A line is taken if its priority is neither 0 nor below the threshold. */
enum { LINE_PRIORITY = 1 };

static struct port_interrupt *by_line[LINE_COUNT];

static void change_register(bus_addr_t address, uint32_t clear_mask, uint32_t set_mask)
{
    mmio_write32(address, (mmio_read32(address) & ~clear_mask) | set_mask);
}

static void enable_line(const struct chip_interrupts *chip, unsigned line, bool enable)
{
    uint32_t mask = UINT32_C(1) << line;
    if (chip->enable_register == 0) {
        machine_enable_line(line, enable);
    } else {
        change_register(chip->enable_register, mask, enable ? mask : 0);
    }
}

/* Only lines with an enable register have a type, a priority and a threshold in registers. */
static void prepare_line(const struct chip_interrupts *chip, unsigned line)
{
    if (chip->enable_register == 0) {
        return;
    }
    change_register(chip->type_register, UINT32_C(1) << line, 0);
    mmio_write32(chip->priority_base + line * REGISTER_BYTES, LINE_PRIORITY);
    if (mmio_read32(chip->threshold_register) > LINE_PRIORITY) {
        mmio_write32(chip->threshold_register, LINE_PRIORITY);
    }
}

static void route(const struct chip_interrupts *chip, const struct port_interrupt *interrupt,
                  unsigned line)
{
    mmio_write32(chip->map_base + interrupt->source * (bus_addr_t)REGISTER_BYTES, line);
    if (interrupt->out_source != 0) {
        mmio_write32(chip->map_base + interrupt->out_source * (bus_addr_t)REGISTER_BYTES, line);
    }
}

/* Returns a line that is free, or 0, which machine_pending_line() does not tell from none. */
static unsigned free_line(const struct chip_interrupts *chip)
{
    for (unsigned line = 1; line < LINE_COUNT; line++) {
        if ((chip->line_mask >> line & 1u) != 0 && by_line[line] == NULL) {
            return line;
        }
    }
    return 0;
}

esp_err_t port_interrupt_open(struct port_interrupt *interrupt, unsigned source,
                              unsigned out_source, void (*handler)(void *argument), void *argument)
{
    const struct chip_interrupts *chip = &port_chip()->interrupts;
    monitor_enter();
    unsigned line = free_line(chip);
    if (line != 0) {
        *interrupt = (struct port_interrupt){.handler = handler,
                                             .argument = argument,
                                             .source = (uint8_t)source,
                                             .out_source = (uint8_t)out_source,
                                             .line = (uint8_t)line};
        by_line[line] = interrupt;
        prepare_line(chip, line);
        route(chip, interrupt, line);
        enable_line(chip, line, true);
    }
    monitor_leave();
    return line != 0 ? ESP_OK : ESP_ERR_NOT_FOUND;
}

static void close_line(const struct chip_interrupts *chip, unsigned line)
{
    enable_line(chip, line, false);
    route(chip, by_line[line], chip->map_none);
    by_line[line] = NULL;
}

void port_interrupt_close(struct port_interrupt *interrupt)
{
    const struct chip_interrupts *chip = &port_chip()->interrupts;
    monitor_enter();
    close_line(chip, interrupt->line);
    machine_thread_await_end_of(interrupt);
    monitor_leave();
}

void interrupts_forget_all(void)
{
    const struct chip *chip = chip_find(machine_description()->chip);
    for (unsigned line = 0; line < LINE_COUNT; line++) {
        if (by_line[line] != NULL) {
            close_line(&chip->interrupts, line);
        }
    }
}

void port_interrupt_pend(struct port_interrupt *interrupt)
{
    monitor_enter();
    interrupt->pended = true;
    monitor_leave();
}

static struct port_interrupt *pended(void)
{
    for (unsigned line = 0; line < LINE_COUNT; line++) {
        if (by_line[line] != NULL && by_line[line]->pended) {
            return by_line[line];
        }
    }
    return NULL;
}

bool interrupts_are_pending(void)
{
    return machine_pending_line() != 0 || pended() != NULL;
}

struct port_interrupt *interrupts_take(void)
{
    unsigned line = machine_pending_line();
    struct port_interrupt *interrupt = line != 0 ? by_line[line] : pended();
    if (interrupt != NULL) {
        interrupt->pended = false;
    } else if (line != 0) {
        machine_complain(MACHINE_MISTAKE, "line %u is pending, and nothing is attached", line);
    }
    return interrupt;
}
