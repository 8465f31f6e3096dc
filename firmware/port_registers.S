/* SPDX-License-Identifier: Apache-2.0 */
/* What C cannot say of the registers (port_registers.h). */
    .section .text.port_count_lost_registers, "ax"
    .globl port_count_lost_registers
    .type port_count_lost_registers, @function
port_count_lost_registers:
    addi sp, sp, -16
    sw ra, 12(sp)
    sw s0, 8(sp)
    sw s1, 4(sp)
    sw s2, 0(sp)
    mv s0, a0
    li s1, 0
    li s2, 1

    .set number, 0x1234
    .irp register, ra, t0, t1, t2, t3, t4, t5, t6, a0, a1, a2, a3, a4, a5, a6, a7
    .set number, number + 0x101
    li \register, number
    .endr

    sw s2, 0(s0)
    .rept 16
    nop
    .endr

    .set number, 0x1234
    .irp register, ra, t0, t1, t2, t3, t4, t5, t6, a0, a1, a2, a3, a4, a5, a6, a7
    .set number, number + 0x101
    li s2, number
    xor s2, s2, \register
    snez s2, s2
    add s1, s1, s2
    .endr

    mv a0, s1
    lw ra, 12(sp)
    lw s0, 8(sp)
    lw s1, 4(sp)
    lw s2, 0(sp)
    addi sp, sp, 16
    ret
    .size port_count_lost_registers, . - port_count_lost_registers

    .section .text.port_spoil_registers, "ax"
    .globl port_spoil_registers
    .type port_spoil_registers, @function
port_spoil_registers:
    .irp register, t0, t1, t2, t3, t4, t5, t6, a0, a1, a2, a3, a4, a5, a6, a7
    li \register, -1
    .endr
    ret
    .size port_spoil_registers, . - port_spoil_registers

/* Where each exception is raised has a name: the handler must say that it was there. */
    .section .text.port_raise_exceptions, "ax"
    .globl port_raise_ecall
    .type port_raise_ecall, @function
port_raise_ecall:
    mv sp, zero
port_ecall:
    ecall
    .size port_raise_ecall, . - port_raise_ecall

    .globl port_raise_ebreak
    .type port_raise_ebreak, @function
port_raise_ebreak:
    mv sp, zero
port_ebreak:
    ebreak
    .size port_raise_ebreak, . - port_raise_ebreak
