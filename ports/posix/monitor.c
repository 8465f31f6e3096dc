/* SPDX-License-Identifier: Apache-2.0 */
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
