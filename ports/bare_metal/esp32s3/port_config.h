/* SPDX-License-Identifier: Apache-2.0 */
/* What the bare-metal port must know about an ESP32-S3 beyond its row. */
#ifndef PORT_CONFIG_H
#define PORT_CONFIG_H

#define PORT_CHIP_ROW     "chip_esp32s3.h"
#define PORT_CHIP         chip_esp32s3
#define PORT_HAS_EXTERNAL true
#define PORT_ENGINE_COUNT 1

/* interrupts.md, section 8 */
#define PORT_SYSTEM_TIMER_BASE  0x60023000u
#define PORT_SYSTEM_TIMER_SHIFT 4u /* counts 16 in a microsecond */

#endif
