/* SPDX-License-Identifier: Apache-2.0 */
#include "host_calls.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "emu_internal.h"
#include "fault.h"
#include "machine_internal.h"
#include "memory_map.h"
#include "trace.h"

enum { BLOCK_WORDS = 5 };

/* The parameter block of a call, in the chip's memory. */
struct block {
    uint8_t *memory;
    uint32_t words[BLOCK_WORDS];
};

static uint64_t two_words(const uint32_t *words)
{
    return (uint64_t)words[1] << 32 | words[0];
}

/* Returns a kind of fault that there is; refuses another. */
static enum fault_kind kind_of(struct emu *emu, const struct block *block)
{
    if (block->words[0] >= FAULT_KIND_COUNT) {
        emu_refuse(emu, "a fault of kind %" PRIu32 ", which there is not", block->words[0]);
        return 0;
    }
    return (enum fault_kind)block->words[0];
}

static uint32_t plan_fault(struct emu *emu, const struct block *block)
{
    fault_plan(kind_of(emu, block), two_words(&block->words[1]), two_words(&block->words[3]));
    emu->faults_planned = true;
    return 0;
}

static uint32_t forget_faults(struct emu *emu, const struct block *block)
{
    (void)block;
    fault_forget_all();
    emu->faults_planned = false;
    return 0;
}

static uint32_t ask_fault(struct emu *emu, const struct block *block)
{
    return fault_strikes(kind_of(emu, block)) ? 1 : 0;
}

static uint32_t count_fault(struct emu *emu, const struct block *block)
{
    uint64_t count = fault_count(kind_of(emu, block));
    memcpy(block->memory + sizeof(uint32_t), &count, sizeof count);
    return 0;
}

static uint32_t give_stats(struct emu *emu, const struct block *block)
{
    (void)emu;
    memcpy(block->memory, machine_stats(), sizeof(struct machine_stats));
    return 0;
}

static uint32_t ask_variant(struct emu *emu, const struct block *block)
{
    (void)emu;
    return machine_has_variant((enum machine_variant)block->words[0]) ? 1 : 0;
}

static uint32_t wait_for_line(struct emu *emu, const struct block *block)
{
    (void)block;
    return emu_sleep(emu) ? 1 : 0;
}

static void keep_event(const struct trace_event *event, void *context)
{
    struct emu_trace *trace = context;
    if (trace->count == trace->capacity) {
        size_t capacity = trace->capacity * 2 + 64;
        struct trace_event *events = realloc(trace->events, capacity * sizeof *events);
        if (events == NULL) {
            return;
        }
        trace->events = events;
        trace->capacity = capacity;
    }
    trace->events[trace->count++] = *event;
}

static uint32_t start_trace(struct emu *emu, const struct block *block)
{
    (void)block;
    emu->trace.count = 0;
    emu->trace.next = 0;
    trace_listen(keep_event, &emu->trace);
    return 0;
}

static uint32_t next_event(struct emu *emu, const struct block *block)
{
    if (emu->trace.next == emu->trace.count) {
        return 0;
    }
    memcpy(block->memory, &emu->trace.events[emu->trace.next++], sizeof(struct trace_event));
    return 1;
}

static uint32_t stop_trace(struct emu *emu, const struct block *block)
{
    (void)emu;
    (void)block;
    trace_listen(NULL, NULL);
    return 0;
}

static const struct {
    uint32_t block_bytes;
    uint32_t (*call)(struct emu *emu, const struct block *block);
} calls[HOST_CALLS_END - HOST_FAULT_PLAN] = {
    [0] = {20, plan_fault},
    [HOST_FAULT_FORGET_ALL - HOST_FAULT_PLAN] = {0, forget_faults},
    [HOST_FAULT_STRIKES - HOST_FAULT_PLAN] = {4, ask_fault},
    [HOST_FAULT_COUNT - HOST_FAULT_PLAN] = {12, count_fault},
    [HOST_STATS - HOST_FAULT_PLAN] = {sizeof(struct machine_stats), give_stats},
    [HOST_HAS_VARIANT - HOST_FAULT_PLAN] = {4, ask_variant},
    [HOST_WAIT - HOST_FAULT_PLAN] = {0, wait_for_line},
    [HOST_TRACE_START - HOST_FAULT_PLAN] = {0, start_trace},
    [HOST_TRACE_NEXT - HOST_FAULT_PLAN] = {sizeof(struct trace_event), next_event},
    [HOST_TRACE_STOP - HOST_FAULT_PLAN] = {0, stop_trace},
};

bool emu_host_call(struct emu *emu, uint32_t operation, uint32_t address, uint32_t *result)
{
    uint32_t index = operation - HOST_FAULT_PLAN;
    struct block block = {NULL, {0}};
    if (index >= sizeof calls / sizeof calls[0]) {
        return false;
    }
    uint32_t bytes = calls[index].block_bytes;
    block.memory = memory_map_data(address, bytes);
    if (bytes != 0 && block.memory == NULL) {
        emu_refuse_block(emu, address);
        return true;
    }
    if (bytes != 0) {
        memcpy(block.words, block.memory, bytes < sizeof block.words ? bytes : sizeof block.words);
    }
    *result = calls[index].call(emu, &block);
    return true;
}
