/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SYSTEM of the ESP32-S3: the clock gate and the reset of the DMA and of its way to external RAM
 * (gdma_ahb_v1.md, Clock/reset), and the software interrupts (interrupts.md, section 6).
 *
 * The other bits of the two gate registers belong to other peripherals. Their values here are
 * arbitrary, so that a write which is not a read-modify-write changes one of them and is noticed.
 *
 * Lacks: everything else.
 */
#include "models/system_s3.h"

#include <stdbool.h>

#include "models/ahb_gdma_v1.h"

enum { CLOCK, RESET, SOFTWARE, EDMA_CONTROL, REGISTER_COUNT };
enum { SOFTWARE_INTERRUPTS = 4, FIRST_SOFTWARE_SOURCE = 79 };

#define DMA_BIT      (UINT32_C(1) << 6)
#define FOREIGN_BITS (UINT32_C(0xFFF) & ~DMA_BIT)
#define EDMA_CLK_ON  (UINT32_C(1) << 0)
#define EDMA_RESET   (UINT32_C(1) << 1)

static uint32_t values[REGISTER_COUNT * SOFTWARE_INTERRUPTS];
static struct register_file file;

static void apply_gates(void)
{
    machine_set_gate("AHB_GDMA", (*register_file_at(&file, CLOCK, 0) & DMA_BIT) != 0,
                     (*register_file_at(&file, RESET, 0) & DMA_BIT) != 0);
    uint32_t edma = *register_file_at(&file, EDMA_CONTROL, 0);
    ahb_gdma_v1_open_external((edma & (EDMA_CLK_ON | EDMA_RESET)) == EDMA_CLK_ON);
}

static void on_gate(unsigned index, uint32_t written, uint32_t before)
{
    (void)index;
    (void)written;
    (void)before;
    apply_gates();
}

static void on_software_interrupt(unsigned index, uint32_t written, uint32_t before)
{
    (void)before;
    machine_set_source(FIRST_SOFTWARE_SOURCE + index, (written & 1u) != 0);
}

const struct register_row system_s3_rows[] = {
    {.name = "PERIP_CLK_EN1",
     .id = CLOCK,
     .offset = 0x1C,
     .writable = DMA_BIT,
     .foreign = FOREIGN_BITS,
     .foreign_value = 0x012,
     .write = on_gate},
    {.name = "PERIP_RST_EN1",
     .id = RESET,
     .offset = 0x24,
     .reset = DMA_BIT,
     .writable = DMA_BIT,
     .foreign = FOREIGN_BITS,
     .foreign_value = 0x02C,
     .write = on_gate},
    {.name = "CPU_INTR_FROM_CPU_%u",
     .id = SOFTWARE,
     .offset = 0x30,
     .stride = 4,
     .count = SOFTWARE_INTERRUPTS,
     .writable = 1,
     .write = on_software_interrupt},
    {.name = "EDMA_CTRL",
     .id = EDMA_CONTROL,
     .offset = 0x44,
     .reset = EDMA_CLK_ON,
     .writable = EDMA_CLK_ON | EDMA_RESET,
     .write = on_gate},
    {.name = NULL},
};

static void power_on(const struct machine_device *device)
{
    if (file.rows != device->rows) {
        file = (struct register_file){.block = device->block,
                                      .rows = device->rows,
                                      .unknown = MACHINE_NOT_MODELLED,
                                      .values = values,
                                      .index_count = SOFTWARE_INTERRUPTS};
        register_file_open(&file);
    }
    register_file_reset(&file);
    apply_gates();
}

static uint32_t read_register(uint32_t offset)
{
    return register_file_read(&file, offset);
}

static void write_register(uint32_t offset, uint32_t value)
{
    register_file_write(&file, offset, value);
}

const struct device_ops system_s3_ops = {
    .power_on = power_on,
    .read = read_register,
    .write = write_register,
};
