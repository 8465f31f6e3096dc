/* SPDX-License-Identifier: Apache-2.0 */
/* A table of the conformance suite, body for body that of the PC, on the chip. */
#include "conformance.h"

#include <stddef.h>

#include "test_platform.h"

int main(void)
{
    for (const struct test_case *test = CONFORMANCE_TABLE; test->name != NULL; test++) {
        if (test_platform_wants(test)) {
            test_platform_run_one(test);
        }
    }
    return test_platform_end();
}
