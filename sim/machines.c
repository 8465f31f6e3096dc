/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each simulated chip consists of. These are facts of the simulation, written down a second
 * time on purpose: a mistake in the driver's own table must not pass unnoticed.
 */
#include "machine_internal.h"
#include "models/ahb_gdma_v1.h"
#include "models/cache_s3.h"
#include "models/interrupts_c3.h"
#include "models/interrupts_s3.h"
#include "models/system_c3.h"
#include "models/system_s3.h"
#include "models/systimer.h"
#include "models/uart.h"
#include "models/watchdogs_c3.h"

/* README.md, section 4 (Memory ranges). */
static const struct machine_memory esp32c3_memories[] = {
    {"SRAM", MACHINE_SRAM, 0x3FC80000, 0x60000},
    {"RTC_FAST", MACHINE_RTC_RAM, 0x50000000, 0x2000},
};

/* bases.csv. A block that gates others comes after them. */
static const struct machine_device esp32c3_devices[] = {
    {"INTMTX", 0x600C2000, 0x1000, &interrupts_c3_ops, interrupts_c3_rows, NULL},
    {"AHB_GDMA", 0x6003F000, 0x1000, &ahb_gdma_v1_device_ops, ahb_gdma_v1_c3_rows,
     &ahb_gdma_v1_c3_facts},
    {"SYSTEM", 0x600C0000, 0x1000, &system_c3_ops, system_c3_rows, NULL},
    {"UART0", 0x60000000, 0x1000, &uart_ops, uart_rows, NULL},
    {"SYSTIMER", 0x60023000, 0x1000, &systimer_ops, systimer_rows, NULL},
    {"TIMG0", 0x6001F000, 0x1000, &timg0_watchdog_ops, timg_watchdog_rows, NULL},
    {"TIMG1", 0x60020000, 0x1000, &timg1_watchdog_ops, timg_watchdog_rows, NULL},
    {"RTC_CNTL", 0x60008000, 0x1000, &rtc_watchdog_ops, rtc_watchdog_rows, NULL},
};

/* README.md, section 4. The window 0x3C000000..0x3DFFFFFF is shared: which of its pages are flash
 * and which are external RAM is the boot loader's choice, and here this one. The instruction-bus
 * alias of the SRAM is not mapped. */
static const struct machine_memory esp32s3_memories[] = {
    {"SRAM", MACHINE_SRAM, 0x3FC88000, 0x78000},
    {"FLASH", MACHINE_FLASH, 0x3C000000, 0x100000},
    {"PSRAM", MACHINE_PSRAM, 0x3C100000, 0x800000},
    {"RTC_FAST", MACHINE_RTC_RAM, 0x600FE000, 0x2000},
};

/* bases.csv; UART0 and SYSTIMER: interrupts.md, sections 7 and 8. No image is booted on this
 * machine, so that it lacks the watchdogs. */
static const struct machine_device esp32s3_devices[] = {
    {"INTMTX_CORE0", 0x600C2000, 0x800, &interrupts_s3_core0_ops, interrupts_s3_rows, NULL},
    {"INTMTX_CORE1", 0x600C2800, 0x800, &interrupts_s3_core1_ops, interrupts_s3_rows, NULL},
    {"EXTMEM", 0x600C4000, 0x1000, &cache_s3_ops, cache_s3_rows, NULL},
    {"AHB_GDMA", 0x6003F000, 0x1000, &ahb_gdma_v1_device_ops, ahb_gdma_v1_s3_rows,
     &ahb_gdma_v1_s3_facts},
    {"SYSTEM", 0x600C0000, 0x1000, &system_s3_ops, system_s3_rows, NULL},
    {"UART0", 0x60000000, 0x1000, &uart_ops, uart_rows, NULL},
    {"SYSTIMER", 0x60023000, 0x1000, &systimer_ops, systimer_rows, NULL},
};

static const struct machine_row rows[] = {
    {
        .description = {.chip = "esp32c3",
                        .cpu_hz = 160000000,
                        .core_count = 1,
                        .memory_count = sizeof(esp32c3_memories) / sizeof(esp32c3_memories[0]),
                        .memories = esp32c3_memories},
        .devices = esp32c3_devices,
        .device_count = sizeof(esp32c3_devices) / sizeof(esp32c3_devices[0]),
        .interrupts = &interrupts_c3_controller,
        .dma_sources = {44, 3}, /* interrupts.md, section 1 */
    },
    {
        .description = {.chip = "esp32s3",
                        .cpu_hz = 240000000,
                        .core_count = 2,
                        .memory_count = sizeof(esp32s3_memories) / sizeof(esp32s3_memories[0]),
                        .memories = esp32s3_memories},
        .devices = esp32s3_devices,
        .device_count = sizeof(esp32s3_devices) / sizeof(esp32s3_devices[0]),
        .interrupts = &interrupts_s3_controller,
        .dma_sources = {66, 10},
    },
};

const struct machine_row *machine_row_at(size_t index)
{
    return index < sizeof(rows) / sizeof(rows[0]) ? &rows[index] : NULL;
}
