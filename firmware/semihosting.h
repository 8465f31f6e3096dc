/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stdint.h>

/* Has the emulator or debugger do something (RISC-V semihosting). block: the operation's
 * parameters. Where nobody listens, this is an exception. */
uint32_t semihosting_call(uint32_t operation, void *block);

#endif
