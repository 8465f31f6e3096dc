/* SPDX-License-Identifier: Apache-2.0 */
/* What of the bare-metal port no test body of the PC can see. */
#include "port.h"

#include <stdio.h>
#include <string.h>

#include "board.h"
#include "esp_async_memcpy.h"
#include "esp_attr.h"
#include "interrupt_entry.h"
#include "port_registers.h"

enum {
    /* Software interrupts that the port does not use; it takes the first one. */
    SOFTWARE_NUMBER = 3,
    OTHER_NUMBER = 2,
    SIZE_MAX_BYTES = 64,
    CALLS_MAX = 8, /* so many mean that an interrupt does not end */
    COPY_BYTES = 16,
    COPIES = 200,
    STEP_US_MAX = 1000,
};

static uint32_t handler_calls;
static bool was_in_interrupt;
static bool had_own_stack;

static bus_addr_t trigger_of(unsigned number)
{
    return port_chip()->interrupts.software_base + 4u * number;
}

static bus_addr_t trigger(void)
{
    return trigger_of(SOFTWARE_NUMBER);
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

/* Ends what asserts it, and in the end everything. */
static void count_call(void *argument)
{
    uint32_t *calls = argument;
    mmio_write32(trigger_of(SOFTWARE_NUMBER), 0);
    mmio_write32(trigger_of(OTHER_NUMBER), 0);
    if (++*calls == CALLS_MAX) {
        mmio_write32(port_chip()->interrupts.enable_register, 0);
    }
}

static bool open_counted(struct port_interrupt *interrupt, unsigned number, uint32_t *calls)
{
    unsigned source = port_chip()->interrupts.software_source + number;
    return port_interrupt_open(interrupt, source, 0, count_call, calls) == ESP_OK;
}

static void give_interrupts_time(void)
{
    for (int i = 0; i < 100; i++) {
        dma_publish();
    }
}

/* Calls that a handler got since it was asked last. */
static uint32_t take_calls(uint32_t *calls)
{
    give_interrupts_time();
    port_lock_t lock = {0};
    port_lock_state_t state = port_lock(&lock);
    uint32_t result = *calls;
    *calls = 0;
    port_unlock(&lock, state);
    return result;
}

/* A loader may have left lines as edge, which do not end with what asserts them. One line is the
 * driver's, one that of the software interrupt. */
static bool lines_are_level(void)
{
    const struct chip_interrupts *chip = &port_chip()->interrupts;
    struct port_interrupt interrupt;
    uint32_t calls = 0;
    mmio_write32(chip->enable_register, 0);
    mmio_write32(chip->type_register, UINT32_MAX);
    if (!open_counted(&interrupt, SOFTWARE_NUMBER, &calls)) {
        return false;
    }
    mmio_write32(trigger(), 1);
    uint32_t by_source = take_calls(&calls);
    port_interrupt_pend(&interrupt);
    uint32_t by_software = take_calls(&calls);
    port_interrupt_close(&interrupt);
    mmio_write32(chip->type_register, 0);
    return by_source == 1 && by_software == 1;
}

/* Only the software interrupt stays routed. */
static bool is_nothing_routed(void)
{
    const struct chip_interrupts *chip = &port_chip()->interrupts;
    for (unsigned source = 0; source < PORT_INTERRUPT_SOURCES; source++) {
        if (source != chip->software_source &&
            mmio_read32(chip->map_base + 4 * source) != chip->map_none) {
            return false;
        }
    }
    return true;
}

/* Who gets the line next is not called for a source that was closed. */
static bool closed_sources_are_silent(void)
{
    struct port_interrupt first;
    struct port_interrupt second;
    uint32_t first_calls = 0;
    uint32_t second_calls = 0;
    if (!open_counted(&first, SOFTWARE_NUMBER, &first_calls)) {
        return false;
    }
    port_interrupt_close(&first);
    bool silent = is_nothing_routed();
    if (!open_counted(&second, OTHER_NUMBER, &second_calls)) {
        return false;
    }
    mmio_write32(trigger(), 1);
    silent = take_calls(&second_calls) == 0 && first_calls == 0 && silent;
    mmio_write32(trigger(), 0);
    mmio_write32(trigger_of(OTHER_NUMBER), 1);
    bool open = take_calls(&second_calls) == 1;
    port_interrupt_close(&second);
    return silent && open;
}

static IRAM_ATTR bool read_time(async_memcpy_handle_t handle, async_memcpy_event_t *event,
                                void *argument)
{
    uint32_t *calls = argument;
    (void)handle;
    (void)event;
    (void)port_now_us();
    ++*calls;
    return false;
}

/* Reads the time while an interrupt comes that reads it, too, a little later each time: what the
 * halves are read from is seen in a trace (tests/firmware/test_images.py). Also, a driver that is
 * gone leaves nothing routed. */
static bool time_goes_on(void)
{
    static uint32_t words[2][COPY_BYTES / 4];
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    async_memcpy_handle_t handle;
    uint32_t calls = 0;
    uint32_t before_us = port_now_us();
    bool good = esp_async_memcpy_install(&config, &handle) == ESP_OK;
    for (int i = 0; good && i < COPIES; i++) {
        good = esp_async_memcpy(handle, words[1], words[0], COPY_BYTES, read_time, &calls) ==
               ESP_OK;
        for (int delay = 0; delay < i % 64; delay++) {
            __asm__ volatile("");
        }
        for (int j = 0; j < 4; j++) {
            uint32_t now_us = port_now_us();
            good = good && now_us - before_us < STEP_US_MAX;
            before_us = now_us;
        }
        good = good && take_calls(&calls) == 1;
        before_us = port_now_us();
    }
    return good && esp_async_memcpy_uninstall(handle) == ESP_OK && is_nothing_routed();
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
        {"lines are level, whatever they were", lines_are_level},
        {"closed sources are silent", closed_sources_are_silent},
        {"time goes on", time_goes_on},
        {"allocated memory is cleared", memory_is_cleared},
    };
    int wrong_count = 0;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        bool good = checks[i].is_true();
        printf("%s: %s\n", checks[i].name, good ? "yes" : "NO");
        wrong_count += good ? 0 : 1;
    }
    /* What becomes of an exception; this ends the image. */
    if (strcmp(board_arguments(), "--ecall") == 0) {
        port_raise_ecall();
    }
    if (strcmp(board_arguments(), "--ebreak") == 0) {
        port_raise_ebreak();
    }
    return wrong_count == 0 ? 0 : 1;
}
