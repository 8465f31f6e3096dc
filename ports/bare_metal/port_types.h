/* SPDX-License-Identifier: Apache-2.0 */
/* The bare-metal port's types: one core, no scheduler. */
#ifndef PORT_TYPES_H
#define PORT_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chip.h"
#include "interrupts_matrix.h"
#include "port_config.h"
#include "port_cpu.h"
#include PORT_CHIP_ROW

struct port_signal {
    bool given;
};

static inline void port_signal_init(struct port_signal *signal)
{
    signal->given = false;
}

static inline void port_signal_deinit(struct port_signal *signal)
{
    (void)signal;
}

/* Who takes looks again and again. */
static inline bool port_signal_give(struct port_signal *signal)
{
    signal->given = true;
    return false;
}

/* On one core masking interrupts is all that a lock needs. */
typedef uint8_t port_lock_t;
typedef uint32_t port_lock_state_t;

static inline port_lock_state_t port_lock(port_lock_t *lock)
{
    (void)lock;
    return cpu_mask_interrupts();
}

static inline void port_unlock(port_lock_t *lock, port_lock_state_t state)
{
    (void)lock;
    cpu_restore_interrupts(state);
}

enum { PORT_HANDLERS_RUN_BESIDE = 0 };

/* For the interrupt matrix (common.h). */
enum { PORT_SOURCES_ARE_SPLIT = 0 };

static inline unsigned port_core(void)
{
    return 0;
}

static inline bool port_lines_have_registers(void)
{
    return true;
}

static inline void port_enable_line(unsigned line)
{
    (void)line;
}

static inline void port_spin(void)
{
}

static inline bool port_has_external(void)
{
    return PORT_HAS_EXTERNAL;
}

static inline bool port_is_ordinary(const void *address, size_t size_bytes)
{
    (void)address;
    (void)size_bytes;
    return false;
}

static inline const struct chip *port_chip(void)
{
    return &PORT_CHIP;
}

static inline const struct chip_engine *port_only_engine(void)
{
    return PORT_ENGINE_COUNT == 1 ? PORT_CHIP.ahb : NULL;
}

#endif
