/* SPDX-License-Identifier: Apache-2.0 */
#include "timeline.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "machine.h"
#include "picture.h"
#include "trace.h"
#include "trace_file.h"

enum {
    CORES_MAX = 2,
    ITEMS_MAX = 64, /* fetched and not given back; a channel has read a few ahead at most */
    /* Register accesses that are further apart are two pieces of work. */
    GROUP_GAP_CYCLES = 64,
};

/* Descriptors (descriptor.md, Layout): the first word has the sizes, the second the buffer. */
enum { SIZE_MASK = 0xFFF, LENGTH_SHIFT = 12 };

struct file {
    struct output output;
    bool wanted;
};

/* What has begun on a core, and not ended. */
struct core {
    uint64_t call_cycles;
    uint64_t interrupt_cycles;
    uint64_t callback_cycles;
    uint64_t group_first_cycles; /* register accesses */
    uint64_t group_last_cycles;
    uint32_t group_reads;
    uint32_t group_writes;
};

enum direction { UNKNOWN, TRANSMIT, RECEIVE };

/* An item that was fetched and not given back. A fetch does not tell the direction; the first data
 * that moves does. */
struct item {
    bool open;
    unsigned channel;
    enum direction direction;
    uint64_t number;
    uint64_t start_cycles;
    uint32_t descriptor;
    uint32_t buffer;
    uint32_t dw0;
};

struct request {
    uint64_t start_cycles;
    uint32_t size_bytes;
};

struct timeline {
    struct timeline_plan plan;
    struct file trace;
    struct file picture;
    uint64_t origin_ns;
    uint64_t duration_ns;
    uint64_t requests_ended;
    struct core cores[CORES_MAX];
    struct item items[ITEMS_MAX];
    uint64_t item_count;
    unsigned items_unknown;
    struct request *requests;
    struct trace_file *trace_file;
    struct picture *picture_kept;
};

static uint64_t relative_ns(const struct timeline *timeline, uint64_t cycles)
{
    uint64_t time_ns = machine_cycles_to_ns(cycles);
    return time_ns > timeline->origin_ns ? time_ns - timeline->origin_ns : 0;
}

static void add_span(struct timeline *timeline, struct span *span, uint64_t start_cycles,
                     uint64_t end_cycles)
{
    span->start_ns = relative_ns(timeline, start_cycles);
    span->end_ns = relative_ns(timeline, end_cycles);
    if (span->end_ns < timeline->plan.window_start_ns ||
        span->start_ns >= timeline->plan.window_end_ns) {
        return;
    }
    if (timeline->trace.wanted) {
        trace_file_add(timeline->trace_file, span);
    }
    if (timeline->picture.wanted) {
        picture_add(timeline->picture_kept, span);
    }
}

static struct core *current_core(struct timeline *timeline, unsigned *index)
{
    *index = machine_core();
    assert(*index < CORES_MAX);
    return &timeline->cores[*index];
}

static void end_group(struct timeline *timeline, unsigned index)
{
    struct core *core = &timeline->cores[index];
    struct span span = {
        .kind = SPAN_REGISTERS, .index = index, .counts = {core->group_reads, core->group_writes}};
    if (core->group_reads + core->group_writes > 0) {
        add_span(timeline, &span, core->group_first_cycles, core->group_last_cycles);
    }
    core->group_reads = 0;
    core->group_writes = 0;
}

static void on_register(struct timeline *timeline, const struct trace_event *event)
{
    unsigned index = 0;
    struct core *core = current_core(timeline, &index);
    if (event->cycles - core->group_last_cycles > GROUP_GAP_CYCLES) {
        end_group(timeline, index);
    }
    if (core->group_reads + core->group_writes == 0) {
        core->group_first_cycles = event->cycles - event->busy_cycles;
    }
    core->group_last_cycles = event->cycles;
    core->group_reads += event->kind == TRACE_REGISTER_READ ? 1 : 0;
    core->group_writes += event->kind == TRACE_REGISTER_WRITE ? 1 : 0;
}

static void on_interrupt(struct timeline *timeline, const struct trace_event *event)
{
    unsigned index = 0;
    struct core *core = current_core(timeline, &index);
    end_group(timeline, index);
    if (event->kind == TRACE_INTERRUPT_ENTER) {
        core->interrupt_cycles = event->cycles;
        return;
    }
    struct span span = {.kind = SPAN_INTERRUPT, .index = index, .number = event->value};
    add_span(timeline, &span, core->interrupt_cycles, event->cycles);
}

static void on_cache(struct timeline *timeline, const struct trace_event *event)
{
    struct span span = {.kind = event->kind == TRACE_CACHE_INVALIDATE ? SPAN_INVALIDATE
                                                                      : SPAN_WRITE_BACK,
                        .address = event->address,
                        .counts = {event->value}};
    add_span(timeline, &span, event->cycles - event->busy_cycles, event->cycles);
}

static unsigned channel_of(const struct trace_event *event)
{
    return event->channel < 0 ? 0 : (unsigned)event->channel;
}

static void add_bus_span(struct timeline *timeline, enum span_kind kind,
                         const struct trace_event *event)
{
    struct span span = {.kind = kind, .index = channel_of(event), .address = event->address};
    span.counts[0] = event->value;
    add_span(timeline, &span, event->cycles - event->busy_cycles, event->cycles);
}

/* Returns the second word of a descriptor that the DMA has read, 0 if it does not lie in RAM. */
static uint32_t buffer_of(uint32_t descriptor)
{
    const struct machine_description *machine = machine_description();
    for (size_t i = 0; i < machine->memory_count; i++) {
        const struct machine_memory *memory = &machine->memories[i];
        if (memory->kind == MACHINE_SRAM && descriptor - memory->base < memory->size_bytes) {
            return ((const uint32_t *)(uintptr_t)descriptor)[1];
        }
    }
    return 0;
}

static struct item *find_item(struct timeline *timeline, const struct trace_event *event)
{
    for (size_t i = 0; i < ITEMS_MAX; i++) {
        struct item *item = &timeline->items[i];
        if (item->open && item->channel == channel_of(event) &&
            item->descriptor == event->address) {
            return item;
        }
    }
    return NULL;
}

static void close_item(struct timeline *timeline, struct item *item)
{
    if (item->open && item->direction == UNKNOWN) {
        timeline->items_unknown--;
    }
    item->open = false;
}

/* A descriptor that is fetched once more begins anew. */
static void on_fetch(struct timeline *timeline, const struct trace_event *event)
{
    add_bus_span(timeline, SPAN_DESCRIPTOR, event);
    struct item *item = find_item(timeline, event);
    for (size_t i = 0; item == NULL && i < ITEMS_MAX; i++) {
        item = timeline->items[i].open ? NULL : &timeline->items[i];
    }
    if (item == NULL) {
        item = &timeline->items[timeline->item_count % ITEMS_MAX];
    }
    close_item(timeline, item);
    timeline->items_unknown++;
    *item = (struct item){.open = true,
                          .channel = channel_of(event),
                          .direction = UNKNOWN,
                          .number = timeline->item_count++,
                          .start_cycles = event->cycles - event->busy_cycles,
                          .descriptor = event->address,
                          .buffer = buffer_of(event->address),
                          .dw0 = event->value};
}

static void on_data(struct timeline *timeline, const struct trace_event *event)
{
    bool reads = event->kind == TRACE_DATA_READ;
    add_bus_span(timeline, reads ? SPAN_READ : SPAN_WRITE, event);
    for (size_t i = 0; timeline->items_unknown > 0 && i < ITEMS_MAX; i++) {
        struct item *item = &timeline->items[i];
        if (item->open && item->direction == UNKNOWN && item->channel == channel_of(event) &&
            event->address == item->buffer) {
            item->direction = reads ? TRANSMIT : RECEIVE;
            timeline->items_unknown--;
            return;
        }
    }
}

static void on_write_back(struct timeline *timeline, const struct trace_event *event)
{
    struct item *item = find_item(timeline, event);
    add_bus_span(timeline, SPAN_DESCRIPTOR, event);
    if (item == NULL) {
        return;
    }
    bool receive = item->direction == RECEIVE;
    struct span span = {.kind = receive ? SPAN_RX_ITEM : SPAN_TX_ITEM,
                        .index = item->channel,
                        .number = item->number,
                        .address = item->descriptor,
                        .counts = {(receive ? item->dw0 : item->dw0 >> LENGTH_SHIFT) & SIZE_MASK}};
    add_span(timeline, &span, item->start_cycles, event->cycles);
    close_item(timeline, item);
}

static void on_event(const struct trace_event *event, void *context)
{
    static void (*const handlers[])(struct timeline *, const struct trace_event *) = {
        [TRACE_REGISTER_READ] = on_register,
        [TRACE_REGISTER_WRITE] = on_register,
        [TRACE_DESCRIPTOR_FETCH] = on_fetch,
        [TRACE_WRITE_BACK] = on_write_back,
        [TRACE_DATA_READ] = on_data,
        [TRACE_DATA_WRITE] = on_data,
        [TRACE_INTERRUPT_ENTER] = on_interrupt,
        [TRACE_INTERRUPT_LEAVE] = on_interrupt,
        [TRACE_CACHE_WRITE_BACK] = on_cache,
        [TRACE_CACHE_INVALIDATE] = on_cache,
    };
    if ((size_t)event->kind < sizeof handlers / sizeof handlers[0]) {
        handlers[event->kind](context, event);
    }
}

static struct request *request_at(struct timeline *timeline, uint64_t number)
{
    return &timeline->requests[number % timeline->plan.backlog];
}

void timeline_begin_call(struct timeline *timeline, uint64_t request, size_t size_bytes)
{
    unsigned index = 0;
    if (timeline == NULL) {
        return;
    }
    struct core *core = current_core(timeline, &index);
    end_group(timeline, index);
    core->call_cycles = machine_now_cycles();
    *request_at(timeline, request) = (struct request){core->call_cycles, (uint32_t)size_bytes};
}

void timeline_end_call(struct timeline *timeline, uint64_t request, size_t size_bytes)
{
    unsigned index = 0;
    if (timeline == NULL) {
        return;
    }
    struct core *core = current_core(timeline, &index);
    end_group(timeline, index);
    struct span span = {
        .kind = SPAN_CALL, .index = index, .number = request, .counts = {(uint32_t)size_bytes}};
    add_span(timeline, &span, core->call_cycles, machine_now_cycles());
}

void timeline_begin_callback(struct timeline *timeline, uint64_t request)
{
    unsigned index = 0;
    if (timeline == NULL) {
        return;
    }
    struct core *core = current_core(timeline, &index);
    const struct request *ended = request_at(timeline, request);
    struct span span = {.kind = SPAN_REQUEST, .number = request, .counts = {ended->size_bytes}};
    end_group(timeline, index);
    core->callback_cycles = machine_now_cycles();
    add_span(timeline, &span, ended->start_cycles, core->callback_cycles);
    timeline->requests_ended++;
}

void timeline_end_callback(struct timeline *timeline, uint64_t request)
{
    unsigned index = 0;
    if (timeline == NULL) {
        return;
    }
    struct core *core = current_core(timeline, &index);
    end_group(timeline, index);
    struct span span = {.kind = SPAN_CALLBACK, .index = index, .number = request};
    add_span(timeline, &span, core->callback_cycles, machine_now_cycles());
}

void timeline_start(struct timeline *timeline)
{
    if (timeline != NULL) {
        timeline->origin_ns = machine_cycles_to_ns(machine_now_cycles());
        trace_listen(on_event, timeline);
    }
}

void timeline_stop(struct timeline *timeline)
{
    if (timeline != NULL) {
        trace_listen(NULL, NULL);
        for (unsigned i = 0; i < CORES_MAX; i++) {
            end_group(timeline, i);
        }
        timeline->duration_ns = relative_ns(timeline, machine_now_cycles());
    }
}

bool timeline_is_sound(const struct timeline *timeline)
{
    return timeline == NULL || !timeline->trace.wanted || !timeline->trace_file->writer.failed;
}

uint64_t timeline_duration_ns(const struct timeline *timeline)
{
    return timeline->duration_ns;
}

static bool allocate(struct timeline *timeline)
{
    timeline->requests = calloc(timeline->plan.backlog, sizeof timeline->requests[0]);
    timeline->trace_file = malloc(sizeof *timeline->trace_file);
    timeline->picture_kept = picture_create(timeline->plan.window_start_ns);
    return timeline->requests != NULL && timeline->trace_file != NULL &&
           timeline->picture_kept != NULL;
}

static void release(struct timeline *timeline)
{
    free(timeline->requests);
    free(timeline->trace_file);
    picture_free(timeline->picture_kept);
    free(timeline);
}

static int open_file(struct file *file, const char *name, const struct output *others[2])
{
    if (name == NULL) {
        return EXIT_DONE;
    }
    file->wanted = output_open(&file->output, name);
    for (size_t i = 0; file->wanted && i < 2; i++) {
        if (others[i] != NULL && output_is_same(&file->output, others[i])) {
            message_complain("\"%s\" would be written twice; name different files", name);
            return EXIT_USAGE;
        }
    }
    return file->wanted ? EXIT_DONE : EXIT_FAILED;
}

static struct timeline *create(const struct timeline_plan *plan)
{
    struct timeline *timeline = calloc(1, sizeof *timeline);
    if (timeline != NULL) {
        timeline->plan = *plan;
        if (allocate(timeline)) {
            return timeline;
        }
        release(timeline);
    }
    message_complain("%s", strerror(ENOMEM));
    return NULL;
}

int timeline_open(const struct timeline_plan *plan, const struct output *copy,
                  struct timeline **timeline)
{
    *timeline = NULL;
    if (plan->trace_name == NULL && plan->picture_name == NULL) {
        return EXIT_DONE;
    }
    struct timeline *opened = create(plan);
    if (opened == NULL) {
        return EXIT_FAILED;
    }
    const struct output *trace = plan->trace_name == NULL ? NULL : &opened->trace.output;
    int exit_code = open_file(&opened->trace, plan->trace_name,
                              (const struct output *[]){copy, NULL});
    if (exit_code == EXIT_DONE) {
        exit_code = open_file(&opened->picture, plan->picture_name,
                              (const struct output *[]){copy, trace});
    }
    if (exit_code != EXIT_DONE) {
        timeline_abandon(opened);
        return exit_code;
    }
    if (opened->trace.wanted) {
        trace_file_begin(opened->trace_file, &opened->trace.output);
    }
    *timeline = opened;
    return EXIT_DONE;
}

bool timeline_uses_stdout(const struct timeline *timeline)
{
    return timeline != NULL &&
           ((timeline->trace.wanted && output_is_stdout(&timeline->trace.output)) ||
            (timeline->picture.wanted && output_is_stdout(&timeline->picture.output)));
}

static bool write_trace(struct timeline *timeline)
{
    const struct trace_summary summary = {
        .chip = machine_description()->chip,
        .simulated_ns = timeline->duration_ns,
        .requests = timeline->requests_ended,
        .window_start_ns = timeline->plan.window_start_ns,
        .window_end_ns = timeline->plan.window_end_ns,
    };
    return trace_file_end(timeline->trace_file, &summary);
}

static bool write_picture(struct timeline *timeline, const struct picture_caption *caption)
{
    uint64_t end_ns = timeline->plan.window_end_ns < timeline->duration_ns
                          ? timeline->plan.window_end_ns
                          : timeline->duration_ns;
    return picture_draw(timeline->picture_kept, &timeline->picture.output, caption, end_ns);
}

/* Only when both have been written whole does either take its place. */
bool timeline_finish(struct timeline *timeline, const struct picture_caption *caption)
{
    if (timeline == NULL) {
        return true;
    }
    struct file *trace = &timeline->trace;
    struct file *picture = &timeline->picture;
    if ((trace->wanted && !write_trace(timeline)) ||
        (picture->wanted && !write_picture(timeline, caption))) {
        timeline_abandon(timeline);
        return false;
    }
    bool done = true;
    if (trace->wanted) {
        trace->wanted = false;
        done = output_commit(&trace->output);
    }
    if (picture->wanted && done) {
        picture->wanted = false;
        done = output_commit(&picture->output);
    }
    timeline_abandon(timeline);
    return done;
}

void timeline_abandon(struct timeline *timeline)
{
    if (timeline == NULL) {
        return;
    }
    if (timeline->trace.wanted) {
        output_abandon(&timeline->trace.output);
    }
    if (timeline->picture.wanted) {
        output_abandon(&timeline->picture.output);
    }
    release(timeline);
}
