/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of the library that a user links, with real threads. Only test_port.c uses more than public
 * headers. A failed check, in whichever thread, ends the program.
 *
 * A process has one chip, so a program is built for each: SUITE_CHIP is its name.
 */
#ifndef SUITE_H
#define SUITE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "async_memcpy_host.h"
#include "check.h"
#include "esp_async_memcpy.h"
#include "esp_heap_caps.h"
#include "rng.h"
#include "test_case.h"

/* Runs the tests that the command line asks for (tests/support/runner.h has the options), and
 * prints TAP. A table ends with a NULL name. */
int suite_main(int argc, char **argv, const char *chip, const struct test_case *tests);

/* The seed of the command line. */
uint64_t suite_seed(void);

/* The name of the test that runs. */
const char *suite_test_name(void);

/* Runs body(argument, index) in `count` threads at a time and waits for all. */
void suite_run_threads(unsigned count, void (*body)(void *argument, unsigned index),
                       void *argument);

/* Fills memory with a pattern in which every byte depends on its place, and fails unless it is
 * there. */
void suite_fill(void *memory, size_t size, uint32_t pattern);
void suite_check(const void *memory, size_t size, uint32_t pattern);

/* Installs and uninstalls a driver. A backlog of 0 is the default. Uninstalling waits for callbacks
 * that have not returned. */
async_memcpy_handle_t suite_install(uint32_t backlog);
void suite_uninstall(async_memcpy_handle_t driver);

/* Counts completions; suite_count_done() is the callback, and its argument is the counter. */
struct suite_counter {
    atomic_uint done;
    atomic_uint failed;
};
bool suite_count_done(async_memcpy_handle_t driver, async_memcpy_event_t *event, void *argument);

/* Sleeps from interrupt to interrupt until that many have ended. */
void suite_await(struct suite_counter *counter, unsigned count);

/* Submits; while the backlog is full, sleeps from interrupt to interrupt. */
void suite_submit(async_memcpy_handle_t driver, void *destination, const void *source, size_t size,
                  struct suite_counter *counter);

#endif
