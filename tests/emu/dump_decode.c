/* SPDX-License-Identifier: Apache-2.0 */
/* Prints for each hexadecimal word on stdin its length and its kind, for test_decode.py. */
#include <inttypes.h>
#include <stdio.h>

#include "decode.h"

int main(void)
{
    static const char *const names[] = {
        [INSTRUCTION_ILLEGAL] = "illegal", [INSTRUCTION_PLAIN] = "plain",
        [INSTRUCTION_LOAD] = "load",       [INSTRUCTION_STORE] = "store",
        [INSTRUCTION_CSR] = "csr",         [INSTRUCTION_FENCE] = "fence",
        [INSTRUCTION_WFI] = "wfi",         [INSTRUCTION_ECALL] = "ecall",
        [INSTRUCTION_EBREAK] = "ebreak",   [INSTRUCTION_MRET] = "mret",
    };
    uint32_t word;
    while (scanf("%" SCNx32, &word) == 1) {
        struct instruction instruction = instruction_decode(word);
        printf("%08" PRIx32 " %u %s %u x%u %d\n", word, instruction.length_bytes,
               names[instruction.kind], instruction.access_bytes, instruction.base,
               (int)instruction.offset);
    }
    return 0;
}
