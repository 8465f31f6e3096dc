/* SPDX-License-Identifier: Apache-2.0 */
/* Types and locks of the port to the simulated chip: one core, one thread, virtual time. */
#ifndef PORT_TYPES_H
#define PORT_TYPES_H

#include <stdbool.h>
#include <stddef.h>

#include "interrupts_matrix.h"

struct chip;

/* With one core a lock is the masking of interrupts; the flag is there to notice recursion. */
typedef struct {
    bool held;
} port_lock_t;
typedef struct {
    bool was_held;
} port_lock_state_t;

struct port_signal {
    bool given;
    bool awaited;
};

port_lock_state_t port_lock(port_lock_t *lock);
/* An interrupt point. */
void port_unlock(port_lock_t *lock, port_lock_state_t state);
const struct chip *port_chip(void);
bool port_has_external(void);
bool port_is_ordinary(const void *address, size_t size_bytes);

#endif
