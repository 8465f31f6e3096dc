/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AHB GDMA version 1: register offsets and bits, by the manual's names (gdma_ahb_v1.md).
 *
 * Offsets are those of channel 0. Checked against the hardware tables by scripts/check_facts.py.
 */
#ifndef GDMA_V1_H
#define GDMA_V1_H

/* The layout of ESP32-C3 and C2: one combined interrupt block for each channel pair. */
#define GDMA_V1_C3_INT_STRIDE     0x10u
#define GDMA_V1_C3_CHANNEL_STRIDE 0xC0u

#define GDMA_V1_C3_INT_RAW_REG             0x000u
#define GDMA_V1_C3_INT_ST_REG              0x004u
#define GDMA_V1_C3_INT_ENA_REG             0x008u
#define GDMA_V1_C3_INT_CLR_REG             0x00Cu
#define GDMA_V1_C3_IN_CONF0_REG            0x070u
#define GDMA_V1_C3_IN_CONF1_REG            0x074u
#define GDMA_V1_C3_IN_LINK_REG             0x080u
#define GDMA_V1_C3_IN_SUC_EOF_DES_ADDR_REG 0x088u
#define GDMA_V1_C3_IN_PERI_SEL_REG         0x0A0u
#define GDMA_V1_C3_OUT_CONF0_REG           0x0D0u
#define GDMA_V1_C3_OUT_CONF1_REG           0x0D4u
#define GDMA_V1_C3_OUT_LINK_REG            0x0E0u
#define GDMA_V1_C3_OUT_PERI_SEL_REG        0x100u

/* INT_RAW, INT_ST, INT_ENA, INT_CLR */
#define GDMA_V1_C3_IN_DONE       (1u << 0)
#define GDMA_V1_C3_IN_SUC_EOF    (1u << 1)
#define GDMA_V1_C3_IN_ERR_EOF    (1u << 2)
#define GDMA_V1_C3_OUT_DONE      (1u << 3)
#define GDMA_V1_C3_OUT_EOF       (1u << 4)
#define GDMA_V1_C3_IN_DSCR_ERR   (1u << 5)
#define GDMA_V1_C3_OUT_DSCR_ERR  (1u << 6)
#define GDMA_V1_C3_IN_DSCR_EMPTY (1u << 7)
#define GDMA_V1_C3_OUT_TOTAL_EOF (1u << 8)
#define GDMA_V1_C3_INFIFO_OVF    (1u << 9)
#define GDMA_V1_C3_INFIFO_UDF    (1u << 10)
#define GDMA_V1_C3_OUTFIFO_OVF   (1u << 11)
#define GDMA_V1_C3_OUTFIFO_UDF   (1u << 12)
#define GDMA_V1_C3_INT_ALL       0x1FFFu

/* The layout of ESP32-S3: one block for each channel pair, with separate interrupts for receive and
 * transmit, and external RAM. */
#define GDMA_V1_S3_CHANNEL_STRIDE 0xC0u

#define GDMA_V1_S3_IN_CONF0_REG            0x000u
#define GDMA_V1_S3_IN_CONF1_REG            0x004u
#define GDMA_V1_S3_IN_INT_RAW_REG          0x008u
#define GDMA_V1_S3_IN_INT_ST_REG           0x00Cu
#define GDMA_V1_S3_IN_INT_ENA_REG          0x010u
#define GDMA_V1_S3_IN_INT_CLR_REG          0x014u
#define GDMA_V1_S3_IN_LINK_REG             0x020u
#define GDMA_V1_S3_IN_SUC_EOF_DES_ADDR_REG 0x028u
#define GDMA_V1_S3_IN_PERI_SEL_REG         0x048u
#define GDMA_V1_S3_OUT_CONF0_REG           0x060u
#define GDMA_V1_S3_OUT_CONF1_REG           0x064u
#define GDMA_V1_S3_OUT_INT_RAW_REG         0x068u
#define GDMA_V1_S3_OUT_LINK_REG            0x080u
#define GDMA_V1_S3_OUT_PERI_SEL_REG        0x0A8u

/* IN_INT_RAW, IN_INT_ST, IN_INT_ENA, IN_INT_CLR */
#define GDMA_V1_S3_IN_DONE       (1u << 0)
#define GDMA_V1_S3_IN_SUC_EOF    (1u << 1)
#define GDMA_V1_S3_IN_ERR_EOF    (1u << 2)
#define GDMA_V1_S3_IN_DSCR_ERR   (1u << 3)
#define GDMA_V1_S3_IN_DSCR_EMPTY (1u << 4)
#define GDMA_V1_S3_INFIFO_OVF_L1 (1u << 6)
#define GDMA_V1_S3_INFIFO_UDF_L1 (1u << 7)
#define GDMA_V1_S3_INFIFO_OVF_L3 (1u << 8)
#define GDMA_V1_S3_INFIFO_UDF_L3 (1u << 9)
#define GDMA_V1_S3_IN_INT_ALL    0x3FFu

/* OUT_INT_RAW, OUT_INT_ST, OUT_INT_ENA, OUT_INT_CLR */
#define GDMA_V1_S3_OUT_DONE       (1u << 0)
#define GDMA_V1_S3_OUT_EOF        (1u << 1)
#define GDMA_V1_S3_OUT_DSCR_ERR   (1u << 2)
#define GDMA_V1_S3_OUT_TOTAL_EOF  (1u << 3)
#define GDMA_V1_S3_OUTFIFO_OVF_L1 (1u << 4)
#define GDMA_V1_S3_OUTFIFO_UDF_L1 (1u << 5)
#define GDMA_V1_S3_OUTFIFO_OVF_L3 (1u << 6)
#define GDMA_V1_S3_OUTFIFO_UDF_L3 (1u << 7)
#define GDMA_V1_S3_OUT_INT_ALL    0xFFu

/* IN_CONF1, OUT_CONF1 */
#define GDMA_V1_S3_DMA_INFIFO_FULL_THRS_RESET 0x00Cu
#define GDMA_V1_S3_EXT_MEM_BK_SIZE_SHIFT      13u

/* IN_CONF0 */
#define GDMA_V1_IN_RST           (1u << 0)
#define GDMA_V1_INDSCR_BURST_EN  (1u << 2)
#define GDMA_V1_IN_DATA_BURST_EN (1u << 3)
#define GDMA_V1_MEM_TRANS_EN     (1u << 4)

/* IN_CONF1, OUT_CONF1 */
#define GDMA_V1_CHECK_OWNER (1u << 12)

/* IN_LINK */
#define GDMA_V1_INLINK_ADDR_MASK 0xFFFFFu
#define GDMA_V1_INLINK_AUTO_RET  (1u << 20)
#define GDMA_V1_INLINK_STOP      (1u << 21)
#define GDMA_V1_INLINK_START     (1u << 22)
#define GDMA_V1_INLINK_RESTART   (1u << 23)
#define GDMA_V1_INLINK_PARK      (1u << 24)

/* OUT_CONF0 */
#define GDMA_V1_OUT_RST           (1u << 0)
#define GDMA_V1_OUT_AUTO_WRBACK   (1u << 2)
#define GDMA_V1_OUT_EOF_MODE      (1u << 3)
#define GDMA_V1_OUTDSCR_BURST_EN  (1u << 4)
#define GDMA_V1_OUT_DATA_BURST_EN (1u << 5)

/* OUT_LINK */
#define GDMA_V1_OUTLINK_ADDR_MASK 0xFFFFFu
#define GDMA_V1_OUTLINK_STOP      (1u << 20)
#define GDMA_V1_OUTLINK_START     (1u << 21)
#define GDMA_V1_OUTLINK_RESTART   (1u << 22)
#define GDMA_V1_OUTLINK_PARK      (1u << 23)

/* PERI_IN_SEL, PERI_OUT_SEL: the value of a channel that is connected to nothing */
#define GDMA_V1_PERI_SEL_NONE 0x3Fu

#endif
