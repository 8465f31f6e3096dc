/* SPDX-License-Identifier: Apache-2.0 */
/* platform.h and the failing of checks, in an image. */
#include "test_platform.h"

#include <stdio.h>
#include <string.h>

#include "board.h"
#include "check.h"
#include "copy.h"
#include "esp_attr.h"
#include "platform.h"
#include "port.h"
#include "rng.h"

enum { PASS_LOOPS = 400 };

static struct rng rng;
static uint32_t yield_count;
static unsigned test_number;
static const char *test_name;

void check_failed(const char *file, int line, const char *text)
{
    cpu_mask_interrupts();
    printf("not ok %u - %s\n# %s:%d: failed: %s\n", test_number, test_name, file, line, text);
    board_exit(1);
}

__attribute__((weak)) bool test_platform_sleep(void)
{
    cpu_wait_for_interrupt();
    return true;
}

bool platform_wait_until(bool (*is_done)(void *context), void *context)
{
    bool may_come = true;
    uint32_t status = cpu_mask_interrupts();
    while (may_come && !is_done(context)) {
        may_come = test_platform_sleep();
        cpu_restore_interrupts(status);
        status = cpu_mask_interrupts();
    }
    bool done = is_done(context);
    cpu_restore_interrupts(status);
    return done;
}

void platform_pass_time(void)
{
    for (unsigned i = 0; i < PASS_LOOPS; i++) {
        dma_publish();
    }
}

uint32_t platform_random(uint32_t bound)
{
    return rng_below(&rng, bound);
}

uint32_t platform_yield_count(void)
{
    return yield_count;
}

/* In place of the port's, which has nothing to do. */
IRAM_ATTR void port_yield_from_isr(void)
{
    yield_count++;
}

bool test_platform_wants(const struct test_case *test)
{
    const char *arguments = board_arguments();
    if (strcmp(arguments, "--list") == 0) {
        printf("%s\n", test->name);
        return false;
    }
    return strstr(test->name, arguments) != NULL;
}

void test_platform_run_one(const struct test_case *test)
{
    test_number++;
    test_name = test->name;
    rng_seed(&rng, test_number);
    yield_count = 0;
    copy_forget();
    test->body();
    printf("ok %u - %s\n", test_number, test_name);
}

void test_platform_skip(const struct test_case *test, const char *reason)
{
    test_number++;
    printf("ok %u - %s # SKIP %s\n", test_number, test->name, reason);
}

int test_platform_end(void)
{
    if (test_number != 0) {
        printf("1..%u\n", test_number);
    }
    return 0;
}
