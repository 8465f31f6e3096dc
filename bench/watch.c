/* SPDX-License-Identifier: Apache-2.0 */
#include "watch.h"

#include <stdio.h>
#include <string.h>

#include "emu.h"
#include "machine_internal.h"
#include "trace.h"

/* The copy engine's first channel pair: where one sees that it is parked (gdma_ahb_v1.md). */
struct watch_chip {
    const char *name;
    const char *engine_block;
    uint32_t in_link;
    uint32_t in_park;
    uint32_t out_link;
    uint32_t out_park;
};

static const struct watch_chip chips[] = {
    {"esp32c3", "AHB_GDMA", 0x80, UINT32_C(1) << 24, 0xE0, UINT32_C(1) << 23},
};

/* All that the allocator offers to the driver, and then to programs; of these an image may have
 * none. */
static const char *const heap_calls[] = {"port_allocate", "port_free", "heap_allocate",
                                         "heap_release", "heap_measure"};

enum { HEAP_CALLS = sizeof heap_calls / sizeof heap_calls[0], HEAP_CALLS_OF_DRIVER = 2 };
/* Registers of the CPU: the arguments of a call are in a0 and those behind it. */
enum { RETURN_ADDRESS = 1, A0 = 10 };
enum { INSTRUCTIONS_MAX = 500000000 }; /* a multiple of what the image needs */
enum { SUC_EOF_BIT = 30, WRITE_BACKS_PER_REQUEST = 2 };

/* A range of code addresses. */
struct place {
    uint32_t begin;
    uint32_t end;
};

/* A call that is being counted. */
struct call {
    bool active;
    uint32_t return_to;
    uint32_t instructions;
};

struct watch {
    struct emu *emu;
    const struct watch_chip *chip;
    struct watch_result *result;
    struct watch_case *now; /* NULL: between cases */
    struct place vectors;
    struct place entry;
    uint32_t submit_at;
    uint32_t callback_at;
    uint32_t copy_words_at;
    uint32_t heap_at[HEAP_CALLS];
    uint32_t case_index_at;
    struct call submit;
    struct call callback;
    struct call by_cpu;
    bool in_interrupt;
    uint32_t interrupt_instructions;
    uint32_t eof_write_backs; /* in this case */
};

static bool is_in(struct place place, uint32_t pc)
{
    return pc >= place.begin && pc < place.end;
}

static void call_begin(struct watch *watch, struct call *call)
{
    call->active = true;
    call->return_to = emu_general_register(watch->emu, RETURN_ADDRESS);
    call->instructions = 0;
}

/* Returns whether the call ended. */
static bool call_ends(struct call *call, uint32_t pc)
{
    if (!call->active || pc != call->return_to) {
        return false;
    }
    call->active = false;
    return true;
}

static void part_add(struct watch_part *part, uint32_t instructions)
{
    part->count++;
    part->instructions += instructions;
    if (instructions > part->instructions_max) {
        part->instructions_max = instructions;
    }
}

static void watch_interrupt(struct watch *watch, uint32_t pc)
{
    if (call_ends(&watch->callback, pc)) {
        part_add(&watch->now->callback, watch->callback.instructions);
    }
    if (pc == watch->callback_at) {
        call_begin(watch, &watch->callback);
    }
    if (watch->callback.active) {
        watch->callback.instructions++;
        return;
    }
    watch->interrupt_instructions++;
    if (is_in(watch->vectors, pc) || is_in(watch->entry, pc)) {
        watch->now->stub_instructions++;
    }
    /* mret is the entry's last instruction. */
    if (pc == watch->entry.end - 4) {
        part_add(&watch->now->interrupt, watch->interrupt_instructions);
        watch->in_interrupt = false;
    }
}

static const struct bench_case *case_now(const struct watch *watch)
{
    return bench_case_at((size_t)(watch->now - watch->result->cases));
}

static bool is_placed_as(const struct bench_case *what, uint32_t address)
{
    return what->aligned ? address % 4 == 0 : address % 2 == 1;
}

/* At the first instruction of a call that copies: whether its arguments are what the case says.
 * unit_bytes: in which the size is counted. */
static void compare_arguments(struct watch *watch, unsigned to_register, uint32_t unit_bytes)
{
    const struct bench_case *what = case_now(watch);
    uint32_t to = emu_general_register(watch->emu, to_register);
    uint32_t from = emu_general_register(watch->emu, to_register + 1);
    uint32_t count = emu_general_register(watch->emu, to_register + 2);
    if (what == NULL || count * unit_bytes != what->size_bytes || !is_placed_as(what, to) ||
        !is_placed_as(what, from)) {
        watch->now->is_other = true;
    }
}

static void watch_task(struct watch *watch, uint32_t pc)
{
    struct watch_case *now = watch->now;
    if (call_ends(&watch->submit, pc)) {
        now->submit_instructions[now->submit.count % BENCH_QUEUE] = watch->submit.instructions;
        part_add(&now->submit, watch->submit.instructions);
    }
    if (call_ends(&watch->by_cpu, pc)) {
        now->by_cpu_instructions = watch->by_cpu.instructions;
    }
    if (pc == watch->submit_at) {
        compare_arguments(watch, A0 + 1, 1);
        call_begin(watch, &watch->submit);
    }
    if (pc == watch->copy_words_at) {
        compare_arguments(watch, A0, sizeof(uint32_t));
        call_begin(watch, &watch->by_cpu);
    }
    watch->submit.instructions += watch->submit.active;
    watch->by_cpu.instructions += watch->by_cpu.active;
}

/* Looks past the CPU's side of the machine, so that looking changes nothing. */
static uint32_t look_at_register(const struct watch_chip *chip, uint32_t offset)
{
    const struct machine_row *row = machine_row();
    for (size_t i = 0; i < row->device_count; i++) {
        if (strcmp(row->devices[i].block, chip->engine_block) == 0) {
            return row->devices[i].ops->read(offset);
        }
    }
    return 0;
}

static bool engine_is_parked(const struct watch_chip *chip)
{
    return (look_at_register(chip, chip->in_link) & chip->in_park) != 0 &&
           (look_at_register(chip, chip->out_link) & chip->out_park) != 0;
}

/* A request is queued from the return of its submission until its last item is written back. */
static void watch_engine(struct watch *watch)
{
    uint32_t finished = watch->eof_write_backs / WRITE_BACKS_PER_REQUEST;
    if (watch->now->submit.count > finished && engine_is_parked(watch->chip)) {
        watch->now->idle_instructions++;
    }
}

/* The image tells by bench_case_index which case it is in. */
static void choose_case(struct watch *watch)
{
    uint32_t index = UINT32_MAX;
    (void)emu_read_word(watch->emu, watch->case_index_at, &index);
    struct watch_case *now = index < WATCH_CASES_MAX ? &watch->result->cases[index] : NULL;
    if (now != watch->now) {
        watch->now = now;
        watch->eof_write_backs = 0;
    }
}

static bool is_heap_call(const struct watch *watch, uint32_t pc)
{
    for (size_t i = 0; i < HEAP_CALLS; i++) {
        if (pc == watch->heap_at[i]) {
            return true;
        }
    }
    return false;
}

static void on_instruction(uint32_t pc, uint64_t instruction_count, void *context)
{
    struct watch *watch = context;
    (void)instruction_count;
    choose_case(watch);
    if (watch->now == NULL) {
        return;
    }
    if (!watch->in_interrupt && is_in(watch->vectors, pc)) {
        watch->in_interrupt = true;
        watch->interrupt_instructions = 0;
    }
    if (watch->in_interrupt || watch->submit.active) {
        watch->now->heap_calls += is_heap_call(watch, pc);
    }
    if (watch->in_interrupt) {
        watch_interrupt(watch, pc);
    } else {
        watch_task(watch, pc);
    }
    watch_engine(watch);
}

static void on_event(const struct trace_event *event, void *context)
{
    struct watch *watch = context;
    bool is_access = event->kind == TRACE_REGISTER_READ || event->kind == TRACE_REGISTER_WRITE;
    if (watch->now == NULL) {
        return;
    }
    if (event->kind == TRACE_WRITE_BACK) {
        watch->eof_write_backs += event->value >> SUC_EOF_BIT & 1u;
    } else if (event->kind == TRACE_DATA_WRITE) {
        watch->now->dma_written_bytes += event->value;
    } else if (is_access && watch->in_interrupt) {
        watch->now->interrupt.register_accesses++;
    } else if (is_access && watch->submit.active) {
        watch->now->submit.register_accesses++;
    }
}

static bool find(const struct watch *watch, const char *name, struct place *place)
{
    const struct image_symbol *symbol = image_find(emu_image(watch->emu), name);
    if (symbol != NULL) {
        *place = (struct place){symbol->address, symbol->address + symbol->size_bytes};
    }
    return symbol != NULL;
}

/* Returns the name that is missing, or NULL. */
static const char *find_places(struct watch *watch)
{
    struct place place = {0, 0};
    const struct {
        const char *name;
        uint32_t *begin;
    } single[] = {
        {"esp_async_memcpy", &watch->submit_at},
        {"bench_callback", &watch->callback_at},
        {"bench_copy_words", &watch->copy_words_at},
        {"bench_case_index", &watch->case_index_at},
    };
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++) {
        if (!find(watch, single[i].name, &place)) {
            return single[i].name;
        }
        *single[i].begin = place.begin;
    }
    for (size_t i = 0; i < HEAP_CALLS; i++) {
        if (find(watch, heap_calls[i], &place)) {
            watch->heap_at[i] = place.begin;
        } else if (i < HEAP_CALLS_OF_DRIVER) {
            return heap_calls[i];
        }
    }
    if (!find(watch, "interrupt_entry_vectors", &watch->vectors)) {
        return "interrupt_entry_vectors";
    }
    return find(watch, "interrupt_entry", &watch->entry) ? NULL : "interrupt_entry";
}

static void read_handle_bytes(const struct watch *watch)
{
    struct place place = {0, 0};
    if (find(watch, "bench_handle_bytes", &place)) {
        (void)emu_read_word(watch->emu, place.begin, &watch->result->handle_bytes[0]);
        (void)emu_read_word(watch->emu, place.begin + 4, &watch->result->handle_bytes[1]);
    }
}

static void read_compiler(const struct watch *watch)
{
    struct place place = {0, 0};
    char *text = watch->result->compiler;
    if (!find(watch, "bench_compiler", &place)) {
        return;
    }
    for (uint32_t at = 0; at < place.end - place.begin && at < WATCH_COMPILER_BYTES - 1; at++) {
        uint32_t word = 0;
        uint32_t address = place.begin + at;
        (void)emu_read_word(watch->emu, address & ~UINT32_C(3), &word);
        text[at] = (char)(word >> 8 * (address & 3u) & UINT8_MAX);
    }
}

static bool run(struct watch *watch, char *error, size_t error_bytes)
{
    struct emu_result result;
    const char *missing = find_places(watch);
    if (missing != NULL) {
        (void)snprintf(error, error_bytes, "the image has no %s", missing);
        return false;
    }
    emu_observe(watch->emu, on_instruction, watch);
    trace_listen(on_event, watch);
    emu_run(watch->emu, &result);
    for (unsigned i = 0; i < WATCH_CASES_MAX; i++) {
        if (watch->result->cases[i].is_other) {
            (void)snprintf(error, error_bytes, "case %u copies something else than it says", i);
            return false;
        }
    }
    if (result.end != EMU_EXIT) {
        (void)snprintf(error, error_bytes, "the run was ended: %s", result.report);
        return false;
    }
    if (result.status != 0) {
        (void)snprintf(error, error_bytes, "the image found wrong bytes");
        return false;
    }
    read_handle_bytes(watch);
    read_compiler(watch);
    return true;
}

bool watch_image(const char *chip, const char *image_path, struct watch_result *result, char *error,
                 size_t error_bytes)
{
    struct watch watch = {.result = result};
    memset(result, 0, sizeof *result);
    for (size_t i = 0; i < sizeof chips / sizeof chips[0]; i++) {
        if (strcmp(chips[i].name, chip) == 0) {
            watch.chip = &chips[i];
        }
    }
    if (watch.chip == NULL) {
        (void)snprintf(error, error_bytes, "chip '%s' cannot be measured", chip);
        return false;
    }
    watch.emu = emu_open(&(struct emu_config){.chip = chip,
                                              .image_path = image_path,
                                              .seed = 1,
                                              .instructions_max = INSTRUCTIONS_MAX},
                         error, error_bytes);
    if (watch.emu == NULL) {
        return false;
    }
    bool good = run(&watch, error, error_bytes);
    emu_close(watch.emu);
    return good;
}
