/* SPDX-License-Identifier: Apache-2.0 */
#include "port.h"

#include "common.h"
#include "esp_attr.h"
#include "esp_heap_caps.h"
#include "heap_blocks.h"
#include "interrupt_entry.h"

/* The system timer's unit 0, which runs from reset (interrupts.md, section 8). */
#define UNIT0_OP_REG       (PORT_SYSTEM_TIMER_BASE + 0x04u)
#define UNIT0_VALUE_HI_REG (PORT_SYSTEM_TIMER_BASE + 0x40u)
#define UNIT0_VALUE_LO_REG (PORT_SYSTEM_TIMER_BASE + 0x44u)
#define UNIT0_VALUE_VALID  (UINT32_C(1) << 29)
#define UNIT0_UPDATE       (UINT32_C(1) << 30)

/* From the linker script: what is left of the SRAM, from the first header (heap.h) on. The startup
 * has made it one free block. */
extern uint32_t firmware_heap_begin[];
extern uint32_t firmware_heap_end[];

IRAM_ATTR bool port_in_interrupt(void)
{
    return cpu_scratch() != (uint32_t)(uintptr_t)&interrupt_entry_frame;
}

typedef uint32_t __attribute__((may_alias)) any_word;

IRAM_ATTR void port_copy(void *destination, const void *source, size_t size_bytes)
{
    uintptr_t to = (uintptr_t)destination;
    uintptr_t from = (uintptr_t)source;
    uintptr_t end = from + size_bytes;
    if (((to | from | size_bytes) & (sizeof(any_word) - 1)) == 0) {
        do {
            *(any_word *)to = *(const any_word *)from;
            to += sizeof(any_word);
            from += sizeof(any_word);
        } while (from != end);
    } else {
        do {
            *(uint8_t *)to++ = *(const uint8_t *)from++;
        } while (from != end);
    }
}

/* Masked, because an interrupt that reads the time would latch a new value between the halves. */
IRAM_ATTR uint32_t port_now_us(void)
{
    uint32_t status = cpu_mask_interrupts();
    mmio_write32(UNIT0_OP_REG, UNIT0_UPDATE);
    while ((mmio_read32(UNIT0_OP_REG) & UNIT0_VALUE_VALID) == 0) {
    }
    uint32_t low = mmio_read32(UNIT0_VALUE_LO_REG);
    uint32_t high = mmio_read32(UNIT0_VALUE_HI_REG);
    cpu_restore_interrupts(status);
    return (high << (32u - PORT_SYSTEM_TIMER_SHIFT)) | (low >> PORT_SYSTEM_TIMER_SHIFT);
}

IRAM_ATTR uint32_t port_engine_now_us(void)
{
    return port_now_us();
}

/* There is no scheduler: what was woken goes on when the interrupt returns. Weak: a program that
 * has one puts its own in place. */
IRAM_ATTR __attribute__((weak)) void port_yield_from_isr(void)
{
}

/* No timer wakes the CPU, so this looks again and again instead of sleeping. */
bool port_signal_take_within(struct port_signal *signal, uint32_t timeout_ms)
{
    const uint32_t us_per_ms = 1000;
    uint32_t began_us = port_now_us();
    bool taken = false;
    do {
        uint32_t status = cpu_mask_interrupts();
        taken = signal->given;
        signal->given = false;
        cpu_restore_interrupts(status);
    } while (!taken && (port_now_us() - began_us) / us_per_ms < timeout_ms);
    return taken;
}

/* As in an interrupt, mscratch holds the stack pointer instead of the frame. */
IRAM_ATTR void port_call_as_interrupt(void (*function)(void *argument), void *argument)
{
    uint32_t status = cpu_mask_interrupts();
    uint32_t scratch = cpu_swap_scratch((uint32_t)(uintptr_t)&status);
    function(argument);
    cpu_swap_scratch(scratch);
    cpu_restore_interrupts(status);
}

/* The allocator behind heap_caps_malloc(), without what only that one needs. */
void *port_allocate(size_t size_bytes)
{
    uint32_t status = cpu_mask_interrupts();
    uint32_t *memory = heap_take(firmware_heap_begin, firmware_heap_end, size_bytes);
    cpu_restore_interrupts(status);
    if (memory != NULL) {
        cpu_clear_words(memory, size_bytes);
    }
    return memory;
}

/* On one core nobody else changes the header of a block in use. */
void port_free(void *memory)
{
    heap_give_back(memory);
}

const struct heap_region *port_heap_regions(size_t *count)
{
    static struct heap_region region = {
        .low = firmware_heap_begin,
        .caps = MALLOC_CAP_32BIT | MALLOC_CAP_8BIT | MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL |
                MALLOC_CAP_DEFAULT,
        .ready = true,
    };
    region.size_bytes = (uint32_t)((char *)firmware_heap_end - (char *)firmware_heap_begin);
    *count = 1;
    return &region;
}
