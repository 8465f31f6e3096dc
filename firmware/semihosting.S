/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uint32_t semihosting_call(uint32_t operation, void *block)
 *
 * The three instructions, none of them compressed and all in one page, are what makes the ebreak a
 * call (RISC-V semihosting); a0 is the operation and then the result, a1 the parameter block.
 */
    .section .text.semihosting_call, "ax"
    .balign 16
    .globl semihosting_call
    .type semihosting_call, @function
semihosting_call:
    .option push
    .option norvc
    slli zero, zero, 0x1f
    ebreak
    srai zero, zero, 7
    .option pop
    ret
    .size semihosting_call, . - semihosting_call
