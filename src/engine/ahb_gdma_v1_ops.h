/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AHB GDMA version 1, as engines for the layouts of its registers. The tables are here, and not
 * beside the functions, so that where a port is for one chip the compiler calls these directly.
 */
#ifndef AHB_GDMA_V1_OPS_H
#define AHB_GDMA_V1_OPS_H

#include "engine.h"
#include "esp_attr.h"

void ahb_gdma_v1_append(struct channel *channel, struct item *last, struct item *first);
uint32_t ahb_gdma_v1_rest(const struct channel *channel);
bus_addr_t ahb_gdma_v1_last_eof(const struct channel *channel);

void ahb_gdma_v1_c3_open(struct channel *channel, bus_addr_t base, bool burst, size_t block_bytes);
void ahb_gdma_v1_c3_close(struct channel *channel);
void ahb_gdma_v1_c3_start(struct channel *channel, struct item *first);
void ahb_gdma_v1_c3_listen(struct channel *channel, uint32_t events);
uint32_t ahb_gdma_v1_c3_take_events(struct channel *channel);
bool ahb_gdma_v1_c3_stop(struct channel *channel);

static DRAM_ATTR const struct engine_ops ahb_gdma_v1_c3_ops = {
    .open = ahb_gdma_v1_c3_open,
    .close = ahb_gdma_v1_c3_close,
    .start = ahb_gdma_v1_c3_start,
    .append = ahb_gdma_v1_append,
    .listen = ahb_gdma_v1_c3_listen,
    .take_events = ahb_gdma_v1_c3_take_events,
    .rest = ahb_gdma_v1_rest,
    .last_eof = ahb_gdma_v1_last_eof,
    .stop = ahb_gdma_v1_c3_stop,
};

void ahb_gdma_v1_s3_open(struct channel *channel, bus_addr_t base, bool burst, size_t block_bytes);
void ahb_gdma_v1_split_close(struct channel *channel);
void ahb_gdma_v1_split_start(struct channel *channel, struct item *first);
void ahb_gdma_v1_split_listen(struct channel *channel, uint32_t events);
uint32_t ahb_gdma_v1_split_take_events(struct channel *channel);
bool ahb_gdma_v1_split_stop(struct channel *channel);

static DRAM_ATTR const struct engine_ops ahb_gdma_v1_s3_ops = {
    .open = ahb_gdma_v1_s3_open,
    .close = ahb_gdma_v1_split_close,
    .start = ahb_gdma_v1_split_start,
    .append = ahb_gdma_v1_append,
    .listen = ahb_gdma_v1_split_listen,
    .take_events = ahb_gdma_v1_split_take_events,
    .rest = ahb_gdma_v1_rest,
    .last_eof = ahb_gdma_v1_last_eof,
    .stop = ahb_gdma_v1_split_stop,
};

#endif
