/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_REGISTERS_H
#define PORT_REGISTERS_H

#include <stdint.h>

/* Fills all registers that a function may change, writes 1 to the register at trigger, which raises
 * an interrupt, and returns how many have changed when that is over. Task only. */
uint32_t port_count_lost_registers(uintptr_t trigger);

/* Changes all registers that a function may change: the handler of that interrupt calls it. */
void port_spoil_registers(void);

/* Each ends in an exception, with a stack pointer that points nowhere. */
_Noreturn void port_raise_ecall(void);
_Noreturn void port_raise_ebreak(void);

#endif
