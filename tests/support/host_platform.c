/* SPDX-License-Identifier: Apache-2.0 */
/* platform.h and the failing of checks, on a PC with cmocka. */
#include "host_platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "check.h"
#include "fixture.h"
#include "machine.h"
#include "platform.h"
#include "port_sim.h"
#include "rng.h"

enum { PASS_CYCLES = 1600 };

static struct rng rng;

void host_platform_seed(uint64_t seed)
{
    rng_seed(&rng, seed);
}

struct failure {
    const char *file;
    int line;
};

static void end_test(void *argument)
{
    const struct failure *failure = argument;

    _fail(failure->file, failure->line);
}

/* cmocka leaves the test with longjmp(), which must be done on the stack that the test began on. */
void check_failed(const char *file, int line, const char *text)
{
    struct failure failure = {file, line};

    print_error("%s:%d: failed: %s\n", file, line, text);
    print_error("on core %u, with %s\n", machine_core(), fixture_describe());
    machine_call_on_first_core(end_test, &failure);
}

bool platform_wait_until(bool (*is_done)(void *context), void *context)
{
    while (!is_done(context)) {
        if (!machine_wait_for_interrupt()) {
            return is_done(context);
        }
    }
    return true;
}

void platform_pass_time(void)
{
    machine_advance(PASS_CYCLES);
    (void)machine_wait_for_interrupt();
}

uint32_t platform_random(uint32_t bound)
{
    return rng_below(&rng, bound);
}

uint32_t platform_yield_count(void)
{
    return (uint32_t)port_sim_yield_count();
}
