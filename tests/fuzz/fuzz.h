/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzzed programs share. Each target is a LLVMFuzzerTestOneInput() of its own: api.c,
 * items.c and corruption.c. libFuzzer calls it with bytes that it makes up; replay.c, which is in
 * ./run test, with those of the committed corpus.
 *
 * An input is read from its beginning, and reads as zeroes behind its end: every input is a
 * program, and a change of one byte changes little of it.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fuzz_input {
    const uint8_t *bytes;
    size_t left;
};

/* The entry of a target; libFuzzer fixes its name. Always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Each entry calls this first: counts executions, for who asks by the environment (fuzz.c). */
void fuzz_begin(void);

/* Whether the target is to spoil a byte behind its oracle's back, which shows that the oracle
 * notices. */
extern bool fuzz_spoils;

/* Ends the process: the oracle has found something. From any core. */
_Noreturn void fuzz_fail(const char *text);
_Noreturn void fuzz_fail_numbers(const char *text, int64_t found, int64_t expected);

/* Takes so many bytes, 4 at most, as a number. */
uint32_t fuzz_take(struct fuzz_input *input, unsigned bytes);

/* Takes a number below bound, which is not 0. */
uint32_t fuzz_below(struct fuzz_input *input, uint32_t bound);

/* Whether to print what the target does to stderr. */
bool fuzz_traces(void);

#define FUZZ_CHECK(condition, text) \
    do {                            \
        if (!(condition)) {         \
            fuzz_fail(text);        \
        }                           \
    } while (0)

#endif
