/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Placement attributes with the names of ESP-IDF, for platforms that bring none.
 *
 * IRAM_ATTR  code that may run while the flash cache is off: it must lie in internal RAM
 * DRAM_ATTR  constant data that such code reads
 *
 * A build whose linker script has .iram1.* and .dram1.* sections defines ESP_ATTR_SECTIONS;
 * everywhere else both are empty. Each use gets a section of its own, so that --gc-sections can
 * drop it.
 */
#ifndef ESP_ATTR_H
#define ESP_ATTR_H

#ifdef ESP_ATTR_SECTIONS
#define ESP_ATTR_STRING_(x)           #x
#define ESP_ATTR_SECTION_(name, line) __attribute__((section(name ESP_ATTR_STRING_(line))))
#define IRAM_ATTR                     ESP_ATTR_SECTION_(".iram1.", __COUNTER__)
#define DRAM_ATTR                     ESP_ATTR_SECTION_(".dram1.", __COUNTER__)
#else
#define IRAM_ATTR
#define DRAM_ATTR
#endif

#endif
