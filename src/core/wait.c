/* SPDX-License-Identifier: Apache-2.0 */
#include "wait.h"

#include "poll.h"

#define US_PER_MS 1000u

struct wait wait_begin(int32_t timeout_ms)
{
    uint32_t now_us = port_now_us();
    return (struct wait){.left_ms = timeout_ms, .last_us = now_us, .looked_us = now_us};
}

/* Takes the time that has passed off what is left. */
static void count_down(struct wait *wait)
{
    uint32_t passed_ms = (port_now_us() - wait->last_us) / US_PER_MS;
    wait->last_us += passed_ms * US_PER_MS;
    if (wait->left_ms != WAIT_FOREVER) {
        wait->left_ms -= passed_ms < (uint32_t)wait->left_ms ? (int32_t)passed_ms : wait->left_ms;
    }
}

bool wait_for_signal(struct async_memcpy_context *context, struct wait *wait,
                     struct port_signal *signal)
{
    count_down(wait);
    if (wait->left_ms == 0) {
        poll_reap(context);
        return false;
    }
    uint32_t slice_ms = context_stall_ms(context);
    if (wait->left_ms != WAIT_FOREVER && (uint32_t)wait->left_ms < slice_ms) {
        slice_ms = (uint32_t)wait->left_ms;
    }
    poll_watch(context);
    bool taken = port_signal_take_within(signal, slice_ms);
    uint32_t now_us = port_now_us();
    /* What woke us need not be what we wait for, and the engine may have stalled meanwhile. */
    if (!taken || now_us - wait->looked_us >= slice_ms * US_PER_MS) {
        wait->looked_us = now_us;
        poll_reap(context);
    }
    return true;
}

bool wait_for_progress(struct async_memcpy_context *context, struct wait *wait)
{
    port_lock_state_t state = port_lock(&context->lock);
    context->slot_waiters++;
    /* With more than EOF on, the interrupt handler looks for waiters. */
    context_ops(context)->listen(&context->channel, ENGINE_EVENT_EOF | ENGINE_EVENT_ITEM);
    port_unlock(&context->lock, state);
    bool in_time = wait_for_signal(context, wait, &context->slot_free);
    state = port_lock(&context->lock);
    context->slot_waiters--;
    if (context->slot_waiters != 0) {
        port_signal_give(&context->slot_free); /* one give may be for several */
    }
    port_unlock(&context->lock, state);
    return in_time;
}
