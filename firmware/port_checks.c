/* SPDX-License-Identifier: Apache-2.0 */
/* What of the bare-metal port no test body of the PC can see. */
#include "port.h"

#include <stdio.h>
#include <string.h>

#include "board.h"
#include "interrupt_entry.h"
#include "port_registers.h"

/* A software interrupt that the port does not use; it takes the first one. */
enum { SOFTWARE_NUMBER = 3, SIZE_MAX_BYTES = 64 };

static uint32_t handler_calls;
static bool was_in_interrupt;
static bool had_own_stack;

static bus_addr_t trigger(void)
{
    return port_chip()->interrupts.software_base + 4u * SOFTWARE_NUMBER;
}

static void on_interrupt(void *argument)
{
    uintptr_t stack_end = (uintptr_t)&interrupt_entry_frame;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    (void)argument;
    mmio_write32(trigger(), 0);
    handler_calls++;
    was_in_interrupt = port_in_interrupt();
    had_own_stack = here <= stack_end && here > stack_end - 256;
    port_spoil_registers();
}

static bool registers_survive(void)
{
    struct port_interrupt interrupt;
    unsigned source = port_chip()->interrupts.software_source + SOFTWARE_NUMBER;
    if (port_interrupt_open(&interrupt, source, 0, on_interrupt, NULL) != ESP_OK) {
        return false;
    }
    uint32_t lost = port_count_lost_registers(trigger());
    port_interrupt_close(&interrupt);
    printf("%u of 16 registers lost\n", (unsigned)lost);
    return lost == 0 && handler_calls == 1;
}

static bool context_is_known(void)
{
    return was_in_interrupt && had_own_stack && !port_in_interrupt();
}

/* Every byte, also where the memory was used before. */
static bool memory_is_cleared(void)
{
    static const uint8_t zeroes[SIZE_MAX_BYTES];
    for (size_t size = 1; size <= SIZE_MAX_BYTES; size++) {
        for (int round = 0; round < 2; round++) {
            uint8_t *memory = port_allocate(size);
            if (memory == NULL || memcmp(memory, zeroes, size) != 0) {
                return false;
            }
            memset(memory, UINT8_MAX, size);
            port_free(memory);
        }
    }
    return true;
}

int main(void)
{
    static const struct {
        const char *name;
        bool (*is_true)(void);
    } checks[] = {
        {"registers survive an interrupt", registers_survive},
        {"interrupts are known, and have a stack of their own", context_is_known},
        {"allocated memory is cleared", memory_is_cleared},
    };
    int wrong_count = 0;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        bool good = checks[i].is_true();
        printf("%s: %s\n", checks[i].name, good ? "yes" : "NO");
        wrong_count += good ? 0 : 1;
    }
    /* What becomes of an exception; this ends the image. */
    if (strcmp(board_arguments(), "--exception") == 0) {
        __asm__ volatile("ecall");
    }
    return wrong_count == 0 ? 0 : 1;
}
