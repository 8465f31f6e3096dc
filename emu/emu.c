/* SPDX-License-Identifier: Apache-2.0 */
#include "emu.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu_internal.h"
#include "memory_map.h"

/* Unicorn stops before the instruction at this address: an odd one, so never. */
#define UNTIL_NEVER UINT64_C(1)

uint32_t emu_register(const struct emu *emu, int id)
{
    uint32_t value = 0;
    (void)uc_reg_read(emu->unicorn, id, &value);
    return value;
}

void emu_set_register(struct emu *emu, int id, uint32_t value)
{
    (void)uc_reg_write(emu->unicorn, id, &value);
}

uint32_t emu_general_register(const struct emu *emu, unsigned number)
{
    return emu_register(emu, UC_RISCV_REG_X0 + (int)number);
}

void emu_set_general_register(struct emu *emu, unsigned number, uint32_t value)
{
    if (number != 0) {
        emu_set_register(emu, UC_RISCV_REG_X0 + (int)number, value);
    }
}

void emu_retire(struct emu *emu)
{
    emu->instruction_count++;
    if ((emu->csrs[EMU_COUNTER_SELECT] & emu->csrs[EMU_COUNTER_CONTROL] & 1u) != 0) {
        emu->csrs[EMU_COUNTER_VALUE]++;
    }
    machine_advance(1);
}

bool emu_limit_reached(const struct emu *emu)
{
    return emu->instructions_max != 0 &&
           emu->instruction_count + emu->slept_cycles >= emu->instructions_max;
}

/* Decides what becomes of the instruction at emu->pc. */
static void before_instruction(struct emu *emu)
{
    if (emu->stop != STOP_NONE) {
        return;
    }
    if (emu_limit_reached(emu)) {
        emu->stop = STOP_LIMIT;
    } else if (emu->stale || !emu_fetch(emu)) {
        emu->stop = STOP_STALE;
    } else if ((emu->line = emu_interrupt_line(emu)) != 0) {
        emu->stop = STOP_INTERRUPT;
    } else if (emu->instruction == NULL || emu->instruction->kind != INSTRUCTION_PLAIN) {
        emu_inspect(emu);
    }
}

static void tell_observer(struct emu *emu)
{
    if (emu->observer != NULL) {
        emu->observer(emu->pc, emu->instruction_count, emu->observer_context);
    }
}

/* uc_emu_stop() works here, and the instruction is not executed then; in an MMIO callback it
 * breaks, so what happens there is acted upon at the next instruction. */
static void on_code(uc_engine *unicorn, uint64_t address, uint32_t size, void *context)
{
    struct emu *emu = context;
    (void)size;
    if (emu->executing) {
        emu->executing = false;
        emu_retire(emu);
    }
    if (emu->stop == STOP_NONE) {
        emu->pc = (uint32_t)address;
        before_instruction(emu);
    }
    if (emu->stop != STOP_NONE) {
        (void)uc_emu_stop(unicorn);
        return;
    }
    tell_observer(emu);
    emu->executing = true;
}

/* A DMA, or a store through the data bus, may have changed the code since it was translated. It may
 * do so within the block, too, so each instruction is looked at again; but only here is it seen
 * that a block is translated from code that will be changed back. */
static void on_block(uc_engine *unicorn, uint64_t address, uint32_t size, void *context)
{
    struct emu *emu = context;
    (void)unicorn;
    emu->stale = emu->stale || emu_code_changed(emu, (uint32_t)address, size);
}

static uint64_t on_register_read(uc_engine *unicorn, uint64_t offset, unsigned size, void *context)
{
    struct emu *emu = context;
    (void)unicorn;
    (void)size;
    emu->register_address = emu->chip->registers.base + (uint32_t)offset;
    uint32_t value = machine_read32(emu->register_address);
    emu->register_address = 0;
    return value;
}

static void on_register_write(uc_engine *unicorn, uint64_t offset, unsigned size, uint64_t value,
                              void *context)
{
    struct emu *emu = context;
    (void)unicorn;
    (void)size;
    emu->register_address = emu->chip->registers.base + (uint32_t)offset;
    machine_write32(emu->register_address, (uint32_t)value);
    emu->register_address = 0;
}

/* A model says of a register that it lacks that there is none; the chip may well have it. */
static void on_complaint(enum machine_complaint kind, const char *text, void *context)
{
    struct emu *emu = context;
    uint32_t address = emu->register_address;
    if (kind == MACHINE_MISTAKE) {
        emu_refuse(emu, "mistake: %s", text);
    } else if (address != 0 && !memory_map_has_register(address)) {
        emu_refuse(emu, "not modelled: register 0x%08" PRIx32 " of %s", address,
                   memory_map_block(address));
    } else {
        emu_refuse(emu, "not modelled: %s", text);
    }
}

/* One line for one row of registers of the report. */
static void report_append(struct emu *emu, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void report_append(struct emu *emu, const char *format, ...)
{
    size_t used = strlen(emu->report);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(emu->report + used, sizeof emu->report - used, format, arguments);
    va_end(arguments);
}

/* `inside` is an address within what is to be named. */
static void report_place(struct emu *emu, const char *what, uint32_t address, uint32_t inside)
{
    const struct image_symbol *symbol = image_symbol_at(&emu->image, inside);
    report_append(emu, "  %s 0x%08" PRIx32, what, address);
    if (symbol != NULL) {
        report_append(emu, " (%s+0x%" PRIx32 ")", symbol->name, address - symbol->address);
    }
}

static void report_state(struct emu *emu)
{
    static const char *const names[] = {"zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                        "s0",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                        "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                        "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
    static const struct {
        const char *name;
        enum emu_csr csr;
    } csrs[] = {{"mstatus", EMU_MSTATUS}, {"mepc", EMU_MEPC},   {"mcause", EMU_MCAUSE},
                {"mtval", EMU_MTVAL},     {"mtvec", EMU_MTVEC}, {"mscratch", EMU_MSCRATCH}};
    uint32_t caller = emu_general_register(emu, 1);
    report_place(emu, "at", emu->pc, emu->pc);
    report_append(emu, ", after %" PRIu64 " instructions\n", emu->instruction_count);
    /* A call that never returns may be the last of a function. */
    report_place(emu, "called from", caller, caller - 1);
    report_append(emu, "\n");
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        report_append(emu, "%s%4s %08" PRIx32, i % 8 == 0 ? "  " : " ", names[i],
                      emu_general_register(emu, i));
        report_append(emu, i % 8 == 7 ? "\n" : "");
    }
    for (size_t i = 0; i < sizeof csrs / sizeof csrs[0]; i++) {
        report_append(emu, "  %s %08" PRIx32, csrs[i].name, emu->csrs[csrs[i].csr]);
    }
    report_append(emu, "\n");
}

void emu_refuse(struct emu *emu, const char *format, ...)
{
    va_list arguments;
    if (emu->stop == STOP_REFUSED || emu->stop == STOP_NO_ROOM) {
        return;
    }
    emu->stop = STOP_REFUSED;
    va_start(arguments, format);
    (void)vsnprintf(emu->report, sizeof emu->report, format, arguments);
    va_end(arguments);
    report_append(emu, "\n");
    report_state(emu);
}

void emu_refuse_jump(struct emu *emu, const char *what, uint32_t address)
{
    emu_refuse(emu, "%s to 0x%08" PRIx32 ", %s", what, address,
               memory_map_lack(emu->chip, address, "where no code can be"));
}

static bool is_fetch_error(uc_err error)
{
    return error == UC_ERR_FETCH_UNMAPPED || error == UC_ERR_FETCH_PROT;
}

/* Unicorn translates whole blocks: it goes nowhere if the last instruction of a block reaches
 * beyond the memory. This executes the ones before it. What is translated for it ends there for
 * good, which is right until the code there is another. */
static uc_err run_to_last_halfword(const struct emu *emu, uint32_t last)
{
    return uc_emu_start(emu->unicorn, emu_register(emu, UC_RISCV_REG_PC), last, 0, 0);
}

/* It may be whole by now: an instruction before it, or a DMA, may have written there. */
static void check_last_halfword(struct emu *emu)
{
    uint16_t half;
    memcpy(&half, emu->code + (emu->pc - emu->code_base), sizeof half);
    if ((half & 3u) == 3) {
        emu_refuse(emu, "the instruction at 0x%08" PRIx32 " reaches beyond the memory", emu->pc);
    }
}

static void run_instructions(struct emu *emu)
{
    uint32_t last = emu->code_base + emu->code_bytes - 2;
    uc_err error = uc_emu_start(emu->unicorn, emu->pc, UNTIL_NEVER, 0, 0);
    if (emu->stop == STOP_NONE && is_fetch_error(error) &&
        memory_map_code(emu->chip, emu_register(emu, UC_RISCV_REG_PC), 2) != NULL) {
        error = run_to_last_halfword(emu, last);
    }
    if (emu->stop != STOP_NONE) {
        return;
    }
    if (emu->executing) {
        emu->executing = false;
        emu_retire(emu);
    }
    uint32_t target = emu_register(emu, UC_RISCV_REG_PC);
    if (error == UC_ERR_OK && target == last) {
        emu->pc = target;
        check_last_halfword(emu);
    } else if (is_fetch_error(error)) {
        emu_refuse_jump(emu, "jump", target);
    } else {
        emu_refuse(emu, "Unicorn does not go on here (%s), though the chip would",
                   uc_strerror(error));
    }
}

/* Has Unicorn translate all code anew. */
static void forget_translations(struct emu *emu)
{
    uint64_t base = emu->code_base;
    uc_err error = uc_ctl_remove_cache(emu->unicorn, base, base + emu->code_bytes);
    emu_take_code(emu);
    emu->stale = false;
    if (error != UC_ERR_OK) {
        emu_refuse(emu, "Unicorn keeps the code that was overwritten (%s)", uc_strerror(error));
    }
}

static void handle_stop(struct emu *emu)
{
    enum emu_stop stop = emu->stop;
    if (stop == STOP_INTERRUPT) {
        emu->stop = STOP_NONE;
        emu_interrupt(emu, emu->line);
    } else if (stop == STOP_SPECIAL) {
        emu->stop = STOP_NONE;
        tell_observer(emu);
        emu_execute_special(emu);
    } else if (stop == STOP_STALE) {
        emu->stop = STOP_NONE;
        forget_translations(emu);
    }
}

static void report_limit(struct emu *emu)
{
    report_append(emu, "the limit of %" PRIu64 " instructions was reached", emu->instructions_max);
    if (emu->slept_cycles != 0) {
        report_append(emu, ", with %" PRIu64 " cycles asleep", emu->slept_cycles);
    }
    report_append(emu, "\n");
    report_state(emu);
}

void emu_run(struct emu *emu, struct emu_result *result)
{
    while (emu->stop == STOP_NONE) {
        run_instructions(emu);
        handle_stop(emu);
    }
    if (emu->stop == STOP_LIMIT) {
        report_limit(emu);
    }
    result->end = emu->stop == STOP_EXIT      ? EMU_EXIT
                  : emu->stop == STOP_LIMIT   ? EMU_LIMIT
                  : emu->stop == STOP_NO_ROOM ? EMU_NO_ROOM
                                              : EMU_REFUSED;
    result->status = emu->exit_status;
    result->instruction_count = emu->instruction_count;
    memcpy(result->report, emu->report, sizeof result->report);
}

static bool load_part(const struct image_part *part, void *context)
{
    const struct emu *emu = context;
    uint8_t *memory = memory_map_data(part->address, part->size_bytes);
    if (memory == NULL) {
        memory = memory_map_code(emu->chip, part->address, part->size_bytes);
    }
    if (memory == NULL) {
        return false;
    }
    memcpy(memory, part->bytes, part->count);
    return true;
}

static const char *map_memories(struct emu *emu)
{
    const struct machine_description *description = machine_description();
    const struct emu_range code = emu->chip->instruction_bus;
    const struct emu_range registers = emu->chip->registers;
    uc_err error = UC_ERR_OK;
    for (size_t i = 0; error == UC_ERR_OK && i < description->memory_count; i++) {
        const struct machine_memory *memory = &description->memories[i];
        error = uc_mem_map_ptr(emu->unicorn, memory->base, memory->size_bytes,
                               UC_PROT_READ | UC_PROT_WRITE,
                               memory_map_data(memory->base, memory->size_bytes));
    }
    if (error == UC_ERR_OK) {
        error = uc_mem_map_ptr(emu->unicorn, code.base, code.size_bytes, UC_PROT_ALL,
                               memory_map_code(emu->chip, code.base, code.size_bytes));
    }
    if (error == UC_ERR_OK) {
        error = uc_mmio_map(emu->unicorn, registers.base, registers.size_bytes, on_register_read,
                            emu, on_register_write, emu);
    }
    return error == UC_ERR_OK ? NULL : uc_strerror(error);
}

static bool open_code(struct emu *emu)
{
    const struct emu_range bus = emu->chip->instruction_bus;
    emu->code_base = bus.base;
    emu->code_bytes = bus.size_bytes;
    emu->code = memory_map_code(emu->chip, bus.base, bus.size_bytes);
    emu->decoded = calloc(bus.size_bytes / 2, sizeof *emu->decoded);
    emu->translated = calloc(1, bus.size_bytes);
    return emu->decoded != NULL && emu->translated != NULL;
}

/* The API takes a callback of any type as a data pointer. */
static uc_err add_hook(struct emu *emu, int type,
                       void (*callback)(uc_engine *, uint64_t, uint32_t, void *))
{
    uc_hook hook;
    void *untyped;
    memcpy(&untyped, &callback, sizeof untyped);
    return uc_hook_add(emu->unicorn, &hook, type, untyped, emu, 1, 0);
}

static const char *open_cpu(struct emu *emu)
{
    uc_err error = uc_open(UC_ARCH_RISCV, UC_MODE_RISCV32, &emu->unicorn);
    if (error != UC_ERR_OK) {
        return uc_strerror(error);
    }
    const char *problem = map_memories(emu);
    if (problem != NULL) {
        return problem;
    }
    emu_take_code(emu);
    error = add_hook(emu, UC_HOOK_BLOCK, on_block);
    if (error == UC_ERR_OK) {
        error = add_hook(emu, UC_HOOK_CODE, on_code);
    }
    return error == UC_ERR_OK ? NULL : uc_strerror(error);
}

/* Time comes from instructions only. */
static bool power_on(const struct emu_config *config)
{
    return machine_power_on(&(struct machine_config){
        .chip = config->chip,
        .seed = config->seed,
        .variants = config->variants,
        .emulated_cpu = true,
    });
}

struct emu *emu_open(const struct emu_config *config, char *error, size_t error_bytes)
{
    const char *problem = "out of memory";
    struct emu *emu = calloc(1, sizeof *emu);
    if (emu == NULL) {
        (void)snprintf(error, error_bytes, "%s", problem);
        return NULL;
    }
    emu->instructions_max = config->instructions_max;
    emu->arguments = config->arguments != NULL ? config->arguments : "";
    emu->stores_delayed = (config->variants & MACHINE_STORES_DELAYED) != 0;
    emu->chip = emu_chip_find(config->chip);
    if (emu->chip == NULL) {
        (void)snprintf(error, error_bytes, "chip '%s' cannot be emulated", config->chip);
    } else if (!image_open(&emu->image, config->image_path, &problem)) {
        (void)snprintf(error, error_bytes, "%s: %s", config->image_path, problem);
    } else if (!power_on(config)) {
        (void)snprintf(error, error_bytes, "the machine does not start: %s", strerror(errno));
    } else if (!open_code(emu)) {
        (void)snprintf(error, error_bytes, "%s", "out of memory");
    } else if (!image_load(&emu->image, load_part, emu)) {
        (void)snprintf(error, error_bytes, "%s: does not fit into the chip's memory",
                       config->image_path);
    } else if ((problem = open_cpu(emu)) != NULL) {
        (void)snprintf(error, error_bytes, "the CPU does not start: %s", problem);
    } else {
        machine_on_complaint(on_complaint, emu);
        emu->chip->reset();
        emu_reset_csrs(emu);
        emu->pc = emu->image.entry;
        return emu;
    }
    emu_close(emu);
    return NULL;
}

void emu_close(struct emu *emu)
{
    if (emu->unicorn != NULL) {
        (void)uc_close(emu->unicorn);
    }
    machine_on_complaint(NULL, NULL);
    machine_power_off();
    image_close(&emu->image);
    free(emu->decoded);
    free(emu->translated);
    free(emu->trace.events);
    free(emu);
}

void emu_observe(struct emu *emu, emu_observer observer, void *context)
{
    emu->observer = observer;
    emu->observer_context = context;
}

const struct image *emu_image(const struct emu *emu)
{
    return &emu->image;
}

bool emu_read_word(const struct emu *emu, uint32_t address, uint32_t *value)
{
    (void)emu;
    const uint8_t *memory = memory_map_data(address, sizeof *value);
    if (memory == NULL) {
        return false;
    }
    memcpy(value, memory, sizeof *value);
    return true;
}
