/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver's life of a request, as src/core has it: submit, interrupt, poll, cancel, uninstall,
 * on two cores, against an engine that runs at the same time.
 *
 * Every inline below that names a function of the C code mirrors that function; what it leaves out
 * is said there. Sizes are counted in items, since how a range is cut is proved elsewhere
 * (proofs/wp). A chunk in atomic {} has at most one access that the engine can see, or that sees
 * the engine; between two chunks the engine may do anything. So the interleavings are those of the
 * code: under the lock only the engine runs besides, without it everybody.
 *
 * Three processes run the driver: TASK0 and ISR on core 0, where the interrupt comes at any point at
 * which TASK0 does not hold the lock, and TASK1 on core 1. A fourth one is the engine, a fifth sees
 * to the end.
 *
 * What is checked is marked "PROPERTY:". Scenarios and planted errors are chosen by -D, see
 * prove.py.
 */

#include "scenario.pml"
#include "state.pml"
#include "engine.pml"
#include "core.pml"
#include "calls.pml"

#define is_asserted (pended || asserted_events != 0)

/* What calls complete_isr(): as ISR the port, while an interrupt is asserted or pended; otherwise
 * poll_reap(). */
proctype Handler(byte me)
{
    byte slot, called, whose, accepted;
    bool failed, took_over;
end:
    do
    :: atomic {
        if
        :: me == ISR && interrupt_open && lock != TASK0 && !masked &&
           (is_asserted || spurious != 0) ->
            if
            :: is_asserted
            :: else -> spurious--
            fi;
            in_isr = true;
            pended = false
        :: me != ISR && reaping[me] ->
            skip
        fi;
#if STALLS > 0
        if
        :: me != ISR -> reap_stalled()
        :: else -> complete()
        fi;
#else
        complete();
        if
        :: me != ISR && dead -> complete()
        :: else
        fi;
#endif
        in_isr = in_isr && me != ISR;
        reaping[me] = false;
        took_over = false
        }
    od
}

proctype Task(byte me)
{
    byte accepted;
    byte calls = (me == TASK0 -> CALLS0 : CALLS1);
    bool flag, in_time;
    atomic {
        do
        :: calls != 0 ->
            calls--;
            if
#define CALLS(what) (TASK0_CALLS == what || TASK1_CALLS == what)
#define calls_now(what) ((me == TASK0 -> TASK0_CALLS : TASK1_CALLS) == what)
#if CALLS(SUBMIT)
            :: calls_now(SUBMIT) ->
                submit(NULL);
                accepted = 0
#endif
#if CALLS(BLOCKING)
            :: calls_now(BLOCKING) -> blocking()
#endif
#if CALLS(POLL)
            :: calls_now(POLL) -> poll_reap()
#endif
#if CALLS(CANCEL)
            :: calls_now(CANCEL) -> cancel()
#endif
#if CALLS(DRAIN)
            :: calls_now(DRAIN) -> drain()
#endif
#if CALLS(UNINSTALL)
            :: calls_now(UNINSTALL) ->
                tasks_done == 1; /* nobody may call any more */
                uninstall()
#endif
            fi
        :: else -> break
        od;
        tasks_done++
    }
}

/* Begins, and goes on when nothing can happen any more. */
init
{
    byte me = TASK0;
    bool flag, in_time;
    atomic {
        run Engine();
        run Handler(ISR);
        run Handler(TASK0);
        run Handler(TASK1);
        run Task(TASK0);
        run Task(TASK1)
    }
#if LOST > 0
    timeout && sleeping == 0 -> reaping[TASK0] = true;
#endif
    atomic {
        timeout && sleeping == 0 ->
            /* PROPERTY: every call comes back, and every accepted request ends with no further call
             * into the driver; without a callback, that is: it is finished. */
            assert(tasks_done == 2 && calls_due == 0);
            assert(!in_isr && lock == FREE && !delivering && slot_waiters == 0);
            assert(in_flight == 0 || dead || (waiting == 0 && is_done(item_last)));
            if
            :: !uninstalled -> uninstall()
            :: else
            fi
    }
    timeout ->
        assert(uninstalled || dead)
}
