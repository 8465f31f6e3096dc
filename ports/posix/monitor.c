/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "monitor.h"

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>

#include "machine_thread.h"

/* A thread that wants in. */
struct waiter {
    pthread_cond_t turn;
    bool has_turn;
    struct waiter *next;
};

/* Held for a moment only, while the following change hands. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static bool occupied;
static struct waiter *first;
static struct waiter *last;

static atomic_bool wanted; /* first is not NULL */
static _Thread_local unsigned depth;
static _Thread_local struct waiter self;

/* The mutex is held. */
static void take_turn(void)
{
    if (!occupied) {
        occupied = true;
        return;
    }
    self = (struct waiter){.turn = PTHREAD_COND_INITIALIZER};
    if (first == NULL) {
        first = &self;
    } else {
        last->next = &self;
    }
    last = &self;
    atomic_store_explicit(&wanted, true, memory_order_relaxed);
    while (!self.has_turn) {
        (void)pthread_cond_wait(&self.turn, &mutex);
    }
    (void)pthread_cond_destroy(&self.turn);
}

/* The mutex is held. With somebody waiting, `occupied` stays true: nobody comes between. */
static void pass_turn(void)
{
    struct waiter *next = first;
    if (next == NULL) {
        occupied = false;
        return;
    }
    first = next->next;
    atomic_store_explicit(&wanted, first != NULL, memory_order_relaxed);
    next->has_turn = true;
    (void)pthread_cond_signal(&next->turn);
}

void monitor_enter(void)
{
    if (depth == 0) {
        (void)pthread_mutex_lock(&mutex);
        take_turn();
        (void)pthread_mutex_unlock(&mutex);
    }
    depth++;
}

void monitor_leave(void)
{
    assert(depth > 0);
    if (depth == 1) {
        machine_thread_notice();
        (void)pthread_mutex_lock(&mutex);
        pass_turn();
        (void)pthread_mutex_unlock(&mutex);
    }
    depth--;
}

/* Whoever comes in next needs the mutex for it, and by then this thread waits for cond: a signal
 * cannot be missed. */
void monitor_wait(pthread_cond_t *cond)
{
    assert(depth == 1);
    machine_thread_notice();
    (void)pthread_mutex_lock(&mutex);
    pass_turn();
    (void)pthread_cond_wait(cond, &mutex);
    take_turn();
    (void)pthread_mutex_unlock(&mutex);
}

void monitor_init_cond(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(cond, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

struct timespec monitor_moment(uint32_t milliseconds)
{
    enum { MS_PER_S = 1000, NS_PER_MS = 1000000, NS_PER_S = 1000000000 };
    struct timespec moment = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &moment);
    moment.tv_sec += milliseconds / MS_PER_S;
    moment.tv_nsec += (long)(milliseconds % MS_PER_S) * NS_PER_MS;
    if (moment.tv_nsec >= NS_PER_S) {
        moment.tv_nsec -= NS_PER_S;
        moment.tv_sec++;
    }
    return moment;
}

bool monitor_wait_until(pthread_cond_t *cond, const struct timespec *moment)
{
    assert(depth == 1);
    machine_thread_notice();
    (void)pthread_mutex_lock(&mutex);
    pass_turn();
    int error = pthread_cond_timedwait(cond, &mutex, moment);
    take_turn();
    (void)pthread_mutex_unlock(&mutex);
    return error == 0;
}

void monitor_give_way(void)
{
    if (atomic_load_explicit(&wanted, memory_order_relaxed)) {
        monitor_leave();
        monitor_enter();
    }
}

void monitor_forget(void)
{
    const pthread_mutex_t unlocked = PTHREAD_MUTEX_INITIALIZER;
    mutex = unlocked;
    occupied = false;
    first = NULL;
    last = NULL;
    depth = 0;
}
