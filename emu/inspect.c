/* SPDX-License-Identifier: Apache-2.0 */
/* What an instruction may do, decided before Unicorn executes it: so a refusal names the very
 * instruction, and nothing has happened yet. */
#include <inttypes.h>
#include <string.h>

#include "emu_internal.h"
#include "memory_map.h"

/* The CSRs of the datasheet (interrupts.md, section 3; README.md, section 1): those of standard
 * machine-mode traps and identification, mie and mip, which are without effect, and the counter. */
static bool csr_exists(unsigned csr)
{
    static const uint16_t known[] = {
        0x300, /* mstatus */
        0x301, /* misa */
        0x304, /* mie */
        0x305, /* mtvec */
        0x340, /* mscratch */
        0x341, /* mepc */
        0x342, /* mcause */
        0x343, /* mtval */
        0x344, /* mip */
        0xF11, /* mvendorid */
        0xF12, /* marchid */
        0xF13, /* mimpid */
        0xF14, /* mhartid */
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i] == csr) {
            return true;
        }
    }
    return false;
}

static bool is_counter_csr(unsigned csr)
{
    return csr >= EMU_COUNTER_CSR_FIRST && csr < EMU_COUNTER_CSR_FIRST + EMU_COUNTER_COUNT;
}

static const char *access_name(const struct emu *emu)
{
    return emu->instruction->kind == INSTRUCTION_STORE ? "store to" : "load from";
}

static void inspect_memory(struct emu *emu)
{
    const struct instruction *instruction = emu->instruction;
    uint32_t address = emu_general_register(emu, instruction->base) + (uint32_t)instruction->offset;
    uint32_t bytes = instruction->access_bytes;
    const char *access = access_name(emu);
    if ((address & (bytes - 1)) != 0) {
        emu_refuse(emu, "misaligned %s 0x%08" PRIx32 " (%" PRIu32 " bytes)", access, address,
                   bytes);
    } else if (memory_map_data(address, bytes) != NULL) {
        if (emu->stores_delayed && instruction->kind == INSTRUCTION_STORE && bytes == 4) {
            uint32_t *word = (uint32_t *)(void *)memory_map_data(address, bytes);
            machine_store_word(word, emu_general_register(emu, instruction->source));
        }
    } else if (range_contains(emu->chip->registers, address, bytes)) {
        if (bytes != 4) {
            emu_refuse(emu, "%s register 0x%08" PRIx32 " in less than a word", access, address);
        }
    } else if (range_contains(emu->chip->instruction_bus, address, bytes)) {
        emu_refuse(emu, "%s 0x%08" PRIx32 ", which is the instruction bus", access, address);
    } else {
        emu_refuse(emu, "%s 0x%08" PRIx32 ", where nothing is", access, address);
    }
}

static void inspect_csr(struct emu *emu)
{
    if (is_counter_csr(emu->instruction->csr)) {
        emu->stop = STOP_SPECIAL;
    } else if (!csr_exists(emu->instruction->csr)) {
        emu_refuse(emu, "CSR 0x%03x, which the chip lacks", emu->instruction->csr);
    }
}

/* Returns the instruction at emu->pc, or NULL where no code can be. Decodes anew only what has
 * changed. */
static const struct emu_decoded *fetch(const struct emu *emu)
{
    uint32_t offset = emu->pc - emu->chip->instruction_bus.base;
    uint32_t size_bytes = emu->chip->instruction_bus.size_bytes;
    uint16_t half = 0;
    if (offset >= size_bytes) {
        return NULL;
    }
    memcpy(&half, emu->code + offset, sizeof half);
    uint32_t word = half;
    if ((half & 3u) == 3 && size_bytes - offset >= sizeof word) {
        memcpy(&word, emu->code + offset, sizeof word);
    }
    struct emu_decoded *decoded = &emu->decoded[offset / 2];
    if (decoded->word != word || decoded->instruction.length_bytes == 0) {
        *decoded = (struct emu_decoded){word, instruction_decode(word)};
    }
    return decoded;
}

static void refuse_instruction(struct emu *emu, uint32_t word)
{
    if (emu->instruction->length_bytes == 2) {
        emu_refuse(emu, "instruction 0x%04" PRIx32 ", which the chip lacks", word & 0xFFFFu);
    } else {
        emu_refuse(emu, "instruction 0x%08" PRIx32 ", which the chip lacks", word);
    }
}

void emu_inspect(struct emu *emu)
{
    const struct emu_decoded *decoded = fetch(emu);
    if (decoded == NULL) {
        emu_refuse(emu, "jump to 0x%08" PRIx32 ", where no code can be", emu->pc);
        return;
    }
    emu->instruction = &decoded->instruction;
    switch (emu->instruction->kind) {
    case INSTRUCTION_ILLEGAL:
        refuse_instruction(emu, decoded->word);
        break;
    case INSTRUCTION_LOAD:
    case INSTRUCTION_STORE:
        inspect_memory(emu);
        break;
    case INSTRUCTION_CSR:
        inspect_csr(emu);
        break;
    case INSTRUCTION_FENCE:
        machine_publish();
        break;
    case INSTRUCTION_WFI:
    case INSTRUCTION_ECALL:
    case INSTRUCTION_EBREAK:
        emu->stop = STOP_SPECIAL;
        break;
    case INSTRUCTION_PLAIN:
        break;
    }
}
