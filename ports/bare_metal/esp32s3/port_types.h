/* SPDX-License-Identifier: Apache-2.0 */
/* The bare-metal port's types on an ESP32-S3: two cores, no scheduler. */
#ifndef PORT_TYPES_H
#define PORT_TYPES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chip.h"
#include "interrupts_matrix.h"
#include "port_config.h"
#include "port_cpu.h"
#include PORT_CHIP_ROW

struct port_signal {
    atomic_bool given;
};

/* Interrupts of this core are masked, and the other core is kept out by the flag, which must lie in
 * internal RAM: the caches of the two cores do not keep external RAM in step. */
typedef struct {
    atomic_bool held;
} port_lock_t;
typedef uint32_t port_lock_state_t;

static inline port_lock_state_t port_lock(port_lock_t *lock)
{
    port_lock_state_t state = cpu_mask_interrupts();
    while (atomic_exchange_explicit(&lock->held, true, memory_order_acquire)) {
    }
    return state;
}

static inline void port_unlock(port_lock_t *lock, port_lock_state_t state)
{
    atomic_store_explicit(&lock->held, false, memory_order_release);
    cpu_restore_interrupts(state);
}

enum { PORT_HANDLERS_RUN_BESIDE = 1 };

/* For the interrupt matrix (common.h). */
enum { PORT_SOURCES_ARE_SPLIT = 1 };

static inline unsigned port_core(void)
{
    return cpu_core();
}

static inline bool port_lines_have_registers(void)
{
    return false;
}

static inline void port_enable_line(unsigned line)
{
    cpu_enable_line(line);
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
