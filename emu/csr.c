/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CSRs of the emulated CPU, which Unicorn's core has otherwise. The datasheet gives an rv32imc
 * core with user mode, standard machine-mode traps and a counter of its own (README.md, section 1;
 * interrupts.md, sections 3 and 8). What it leaves open ends the run rather than be guessed.
 */
#include <inttypes.h>

#include "emu_internal.h"

/* RV32 with I, M, C and U. */
#define MISA UINT32_C(0x40101104)

/* User-mode interrupts (UIE, UPIE), MPRV and TW: nothing says whether the chip has them. All other
 * bits that are not kept are 0 in a chip that has neither supervisor mode nor F. */
#define MSTATUS_OPEN (UINT32_C(1) << 0 | UINT32_C(1) << 4 | UINT32_C(1) << 17 | UINT32_C(1) << 21)

enum { FUNCTION_WRITE = 1, FUNCTION_SET = 2, FUNCTION_IMMEDIATE = 4 };

struct csr {
    uint16_t number;
    uint32_t kept;  /* the bits that a write changes */
    uint32_t fixed; /* the bits that always read 1 */
    uint32_t open;  /* the bits that a write must leave alone, and why */
    const char *why;
};

static const struct csr csrs[EMU_CSR_COUNT] = {
    [EMU_MSTATUS] = {0x300, MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP, 0, MSTATUS_OPEN,
                     "UIE, UPIE, MPRV and TW are not modelled"},
    [EMU_MISA] = {0x301, 0, MISA, UINT32_MAX, "changing misa is not modelled"},
    [EMU_MTVEC] = {0x305, MTVEC_BASE_MASK, 1, 0xFE,
                   "the base is aligned to 256 bytes and the mode is vectored"},
    [EMU_MSCRATCH] = {0x340, UINT32_MAX, 0, 0, NULL},
    [EMU_MEPC] = {0x341, ~UINT32_C(1), 0, 0, NULL},
    [EMU_MCAUSE] = {0x342, UINT32_MAX, 0, 0, NULL},
    [EMU_MTVAL] = {0x343, UINT32_MAX, 0, 0, NULL},
    [EMU_MHARTID] = {0xF14, 0, 0, 0, NULL}, /* the only core */
    [EMU_COUNTER_SELECT] = {0x7E0, UINT32_MAX, 0, 0, NULL},
    [EMU_COUNTER_CONTROL] = {0x7E1, UINT32_MAX, 0, 0, NULL},
    [EMU_COUNTER_VALUE] = {0x7E2, UINT32_MAX, 0, 0, NULL},
};

/* Numbers that the datasheet leaves open: the chip may well have what is there. Of all others it
 * says, or the extensions that it does not name say, that the chip lacks them. */
static const struct {
    uint16_t first;
    uint16_t last;
} open_numbers[] = {
    {0x000, 0x000}, /* ustatus */
    {0x004, 0x005}, /* uie, utvec */
    {0x040, 0x044}, /* uscratch to uip */
    {0x302, 0x303}, /* medeleg, mideleg */
    {0x306, 0x306}, /* mcounteren */
    {0x320, 0x33F}, /* which events are counted */
    {0x3A0, 0x3EF}, /* memory protection */
    {0x7A0, 0x8FF}, /* debugging, and the vendor's own */
    {0xB02, 0xB1F}, /* counters but for that of the cycles */
    {0xB82, 0xB9F}, /* their high halves */
    {0xBC0, 0xBFF}, /* the vendor's own */
    {0xC01, 0xC1F}, /* time, and counters for user mode */
    {0xC81, 0xC9F}, /* their high halves */
    {0xCC0, 0xCFF}, /* the vendor's own */
    {0xF11, 0xF13}, /* the values of mvendorid, marchid, mimpid */
    {0xFC0, 0xFFF}, /* the vendor's own */
};

void emu_reset_csrs(struct emu *emu)
{
    for (size_t i = 0; i < EMU_CSR_COUNT; i++) {
        emu->csrs[i] = csrs[i].fixed;
    }
}

static bool is_open(unsigned number)
{
    for (size_t i = 0; i < sizeof open_numbers / sizeof open_numbers[0]; i++) {
        if (number >= open_numbers[i].first && number <= open_numbers[i].last) {
            return true;
        }
    }
    return false;
}

static size_t find_csr(unsigned number)
{
    size_t i = 0;
    while (i < EMU_CSR_COUNT && csrs[i].number != number) {
        i++;
    }
    return i;
}

/* The Instruction Set Manual, volume 2: numbers with the two highest bits set cannot be written. */
static bool is_read_only(unsigned number)
{
    return number >> 10 == 3;
}

/* Returns whether the CSR takes that value; refuses otherwise. */
static bool accepts(struct emu *emu, size_t index, uint32_t value)
{
    const struct csr *csr = &csrs[index];
    uint32_t mode = (value & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT;
    if (is_read_only(csr->number)) {
        emu_refuse(emu, "illegal instruction: a write to CSR 0x%03x, which is read-only",
                   csr->number);
    } else if (((value ^ emu->csrs[index]) & csr->open) != 0) {
        emu_refuse(emu, "CSR 0x%03x is written with 0x%08" PRIx32 ": %s", csr->number, value,
                   csr->why);
    } else if (index == EMU_MSTATUS && (mode == 1 || mode == 2)) {
        emu_refuse(emu,
                   "CSR 0x300 is written with 0x%08" PRIx32 ": MPP %" PRIu32
                   " is a mode that the chip lacks",
                   value, mode);
    }
    return emu->stop == STOP_NONE;
}

static uint32_t value_after(const struct emu *emu, uint32_t before)
{
    const struct instruction *instruction = emu->instruction;
    bool immediate = (instruction->function & FUNCTION_IMMEDIATE) != 0;
    uint32_t operand = immediate ? instruction->source
                                 : emu_general_register(emu, instruction->source);
    switch (instruction->function & ~(unsigned)FUNCTION_IMMEDIATE) {
    case FUNCTION_WRITE:
        return operand;
    case FUNCTION_SET:
        return before | operand;
    default:
        return before & ~operand;
    }
}

/* Setting or clearing by x0, or by an immediate 0, is no write. */
static bool is_write(const struct instruction *instruction)
{
    unsigned function = instruction->function & ~(unsigned)FUNCTION_IMMEDIATE;
    return function == FUNCTION_WRITE || instruction->source != 0;
}

bool emu_access_csr(struct emu *emu)
{
    const struct instruction *instruction = emu->instruction;
    size_t index = find_csr(instruction->csr);
    if (index == EMU_CSR_COUNT) {
        emu_refuse(emu,
                   is_open(instruction->csr)
                       ? "CSR 0x%03x, which this emulator does not model"
                       : "illegal instruction: CSR 0x%03x, which the chip lacks",
                   instruction->csr);
        return false;
    }
    uint32_t before = emu->csrs[index];
    if (is_write(instruction)) {
        uint32_t value = value_after(emu, before);
        if (!accepts(emu, index, value)) {
            return false;
        }
        emu->csrs[index] = (value & csrs[index].kept) | csrs[index].fixed;
    }
    emu_set_general_register(emu, instruction->destination, before);
    return true;
}
