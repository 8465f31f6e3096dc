/* SPDX-License-Identifier: Apache-2.0 */
/* open() and mmap() are not in C. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier) */
#include "fuzz.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

bool fuzz_spoils;

/* A file of eight bytes, which whoever started this process reads now and then. */
static uint64_t *open_counter(void)
{
    const char *name = getenv("FUZZ_COUNTER");
    int file = name == NULL ? -1 : open(name, O_RDWR | O_CLOEXEC);
    if (file < 0) {
        return NULL;
    }
    void *at = mmap(NULL, sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    (void)close(file);
    return at == MAP_FAILED ? NULL : at;
}

void fuzz_begin(void)
{
    static bool looked;
    static uint64_t *counter;
    if (!looked) {
        looked = true;
        counter = open_counter();
    }
    if (counter != NULL) {
        ++*counter;
    }
}

void fuzz_fail(const char *text)
{
    (void)fprintf(stderr, "FOUND: %s\n", text);
    abort();
}

void fuzz_fail_numbers(const char *text, int64_t found, int64_t expected)
{
    (void)fprintf(stderr, "FOUND: %s: %" PRId64 ", %" PRId64 "\n", text, found, expected);
    abort();
}

uint32_t fuzz_take(struct fuzz_input *input, unsigned bytes)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes && input->left != 0; i++) {
        value |= (uint32_t)*input->bytes << (8 * i);
        input->bytes++;
        input->left--;
    }
    return value;
}

uint32_t fuzz_below(struct fuzz_input *input, uint32_t bound)
{
    if (bound <= 1) {
        return 0;
    }
    unsigned bytes = bound > 65536 ? 4 : 2;
    return fuzz_take(input, bound <= 256 ? 1 : bytes) % bound;
}

bool fuzz_traces(void)
{
    return getenv("FUZZ_TRACE") != NULL;
}
