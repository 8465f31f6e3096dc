/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "machine_thread.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include "interrupts.h"
#include "machine.h"
#include "monitor.h"
#include "port.h"
#include "signals.h"

/* All of this belongs to the monitor. */
static pthread_t thread;
static bool exists;
static bool stopping;
static bool asleep;
static bool forget_interrupts;                            /* when the thread is started next */
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;    /* for the thread, while it is asleep */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER; /* a handler has ended, or work has */
static const struct port_interrupt *running;
static unsigned running_beside; /* on other threads, as if they were handlers */
static uint64_t interrupt_count;
static uint64_t end_count; /* of handlers, and of what ran as if */
static uint64_t yield_count;

static _Thread_local bool in_interrupt;
static _Thread_local bool yields;
static _Thread_local uint64_t seen_count; /* ends that the thread knows of */

bool machine_thread_in_interrupt(void)
{
    return in_interrupt;
}

void machine_thread_yield_later(void)
{
    yields = true;
}

uint64_t machine_thread_interrupts(void)
{
    return interrupt_count;
}

uint64_t machine_thread_yields(void)
{
    return yield_count;
}

/* Whether there is something to do for the thread. */
static bool has_work(void)
{
    return stopping || interrupts_are_pending() || machine_has_event();
}

void machine_thread_notice(void)
{
    if (asleep && has_work()) {
        (void)pthread_cond_signal(&work);
    }
}

/* Tasks that the handler woke go on only now, as they would on the chip's one core: who wakes may
 * rely on the handler's having returned. */
static void deliver(struct port_interrupt *interrupt)
{
    void (*handler)(void *argument) = interrupt->handler;
    void *argument = interrupt->argument;
    running = interrupt;
    yields = false;
    in_interrupt = true;
    monitor_leave();
    handler(argument);
    monitor_enter();
    in_interrupt = false;
    running = NULL;
    interrupt_count++;
    end_count++;
    signals_give_due();
    (void)pthread_cond_broadcast(&changed);
    if (yields) {
        yield_count++;
        monitor_leave();
        (void)sched_yield();
        monitor_enter();
    }
}

/* Who waits for an interrupt waits for what this calls back, too. */
void machine_thread_call_as_interrupt(void (*function)(void *argument), void *argument)
{
    monitor_enter();
    running_beside++;
    monitor_leave();
    yields = false;
    in_interrupt = true;
    function(argument);
    in_interrupt = false;
    monitor_enter();
    running_beside--;
    end_count++;
    signals_give_due();
    (void)pthread_cond_broadcast(&changed);
    monitor_leave();
    if (yields) {
        (void)sched_yield();
    }
}

static void *run(void *nothing)
{
    monitor_enter();
    while (!stopping) {
        struct port_interrupt *interrupt = interrupts_take();
        if (interrupt != NULL) {
            deliver(interrupt);
        } else if (machine_run_next_event()) {
            monitor_give_way();
        } else {
            (void)pthread_cond_broadcast(&changed);
            asleep = true;
            monitor_wait(&work);
            asleep = false;
        }
    }
    monitor_leave();
    return nothing;
}

/* A handler that runs now may be waiting for what the exiting thread holds, so it is not waited
 * for: it goes on, as any other thread does, until the process is gone. */
static void stop_at_exit(void)
{
    monitor_enter();
    bool waits = exists && running == NULL;
    bool leaves = exists && running != NULL;
    stopping = true;
    exists = false;
    (void)pthread_cond_broadcast(&changed);
    monitor_leave();
    if (waits) {
        (void)pthread_join(thread, NULL);
    } else if (leaves) {
        (void)pthread_detach(thread);
    }
}

/* The thread is not in the child, which may install drivers of its own; those of the parent are not
 * to be used there, and their callbacks must not come a second time. */
static void begin_child(void)
{
    const pthread_cond_t nobody = PTHREAD_COND_INITIALIZER;
    work = nobody;
    changed = nobody;
    exists = false;
    asleep = false;
    running = NULL;
    running_beside = 0;
    forget_interrupts = true;
    monitor_forget();
}

static int register_ends(void)
{
    static bool registered;
    if (registered) {
        return 0;
    }
    if (atexit(stop_at_exit) != 0) {
        return ENOMEM;
    }
    registered = true;
    return pthread_atfork(monitor_enter, monitor_leave, begin_child);
}

/* The thread takes no signals that are meant for the program. Those that an instruction causes
 * cannot be put off. */
static void block_signals(sigset_t *before)
{
    sigset_t blocked;
    (void)sigfillset(&blocked);
    (void)sigdelset(&blocked, SIGSEGV);
    (void)sigdelset(&blocked, SIGBUS);
    (void)sigdelset(&blocked, SIGFPE);
    (void)sigdelset(&blocked, SIGILL);
    (void)pthread_sigmask(SIG_SETMASK, &blocked, before);
}

int machine_thread_start(void)
{
    if (exists || stopping) {
        return 0;
    }
    if (forget_interrupts) {
        forget_interrupts = false;
        interrupts_forget_all();
    }
    int error = register_ends();
    if (error == 0) {
        sigset_t before;
        block_signals(&before);
        error = pthread_create(&thread, NULL, run, NULL);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    exists = error == 0;
    return error;
}

void machine_thread_await_end_of(const struct port_interrupt *interrupt)
{
    while (running == interrupt) {
        monitor_wait(&changed);
    }
}

/* Whether an interrupt is being handled, or may come. */
static bool is_under_way(void)
{
    return exists && (running != NULL || running_beside != 0 || has_work());
}

bool machine_thread_await_interrupt(void)
{
    monitor_enter();
    while (end_count == seen_count && is_under_way()) {
        monitor_wait(&changed);
    }
    bool came = end_count != seen_count;
    seen_count = end_count;
    monitor_leave();
    return came;
}
