/* SPDX-License-Identifier: Apache-2.0 */
/* From reset, or from a loader's jump, to main(). Nothing is assumed about the registers. */
    .section .iram1.startup, "ax"
    .globl firmware_start
    .type firmware_start, @function
firmware_start:
    csrci mstatus, 8
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, firmware_stack_end

    la a0, firmware_bss_begin
    la a1, firmware_bss_end
1:  bgeu a0, a1, 2f
    sw zero, 0(a0)
    addi a0, a0, 4
    j 1b

2:  call board_disable_watchdogs
    call interrupt_entry_init
    li a0, 0
    li a1, 0
    call main
    tail board_exit
    .size firmware_start, . - firmware_start

/* On a stack of its own: the one in use may be what failed. */
    .globl interrupt_entry_exception
    .type interrupt_entry_exception, @function
interrupt_entry_exception:
    la sp, firmware_stack_end
    csrr a0, mcause
    csrr a1, mepc
    csrr a2, mtval
    tail board_report_exception
    .size interrupt_entry_exception, . - interrupt_entry_exception
