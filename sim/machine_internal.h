/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the machine know of one another: how a chip is described, and what a model of a
 * device offers and may use.
 */
#ifndef SIM_MACHINE_INTERNAL_H
#define SIM_MACHINE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"

struct machine_device;
struct register_row;

/* A model of a device. Offsets count from the device's base and are word aligned. */
struct device_ops {
    void (*power_on)(const struct machine_device *device);
    uint32_t (*read)(uint32_t offset);
    void (*write)(uint32_t offset, uint32_t value);
    /* The device's clock or reset has changed; NULL: it is never gated. */
    void (*gate)(bool clock_on, bool in_reset);
};

struct machine_device {
    const char *block; /* as in the vendor's manual */
    uint32_t base;
    uint32_t size_bytes;
    const struct device_ops *ops;
    const struct register_row *rows; /* ends with a row without a name */
    const void *facts;               /* of the model's own type */
};

/* What stands between the interrupt sources and the CPU. */
struct interrupt_controller {
    void (*set_source)(unsigned source, bool level);
    /* The line that machine_core() must take now, or 0. */
    unsigned (*pending_line)(void);
    /* The enabled line of machine_core() that a source is routed to, or 0. */
    unsigned (*line_of_source)(unsigned source);
    /* machine_enable_line(); NULL: lines have an enable register. */
    void (*enable_line)(unsigned core, unsigned line, bool enable);
};

struct machine_source_range {
    uint8_t first;
    uint8_t count;
};

struct machine_row {
    struct machine_description description;
    const struct machine_device *devices;
    size_t device_count;
    const struct interrupt_controller *interrupts;
    struct machine_source_range dma_sources; /* of the copy engines' channels */
};

/* Row number index, or NULL past the last one. */
const struct machine_row *machine_row_at(size_t index);
/* The row of the machine that is on, or NULL. */
const struct machine_row *machine_row(void);

/* For models. What the machine was switched on with; cache_line_bytes is that of
 * machine_cache_line_bytes(). */
const struct machine_config *machine_configuration(void);
bool machine_has_variant(enum machine_variant variant);
struct machine_stats *machine_count(void);
void machine_set_source(unsigned source, bool level);
/* Tells the device of that block that its clock or reset has changed. */
void machine_set_gate(const char *block, bool clock_on, bool in_reset);

/* Lets the data cache evict and prefetch lines, as it may at any time. For cpu.c at every interrupt
 * point, once machine_point_count() counts that point; does nothing at points that exploring has
 * not listed, and on a machine without such a cache. */
void cache_point(void);

#endif
