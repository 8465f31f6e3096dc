/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vectors and the interrupt entry (interrupts.md, section 3: vectored, 256-byte aligned, four bytes
 * for each line, exceptions at line 0, MIE cleared on entry, mcause = 0x80000000 + line).
 */
#include "port_config.h"
#include "port_lines.h"

    .equ STACK_BYTES, 2048
    .equ FRAME_BYTES, 64

    .section .iram1.interrupt_entry, "ax"
/* The linker script aligns the section: an assembler that is asked to would also fill it up. */
    .globl interrupt_entry_vectors
    .type interrupt_entry_vectors, @function
interrupt_entry_vectors:
    .option push
    .option norvc
    j interrupt_entry_exception
    .rept PORT_INTERRUPT_LINES - 1
    j interrupt_entry
    .endr
    .option pop
    .size interrupt_entry_vectors, . - interrupt_entry_vectors

/* mepc and mstatus stay in their registers, because nothing enables interrupts before mret. */
    .globl interrupt_entry
    .type interrupt_entry, @function
interrupt_entry:
    csrrw sp, mscratch, sp
    sw ra, 0(sp)
    sw t0, 4(sp)
    sw t1, 8(sp)
    sw t2, 12(sp)
    sw t3, 16(sp)
    sw t4, 20(sp)
    sw t5, 24(sp)
    sw t6, 28(sp)
    sw a0, 32(sp)
    sw a1, 36(sp)
    sw a2, 40(sp)
    sw a3, 44(sp)
    sw a4, 48(sp)
    sw a5, 52(sp)
    sw a6, 56(sp)
    sw a7, 60(sp)

    /* The handler and the argument of the line; bit 31 of mcause falls out. The linker script has
     * gp point to the table of lines. */
    csrr a0, mcause
    slli a0, a0, 3
    add a0, a0, gp
    lw a1, 0(a0)
    lw a0, 4(a0)
    jalr a1

    lw ra, 0(sp)
    lw t0, 4(sp)
    lw t1, 8(sp)
    lw t2, 12(sp)
    lw t3, 16(sp)
    lw t4, 20(sp)
    lw t5, 24(sp)
    lw t6, 28(sp)
    lw a0, 32(sp)
    lw a1, 36(sp)
    lw a2, 40(sp)
    lw a3, 44(sp)
    lw a4, 48(sp)
    lw a5, 52(sp)
    lw a6, 56(sp)
    lw a7, 60(sp)
    csrrw sp, mscratch, sp
    mret
    .size interrupt_entry, . - interrupt_entry

    .section .text.interrupt_entry_init, "ax"
    .globl interrupt_entry_init
    .type interrupt_entry_init, @function
interrupt_entry_init:
    /* No source is routed and no line enabled, whatever a loader has left. The fence belongs to
     * changes of these registers (interrupts.md, section 3). */
    li t0, PORT_INTERRUPT_MATRIX
    addi t1, t0, PORT_INTERRUPT_SOURCES * 4
1:  sw zero, 0(t0)
    addi t0, t0, 4
    bne t0, t1, 1b
    sw zero, PORT_INTERRUPT_ENABLE - PORT_INTERRUPT_SOURCES * 4(t0)
    fence

    la t0, interrupt_entry_frame
    csrw mscratch, t0
    la t0, interrupt_entry_vectors + 1
    csrw mtvec, t0
    csrsi mstatus, 8
    ret
    .size interrupt_entry_init, . - interrupt_entry_init

    .section .stack.interrupt_entry, "aw", @nobits
    .balign 16
    .skip STACK_BYTES
    .globl interrupt_entry_frame
    .type interrupt_entry_frame, @object
interrupt_entry_frame:
    .skip FRAME_BYTES
    .size interrupt_entry_frame, FRAME_BYTES
