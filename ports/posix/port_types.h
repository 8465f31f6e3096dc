/* SPDX-License-Identifier: Apache-2.0 */
/* Types and locks of the port to the simulated chip in a program with real threads. */
#ifndef PORT_TYPES_H
#define PORT_TYPES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chip;

/* All locks are the machine's one (monitor.h), as on a chip with one core all locks are the masking
 * of its interrupts. The flag is there to notice recursion. */
typedef struct {
    bool held;
} port_lock_t;
typedef struct {
    bool was_held;
} port_lock_state_t;

struct port_signal {
    pthread_cond_t wake;
    unsigned takers;
    bool given;
    const void *due_by; /* whose interrupt's end it is to be given at; NULL: nobody's */
    struct port_signal *next_due;
};

/* What is attached to a CPU line. */
struct port_interrupt {
    void (*handler)(void *argument);
    void *argument;
    uint8_t source;
    uint8_t out_source; /* 0: none */
    uint8_t line;
    bool pended;
};

void port_interrupt_pend(struct port_interrupt *interrupt);
port_lock_state_t port_lock(port_lock_t *lock);
void port_unlock(port_lock_t *lock, port_lock_state_t state);
const struct chip *port_chip(void);

enum { PORT_HANDLERS_RUN_BESIDE = 1 };

/* Returns true on every chip: ordinary memory is taken where external RAM is. */
bool port_has_external(void);
bool port_is_ordinary(const void *address, size_t size_bytes);

static inline const struct chip_engine *port_only_engine(void)
{
    return NULL;
}

#endif
