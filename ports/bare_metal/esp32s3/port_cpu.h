/* SPDX-License-Identifier: Apache-2.0 */
/* The few Xtensa instructions that C cannot say. */
#ifndef PORT_CPU_H
#define PORT_CPU_H

#include <stdint.h>

/* Masks the interrupts that C may handle, which are those up to level 3. Returns what
 * cpu_restore_interrupts() takes; calls nest. */
static inline uint32_t cpu_mask_interrupts(void)
{
    uint32_t status;
    __asm__ volatile("rsil %0, 3" : "=a"(status)::"memory");
    return status;
}

static inline void cpu_restore_interrupts(uint32_t status)
{
    __asm__ volatile("wsr.ps %0\n\trsync" ::"a"(status) : "memory");
}

static inline void cpu_enable_interrupts(void)
{
    uint32_t status;
    __asm__ volatile("rsil %0, 0" : "=a"(status)::"memory");
}

/* Sleeps until an interrupt is taken, which this allows; interrupts are masked again after it, so
 * that nothing is lost between a test under the mask and this. */
static inline void cpu_wait_for_interrupt(void)
{
    uint32_t status;
    __asm__ volatile("waiti 0\n\trsil %0, 3" : "=a"(status)::"memory");
}

/* PRID is 0xCDCD on the first core and 0xABAB on the second. */
static inline unsigned cpu_core(void)
{
    uint32_t id;
    __asm__ volatile("rsr.prid %0" : "=a"(id));
    return (unsigned)(id >> 13 & 1u);
}

/* Enables a line on the core that this runs on. */
static inline void cpu_enable_line(unsigned line)
{
    uint32_t status = cpu_mask_interrupts();
    uint32_t enabled;
    __asm__ volatile("rsr.intenable %0" : "=a"(enabled)::"memory");
    enabled |= UINT32_C(1) << line;
    __asm__ volatile("wsr.intenable %0\n\trsync" ::"a"(enabled) : "memory");
    cpu_restore_interrupts(status);
}

#endif
