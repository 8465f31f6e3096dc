/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UART0 as the ROM leaves it: 115200 baud, 8N1 (interrupts.md, section 7).
 *
 * From there: a byte written to FIFO is sent; STATUS holds the number of bytes in the 128-byte
 * transmit FIFO. A byte takes ten bit times. Writing to a full FIFO is a mistake.
 *
 * Lacks: receiving, interrupts, and every setting.
 */
#include "models/uart.h"

#include "clock.h"

enum { FIFO, STATUS, SETTINGS, REGISTER_COUNT };
enum { FIFO_BYTES = 128, BYTES_PER_SECOND = 115200 / 10, TXFIFO_CNT_SHIFT = 16 };

static uint32_t values[REGISTER_COUNT];
static struct register_file file;
static uint8_t fifo[FIFO_BYTES];
static uint32_t sent_count; /* bytes that left the FIFO, modulo 2^32 */
static uint32_t put_count;  /* bytes that entered it */
static void (*byte_listener)(uint8_t byte, void *context);
static void *listener_context;

void uart_listen(void (*listener)(uint8_t byte, void *context), void *context)
{
    byte_listener = listener;
    listener_context = context;
}

static void schedule_byte(void);

static void on_byte_sent(void *context, uint32_t argument)
{
    (void)context;
    (void)argument;
    uint8_t byte = fifo[sent_count % FIFO_BYTES];
    sent_count++;
    if (byte_listener != NULL) {
        byte_listener(byte, listener_context);
    }
    if (sent_count != put_count) {
        schedule_byte();
    }
}

static void schedule_byte(void)
{
    clock_schedule(machine_description()->cpu_hz / BYTES_PER_SECOND, on_byte_sent, NULL, 0);
}

static void on_fifo(unsigned index, uint32_t written, uint32_t before)
{
    (void)index;
    (void)before;
    if (put_count - sent_count == FIFO_BYTES) {
        machine_complain(MACHINE_MISTAKE, "byte written to the full transmit FIFO of UART0");
        return;
    }
    fifo[put_count % FIFO_BYTES] = (uint8_t)written;
    put_count++;
    if (put_count - sent_count == 1) {
        schedule_byte();
    }
}

static uint32_t read_fifo(unsigned index)
{
    (void)index;
    machine_complain(MACHINE_NOT_MODELLED, "receiving with UART0");
    return 0;
}

static uint32_t read_status(unsigned index)
{
    (void)index;
    return (put_count - sent_count) << TXFIFO_CNT_SHIFT;
}

const struct register_row uart_rows[] = {
    {.name = "FIFO",
     .id = FIFO,
     .offset = 0x00,
     .triggers = 0xFF,
     .read = read_fifo,
     .write = on_fifo},
    {.name = "INT_and_CLKDIV",
     .id = SETTINGS,
     .offset = 0x04,
     .stride = 4,
     .count = 6,
     .not_modelled = true},
    {.name = "STATUS", .id = STATUS, .offset = 0x1C, .read_only = 0x03FF03FF, .read = read_status},
    {.name = "CONF%u",
     .id = SETTINGS,
     .offset = 0x20,
     .stride = 4,
     .count = 2,
     .not_modelled = true},
    {.name = NULL},
};

static void power_on(const struct machine_device *device)
{
    file = (struct register_file){.block = device->block,
                                  .rows = device->rows,
                                  .unknown = MACHINE_NOT_MODELLED,
                                  .values = values,
                                  .index_count = 1};
    register_file_open(&file);
    sent_count = 0;
    put_count = 0;
    byte_listener = NULL;
}

static uint32_t read_register(uint32_t offset)
{
    return register_file_read(&file, offset);
}

static void write_register(uint32_t offset, uint32_t value)
{
    register_file_write(&file, offset, value);
}

const struct device_ops uart_ops = {
    .power_on = power_on,
    .read = read_register,
    .write = write_register,
};
