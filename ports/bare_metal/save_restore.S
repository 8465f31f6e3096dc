/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What functions compiled with -msave-restore call on entry, and jump to at their end. In internal
 * RAM, because interrupts come here, and in compressed instructions, which the compiler's own
 * library for this architecture does without.
 *
 * The layout is the compiler's: ra at the top, then s0, s1 and so on downwards, in a frame that is
 * a multiple of 16 bytes. Number N stands for ra and s0 to sN-1 at least.
 */
    .macro entries operation, numbers:vararg
    .irp number, \numbers
    .globl __riscv_\operation\()_\number
    .type __riscv_\operation\()_\number, @function
__riscv_\operation\()_\number:
    .endr
    .endm

    /* The registers from the top of a frame downwards. */
    .macro save frame, registers:vararg
    .set at, \frame
    addi sp, sp, -\frame
    .irp register, \registers
    .set at, at - 4
    sw \register, at(sp)
    .endr
    jr t0
    .endm

    .section .iram1.save_0, "ax"
    entries save, 0, 1, 2, 3
    save 16, ra, s0, s1, s2

    .section .iram1.save_4, "ax"
    entries save, 4, 5, 6, 7
    save 32, ra, s0, s1, s2, s3, s4, s5, s6

    .section .iram1.save_8, "ax"
    entries save, 8, 9, 10, 11
    save 48, ra, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10

    .section .iram1.save_12, "ax"
    entries save, 12
    save 64, ra, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11

    /* Each restores its own four words, and the rest is what the next one restores. */
    .macro restore registers:vararg
    .set at, 16
    .irp register, \registers
    .set at, at - 4
    lw \register, at(sp)
    .endr
    addi sp, sp, 16
    .endm

    .section .iram1.restore_8, "ax"
    entries restore, 12
    restore s11
    entries restore, 8, 9, 10, 11
    restore s7, s8, s9, s10
    j __riscv_restore_4

    .section .iram1.restore_0, "ax"
    entries restore, 4, 5, 6, 7
    restore s3, s4, s5, s6
    entries restore, 0, 1, 2, 3
    restore ra, s0, s1, s2
    ret
