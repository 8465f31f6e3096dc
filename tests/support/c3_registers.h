/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of the ESP32-C3 as the tests look at them, written down apart from the driver's and the
 * model's (gdma_ahb_v1.md, interrupts.md, README.md section 3).
 */
#ifndef C3_REGISTERS_H
#define C3_REGISTERS_H

#define C3_PERIP_CLK_EN1 0x600C0014u
#define C3_PERIP_RST_EN1 0x600C001Cu
#define C3_DMA_GATE_MASK 0x40u

#define C3_DMA            0x6003F000u
#define C3_INTERRUPTS(n)  (C3_DMA + 0x10u * (n))
#define C3_INT_RAW        0x00u
#define C3_INT_ST         0x04u
#define C3_INT_ENA        0x08u
#define C3_INT_CLR        0x0Cu
#define C3_INT_ALL        0x1FFFu
#define C3_INT_IN_DONE    0x001u
#define C3_INT_IN_SUC_EOF 0x002u
#define C3_INT_TOTAL_EOF  0x100u
/* Descriptor errors of both sides, an empty receive list, FIFO overflow and underflow. */
#define C3_INT_ERRORS 0x1EE0u

#define C3_CHANNEL(n)   (C3_DMA + 0xC0u * (n))
#define C3_IN_CONF0     0x70u
#define C3_IN_CONF1     0x74u
#define C3_IN_LINK      0x80u
#define C3_IN_PERI_SEL  0xA0u
#define C3_OUT_CONF0    0xD0u
#define C3_OUT_CONF1    0xD4u
#define C3_OUT_LINK     0xE0u
#define C3_OUT_PERI_SEL 0x100u

#define C3_PERI_SEL_NONE       0x3Fu
#define C3_TRIGGER_ID_MASK     0x1CDu
#define C3_INTERRUPT_SOURCE(n) (44u + (n))

#endif
