/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is counted of the probe image: tests/firmware/test_bench.py has the numbers, which are those
 * of the instructions below. The names are those that the benchmark image has.
 *
 * Between the places where a case begins and ends, s0 is the address of bench_case_index and s1 the
 * trigger; an interrupt changes s2 to s4.
 */
#include "port_lines.h"

    /* 9 instructions with the vector, of which 5 are CSR instructions or mret. */
    .section .iram1.interrupt_entry, "ax"
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

    .globl interrupt_entry
    .type interrupt_entry, @function
interrupt_entry:
    csrrw sp, mscratch, sp
    mv s2, ra
    csrr s3, mcause
    jal handle
    csrr s3, mepc
    mv ra, s2
    csrrw sp, mscratch, sp
    mret
    .size interrupt_entry, . - interrupt_entry

/* 7 instructions with the heap call and without the callback; two register accesses. */
handle:
    mv s4, ra
    sw zero, 0(s1)
    lw s3, 0(s1)
    jal heap_release
    jal bench_callback
    jr s4

    .globl bench_callback
    .type bench_callback, @function
bench_callback:
    li a0, 0
    ret
    .size bench_callback, . - bench_callback

    .macro heap_call name
    .globl \name
    .type \name, @function
\name:
    ret
    .size \name, . - \name
    .endm
    heap_call port_allocate
    heap_call port_free
    heap_call heap_allocate
    heap_call heap_release

/* In place of the port's. */
    .globl interrupt_entry_init
    .type interrupt_entry_init, @function
interrupt_entry_init:
    la t0, port_interrupt_cores
    la t0, probe_interrupt_stack_end
    csrw mscratch, t0
    la t0, interrupt_entry_vectors + 1
    csrw mtvec, t0
    csrsi mstatus, 8
    ret
    .size interrupt_entry_init, . - interrupt_entry_init

    .macro wait_for_interrupt
    .rept 8
    nop
    .endr
    .endm

/* a4 = 0: 8 instructions with the heap call, one register access. a4 = 1: 14 without the interrupt,
 * two accesses. */
    .globl esp_async_memcpy
    .type esp_async_memcpy, @function
esp_async_memcpy:
    mv t2, ra
    lw t0, 0(s1)
    bnez a4, 1f
    jal port_allocate
    j 2f
1:  sw a4, 0(s1)
    wait_for_interrupt
2:  csrr t0, mstatus
    jr t2
    .size esp_async_memcpy, . - esp_async_memcpy

/* 8 instructions. */
    .globl bench_copy_words
    .type bench_copy_words, @function
bench_copy_words:
    li t0, 3
1:  addi t0, t0, -1
    bnez t0, 1b
    ret
    .size bench_copy_words, . - bench_copy_words

    .macro begin
    addi sp, sp, -32
    sw ra, 28(sp)
    sw s0, 24(sp)
    sw s1, 20(sp)
    sw s2, 16(sp)
    sw s3, 12(sp)
    sw s4, 8(sp)
    la s0, bench_case_index
    mv s1, a1
    mv t0, a0
    .endm

    .macro end
    lw ra, 28(sp)
    lw s0, 24(sp)
    lw s1, 20(sp)
    lw s2, 16(sp)
    lw s3, 12(sp)
    lw s4, 8(sp)
    addi sp, sp, 32
    ret
    .endm

    .globl probe_interrupt
probe_interrupt:
    begin
    li a4, 1
    sw t0, 0(s0)
    sw a4, 0(s1)
    wait_for_interrupt
    li t0, -1
    sw t0, 0(s0)
    end

/* From the end of the first submission to that of the case the DMA is parked with a request queued:
 * 4 instructions up to the second submission, that, 12 more, and two interrupts. */
    .globl probe_queued
probe_queued:
    begin
    la a1, probe_destination
    la a2, probe_source
    li a3, 64
    li a4, 0
    sw t0, 0(s0)
    jal esp_async_memcpy
    jal heap_allocate
    li a4, 1
    jal esp_async_memcpy
    li a4, 1
    sw a4, 0(s1)
    wait_for_interrupt
    li t0, -1
    sw t0, 0(s0)
    end

    .globl probe_by_cpu
probe_by_cpu:
    begin
    la a0, probe_destination
    la a1, probe_source
    li a2, 16
    sw t0, 0(s0)
    jal bench_copy_words
    li t0, -1
    sw t0, 0(s0)
    end

/* The linker script wants this at gp, and something in the stack's section. */
    .section .bss.port_interrupt_cores, "aw", @nobits
    .globl port_interrupt_cores
port_interrupt_cores:
    .skip 16

    .section .stack.probe, "aw", @nobits
    .balign 16
    .skip 16
probe_interrupt_stack_end:
