/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU's side of the machine: interrupt points and the delivery of interrupts. */
#ifndef SIM_CPU_H
#define SIM_CPU_H

#include "machine.h"

void cpu_power_on(const struct machine_config *config);

/* An interrupt point. `cycles` is what the access takes. */
void cpu_point(unsigned cycles);

/* To be called before the point of a read, and of anything else: reads alone are a loop that polls,
 * for which time passes in explore mode, too. */
void cpu_reads(bool only_reads);

#endif
