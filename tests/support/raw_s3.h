/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated ESP32-S3 without a driver: descriptors in memory, registers by address. For tests
 * of the machine itself.
 *
 * Time stands still at register accesses, so that a test says exactly when what happens.
 */
#ifndef RAW_S3_H
#define RAW_S3_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"

/* Memory that nothing else uses. */
#define S3_SRAM_SOURCE  UINT32_C(0x3FCA0000)
#define S3_SRAM_TARGET  UINT32_C(0x3FCB0000)
#define S3_PSRAM        UINT32_C(0x3C100000)
#define S3_PSRAM_SOURCE UINT32_C(0x3C200000)
#define S3_PSRAM_TARGET UINT32_C(0x3C300000)
#define S3_PSRAM_END    UINT32_C(0x3C900000)
#define S3_FLASH        UINT32_C(0x3C000000)
#define S3_UNMAPPED     UINT32_C(0x3D000000) /* in the window of external RAM */

/* Blocks. */
#define S3_GDMA        UINT32_C(0x6003F000)
#define S3_SYSTEM      UINT32_C(0x600C0000)
#define S3_MATRIX      UINT32_C(0x600C2000)
#define S3_CORE_STRIDE UINT32_C(0x800)
#define S3_SYNC_CTRL   UINT32_C(0x600C4028)
#define S3_SYNC_ADDR   UINT32_C(0x600C402C)
#define S3_SYNC_SIZE   UINT32_C(0x600C4030)

/* Register offsets of the GDMA, of channel 0. */
enum {
    S3_IN_CONF0 = 0x00,
    S3_IN_CONF1 = 0x04,
    S3_IN_INT_RAW = 0x08,
    S3_IN_INT_ST = 0x0C,
    S3_IN_INT_ENA = 0x10,
    S3_IN_INT_CLR = 0x14,
    S3_INFIFO_STATUS = 0x18,
    S3_IN_LINK = 0x20,
    S3_IN_SUC_EOF_DES_ADDR = 0x28,
    S3_IN_PERI_SEL = 0x48,
    S3_OUT_CONF0 = 0x60,
    S3_OUT_CONF1 = 0x64,
    S3_OUT_INT_RAW = 0x68,
    S3_OUT_INT_ST = 0x6C,
    S3_OUT_INT_ENA = 0x70,
    S3_OUT_INT_CLR = 0x74,
    S3_OUTFIFO_STATUS = 0x78,
    S3_OUT_LINK = 0x80,
    S3_OUT_PERI_SEL = 0xA8,
    S3_MISC_CONF = 0x3C8,
    S3_REJECT_ADDR = 0x3F4,
    S3_REJECT_ST = 0x3F8,
    S3_REJECT_INT_RAW = 0x3FC,
    S3_REJECT_INT_ST = 0x400,
    S3_REJECT_INT_ENA = 0x404,
    S3_REJECT_INT_CLR = 0x408,
};

/* Events, of each side's interrupt block. */
enum {
    S3_IN_DONE = 1 << 0,
    S3_IN_SUC_EOF = 1 << 1,
    S3_IN_DSCR_ERR = 1 << 3,
    S3_IN_DSCR_EMPTY = 1 << 4,
    S3_OUT_DONE = 1 << 0,
    S3_OUT_EOF = 1 << 1,
    S3_OUT_DSCR_ERR = 1 << 2,
    S3_OUT_TOTAL_EOF = 1 << 3,
    S3_RECEIVED = S3_IN_DONE | S3_IN_SUC_EOF,
    S3_SENT = S3_OUT_DONE | S3_OUT_EOF | S3_OUT_TOTAL_EOF,
};

enum { S3_END = 1000, S3_INVALIDATE = 1, S3_WRITE_BACK = 2, S3_CLEAN = 4, S3_SYNC_DONE = 8 };

/* Switches a machine on whose time stands still, counts complaints (raw_dma.h), opens the gate and
 * channel 0 with blocks of 16 bytes and without bursts. */
void s3_power_on(uint32_t variants, unsigned cache_line_bytes);
/* Likewise with points that take time and let the cache do things by seed. */
void s3_power_on_timed(uint64_t seed, uint32_t variants, unsigned cache_line_bytes);
/* Owner checks and write-back on. */
void s3_open(unsigned channel, uint32_t block_bytes, bool burst);

uint32_t s3_read(unsigned channel, uint32_t offset);
void s3_write(unsigned channel, uint32_t offset, uint32_t value);

uint32_t *s3_tx(unsigned item);
uint32_t *s3_rx(unsigned item);
uint32_t s3_rx_address(unsigned item);
/* An item that belongs to the engine and carries EOF. */
void s3_item(unsigned item, uint32_t source, uint32_t target, uint32_t bytes, unsigned next);
void s3_start(unsigned channel, unsigned item);
/* One item on channel 0, until nothing is scheduled. */
void s3_copy(uint32_t source, uint32_t target, uint32_t bytes);

/* What external RAM holds, which is not what the CPU sees. */
uint8_t *s3_store(uint32_t address);
/* Asks for cache maintenance, and lets time pass until it is done. */
void s3_sync_begin(uint32_t operation, uint32_t address, uint32_t bytes);
void s3_sync(uint32_t operation, uint32_t address, uint32_t bytes);

/* Fills what the CPU sees with a pattern that differs from byte to byte. */
void s3_fill(uint32_t address, uint32_t bytes, uint8_t first);

#endif
