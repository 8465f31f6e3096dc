/* SPDX-License-Identifier: Apache-2.0 */
/* The few RISC-V instructions that C cannot say. */
#ifndef PORT_CPU_H
#define PORT_CPU_H

#include <stdint.h>

/* Masks interrupts. Returns what cpu_restore_interrupts() takes; calls nest. */
static inline uint32_t cpu_mask_interrupts(void)
{
    uint32_t status;
    __asm__ volatile("csrrci %0, mstatus, 8" : "=r"(status)::"memory");
    return status;
}

/* Between the two calls nothing changes mstatus but the mask, so setting all the bits that were set
 * before sets exactly MIE, or nothing. */
static inline void cpu_restore_interrupts(uint32_t status)
{
    __asm__ volatile("csrs mstatus, %0" ::"r"(status) : "memory");
}

static inline void cpu_enable_interrupts(void)
{
    __asm__ volatile("csrsi mstatus, 8" ::: "memory");
}

/* Sleeps until an interrupt pends; one that is masked by mstatus wakes as well (RISC-V privileged
 * architecture, Wait for Interrupt), so there is no race between a test under the mask and this. */
static inline void cpu_wait_for_interrupt(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

/* Clears so many bytes and what is left of the last word; not 0 of them. In three instructions a
 * word, which the compiler would turn into a call of the library's memset(), byte by byte. */
static inline void cpu_clear_words(uint32_t *words, uint32_t size_bytes)
{
    const char *end = (const char *)words + size_bytes;
    __asm__ volatile("1: sw zero, 0(%0)\n\taddi %0, %0, 4\n\tbltu %0, %1, 1b"
                     : "+r"(words)
                     : "r"(end)
                     : "memory");
}

/* In a task mscratch holds the interrupt frame; in an interrupt, the task's stack pointer. */
static inline uint32_t cpu_scratch(void)
{
    uint32_t scratch;
    __asm__ volatile("csrr %0, mscratch" : "=r"(scratch)::"memory");
    return scratch;
}

/* Writes it, and returns what it was. */
static inline uint32_t cpu_swap_scratch(uint32_t scratch)
{
    uint32_t before;
    __asm__ volatile("csrrw %0, mscratch, %1" : "=r"(before) : "r"(scratch) : "memory");
    return before;
}

#endif
