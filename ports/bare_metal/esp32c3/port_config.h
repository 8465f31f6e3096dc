/* SPDX-License-Identifier: Apache-2.0 */
/* What the bare-metal port must know about an ESP32-C3 beyond its row. */
#ifndef PORT_CONFIG_H
#define PORT_CONFIG_H

#define PORT_CHIP_ROW     "chip_esp32c3.h"
#define PORT_CHIP         chip_esp32c3
#define PORT_HAS_EXTERNAL false
#define PORT_ENGINE_COUNT 1

/* The map registers, one for each source, and, counted from there, the register that enables lines
 * (interrupts.md, sections 1 to 3). */
#define PORT_INTERRUPT_MATRIX  0x600C2000
#define PORT_INTERRUPT_SOURCES 62
#define PORT_INTERRUPT_ENABLE  0x104

/* interrupts.md, section 8 */
#define PORT_SYSTEM_TIMER_BASE  0x60023000u
#define PORT_SYSTEM_TIMER_SHIFT 4u /* counts 16 in a microsecond */

#endif
