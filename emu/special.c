/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Unicorn 2.0.1 does not do, or not as the chip does: interrupts, exceptions and the return
 * from them, wfi, and semihosting (interrupts.md, section 3).
 */
#include <inttypes.h>
#include <string.h>

#include "emu_internal.h"
#include "fault.h"
#include "host_calls.h"
#include "machine_internal.h"
#include "memory_map.h"

#define MCAUSE_INTERRUPT (UINT32_C(1) << 31)

enum { CAUSE_BREAKPOINT = 3, CAUSE_ECALL_FROM_MACHINE = 11 };
enum { REGISTER_A0 = 10, REGISTER_A1 = 11 };
/* An image sleeps while a copy runs: less than a millisecond. Waits with a timeout poll. */
enum { SLEEP_MS_MAX = 100, MS_PER_SECOND = 1000 };

static bool takes_interrupts(const struct emu *emu)
{
    return (emu->csrs[EMU_MSTATUS] & MSTATUS_MIE) != 0;
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
    if (!takes_interrupts(emu)) {
        return 0;
    }
    unsigned line = machine_pending_line();
    if (line == 0 && !emu->faults_planned) {
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

static void enter_trap(struct emu *emu, uint32_t cause, uint32_t value, uint32_t target)
{
    bool enabled = takes_interrupts(emu);
    emu->csrs[EMU_MSTATUS] &= ~(MSTATUS_MIE | MSTATUS_MPIE);
    emu->csrs[EMU_MSTATUS] |= MSTATUS_MPP | (enabled ? MSTATUS_MPIE : 0);
    emu->csrs[EMU_MEPC] = emu->pc;
    emu->csrs[EMU_MCAUSE] = cause;
    emu->csrs[EMU_MTVAL] = value;
    emu->pc = target;
}

static uint32_t vector_base(const struct emu *emu)
{
    return emu->csrs[EMU_MTVEC] & MTVEC_BASE_MASK;
}

static bool is_code(const struct emu *emu, uint32_t address)
{
    return memory_map_code(emu->chip, address, 2) != NULL;
}

/* Refuses a trap that has nowhere to go. */
static bool lacks_vectors(struct emu *emu, const char *what, uint32_t number)
{
    uint32_t base = vector_base(emu);
    if (is_code(emu, base)) {
        return false;
    }
    if (base == 0) {
        emu_refuse(emu, "%s %" PRIu32 " while mtvec is not set", what, number);
    } else {
        emu_refuse(emu, "%s %" PRIu32 " while the vectors are at 0x%08" PRIx32 ", %s", what, number,
                   base, memory_map_lack(emu->chip, base, "where no code can be"));
    }
    return true;
}

void emu_raise(struct emu *emu, uint32_t cause, uint32_t value)
{
    if (lacks_vectors(emu, "exception", cause)) {
        return;
    }
    /* So that the limit ends a trap handler that traps. */
    emu_retire(emu);
    enter_trap(emu, cause, value, vector_base(emu));
}

static void trace_interrupt(enum trace_kind kind, uint32_t line)
{
    trace_emit(&(struct trace_event){
        .cycles = machine_now_cycles(), .kind = kind, .channel = -1, .value = line});
}

void emu_interrupt(struct emu *emu, unsigned line)
{
    if (lacks_vectors(emu, "interrupt on line", line)) {
        return;
    }
    trace_interrupt(TRACE_INTERRUPT_ENTER, line);
    enter_trap(emu, MCAUSE_INTERRUPT | line, 0, vector_base(emu) + 4 * line);
}

static void finish_special(struct emu *emu)
{
    emu->pc += emu->instruction->length_bytes;
    emu_retire(emu);
}

/* The limit came before the event that has run, and before what that complained of. */
static void end_by_limit(struct emu *emu)
{
    emu->slept_cycles = emu->instructions_max - emu->instruction_count;
    emu->report[0] = '\0';
    emu->stop = STOP_LIMIT;
}

/* A cyclic list keeps the engine busy for ever. */
bool emu_sleep(struct emu *emu)
{
    uint64_t cycles_per_ms = machine_description()->cpu_hz / MS_PER_SECOND;
    uint64_t now = machine_now_cycles();
    uint64_t end = now + SLEEP_MS_MAX * cycles_per_ms;
    while (machine_pending_line() == 0 && emu->stop == STOP_NONE) {
        if (!machine_run_next_event()) {
            return false;
        }
        emu->slept_cycles += machine_now_cycles() - now;
        now = machine_now_cycles();
        if (emu_limit_reached(emu)) {
            end_by_limit(emu);
        } else if (now > end) {
            emu_refuse(emu, "no interrupt for %d ms of simulated time while the CPU slept",
                       SLEEP_MS_MAX);
        }
    }
    return true;
}

/* Masked or not, a pending interrupt ends it. */
static void wait_for_interrupt(struct emu *emu)
{
    if (!emu_sleep(emu)) {
        emu_refuse(emu, "wfi with nothing under way that could ever wake it");
    } else if (emu->stop == STOP_NONE) {
        finish_special(emu);
    }
}

/* Back to where the trap came from; what was saved of mstatus becomes that of user mode. */
static void return_from_trap(struct emu *emu)
{
    uint32_t status = emu->csrs[EMU_MSTATUS];
    if ((status & MSTATUS_MPP) != MSTATUS_MPP) {
        emu_refuse(emu, "mret to user mode, which this emulator does not model");
        return;
    }
    if (!is_code(emu, emu->csrs[EMU_MEPC])) {
        emu_refuse_jump(emu, "mret", emu->csrs[EMU_MEPC]);
        return;
    }
    if ((emu->csrs[EMU_MCAUSE] & MCAUSE_INTERRUPT) != 0) {
        trace_interrupt(TRACE_INTERRUPT_LEAVE, emu->csrs[EMU_MCAUSE] & ~MCAUSE_INTERRUPT);
    }
    status &= ~(MSTATUS_MPP | MSTATUS_MIE);
    status |= (status & MSTATUS_MPIE) != 0 ? MSTATUS_MIE : 0;
    emu->csrs[EMU_MSTATUS] = status | MSTATUS_MPIE;
    emu->pc = emu->csrs[EMU_MEPC];
    emu_retire(emu);
}

static void access_csr(struct emu *emu)
{
    if (emu_access_csr(emu)) {
        finish_special(emu);
    }
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

void emu_refuse_block(struct emu *emu, uint32_t address)
{
    emu_refuse(emu, "semihosting parameter block at 0x%08" PRIx32 ", where no memory is", address);
}

static void exit_by_semihosting(struct emu *emu, uint32_t block)
{
    enum { APPLICATION_EXIT = 0x20026 };
    uint32_t reason = word_at(block);
    if (memory_map_data(block, 8) == NULL) {
        emu_refuse_block(emu, block);
        return;
    }
    if (reason != APPLICATION_EXIT) {
        emu_refuse(emu, "the image gave up: semihosting reason 0x%05" PRIx32, reason);
        return;
    }
    emu->exit_status = (int)word_at(block + 4);
    emu->stop = STOP_EXIT;
}

/* The block holds the address and the size of a buffer; the size becomes that of the text. */
static uint32_t give_arguments(struct emu *emu, uint32_t block)
{
    size_t length = strlen(emu->arguments);
    uint8_t *sizes = memory_map_data(block, 8);
    if (sizes == NULL) {
        emu_refuse_block(emu, block);
        return UINT32_MAX;
    }
    uint32_t room = word_at(block + 4);
    if (room <= length) {
        /* Who gave none does not miss them. */
        if (length != 0) {
            emu_refuse(emu, "the arguments take %zu bytes, and the image has room for %" PRIu32,
                       length + 1, room);
            emu->stop = STOP_NO_ROOM;
        }
        return UINT32_MAX;
    }
    uint8_t *buffer = memory_map_data(word_at(block), (uint32_t)length + 1);
    if (buffer == NULL) {
        emu_refuse(emu, "room for the arguments at 0x%08" PRIx32 ", where no memory is",
                   word_at(block));
        return UINT32_MAX;
    }
    memcpy(buffer, emu->arguments, length + 1);
    memcpy(sizes + 4, &(uint32_t){(uint32_t)length}, sizeof(uint32_t));
    return 0;
}

static void answer_semihosting(struct emu *emu, uint32_t result)
{
    if (emu->stop != STOP_NONE) {
        return;
    }
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
        access_csr(emu);
        break;
    case INSTRUCTION_MRET:
        return_from_trap(emu);
        break;
    case INSTRUCTION_EBREAK:
        execute_ebreak(emu);
        break;
    default:
        emu_raise(emu, CAUSE_ECALL_FROM_MACHINE, 0);
        break;
    }
}
