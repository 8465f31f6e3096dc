/* SPDX-License-Identifier: Apache-2.0 */
/* The conformance suite on a PC: every body on every chip, under every variant of the machine. */
#include <stddef.h>

#include "conformance.h"
#include "runner.h"

enum { SUITES_MAX = 32 };

/* Adds tables, and returns behind which. */
static struct runner_suite *add_tables(struct runner_suite *suite,
                                       const struct test_case *const *tables)
{
    for (; *tables != NULL; tables++) {
        *suite++ = (struct runner_suite){*tables, RUNNER_VARIANTS};
    }
    return suite;
}

int main(int argc, char **argv)
{
    struct runner_suite suites[SUITES_MAX] = {{NULL, RUNNER_BARE}};
    struct runner_suite suites_external[SUITES_MAX] = {{NULL, RUNNER_BARE}};
    const struct runner_chip chips[] = {
        {NULL, suites},
        {"esp32s3", suites_external},
        {NULL, NULL},
    };

    (void)add_tables(suites, conformance_tables);
    (void)add_tables(add_tables(suites_external, conformance_tables), conformance_external_tables);
    return runner_main_on(argc, argv, "conformance", chips);
}
