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

struct port_signal {
    bool given;
};

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

#endif
