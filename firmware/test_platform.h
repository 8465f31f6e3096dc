/* SPDX-License-Identifier: Apache-2.0 */
/* Runs tests in an image; prints TAP. A failed test ends the image. */
#ifndef TEST_PLATFORM_H
#define TEST_PLATFORM_H

#include <stdbool.h>

#include "test_case.h"

/* Whether the image's arguments ask for a test: they may be a part of its name. With the argument
 * "--list" none is run, and the name is printed. */
bool test_platform_wants(const struct test_case *test);

void test_platform_run_one(const struct test_case *test);

/* Counts a test that does not apply here. */
void test_platform_skip(const struct test_case *test, const char *reason);

/* Prints the number of tests. Returns the image's exit status. */
int test_platform_end(void);

/* Sleeps until an interrupt was taken, or is about to be; interrupts may be masked. False: none
 * will ever come; without the emulator's help that is not noticed. */
bool test_platform_sleep(void);

#endif
