/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ordinary memory as the DMA sees it: windows of the bus, each onto one item's bytes.
 *
 * bus_addr_of() opens a window at a pointer. A descriptor word that holds an address of a window
 * keeps it open; the window is used again only when no word does. There are more windows than
 * descriptors fit into the largest chip's SRAM, so there is always one that is free. A window that
 * no descriptor names yet lasts until all the others have been handed out; the driver opens it and
 * writes the descriptor under one lock, so that no other thread comes between.
 *
 * All inside the monitor.
 */
#ifndef PORT_APERTURE_H
#define PORT_APERTURE_H

#include <stddef.h>
#include <stdint.h>

/* Lets the machine that was just switched on resolve addresses of windows. */
void aperture_power_on(void);

/* Returns the bus address of a pointer to ordinary memory, with the same low 12 bits. */
uint32_t aperture_open(const void *pointer);

/* To be called before a descriptor word is written. */
void aperture_note_store(const uint32_t *word, uint32_t value);

/* Forgets what the words of a block of SRAM hold, which is given back. */
void aperture_forget(const void *block, size_t size_bytes);

#endif
