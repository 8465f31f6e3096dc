/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

/* The loop that a CPU would run instead, per word of four bytes: load, store, two address
 * increments, branch; one cycle each, which no real memory system betters. */
enum { LOOP_CYCLES_PER_WORD = 5, WORD_BYTES = 4 };

enum { PERCENT = 100, NS_PER_US = 1000 };

#define NS_PER_S 1e9

static double bytes_per_second(const struct stream_result *result)
{
    return result->time_ns == 0 ? 0 : (double)result->bytes * NS_PER_S / (double)result->time_ns;
}

static double busy_percent(const struct stream_result *result)
{
    return result->time_ns == 0 ? 0
                                : (double)result->dma_busy_ns * PERCENT / (double)result->time_ns;
}

static unsigned long long cycles_spared(const struct stream_result *result)
{
    unsigned long long words = (result->moved_bytes + WORD_BYTES - 1) / WORD_BYTES;
    return words * LOOP_CYCLES_PER_WORD;
}

static unsigned long long register_accesses(const struct stream_result *result)
{
    return result->register_reads + result->register_writes;
}

static const char *from_cores(const struct stream_plan *plan)
{
    return plan->cores == 1 ? "" : ", from 2 cores";
}

void report_print_text(FILE *file, const char *chip, const struct stream_plan *plan,
                       const struct stream_result *result)
{
    const double mega = 1e6;
    (void)fprintf(file, "chip        %s (simulated), %u requests in flight at most%s\n", chip,
                  (unsigned)plan->backlog, from_cores(plan));
    (void)fprintf(file, "copied      %llu bytes in %llu requests of up to %zu bytes\n",
                  (unsigned long long)result->bytes, (unsigned long long)result->requests,
                  plan->chunk_bytes);
    (void)fprintf(file, "memory      from %s to %s\n", stream_memory_title(plan->from),
                  stream_memory_title(plan->to));
    (void)fprintf(file, "verified    yes, every byte\n");
    (void)fprintf(file, "time        %.3f ms simulated\n",
                  (double)result->time_ns / NS_PER_US / NS_PER_US);
    (void)fprintf(file, "throughput  %.2f MB/s simulated\n", bytes_per_second(result) / mega);
    (void)fprintf(file, "DMA         busy %.1f %% of that time, %llu bytes\n", busy_percent(result),
                  (unsigned long long)result->moved_bytes);
    if (result->dma_bytes != result->moved_bytes) {
        (void)fprintf(file, "            and %llu bytes to end requests that the CPU placed\n",
                      (unsigned long long)(result->dma_bytes - result->moved_bytes));
    }
    (void)fprintf(file, "CPU         %llu interrupts, %llu register accesses\n",
                  (unsigned long long)result->interrupts, register_accesses(result));
    (void)fprintf(file,
                  "CPU spared  moving %llu bytes: about %llu cycles, if a word-wise copy loop\n"
                  "            takes %d cycles for %d bytes\n",
                  (unsigned long long)result->moved_bytes, cycles_spared(result),
                  LOOP_CYCLES_PER_WORD, WORD_BYTES);
    (void)fprintf(file, "Simulated times rest on the model's assumptions about the bus; they are "
                        "no measurement\nof silicon, and reading and writing files takes none.\n");
}

void report_print_json(FILE *file, const char *chip, const struct stream_plan *plan,
                       const struct stream_result *result)
{
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {
        {"bytes", result->bytes},
        {"requests", result->requests},
        {"chunk_bytes", plan->chunk_bytes},
        {"backlog", plan->backlog},
        {"cores", plan->cores},
        {"sram_align_bytes", plan->sram_align_bytes},
        {"psram_align_bytes", plan->psram_align_bytes},
        {"burst_bytes", plan->burst_bytes},
        {"simulated_ns", result->time_ns},
        {"dma_busy_ns", result->dma_busy_ns},
        {"dma_bytes", result->dma_bytes},
        {"interrupts", result->interrupts},
        {"register_reads", result->register_reads},
        {"register_writes", result->register_writes},
        {"cpu_bytes_spared", result->moved_bytes},
        {"cpu_cycles_spared_estimate", cycles_spared(result)},
    };
    (void)fprintf(file, "{\n  \"chip\": \"%s\",\n  \"from\": \"%s\",\n  \"to\": \"%s\",\n", chip,
                  stream_memory_name(plan->from), stream_memory_name(plan->to));
    (void)fprintf(file, "  \"verified\": true,\n");
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        (void)fprintf(file, "  \"%s\": %llu,\n", numbers[i].name,
                      (unsigned long long)numbers[i].value);
    }
    (void)fprintf(file, "  \"dma_busy_percent\": %.3f,\n", busy_percent(result));
    (void)fprintf(file, "  \"simulated_bytes_per_second\": %.0f\n}\n", bytes_per_second(result));
}

void report_caption(struct picture_caption *caption, const char *chip,
                    const struct stream_plan *plan, const struct stream_result *result)
{
    const double mega = 1e6;
    (void)snprintf(caption->title, sizeof caption->title, "amcp copy on a simulated %s", chip);
    (void)snprintf(caption->lines[0], sizeof caption->lines[0],
                   "%llu bytes from %s to %s in %llu requests of up to %zu bytes, %u in flight at "
                   "most%s",
                   (unsigned long long)result->bytes, stream_memory_title(plan->from),
                   stream_memory_title(plan->to), (unsigned long long)result->requests,
                   plan->chunk_bytes, (unsigned)plan->backlog, from_cores(plan));
    (void)snprintf(caption->lines[1], sizeof caption->lines[1],
                   "%.3f us, %.2f MB/s, DMA busy %.1f %%, %llu interrupts, %llu register accesses",
                   (double)result->time_ns / NS_PER_US, bytes_per_second(result) / mega,
                   busy_percent(result), (unsigned long long)result->interrupts,
                   register_accesses(result));
}
