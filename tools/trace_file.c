/* SPDX-License-Identifier: Apache-2.0 */
#include "trace_file.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Each place is a process of the trace, each lane a thread. */
static const struct {
    const char *process;
    const char *thread;   /* with the index behind it */
    const char *lanes[5]; /* behind that */
} places[SPAN_PLACE_COUNT] = {
    [SPAN_AT_DRIVER] = {"driver", "requests", {""}},
    [SPAN_AT_CORE] = {"CPU", "core", {"", ": registers"}},
    [SPAN_AT_CACHE] = {"data cache", "maintenance", {""}},
    [SPAN_AT_CHANNEL] = {"DMA",
                         "channel",
                         {": reads", ": writes", ": descriptors", ": transmit items",
                          ": receive items"}},
};

enum { LANES_PER_INDEX = 5 };

static unsigned process_of(const struct span_facts *facts)
{
    return (unsigned)facts->place + 1; /* viewers take 0 for something else */
}

static unsigned thread_of(const struct span *span)
{
    return span->index * LANES_PER_INDEX + span_facts[span->kind].lane + 1;
}

void trace_file_begin(struct trace_file *file, struct output *output)
{
    file->spans = 0;
    memset(file->lanes_named, 0, sizeof file->lanes_named);
    writer_begin(&file->writer, output);
    writer_print(&file->writer, "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [");
    for (size_t i = 0; i < SPAN_PLACE_COUNT; i++) {
        writer_print(&file->writer,
                     "%s\n{\"ph\": \"M\", \"name\": \"process_name\", \"pid\": %zu, "
                     "\"args\": {\"name\": \"%s\"}}",
                     i == 0 ? "" : ",", i + 1, places[i].process);
        writer_print(&file->writer,
                     ",\n{\"ph\": \"M\", \"name\": \"process_sort_index\", \"pid\": %zu, "
                     "\"args\": {\"sort_index\": %zu}}",
                     i + 1, i);
    }
}

/* Viewers show a lane by its number until it is named. */
static void name_lane(struct trace_file *file, const struct span *span)
{
    const struct span_facts *facts = &span_facts[span->kind];
    unsigned thread = thread_of(span);
    assert(thread < 32);
    if ((file->lanes_named[facts->place] >> thread & 1u) != 0) {
        return;
    }
    file->lanes_named[facts->place] |= UINT32_C(1) << thread;
    char index[16] = "";
    if (facts->place == SPAN_AT_CORE || facts->place == SPAN_AT_CHANNEL) {
        (void)snprintf(index, sizeof index, " %u", span->index);
    }
    writer_print(&file->writer,
                 ",\n{\"ph\": \"M\", \"name\": \"thread_name\", \"pid\": %u, \"tid\": %u, "
                 "\"args\": {\"name\": \"%s%s%s\"}}",
                 process_of(facts), thread, places[facts->place].thread, index,
                 places[facts->place].lanes[facts->lane]);
}

/* What all events have. Microseconds with three digits are whole nanoseconds, so that what touches
 * or nests still does after a viewer has rounded. */
static void print_head(struct trace_file *file, const struct span *span, char phase,
                       uint64_t time_ns)
{
    const struct span_facts *facts = &span_facts[span->kind];
    writer_print(&file->writer,
                 ",\n{\"ph\": \"%c\", \"name\": \"%s\", \"cat\": \"%s\", \"pid\": %u, "
                 "\"tid\": %u, \"ts\": %" PRIu64 ".%03" PRIu64,
                 phase, facts->name, facts->category, process_of(facts), thread_of(span),
                 time_ns / 1000, time_ns % 1000);
}

static void print_arguments(struct trace_file *file, const struct span *span)
{
    const struct span_facts *facts = &span_facts[span->kind];
    const char *separator = ", \"args\": {";
    if (facts->number != NULL) {
        writer_print(&file->writer, "%s\"%s\": %" PRIu64, separator, facts->number, span->number);
        separator = ", ";
    }
    if (facts->address != NULL) {
        writer_print(&file->writer, "%s\"%s\": \"0x%08" PRIx32 "\"", separator, facts->address,
                     span->address);
        separator = ", ";
    }
    for (size_t i = 0; i < 2 && facts->counts[i] != NULL; i++) {
        writer_print(&file->writer, "%s\"%s\": %" PRIu32, separator, facts->counts[i],
                     span->counts[i]);
        separator = ", ";
    }
    writer_print(&file->writer, "}}");
}

/* Spans that cross are asynchronous events, told apart by their number. */
static void print_crossing(struct trace_file *file, const struct span *span)
{
    print_head(file, span, 'b', span->start_ns);
    writer_print(&file->writer, ", \"id\": %" PRIu64, span->number);
    print_arguments(file, span);
    print_head(file, span, 'e', span->end_ns);
    writer_print(&file->writer, ", \"id\": %" PRIu64 "}", span->number);
}

void trace_file_add(struct trace_file *file, const struct span *span)
{
    name_lane(file, span);
    file->spans++;
    if (span_facts[span->kind].crosses) {
        print_crossing(file, span);
        return;
    }
    uint64_t duration_ns = span->end_ns - span->start_ns;
    print_head(file, span, 'X', span->start_ns);
    writer_print(&file->writer, ", \"dur\": %" PRIu64 ".%03" PRIu64, duration_ns / 1000,
                 duration_ns % 1000);
    print_arguments(file, span);
}

bool trace_file_end(struct trace_file *file, const struct trace_summary *summary)
{
    writer_print(&file->writer,
                 "\n],\n\"otherData\": {\"chip\": \"%s\", \"simulated_ns\": %" PRIu64
                 ", \"requests\": %" PRIu64 ", \"spans\": %" PRIu64
                 ", \"window_start_ns\": %" PRIu64,
                 summary->chip, summary->simulated_ns, summary->requests, file->spans,
                 summary->window_start_ns);
    if (summary->window_end_ns != UINT64_MAX) {
        writer_print(&file->writer, ", \"window_end_ns\": %" PRIu64, summary->window_end_ns);
    }
    writer_print(&file->writer, "}}\n");
    return writer_finish(&file->writer);
}
