/* SPDX-License-Identifier: Apache-2.0 */
/* Runs tables of tests as cmocka tests, on a PC. */
#ifndef RUNNER_H
#define RUNNER_H

#include "test_case.h"

enum runner_mode {
    RUNNER_BARE,     /* a body switches the machine on itself, if it needs one */
    RUNNER_MACHINE,  /* each body gets a machine and must leave it clean */
    RUNNER_VARIANTS, /* likewise, once under each combination of variants: each is a test */
    RUNNER_STILL,    /* likewise, and time stands still unless the body lets it pass */
    RUNNER_TIMINGS,  /* likewise, with several timings under each combination */
    RUNNER_POINTS,   /* likewise, with interrupts placed at every point under each combination */
};

/* A table and how its tests are run. A list of suites ends with cases NULL. */
struct runner_suite {
    const struct test_case *cases;
    enum runner_mode mode;
};

/* Suites for a chip; NULL: an ESP32-C3. A list of them ends with suites NULL. */
struct runner_chip {
    const char *chip;
    const struct runner_suite *suites;
};

/*
 * Runs the tests that the command line asks for and returns the exit code of the program.
 *
 *   --list      prints the names and runs nothing
 *   --chip NAME the chip of all tests
 *   --full      the whole matrix where the default samples it
 *   --seed N    the seed of every random choice, 1 by default
 *   --trace     prints every event of the machine to stderr
 *   PATTERN     only tests whose name contains it
 */
int runner_main(int argc, char **argv, const char *group, const struct runner_suite *suites);

/* Likewise, for suites on several chips. */
int runner_main_on(int argc, char **argv, const char *group, const struct runner_chip *chips);

#endif
