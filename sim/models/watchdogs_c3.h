/* SPDX-License-Identifier: Apache-2.0 */
/* The watchdogs of the ESP32-C3 that run from reset (interrupts.md, section 9). */
#ifndef SIM_MODELS_WATCHDOGS_C3_H
#define SIM_MODELS_WATCHDOGS_C3_H

#include "machine_internal.h"
#include "register_file.h"

/* The two timer groups, whose rows are the same, and the RTC block. */
extern const struct device_ops timg0_watchdog_ops;
extern const struct device_ops timg1_watchdog_ops;
extern const struct register_row timg_watchdog_rows[];

extern const struct device_ops rtc_watchdog_ops;
extern const struct register_row rtc_watchdog_rows[];

/* Lets them run, as from a reset: whoever has not switched all of them off soon is told so. For a
 * machine that boots an image; a driver that is tested alone has nothing to do with them. */
void watchdogs_c3_start(void);

#endif
