/* SPDX-License-Identifier: Apache-2.0 */
/* MAP_ANONYMOUS and <ucontext.h> are not in C. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier) */
#include "coroutine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#if defined(__SANITIZE_ADDRESS__)
#define COROUTINE_TELLS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COROUTINE_TELLS_ASAN 1
#endif
#endif

enum { STACK_BYTES = 1024 * 1024, GUARD_BYTES = 64 * 1024 };

struct coroutine {
    ucontext_t context;
    void (*run)(void);
    bool resumes;    /* getcontext() returns for the second time */
    void *memory;    /* the guard, then the stack */
    void *fake;      /* of AddressSanitizer */
    const void *low; /* the stack */
    size_t size_bytes;
};

static struct coroutine coroutines[COROUTINE_COUNT];
static unsigned running;
static unsigned left; /* the one that switched to the running one */

#ifdef COROUTINE_TELLS_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

static void tell_leaving(struct coroutine *from, const struct coroutine *to)
{
    __sanitizer_start_switch_fiber(&from->fake, to->low, to->size_bytes);
}

/* Learns on the way where the stack is that was left: of coroutine 0 nobody else knows. */
static void tell_arrived(void *fake)
{
    __sanitizer_finish_switch_fiber(fake, &coroutines[left].low, &coroutines[left].size_bytes);
}

/* What was abandoned on a stack is not to be watched over any more. */
static void tell_unused(const struct coroutine *coroutine)
{
    __asan_unpoison_memory_region(coroutine->low, coroutine->size_bytes);
}
#else
static void tell_leaving(struct coroutine *from, const struct coroutine *to)
{
    (void)from;
    (void)to;
}

static void tell_arrived(void *fake)
{
    (void)fake;
}

static void tell_unused(const struct coroutine *coroutine)
{
    (void)coroutine;
}
#endif

static void die(const char *what)
{
    perror(what);
    abort();
}

static void begin(void)
{
    /* A coroutine that is begun anew keeps its fake stack: nothing would ever free the old one. */
    tell_arrived(coroutines[running].fake);
    coroutines[running].run();
    abort();
}

/* The stack stays for good; below it lies a page that nobody may touch. */
static void allocate_stack(struct coroutine *coroutine)
{
    coroutine->memory = mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (coroutine->memory == MAP_FAILED ||
        mprotect(coroutine->memory, GUARD_BYTES, PROT_NONE) != 0) {
        die("no stack for a core");
    }
}

void coroutine_prepare(unsigned index, void (*run)(void))
{
    struct coroutine *coroutine = &coroutines[index];
    if (coroutine->memory == NULL) {
        allocate_stack(coroutine);
    }
    char *low = (char *)coroutine->memory + GUARD_BYTES;
    coroutine->low = low;
    coroutine->size_bytes = STACK_BYTES;
    coroutine->run = run;
    tell_unused(coroutine);
    if (getcontext(&coroutine->context) != 0) {
        die("getcontext");
    }
    coroutine->context.uc_stack.ss_sp = low;
    coroutine->context.uc_stack.ss_size = STACK_BYTES;
    coroutine->context.uc_link = NULL;
    makecontext(&coroutine->context, begin, 0);
}

/* Not swapcontext(): AddressSanitizer intercepts that, with a warning. */
void coroutine_switch(unsigned from, unsigned to)
{
    struct coroutine *coroutine = &coroutines[from];
    left = from;
    running = to;
    coroutine->resumes = false;
    if (getcontext(&coroutine->context) != 0) {
        die("getcontext");
    }
    if (!coroutine->resumes) {
        coroutine->resumes = true;
        tell_leaving(coroutine, &coroutines[to]);
        (void)setcontext(&coroutines[to].context);
        die("setcontext");
    }
    tell_arrived(coroutine->fake);
}
