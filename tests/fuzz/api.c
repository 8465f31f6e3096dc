/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The target "api": the bytes are a program of API calls.
 *
 * It is the soak's program (tests/soak), with its oracle: every byte of the arenas, each callback
 * once and in order, what each status means for the destination, nothing written after a return
 * that promises so, waits that are neither too short nor too long, nothing held in the end, and no
 * mistake noticed by the machine. Chip, variants, faults, cores, calls, arguments, and what
 * callbacks and interrupts do are chosen by the bytes instead of a seed. Beside that:
 * api_refusals.c, heap use after installation, and an end in bounded virtual time.
 */
#include <stddef.h>

#include "api.h"
#include "port.h"
#include "program.h"
#include "soak.h"
#include "trace.h"

enum {
    SEED_BYTES = 2,
    REFUSAL_ONE_IN = 8,
    /* What the longest program has is some 200 000: this is a loop. */
    EVENTS_MAX = 20000000,
};

static struct soak_totals totals;
static uint64_t events;
static bool listening;

/* The linker's --wrap gives these two their names: every call of the driver comes here. */
void *__wrap_port_allocate(size_t size_bytes); /* NOLINT(bugprone-reserved-identifier) */
void *__real_port_allocate(size_t size_bytes); /* NOLINT(bugprone-reserved-identifier) */

/* Only an installation may use the heap. */
void *__wrap_port_allocate(size_t size_bytes) /* NOLINT(bugprone-reserved-identifier) */
{
    bool installing = api_is_installing();
    for (size_t i = 0; i < DRIVERS_MAX; i++) {
        installing = installing || program.drivers[i].busy;
    }
    FUZZ_CHECK(installing, "the driver uses the heap after installation");
    return __real_port_allocate(size_bytes);
}

void soak_fail(const char *text)
{
    fuzz_fail(text);
}

void soak_fail_numbers(const char *text, int64_t found, int64_t expected)
{
    fuzz_fail_numbers(text, found, expected);
}

static void on_event(const struct trace_event *event, void *context)
{
    (void)event;
    (void)context;
    FUZZ_CHECK(++events < EVENTS_MAX, "the program does not end");
}

/* Before each step. A program ends with its bytes, not after a number of steps. */
static bool intrude(void)
{
    if (!listening) {
        listening = true;
        trace_listen(on_event, NULL);
    }
    if (api_is_exhausted() && !program.ending) {
        program.ending = true;
        program.submitted = UINT32_MAX / 2; /* more than any step goes on with */
    }
    if (program.ending || program_random(REFUSAL_ONE_IN) != 0) {
        return false;
    }
    api_refusal();
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct fuzz_input input = {bytes, size};
    fuzz_begin();
    struct soak_choice choice = {
        .seed = fuzz_take(&input, SEED_BYTES),
        .spoil_after = fuzz_spoils ? 1 : 0,
        .trace = fuzz_traces(),
        .intrude = intrude,
    };
    api_choose_from(&input);
    totals.requests = 0;
    events = 0;
    listening = false;
    program_run(&choice, &totals);
    return 0;
}
