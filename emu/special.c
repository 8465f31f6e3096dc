/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Unicorn 2.0.1 does not do, or not as the chip does: interrupts, exceptions, wfi,
 * semihosting, and the cycle counter (interrupts.md, section 3; README.md, section 1).
 */
#include <inttypes.h>
#include <string.h>

#include "emu_internal.h"
#include "fault.h"
#include "host_calls.h"
#include "machine_internal.h"
#include "memory_map.h"

#define MSTATUS_MIE  (UINT32_C(1) << 3)
#define MSTATUS_MPIE (UINT32_C(1) << 7)
#define MSTATUS_MPP  (UINT32_C(3) << 11)

#define MTVEC_BASE_MASK  UINT32_C(0xFFFFFF00)
#define MCAUSE_INTERRUPT (UINT32_C(1) << 31)

enum { CAUSE_BREAKPOINT = 3, CAUSE_ECALL_FROM_MACHINE = 11 };
enum { REGISTER_A0 = 10, REGISTER_A1 = 11 };
/* An image sleeps while a copy runs: less than a millisecond. Waits with a timeout poll. */
enum { SLEEP_MS_MAX = 100, MS_PER_SECOND = 1000 };

static bool takes_interrupts(const struct emu *emu)
{
    return (emu_register(emu, UC_RISCV_REG_MSTATUS) & MSTATUS_MIE) != 0;
}

/* A line of the copy engine for FAULT_SPURIOUS_INTERRUPT, or 0. */
static unsigned spurious_line(void)
{
    const struct machine_row *row = machine_row();
    unsigned line = 0;
    for (unsigned i = 0; line == 0 && i < row->dma_sources.count; i++) {
        line = row->interrupts->line_of_source(row->dma_sources.first + i);
    }
    return line != 0 && fault_strikes(FAULT_SPURIOUS_INTERRUPT) ? line : 0;
}

unsigned emu_interrupt_line(struct emu *emu)
{
    unsigned line = machine_pending_line();
    bool anything = line != 0 || emu->faults_planned;
    if (!anything || !takes_interrupts(emu)) {
        return 0;
    }
    if (emu->again_line != 0) {
        line = emu->again_line;
        emu->again_line = 0;
    } else if (line == 0) {
        line = spurious_line();
    } else if (emu->faults_planned && fault_strikes(FAULT_DOUBLE_INTERRUPT)) {
        emu->again_line = line;
    }
    return line;
}

static void enter_trap(struct emu *emu, uint32_t cause, uint32_t target)
{
    uint32_t status = emu_register(emu, UC_RISCV_REG_MSTATUS);
    uint32_t inner = status & ~(MSTATUS_MIE | MSTATUS_MPIE);
    inner |= MSTATUS_MPP | ((status & MSTATUS_MIE) != 0 ? MSTATUS_MPIE : 0);
    emu_set_register(emu, UC_RISCV_REG_MSTATUS, inner);
    emu_set_register(emu, UC_RISCV_REG_MEPC, emu->pc);
    emu_set_register(emu, UC_RISCV_REG_MCAUSE, cause);
    emu->pc = target;
}

static uint32_t vector_base(const struct emu *emu)
{
    return emu_register(emu, UC_RISCV_REG_MTVEC) & MTVEC_BASE_MASK;
}

void emu_raise(struct emu *emu, uint32_t cause, uint32_t value)
{
    uint32_t base = vector_base(emu);
    if (base == 0) {
        emu_refuse(emu, "exception %" PRIu32 " while mtvec is not set", cause);
        return;
    }
    emu_set_register(emu, UC_RISCV_REG_MTVAL, value);
    /* So that the limit ends a trap handler that traps. */
    emu_retire(emu);
    enter_trap(emu, cause, base);
}

void emu_interrupt(struct emu *emu, unsigned line)
{
    uint32_t base = vector_base(emu);
    if (base == 0) {
        emu_refuse(emu, "interrupt on line %u while mtvec is not set", line);
        return;
    }
    trace_emit(&(struct trace_event){.cycles = machine_now_cycles(),
                                     .kind = TRACE_INTERRUPT_ENTER,
                                     .channel = -1,
                                     .value = line});
    enter_trap(emu, MCAUSE_INTERRUPT | line, base + 4 * line);
}

static void finish_special(struct emu *emu)
{
    emu->pc += emu->instruction->length_bytes;
    emu_retire(emu);
}

/* A cyclic list keeps the engine busy for ever. */
bool emu_sleep(struct emu *emu)
{
    uint64_t cycles_per_ms = machine_description()->cpu_hz / MS_PER_SECOND;
    uint64_t end = machine_now_cycles() + SLEEP_MS_MAX * cycles_per_ms;
    while (machine_pending_line() == 0 && emu->stop == STOP_NONE) {
        if (!machine_run_next_event()) {
            return false;
        }
        if (machine_now_cycles() > end) {
            emu_refuse(emu, "no interrupt for %d ms of simulated time while the CPU slept",
                       SLEEP_MS_MAX);
        }
    }
    return true;
}

/* Masked or not, a pending interrupt ends it. */
static void wait_for_interrupt(struct emu *emu)
{
    if (emu_sleep(emu)) {
        finish_special(emu);
    } else {
        emu_refuse(emu, "wfi with nothing under way that could ever wake it");
    }
}

/* Event select (0x7E0), control (0x7E1) and count (0x7E2): counts cycles, when it is enabled. */
static void access_counter(struct emu *emu)
{
    const struct instruction *instruction = emu->instruction;
    bool immediate = (instruction->function & 4u) != 0;
    uint32_t *csr = &emu->counter[instruction->csr - EMU_COUNTER_CSR_FIRST];
    uint32_t operand = immediate ? instruction->source
                                 : emu_general_register(emu, instruction->source);
    uint32_t before = *csr;
    switch (instruction->function & 3u) {
    case 1:
        *csr = operand;
        break;
    case 2:
        *csr = before | operand;
        break;
    default:
        *csr = before & ~operand;
        break;
    }
    emu_set_general_register(emu, instruction->destination, before);
    finish_special(emu);
}

static uint32_t word_at(uint32_t address)
{
    uint32_t word = 0;
    const uint8_t *memory = memory_map_data(address, sizeof word);
    if (memory != NULL) {
        memcpy(&word, memory, sizeof word);
    }
    return word;
}

/* RISC-V semihosting: ebreak between two instructions that do nothing. */
static bool is_semihosting(const struct emu *emu)
{
    static const uint32_t sequence[] = {0x01F01013u, 0x00100073u, 0x40705013u};
    const uint8_t *code = memory_map_code(emu->chip, emu->pc - 4, sizeof sequence);
    return code != NULL && memcmp(code, sequence, sizeof sequence) == 0;
}

static void exit_by_semihosting(struct emu *emu, uint32_t block)
{
    enum { APPLICATION_EXIT = 0x20026 };
    uint32_t reason = word_at(block);
    if (memory_map_data(block, 8) == NULL || reason != APPLICATION_EXIT) {
        emu_refuse(emu, "the image gave up: semihosting reason 0x%05" PRIx32, reason);
        return;
    }
    emu->exit_status = (int)word_at(block + 4);
    emu->stop = STOP_EXIT;
}

/* The block holds the address and the size of a buffer; the size becomes that of the text. */
static uint32_t give_arguments(const struct emu *emu, uint32_t block)
{
    uint32_t length = (uint32_t)strlen(emu->arguments);
    uint8_t *sizes = memory_map_data(block, 8);
    uint8_t *buffer = sizes == NULL ? NULL : memory_map_data(word_at(block), length + 1);
    if (buffer == NULL || word_at(block + 4) <= length) {
        return UINT32_MAX;
    }
    memcpy(buffer, emu->arguments, length + 1);
    memcpy(sizes + 4, &length, sizeof length);
    return 0;
}

static void answer_semihosting(struct emu *emu, uint32_t result)
{
    emu_set_general_register(emu, REGISTER_A0, result);
    finish_special(emu);
}

static void call_semihosting(struct emu *emu)
{
    enum { SYS_GET_CMDLINE = 0x15, SYS_EXIT_EXTENDED = 0x20 };
    uint32_t operation = emu_general_register(emu, REGISTER_A0);
    uint32_t block = emu_general_register(emu, REGISTER_A1);
    uint32_t result = 0;
    if (operation == SYS_EXIT_EXTENDED) {
        exit_by_semihosting(emu, block);
    } else if (operation == SYS_GET_CMDLINE) {
        answer_semihosting(emu, give_arguments(emu, block));
    } else if (emu_host_call(emu, operation, block, &result)) {
        answer_semihosting(emu, result);
    } else {
        emu_refuse(emu,
                   "semihosting operation 0x%02" PRIx32 " with the parameter 0x%08" PRIx32
                   ", which is not offered",
                   operation, block);
    }
}

static void execute_ebreak(struct emu *emu)
{
    if (is_semihosting(emu)) {
        call_semihosting(emu);
    } else {
        emu_raise(emu, CAUSE_BREAKPOINT, emu->pc);
    }
}

void emu_execute_special(struct emu *emu)
{
    switch (emu->instruction->kind) {
    case INSTRUCTION_WFI:
        wait_for_interrupt(emu);
        break;
    case INSTRUCTION_CSR:
        access_counter(emu);
        break;
    case INSTRUCTION_EBREAK:
        execute_ebreak(emu);
        break;
    default:
        emu_raise(emu, CAUSE_ECALL_FROM_MACHINE, 0);
        break;
    }
}
