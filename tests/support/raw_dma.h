/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The copy engine of the simulated ESP32-C3 without a driver: descriptors in memory, registers by
 * address. For tests of the machine itself.
 *
 * Time stands still at register accesses, so that a test says exactly when what happens.
 */
#ifndef RAW_DMA_H
#define RAW_DMA_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"

enum {
    RAW_END = 1000, /* no next item */
    RAW_ITEMS = 64,
    RAW_ITEM_BYTES = 160, /* of a numbered item: more than the FIFO holds */
    RAW_ID = 6,           /* the trigger id of channel 0; channel n has RAW_ID + n */
};

/* DW0 flags. */
#define RAW_EOF   (UINT32_C(1) << 30)
#define RAW_OWNER (UINT32_C(1) << 31)

/* Memory that nothing else uses. */
#define RAW_SOURCE UINT32_C(0x3FCA0000)
#define RAW_TARGET UINT32_C(0x3FCB0000)

/* Register offsets, of channel 0. */
enum {
    RAW_INT_RAW = 0x00,
    RAW_INT_ST = 0x04,
    RAW_INT_ENA = 0x08,
    RAW_INT_CLR = 0x0C,
    RAW_MISC_CONF = 0x44,
    RAW_IN_CONF0 = 0x70,
    RAW_IN_CONF1 = 0x74,
    RAW_INFIFO_STATUS = 0x78,
    RAW_IN_LINK = 0x80,
    RAW_IN_STATE = 0x84,
    RAW_IN_SUC_EOF_DES_ADDR = 0x88,
    RAW_IN_DSCR = 0x90,
    RAW_IN_DSCR_BF0 = 0x94,
    RAW_IN_DSCR_BF1 = 0x98,
    RAW_IN_PRI = 0x9C,
    RAW_IN_PERI_SEL = 0xA0,
    RAW_OUT_CONF0 = 0xD0,
    RAW_OUT_CONF1 = 0xD4,
    RAW_OUTFIFO_STATUS = 0xD8,
    RAW_OUT_LINK = 0xE0,
    RAW_OUT_STATE = 0xE4,
    RAW_OUT_EOF_DES_ADDR = 0xE8,
    RAW_OUT_EOF_BFR_DES_ADDR = 0xEC,
    RAW_OUT_DSCR = 0xF0,
    RAW_OUT_DSCR_BF0 = 0xF4,
    RAW_OUT_DSCR_BF1 = 0xF8,
    RAW_OUT_PRI = 0xFC,
    RAW_OUT_PERI_SEL = 0x100,
};

/* Events. */
enum {
    RAW_IN_DONE = 1 << 0,
    RAW_IN_SUC_EOF = 1 << 1,
    RAW_OUT_DONE = 1 << 3,
    RAW_OUT_EOF = 1 << 4,
    RAW_IN_DSCR_ERR = 1 << 5,
    RAW_OUT_DSCR_ERR = 1 << 6,
    RAW_IN_DSCR_EMPTY = 1 << 7,
    RAW_OUT_TOTAL_EOF = 1 << 8,
    RAW_COPIED = RAW_IN_DONE | RAW_IN_SUC_EOF | RAW_OUT_DONE | RAW_OUT_EOF | RAW_OUT_TOTAL_EOF,
};

/* Bits of CONF0 and LINK. */
enum {
    RAW_RST = 1 << 0,
    RAW_LOOP_TEST = 1 << 1,
    RAW_IN_BURST = 1 << 3,
    RAW_MEM_TRANS = 1 << 4,
    RAW_OUT_WRBACK = 1 << 2,
    RAW_OUT_EOF_MODE = 1 << 3,
    RAW_OUT_BURST = 1 << 5,
    RAW_IN_STOP = 1 << 21,
    RAW_IN_START = 1 << 22,
    RAW_IN_RESTART = 1 << 23,
    RAW_IN_PARK = 1 << 24,
    RAW_OUT_STOP = 1 << 20,
    RAW_OUT_START = 1 << 21,
    RAW_OUT_RESTART = 1 << 22,
    RAW_OUT_PARK = 1 << 23,
};

/* Switches a machine on, counts complaints, and opens channel 0. */
void raw_power_on(uint32_t variants, uint64_t seed);
/* Clock on, reset off. */
void raw_open_gate(void);
/* Owner checks and write-back on, bursts as said. */
void raw_open(unsigned channel, bool burst);

/* A register of a channel by its offset in channel 0. */
uint32_t raw_read(unsigned channel, uint32_t offset);
void raw_write(unsigned channel, uint32_t offset, uint32_t value);

/* Has complaints counted from now on, from 0. */
void raw_count_complaints(void);
/* How many complaints of a kind there have been since the last call, for either kind. */
unsigned raw_mistakes(void);
unsigned raw_not_modelled(void);

uint8_t *raw_bytes(uint32_t address);
/* The words of an item's descriptors, and their addresses. */
uint32_t *raw_tx(unsigned item);
uint32_t *raw_rx(unsigned item);
uint32_t raw_tx_address(unsigned item);
uint32_t raw_rx_address(unsigned item);

/* An item that moves `bytes` from RAW_SOURCE + offset to RAW_TARGET + offset, with flags of both
 * sides' DW0; EOF is for transmit only. */
void raw_item(unsigned item, uint32_t offset, uint32_t bytes, uint32_t flags, unsigned next);
/* Random bytes at the source, others at the target. */
void raw_fill(uint32_t bytes);
/* Whether `bytes` at the offset have been copied, or not been touched. */
bool raw_copied(uint32_t offset, uint32_t bytes);
bool raw_untouched(uint32_t offset, uint32_t bytes);

/* Item number i moves RAW_ITEM_BYTES at offset i * RAW_ITEM_BYTES, with EOF. */
void raw_numbered_item(unsigned item, unsigned next);
bool raw_item_copied(unsigned item);
bool raw_item_untouched(unsigned item);
/* Whether one of its descriptors belongs to the engine. */
bool raw_item_owned(unsigned item);
/* Switches a machine on with the memory of all numbered items filled. */
void raw_power_on_filled(uint32_t variants);

/* RST of both sides of channel 0, which is left without bursts. */
void raw_reset_channel(void);
void raw_start(unsigned channel, unsigned item);
void raw_restart(unsigned channel, unsigned item);
/* Until nothing is scheduled. */
void raw_run(void);
/* Runs events until a word is no longer what it was, or nothing is scheduled. */
void raw_run_until_changed(const uint32_t *word);
/* Reads RAW and clears it. */
uint32_t raw_events(unsigned channel);
bool raw_parked(unsigned channel);

#endif
