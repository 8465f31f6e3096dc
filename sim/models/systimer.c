/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unit 0 of the system timer, which counts from reset (interrupts.md, section 8).
 *
 * From there: 52 bits at 16 MHz; writing UPDATE to UNIT0_OP latches the count, VALUE_VALID says
 * when VALUE_HI and VALUE_LO hold it. Assumed: that takes two counts, and until then VALUE_VALID is
 * 0 and the values are the old ones.
 *
 * Lacks: CONF, unit 1, and the alarms.
 */
#include "models/systimer.h"

#include "clock.h"

enum { OP, VALUE_HI, VALUE_LO, OTHERS, REGISTER_COUNT };
enum { COUNTS_PER_SECOND = 16000000, LATCH_COUNTS = 2 };

#define VALUE_VALID (UINT32_C(1) << 29)
#define UPDATE      (UINT32_C(1) << 30)
#define HI_MASK     UINT32_C(0xFFFFF)

static uint32_t values[REGISTER_COUNT];
static struct register_file file;

static uint64_t cycles_per_count(void)
{
    return machine_description()->cpu_hz / COUNTS_PER_SECOND;
}

static void on_latched(void *context, uint32_t argument)
{
    (void)context;
    (void)argument;
    uint64_t count = clock_now() / cycles_per_count();
    *register_file_at(&file, VALUE_LO, 0) = (uint32_t)count;
    *register_file_at(&file, VALUE_HI, 0) = (uint32_t)(count >> 32) & HI_MASK;
    *register_file_at(&file, OP, 0) |= VALUE_VALID;
}

static void on_op(unsigned index, uint32_t written, uint32_t before)
{
    (void)index;
    (void)before;
    if ((written & UPDATE) != 0) {
        *register_file_at(&file, OP, 0) &= ~VALUE_VALID;
        clock_schedule(LATCH_COUNTS * cycles_per_count(), on_latched, NULL, 0);
    }
}

const struct register_row systimer_rows[] = {
    {.name = "CONF", .id = OTHERS, .offset = 0x00, .not_modelled = true},
    {.name = "UNIT0_OP",
     .id = OP,
     .offset = 0x04,
     .triggers = UPDATE,
     .read_only = VALUE_VALID,
     .write = on_op},
    {.name = "UNIT0_VALUE_HI", .id = VALUE_HI, .offset = 0x40, .read_only = HI_MASK},
    {.name = "UNIT0_VALUE_LO", .id = VALUE_LO, .offset = 0x44, .read_only = UINT32_MAX},
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
    register_file_reset(&file);
}

static uint32_t read_register(uint32_t offset)
{
    return register_file_read(&file, offset);
}

static void write_register(uint32_t offset, uint32_t value)
{
    register_file_write(&file, offset, value);
}

const struct device_ops systimer_ops = {
    .power_on = power_on,
    .read = read_register,
    .write = write_register,
};
