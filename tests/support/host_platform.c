/* SPDX-License-Identifier: Apache-2.0 */
/* platform.h and the failing of checks, on a PC with cmocka. */
#include "host_platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

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

void check_failed(const char *file, int line, const char *text)
{
    print_error("%s:%d: failed: %s\n", file, line, text);
    print_error("with %s\n", fixture_describe());
    _fail(file, line);
    abort();
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
