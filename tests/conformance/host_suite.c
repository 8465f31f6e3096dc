/* SPDX-License-Identifier: Apache-2.0 */
/* The conformance suite on a PC: every body under every variant of the machine. */
#include <stddef.h>

#include "conformance.h"
#include "runner.h"

enum { SUITES_MAX = 32 };

int main(int argc, char **argv)
{
    struct runner_suite suites[SUITES_MAX] = {{NULL, RUNNER_BARE}};

    for (size_t i = 0; conformance_tables[i] != NULL; i++) {
        suites[i].cases = conformance_tables[i];
        suites[i].mode = RUNNER_VARIANTS;
    }
    return runner_main(argc, argv, "conformance", suites);
}
