/* SPDX-License-Identifier: Apache-2.0 */
/* What registers of the AHB-GDMA v1 do beside storing bits, for the register tables. */
#ifndef SIM_MODELS_AHB_GDMA_V1_HOOKS_H
#define SIM_MODELS_AHB_GDMA_V1_HOOKS_H

#include <stdint.h>

/* Interrupt registers. */
uint32_t gdma_read_int_st(unsigned index);
void gdma_wrote_interrupts(unsigned index, uint32_t written, uint32_t before);
void gdma_wrote_int_clr(unsigned index, uint32_t written, uint32_t before);

/* Computed registers. */
uint32_t gdma_read_infifo_status(unsigned pair);
uint32_t gdma_read_outfifo_status(unsigned pair);
uint32_t gdma_read_in_link(unsigned pair);
uint32_t gdma_read_out_link(unsigned pair);
uint32_t gdma_read_in_state(unsigned pair);
uint32_t gdma_read_out_state(unsigned pair);

/* Commands. */
void gdma_wrote_misc_conf(unsigned index, uint32_t written, uint32_t before);
void gdma_wrote_in_conf0(unsigned pair, uint32_t written, uint32_t before);
void gdma_wrote_out_conf0(unsigned pair, uint32_t written, uint32_t before);
void gdma_wrote_in_link(unsigned pair, uint32_t written, uint32_t before);
void gdma_wrote_out_link(unsigned pair, uint32_t written, uint32_t before);
void gdma_wrote_settings(unsigned pair, uint32_t written, uint32_t before);
void gdma_wrote_debug(unsigned pair, uint32_t written, uint32_t before);

/* Refused accesses to external RAM. */
uint32_t gdma_read_reject_int_st(unsigned index);
void gdma_wrote_reject_interrupts(unsigned index, uint32_t written, uint32_t before);
void gdma_wrote_reject_int_clr(unsigned index, uint32_t written, uint32_t before);

#endif
