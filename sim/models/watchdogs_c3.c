/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The watchdogs of the ESP32-C3 that run from reset (interrupts.md, section 9): the main watchdog
 * of both timer groups and the RTC watchdog in their flash boot mode, and the super watchdog.
 *
 * From there: write protection by key, the enable bits and their reset values, and that a timer
 * group takes a change when CONF_UPDATE_EN is written. When they bite is not said: here after 20
 * ms, sooner than silicon, so that whoever leaves one on is noticed. Assumed: the other bits of the
 * configuration registers are not to be changed; their values here are arbitrary. A write to a
 * protected register has no effect; here it is a mistake.
 *
 * Lacks: feeding, stages, the resets themselves.
 */
#include "models/watchdogs_c3.h"

#include "clock.h"

enum { BITES_PER_SECOND = 50 };

#define WDT_EN              (UINT32_C(1) << 31)
#define TIMG_FLASHBOOT_EN   (UINT32_C(1) << 14)
#define TIMG_CONF_UPDATE_EN (UINT32_C(1) << 22)
#define RTC_FLASHBOOT_EN    (UINT32_C(1) << 12)
#define SWD_AUTO_FEED       (UINT32_C(1) << 31)
#define SWD_DISABLE         (UINT32_C(1) << 30)
#define WDT_KEY             UINT32_C(0x50D83AA1)
#define SWD_KEY             UINT32_C(0x8F1D312A)
#define TIMG_CONFIG_BITS    (WDT_EN | TIMG_FLASHBOOT_EN | TIMG_CONF_UPDATE_EN)
#define RTC_CONFIG_BITS     (WDT_EN | RTC_FLASHBOOT_EN)
#define SWD_CONFIG_BITS     (SWD_AUTO_FEED | SWD_DISABLE)
#define ARBITRARY           UINT32_C(0x00013214)

enum { TIMG_CONFIG, TIMG_FEED, TIMG_PROTECT, TIMG_REGISTERS };
enum { RTC_CONFIG, RTC_PROTECT, SWD_CONFIG, SWD_PROTECT, RTC_REGISTERS };
enum { TIMERS = 2 };

static uint32_t timer_values[TIMERS][TIMG_REGISTERS];
static struct register_file timers[TIMERS];
static bool timer_armed[TIMERS]; /* what the timer group has taken */
static uint32_t rtc_values[RTC_REGISTERS];
static struct register_file rtc;

const struct register_row timg_watchdog_rows[] = {
    {.name = "WDTCONFIG0",
     .id = TIMG_CONFIG,
     .offset = 0x48,
     .reset = TIMG_FLASHBOOT_EN,
     .writable = WDT_EN | TIMG_FLASHBOOT_EN,
     .triggers = TIMG_CONF_UPDATE_EN,
     .foreign = ~TIMG_CONFIG_BITS,
     .foreign_value = ARBITRARY & ~TIMG_CONFIG_BITS},
    {.name = "WDTFEED", .id = TIMG_FEED, .offset = 0x60, .triggers = UINT32_MAX},
    {.name = "WDTWPROTECT", .id = TIMG_PROTECT, .offset = 0x64, .writable = UINT32_MAX},
    {.name = NULL},
};

const struct register_row rtc_watchdog_rows[] = {
    {.name = "WDTCONFIG0",
     .id = RTC_CONFIG,
     .offset = 0x90,
     .reset = RTC_FLASHBOOT_EN,
     .writable = RTC_CONFIG_BITS,
     .foreign = ~RTC_CONFIG_BITS,
     .foreign_value = ARBITRARY & ~RTC_CONFIG_BITS},
    {.name = "WDTWPROTECT", .id = RTC_PROTECT, .offset = 0xA8, .writable = UINT32_MAX},
    {.name = "SWD_CONF",
     .id = SWD_CONFIG,
     .offset = 0xAC,
     .writable = SWD_CONFIG_BITS,
     .foreign = ~SWD_CONFIG_BITS,
     .foreign_value = ARBITRARY & ~SWD_CONFIG_BITS},
    {.name = "SWD_WPROTECT", .id = SWD_PROTECT, .offset = 0xB0, .writable = UINT32_MAX},
    {.name = NULL},
};

static uint32_t value_of(const struct register_file *file, unsigned id)
{
    return *register_file_at(file, id, 0);
}

static void open_file(struct register_file *file, const struct machine_device *device,
                      uint32_t *values)
{
    *file = (struct register_file){.block = device->block,
                                   .rows = device->rows,
                                   .unknown = MACHINE_NOT_MODELLED,
                                   .index_count = 1};
    file->values = values;
    register_file_open(file);
    register_file_reset(file);
}

/* Complains if the register at an offset is protected. */
static bool is_open(const struct register_file *file, unsigned protect, uint32_t key)
{
    if (value_of(file, protect) == key) {
        return true;
    }
    machine_complain(MACHINE_MISTAKE, "a watchdog register of %s was written while protected",
                     file->block);
    return false;
}

static void timer_power_on(unsigned timer, const struct machine_device *device)
{
    open_file(&timers[timer], device, timer_values[timer]);
    timer_armed[timer] = true;
}

static void timer_write(unsigned timer, uint32_t offset, uint32_t value)
{
    struct register_file *file = &timers[timer];
    bool locks = offset == timg_watchdog_rows[2].offset;
    if (!locks && !is_open(file, TIMG_PROTECT, WDT_KEY)) {
        return;
    }
    register_file_write(file, offset, value);
    if (offset == timg_watchdog_rows[0].offset && (value & TIMG_CONF_UPDATE_EN) != 0) {
        timer_armed[timer] = (value & (WDT_EN | TIMG_FLASHBOOT_EN)) != 0;
    }
}

static void timg0_power_on(const struct machine_device *device)
{
    timer_power_on(0, device);
}

static void timg1_power_on(const struct machine_device *device)
{
    timer_power_on(1, device);
}

static uint32_t timg0_read(uint32_t offset)
{
    return register_file_read(&timers[0], offset);
}

static uint32_t timg1_read(uint32_t offset)
{
    return register_file_read(&timers[1], offset);
}

static void timg0_write(uint32_t offset, uint32_t value)
{
    timer_write(0, offset, value);
}

static void timg1_write(uint32_t offset, uint32_t value)
{
    timer_write(1, offset, value);
}

const struct device_ops timg0_watchdog_ops = {
    .power_on = timg0_power_on, .read = timg0_read, .write = timg0_write};
const struct device_ops timg1_watchdog_ops = {
    .power_on = timg1_power_on, .read = timg1_read, .write = timg1_write};

static void rtc_power_on(const struct machine_device *device)
{
    open_file(&rtc, device, rtc_values);
}

static uint32_t rtc_read(uint32_t offset)
{
    return register_file_read(&rtc, offset);
}

static void rtc_write(uint32_t offset, uint32_t value)
{
    if ((offset == rtc_watchdog_rows[0].offset && !is_open(&rtc, RTC_PROTECT, WDT_KEY)) ||
        (offset == rtc_watchdog_rows[2].offset && !is_open(&rtc, SWD_PROTECT, SWD_KEY))) {
        return;
    }
    register_file_write(&rtc, offset, value);
}

const struct device_ops rtc_watchdog_ops = {
    .power_on = rtc_power_on, .read = rtc_read, .write = rtc_write};

static void bite(const char *name, bool armed)
{
    if (armed) {
        machine_complain(MACHINE_MISTAKE, "the watchdog of %s resets the chip: it was left on",
                         name);
    }
}

static void on_bite(void *context, uint32_t argument)
{
    (void)context;
    (void)argument;
    bite("TIMG0", timer_armed[0]);
    bite("TIMG1", timer_armed[1]);
    bite("RTC_CNTL", (value_of(&rtc, RTC_CONFIG) & RTC_CONFIG_BITS) != 0);
    bite("RTC_CNTL (super watchdog)", (value_of(&rtc, SWD_CONFIG) & SWD_CONFIG_BITS) == 0);
}

void watchdogs_c3_start(void)
{
    clock_schedule(machine_description()->cpu_hz / BITES_PER_SECOND, on_bite, NULL, 0);
}
