/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated chip as a test handles it. A program that does not ask gets the chip that
 * async_memcpy_host_select_chip(), the environment or the default names, switched on at the first
 * use with seed 0 and no variants.
 */
#ifndef PORT_SIM_H
#define PORT_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"

/* Switches the chip of config on, as after power-on, and forgets all that the port held of an
 * earlier one. Returns false as machine_power_on() does. */
bool port_sim_power_on(const struct machine_config *config);

/* Forgets the chosen chip and the counter below, and switches nothing. A machine that is on then,
 * or that a test switches on next by itself, is taken over at the next use, when memory, claims and
 * interrupt lines of an earlier one are forgotten. */
void port_sim_reset(void);

/* How often port_yield_from_isr() has been called since power-on or reset. */
uint32_t port_sim_yield_count(void);

#endif
