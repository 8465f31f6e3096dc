/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the copy engine, by the layout of the chip (gdma_ahb_v1.md): written down here
 * again, so that neither driver nor model is asked. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#define LAYOUT_GDMA      UINT32_C(0x6003F000)
#define LAYOUT_SYSTEM    UINT32_C(0x600C0000)
#define LAYOUT_MATRIX    UINT32_C(0x600C2000)
#define LAYOUT_STRIDE    UINT32_C(0xC0)
#define LAYOUT_DMA_BIT   UINT32_C(0x40) /* in the gate registers */
#define LAYOUT_RST       UINT32_C(1)    /* in CONF0 */
#define LAYOUT_IN_START  (UINT32_C(1) << 22)
#define LAYOUT_IN_STOP   (UINT32_C(1) << 21)
#define LAYOUT_IN_PARK   (UINT32_C(1) << 24)
#define LAYOUT_OUT_START (UINT32_C(1) << 21)
#define LAYOUT_OUT_STOP  (UINT32_C(1) << 20)
#define LAYOUT_OUT_PARK  (UINT32_C(1) << 23)
#define LAYOUT_OUT       UINT32_C(0x60) /* from a receive register to transmit's */

struct layout {
    unsigned channels;
    uint32_t in_conf0; /* of channel 0, in the block; CONF1 follows */
    uint32_t in_link;
    uint32_t in_select;
    uint32_t clock; /* in SYSTEM */
    uint32_t reset;
    unsigned source; /* interrupt source of channel 0 */
};

/* Of the chip that is on. */
static inline const struct layout *layout_of(bool external)
{
    static const struct layout c3 = {3, 0x70, 0x80, 0xA0, 0x14, 0x1C, 44};
    static const struct layout s3 = {5, 0x00, 0x20, 0x48, 0x1C, 0x24, 66};
    return external ? &s3 : &c3;
}

#endif
