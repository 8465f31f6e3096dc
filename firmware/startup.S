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
    lui sp, %hi(firmware_stack_end)

    mv a0, gp
    la a1, firmware_bss_end
1:  sw zero, 0(a0)
    addi a0, a0, 4
    bltu a0, a1, 1b

    lui a1, %hi(firmware_heap_bytes)
    addi a1, a1, %lo(firmware_heap_bytes)
    sw a1, 4(a0)
    call board_disable_watchdogs
    call interrupt_entry_init
    call main
    tail board_exit
    .size firmware_start, . - firmware_start

/* On a stack of its own: the one in use may be what failed. */
    .section .iram1.exception, "ax"
    .weak interrupt_entry_exception
    .type interrupt_entry_exception, @function
interrupt_entry_exception:
    lui sp, %hi(firmware_stack_end)
    csrr a0, mcause
    csrr a1, mepc
    csrr a2, mtval
    tail board_report_exception
    .size interrupt_entry_exception, . - interrupt_entry_exception
