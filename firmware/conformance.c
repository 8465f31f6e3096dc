/* SPDX-License-Identifier: Apache-2.0 */
/* The conformance suite, body for body that of the PC, on the chip. */
#include "conformance.h"

#include <stddef.h>

#include "test_platform.h"

int main(void)
{
    for (size_t i = 0; conformance_tables[i] != NULL; i++) {
        for (const struct test_case *test = conformance_tables[i]; test->name != NULL; test++) {
            if (test_platform_wants(test)) {
                test_platform_run_one(test);
            }
        }
    }
    return test_platform_end();
}
