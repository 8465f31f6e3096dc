/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks for test bodies, the same on a PC and in firmware. A failed check ends the test.
 *
 * Context: task or interrupt.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHECK(condition)                                  \
    do {                                                  \
        if (!(condition)) {                               \
            check_failed(__FILE__, __LINE__, #condition); \
        }                                                 \
    } while (0)

#define CHECK_EQ(actual, expected)                                               \
    check_equal(__FILE__, __LINE__, #actual " == " #expected, (int64_t)(actual), \
                (int64_t)(expected))

/* Ends the test as failed. The platform defines it: a PC fails the test, firmware prints and exits.
 * Does not return. */
_Noreturn void check_failed(const char *file, int line, const char *text);

/* Fails, with both numbers in the text, unless they are equal. */
void check_equal(const char *file, int line, const char *text, int64_t actual, int64_t expected);

#endif
