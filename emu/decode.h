/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the emulated CPU must know of an instruction before it runs: whether an rv32imc_zicsr core
 * has it, and what it touches. (Unicorn's own core also has A, F and D, and cannot be told not to.)
 */
#ifndef EMU_DECODE_H
#define EMU_DECODE_H

#include <stdint.h>

enum instruction_kind {
    INSTRUCTION_ILLEGAL,
    INSTRUCTION_PLAIN,
    INSTRUCTION_LOAD,  /* `bytes` from register `base` plus `offset` */
    INSTRUCTION_STORE, /* likewise, of register `source` */
    INSTRUCTION_CSR,   /* of number `csr` */
    INSTRUCTION_FENCE, /* that has others see the stores before it */
    INSTRUCTION_MRET,
    INSTRUCTION_WFI,
    INSTRUCTION_ECALL,
    INSTRUCTION_EBREAK,
};

struct instruction {
    enum instruction_kind kind;
    uint8_t length_bytes; /* 2 or 4 */
    uint8_t access_bytes; /* 1, 2 or 4 */
    uint8_t base;         /* register numbers */
    uint8_t source;       /* of a store or a CSR write (for the immediate forms, its value) */
    uint8_t destination;  /* of a CSR read */
    uint8_t function;     /* of a CSR instruction: funct3 */
    uint16_t csr;
    int32_t offset;
};

/* Decodes the instruction whose first halfword is in the low half of `word`; the high half is
 * ignored for a compressed one. */
struct instruction instruction_decode(uint32_t word);

#endif
