/* SPDX-License-Identifier: Apache-2.0 */
/* Types and locks of the port to the simulated chip: one thread, cores that take turns, virtual
 * time. */
#ifndef PORT_TYPES_H
#define PORT_TYPES_H

#include <stdbool.h>
#include <stddef.h>

#include "interrupts_matrix.h"

struct chip;

typedef struct {
    bool held;
    unsigned core; /* that holds it */
} port_lock_t;
typedef struct {
    bool was_held; /* by the same core, which is a mistake */
} port_lock_state_t;

struct port_signal {
    bool given;
    unsigned takers; /* that wait */
};

/* An interrupt point on a chip with several cores. */
port_lock_state_t port_lock(port_lock_t *lock);
/* An interrupt point. */
void port_unlock(port_lock_t *lock, port_lock_state_t state);
const struct chip *port_chip(void);
bool port_has_external(void);

/* All memory that the DMA reaches is the machine's. */
static inline bool port_is_ordinary(const void *address, size_t size_bytes)
{
    (void)address;
    (void)size_bytes;
    return false;
}

enum { PORT_HANDLERS_RUN_BESIDE = 1 };

/* For the interrupt matrix (common.h). */
enum { PORT_SOURCES_ARE_SPLIT = 1 };
unsigned port_core(void);
bool port_lines_have_registers(void);
void port_enable_line(unsigned line);
void port_spin(void);

static inline const struct chip_engine *port_only_engine(void)
{
    return NULL;
}

#endif
