/* SPDX-License-Identifier: Apache-2.0 */
/*
 * board_end() for an emulator: SYS_EXIT_EXTENDED with ADP_Stopped_ApplicationExit and the status
 * (RISC-V semihosting: the three instructions below, none of them compressed; a0 is the operation,
 * a1 its parameter block). Where nobody listens, the ebreak is an exception.
 */
    .equ SYS_EXIT_EXTENDED, 0x20
    .equ ADP_STOPPED_APPLICATION_EXIT, 0x20026

    .section .text.board_end, "ax"
    .globl board_end
    .type board_end, @function
board_end:
    addi sp, sp, -16
    li t0, ADP_STOPPED_APPLICATION_EXIT
    sw t0, 0(sp)
    sw a0, 4(sp)
    li a0, SYS_EXIT_EXTENDED
    mv a1, sp
    .option push
    .option norvc
    .balign 16
    slli zero, zero, 0x1f
    ebreak
    srai zero, zero, 7
    .option pop
1:  j 1b
    .size board_end, . - board_end
