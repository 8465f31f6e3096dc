/* SPDX-License-Identifier: Apache-2.0 */
/* What an instruction may do, decided before Unicorn executes it: so a refusal names the very
 * instruction, and nothing has happened yet. */
#include <inttypes.h>
#include <string.h>

#include "emu_internal.h"
#include "memory_map.h"

static const char *access_name(const struct emu *emu)
{
    return emu->instruction->kind == INSTRUCTION_STORE ? "store to" : "load from";
}

static void inspect_register(struct emu *emu, const char *access, uint32_t address, uint32_t bytes)
{
    if (memory_map_block(address) == NULL) {
        emu_refuse(emu, "%s 0x%08" PRIx32 ", where this emulator models no register", access,
                   address);
    } else if (bytes != 4) {
        emu_refuse(emu, "%s register 0x%08" PRIx32 " in less than a word", access, address);
    }
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
        inspect_register(emu, access, address, bytes);
    } else if (range_contains(emu->chip->instruction_bus, address, bytes)) {
        emu_refuse(emu, "%s 0x%08" PRIx32 ", which is the instruction bus", access, address);
    } else {
        emu_refuse(emu, "%s 0x%08" PRIx32 ", %s", access, address,
                   memory_map_lack(emu->chip, address, "where nothing is"));
    }
}

/* Returns the word at that offset of a copy of the code; of the last halfword, that alone. */
static uint32_t word_at(const struct emu *emu, const uint8_t *code, uint32_t offset)
{
    uint32_t word = 0;
    uint16_t half = 0;
    if (emu->code_bytes - offset >= sizeof word) {
        memcpy(&word, code + offset, sizeof word);
        return word;
    }
    memcpy(&half, code + offset, sizeof half);
    return half;
}

bool emu_fetch(struct emu *emu)
{
    uint32_t offset = emu->pc - emu->code_base;
    emu->instruction = NULL;
    if (offset >= emu->code_bytes) {
        return true;
    }
    uint32_t word = word_at(emu, emu->code, offset);
    uint32_t mask = (word & 3u) == 3 ? UINT32_MAX : UINT16_MAX;
    if (((word ^ word_at(emu, emu->translated, offset)) & mask) != 0) {
        return false;
    }
    struct instruction *instruction = &emu->decoded[offset / 2];
    if (instruction->length_bytes == 0) {
        *instruction = instruction_decode(word);
    }
    emu->instruction = instruction;
    return true;
}

bool emu_code_changed(const struct emu *emu, uint32_t address, uint32_t bytes)
{
    uint32_t offset = address - emu->code_base;
    return range_contains(emu->chip->instruction_bus, address, bytes) &&
           memcmp(emu->code + offset, emu->translated + offset, bytes) != 0;
}

/* Takes the instructions that begin at that offset or end there. */
static void take_halfword(struct emu *emu, uint32_t offset)
{
    emu->decoded[offset / 2].length_bytes = 0;
    if (offset != 0) {
        emu->decoded[offset / 2 - 1].length_bytes = 0;
    }
    memcpy(emu->translated + offset, emu->code + offset, 2);
}

void emu_take_code(struct emu *emu)
{
    enum { PART_BYTES = 256 };
    for (uint32_t part = 0; part < emu->code_bytes; part += PART_BYTES) {
        if (memcmp(emu->code + part, emu->translated + part, PART_BYTES) == 0) {
            continue;
        }
        for (uint32_t i = part; i < part + PART_BYTES; i += 2) {
            if (memcmp(emu->code + i, emu->translated + i, 2) != 0) {
                take_halfword(emu, i);
            }
        }
    }
}

static void refuse_instruction(struct emu *emu)
{
    uint32_t word = word_at(emu, emu->code, emu->pc - emu->code_base);
    if (emu->instruction->length_bytes == 2) {
        emu_refuse(emu, "instruction 0x%04" PRIx32 ", which the chip lacks", word & 0xFFFFu);
    } else {
        emu_refuse(emu, "instruction 0x%08" PRIx32 ", which the chip lacks", word);
    }
}

void emu_inspect(struct emu *emu)
{
    if (emu->instruction == NULL) {
        emu_refuse_jump(emu, "jump", emu->pc);
        return;
    }
    switch (emu->instruction->kind) {
    case INSTRUCTION_ILLEGAL:
        refuse_instruction(emu);
        break;
    case INSTRUCTION_LOAD:
    case INSTRUCTION_STORE:
        inspect_memory(emu);
        break;
    case INSTRUCTION_FENCE:
        machine_publish();
        break;
    case INSTRUCTION_CSR:
    case INSTRUCTION_MRET:
    case INSTRUCTION_WFI:
    case INSTRUCTION_ECALL:
    case INSTRUCTION_EBREAK:
        emu->stop = STOP_SPECIAL;
        break;
    case INSTRUCTION_PLAIN:
        break;
    }
}
