/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted of the probe image. Each function makes the case with that index current, and
 * none at its end. trigger: the register that raises the software interrupt. */
#ifndef BENCH_PROBE_H
#define BENCH_PROBE_H

#include <stdint.h>

/* One interrupt, with nothing queued. */
void probe_interrupt(uint32_t index, uint32_t trigger);

/* Two submissions, the first with a heap call, the second with an interrupt; another interrupt
 * behind them. The DMA is parked all the time. */
void probe_queued(uint32_t index, uint32_t trigger);

/* A copy by the CPU. */
void probe_by_cpu(uint32_t index);

#endif
