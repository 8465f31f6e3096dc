/* SPDX-License-Identifier: Apache-2.0 */
/* Encodings: The RISC-V Instruction Set Manual, volume 1, chapters RV32I, M, C, Zicsr, Zifencei. */
#include "decode.h"

#include <stdbool.h>

enum { WORD_BYTES = 4, STACK_POINTER = 2 };

static uint32_t bits(uint32_t word, unsigned high, unsigned low)
{
    return (word >> low) & ((UINT32_C(2) << (high - low)) - 1u);
}

static int32_t sign_extended(uint32_t value, unsigned width)
{
    uint32_t sign = UINT32_C(1) << (width - 1u);
    return (int32_t)((value ^ sign) - sign);
}

static struct instruction plain_if(bool legal)
{
    return (struct instruction){.kind = legal ? INSTRUCTION_PLAIN : INSTRUCTION_ILLEGAL};
}

static struct instruction decode_load(uint32_t word)
{
    static const uint8_t bytes_of[8] = {1, 2, 4, 0, 1, 2, 0, 0};
    struct instruction result = {
        .access_bytes = bytes_of[bits(word, 14, 12)],
        .base = (uint8_t)bits(word, 19, 15),
        .offset = sign_extended(bits(word, 31, 20), 12),
    };
    result.kind = result.access_bytes != 0 ? INSTRUCTION_LOAD : INSTRUCTION_ILLEGAL;
    return result;
}

static struct instruction decode_store(uint32_t word)
{
    static const uint8_t bytes_of[8] = {1, 2, 4, 0, 0, 0, 0, 0};
    struct instruction result = {
        .access_bytes = bytes_of[bits(word, 14, 12)],
        .base = (uint8_t)bits(word, 19, 15),
        .source = (uint8_t)bits(word, 24, 20),
        .offset = sign_extended(bits(word, 31, 25) << 5 | bits(word, 11, 7), 12),
    };
    result.kind = result.access_bytes != 0 ? INSTRUCTION_STORE : INSTRUCTION_ILLEGAL;
    return result;
}

/* A fence.i, and a fence that does not keep earlier stores to memory ahead of later ones, to memory
 * or to a device, have nobody see anything. */
static struct instruction decode_fence(uint32_t word)
{
    enum { FENCE, FENCE_I };
    bool stores_before = bits(word, 24, 24) != 0;
    bool stores_after = bits(word, 22, 22) != 0 || bits(word, 20, 20) != 0;
    if (bits(word, 14, 12) == FENCE && stores_before && stores_after) {
        return (struct instruction){.kind = INSTRUCTION_FENCE};
    }
    return plain_if(bits(word, 14, 12) <= FENCE_I);
}

static struct instruction decode_immediate(uint32_t word)
{
    uint32_t function = bits(word, 14, 12);
    uint32_t high = bits(word, 31, 25);
    if (function == 1) {
        return plain_if(high == 0);
    }
    return plain_if(function != 5 || high == 0 || high == 0x20);
}

static struct instruction decode_register(uint32_t word)
{
    uint32_t function = bits(word, 14, 12);
    uint32_t high = bits(word, 31, 25);
    return plain_if(high <= 1 || (high == 0x20 && (function == 0 || function == 5)));
}

static struct instruction decode_upper(uint32_t word)
{
    (void)word;
    return plain_if(true);
}

static struct instruction decode_jalr(uint32_t word)
{
    return plain_if(bits(word, 14, 12) == 0);
}

static struct instruction decode_branch(uint32_t word)
{
    uint32_t function = bits(word, 14, 12);
    return plain_if(function != 2 && function != 3);
}

static struct instruction decode_system(uint32_t word)
{
    static const struct {
        uint32_t word;
        enum instruction_kind kind;
    } whole[] = {
        {0x00000073u, INSTRUCTION_ECALL},
        {0x00100073u, INSTRUCTION_EBREAK},
        {0x10500073u, INSTRUCTION_WFI},
        {0x30200073u, INSTRUCTION_MRET},
    };
    uint32_t function = bits(word, 14, 12);
    if (function == 0) {
        for (unsigned i = 0; i < sizeof whole / sizeof whole[0]; i++) {
            if (whole[i].word == word) {
                return (struct instruction){.kind = whole[i].kind};
            }
        }
        return plain_if(false);
    }
    return (struct instruction){
        .kind = function == 4 ? INSTRUCTION_ILLEGAL : INSTRUCTION_CSR,
        .csr = (uint16_t)bits(word, 31, 20),
        .source = (uint8_t)bits(word, 19, 15),
        .destination = (uint8_t)bits(word, 11, 7),
        .function = (uint8_t)function,
    };
}

static struct instruction decode_whole(uint32_t word)
{
    static const struct {
        uint8_t opcode;
        struct instruction (*decode)(uint32_t word);
    } opcodes[] = {
        {0x03, decode_load},  {0x0F, decode_fence},  {0x13, decode_immediate},
        {0x17, decode_upper}, {0x23, decode_store},  {0x33, decode_register},
        {0x37, decode_upper}, {0x63, decode_branch}, {0x67, decode_jalr},
        {0x6F, decode_upper}, {0x73, decode_system},
    };
    for (unsigned i = 0; i < sizeof opcodes / sizeof opcodes[0]; i++) {
        if (opcodes[i].opcode == bits(word, 6, 0)) {
            return opcodes[i].decode(word);
        }
    }
    return plain_if(false);
}

/* The offset of c.lw and c.sw: [5:3] in bits 12..10, [2] in bit 6, [6] in bit 5. */
static struct instruction compressed_word(uint32_t half, enum instruction_kind kind)
{
    return (struct instruction){
        .kind = kind,
        .access_bytes = WORD_BYTES,
        .base = (uint8_t)(8 + bits(half, 9, 7)),
        .source = (uint8_t)(8 + bits(half, 4, 2)),
        .offset = (int32_t)(bits(half, 12, 10) << 3 | bits(half, 6, 6) << 2 |
                            bits(half, 5, 5) << 6),
    };
}

static struct instruction decode_quadrant0(uint32_t half)
{
    switch (bits(half, 15, 13)) {
    case 0: /* c.addi4spn; 0 is the illegal instruction */
        return plain_if(bits(half, 12, 5) != 0);
    case 2:
        return compressed_word(half, INSTRUCTION_LOAD);
    case 6:
        return compressed_word(half, INSTRUCTION_STORE);
    default:
        return plain_if(false);
    }
}

/* c.srli, c.srai, c.andi, and the four operations on two registers; RV32 has no shift of 32 or
 * more, and bit 12 of the last group belongs to RV64. */
static bool compressed_arithmetic_is_legal(uint32_t half)
{
    return bits(half, 11, 10) == 2 || bits(half, 12, 12) == 0;
}

static struct instruction decode_quadrant1(uint32_t half)
{
    bool has_immediate = bits(half, 12, 12) != 0 || bits(half, 6, 2) != 0;
    switch (bits(half, 15, 13)) {
    case 3: /* c.lui, c.addi16sp */
        return plain_if(has_immediate);
    case 4:
        return plain_if(compressed_arithmetic_is_legal(half));
    default:
        return plain_if(true);
    }
}

static struct instruction compressed_jump_or_move(uint32_t half)
{
    if (half == 0x9002u) {
        return (struct instruction){.kind = INSTRUCTION_EBREAK};
    }
    return plain_if(bits(half, 11, 7) != 0 || bits(half, 6, 2) != 0);
}

static struct instruction decode_quadrant2(uint32_t half)
{
    uint32_t destination = bits(half, 11, 7);
    switch (bits(half, 15, 13)) {
    case 0: /* c.slli */
        return plain_if(bits(half, 12, 12) == 0);
    case 2: /* c.lwsp */
        return (struct instruction){
            .kind = destination != 0 ? INSTRUCTION_LOAD : INSTRUCTION_ILLEGAL,
            .access_bytes = WORD_BYTES,
            .base = STACK_POINTER,
            .offset = (int32_t)(bits(half, 12, 12) << 5 | bits(half, 6, 4) << 2 |
                                bits(half, 3, 2) << 6),
        };
    case 4:
        return compressed_jump_or_move(half);
    case 6: /* c.swsp */
        return (struct instruction){
            .kind = INSTRUCTION_STORE,
            .access_bytes = WORD_BYTES,
            .base = STACK_POINTER,
            .source = (uint8_t)bits(half, 6, 2),
            .offset = (int32_t)(bits(half, 12, 9) << 2 | bits(half, 8, 7) << 6),
        };
    default:
        return plain_if(false);
    }
}

struct instruction instruction_decode(uint32_t word)
{
    static struct instruction (*const quadrants[])(uint32_t half) = {
        decode_quadrant0,
        decode_quadrant1,
        decode_quadrant2,
    };
    struct instruction result;
    if (bits(word, 1, 0) == 3) {
        result = decode_whole(word);
        result.length_bytes = 4;
    } else {
        result = quadrants[bits(word, 1, 0)](word & 0xFFFFu);
        result.length_bytes = 2;
    }
    return result;
}
