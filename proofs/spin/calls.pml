/* SPDX-License-Identifier: Apache-2.0 */
/* How requests end, and what else a user may call. */

/* src/core/complete.c */

inline call_back()
{
    /* PROPERTY: no callback runs twice, none before an earlier one, one at a time, none after
     * uninstall, nor after a cancel that was to end it. */
    assert(called > last_called && !calling && !uninstalled && called > cancelled);
    last_called = called;
    called = 0;
    calls_due--;
    calling = true;
    if
    :: whose != USER -> /* ticket_called_back() */
        port_lock();
        ticket_end(whose - TICKET);
        port_unlock()
    :: else ->
#if CALLBACK_CALLS == SUBMIT
        if
        :: callback_calls != 0 ->
            callback_calls--;
            submit(NULL);
            accepted = 0
        :: true
        fi;
#elif CALLBACK_CALLS == CANCEL
        if
        :: callback_calls != 0 ->
            callback_calls--;
            cancel_requests(NULL);
            complete_nested()
        :: true
        fi;
#endif
        others_run()
    fi;
    whose = 0;
    calling = false
}

/* ticket.c, ticket_end_locked() */
inline ticket_end(who)
{
    /* PROPERTY: a ticket is left alone once it has been given back. */
    assert(ticket_out[who]);
    ticket_ended[who] = true;
    ticket_signal[who] = true
}

/* deliver_locked() */
inline deliver_one()
{
    slot = oldest;
    context_take();
    if
    :: waiting != 0 -> submit_arm()
    :: else
    fi;
    if
    :: callback[slot] != NULL ->
        called = seq[slot];
        whose = callback[slot];
        slot = 0;
        /* PROPERTY: its slot is free before a callback runs. */
        assert(in_flight < BACKLOG);
        port_unlock();
        call_back();
        port_lock()
    :: else -> slot = 0
    fi
}

/* The delivery loop. */
inline deliver()
{
    if
    :: delivering
    :: else ->
        delivering = true;
        do
        :: in_flight == 0 -> break
        :: else ->
            engine_runs;
            if
            :: is_finished -> deliver_one()
            :: !is_finished && failed ->
                pended = true;
                break
            :: !is_finished && !failed ->
                upkeep_go_on();
                if
                :: !t_again -> break
                :: else
                fi
            fi
        od;
        delivering = false
    fi
}

/* complete_isr() */
inline complete()
{
    port_lock();
    op_take_events();
    failed = t_events != 0 && !dead;
    if
    :: failed -> recover()
    :: else -> t_events = 0
    fi;
    deliver();
    failed = false;
    if
    :: listening != EVENT_EOF -> upkeep_listen()
    :: else
    fi;
    port_unlock()
}

/* The same in a callback, where the delivery loop runs already. */
inline complete_nested()
{
    took_over = false;
    port_lock();
    op_take_events();
    if
    :: t_events != 0 && !dead -> recover()
    :: else -> t_events = 0
    fi;
    assert(delivering);
    if
    :: listening != EVENT_EOF -> upkeep_listen()
    :: else
    fi;
    port_unlock()
}

/* src/core/poll.c: poll_reap() of a task, under port_call_as_interrupt(). A process of its own does
 * it while the task waits, only because that keeps the model small. */
inline poll_reap()
{
    if
    :: me == TASK0 -> masked = true
    :: else
    fi;
    reaping[me] = true;
    !reaping[me];
    masked = false
}

#if STALLS > 0
/* reap(). Whether a stall is seen is a matter of time: it may be, while an item is not done. */
inline reap_stalled()
{
    port_lock();
    engine_runs;
    if
    :: stalls != 0 && !dead && item_oldest != item_free ->
        stalls--;
        t_events = FAILURE;
        recover();
        pended = true;
        port_unlock()
    :: true ->
        port_unlock();
        complete()
    fi;
    if
    :: dead -> complete() /* what it has only now given up */
    :: else
    fi
}
#endif

/* src/core/cancel.c */

#define is_meant(r, only) (only == NULL || callback[r] == TICKET + only)

/* cancel_requests() without the reaping at its end. */
inline cancel_requests(only)
{
    port_lock();
    accepted = next_seq - 1;
    t_flag = false; /* is_any_armed_locked() */
    t_request = oldest;
    t_index = in_flight;
    do
    :: t_index != 0 ->
        t_flag = t_flag || (is_meant(t_request, only) &&
                            (t_index > waiting || (t_index == waiting && armed != 0)));
        t_request = next_request(t_request);
        t_index--
    :: else -> break
    od;
    if
    :: t_flag && !dead -> recover_take_back()
    :: else -> t_flag = !dead
    fi;
    if
    :: t_flag ->
        t_request = arming; /* mark_locked() */
        t_index = waiting;
        do
        :: t_index != 0 ->
            if
            :: trouble[t_request] < TROUBLE_BELOW_0 && is_meant(t_request, only) ->
                trouble[t_request] = TROUBLE_WITHDRAWN;
                if
                :: only != NULL ->
                    ticket_end(only);
                    callback[t_request] = NULL;
                    calls_due--
                :: else
                fi
            :: else
            fi;
            t_request = next_request(t_request);
            t_index--
        :: else -> break
        od;
        submit_arm()
    :: else
    fi;
    port_unlock()
}

/* src/core/wait.c. A task sleeps for a signal, but looks by itself when its slice of time is over:
 * here when nothing else can happen. */

#ifdef PROMPT
/* PROPERTY: nobody sleeps though what he waits for has happened. A stop forgets events, also the one
 * by which somebody who is about to wait for a slot would have been told at once: after a recovery
 * he may sleep to the end of his slice. */
#define sleep_was_needless() assert(stopped)
#else
#define sleep_was_needless() skip
#endif

/* wait_for_signal() */
inline wait_for_signal(signal)
{
    sleeping++;
    if
    :: signal && may_run ->
        sleeping--;
        signal = false;
        if
        :: poll_reap() /* it has slept for long */
        :: skip
        fi
#ifdef LIMIT
    :: may_run -> /* the time is over */
        sleeping--;
        in_time = false;
        poll_reap()
#endif
    :: timeout ->
        sleeping--;
        sleep_was_needless();
        poll_reap()
    fi
}

/* wait_for_progress() */
inline wait_for_progress()
{
    port_lock();
    slot_waiters++;
    op_listen(EVENT_EOF | EVENT_ITEM);
    port_unlock();
    wait_for_signal(slot_free);
    port_lock();
    slot_waiters--;
    if
    :: slot_waiters != 0 -> slot_free = true
    :: else
    fi;
    port_unlock()
}

/* src/core/ticket.c: esp_memcpy_blocking(). */
inline blocking()
{
    in_time = true;
    ticket_out[me] = true;
    do
    :: submit(me);
        if
        :: accepted != 0 -> break
        :: else
        fi;
        port_lock();
        flag = dead;
        port_unlock();
        if
        :: flag || !in_time -> break
        :: else -> wait_for_progress()
        fi;
        if
        :: !in_time -> break
        :: else
        fi
    od;
    if
    :: accepted != 0 ->
        wait_for_end();
        if
        :: !in_time ->
            cancel_requests(me);
            poll_reap();
            in_time = true;
            wait_for_end_sure()
        :: else
        fi;
        accepted = 0
    :: else
    fi;
    ticket_out[me] = false;
    ticket_ended[me] = false;
    ticket_signal[me] = false;
    flag = false;
    in_time = false
}

/* has_ended(), into flag. */
inline has_ended()
{
    port_lock();
    flag = ticket_ended[me];
    if
    :: !flag -> upkeep_settle()
    :: else
    fi;
    port_unlock()
}

/* wait_for_end(). Leaves in_time: whether it has ended. */
inline wait_for_end()
{
    do
    :: has_ended();
        if
        :: flag -> break
        :: else
        fi;
        wait_for_signal(ticket_signal[me]);
        if
        :: !in_time ->
            has_ended();
            in_time = flag;
            break
        :: else
        fi
    od
}

/* The same without a limit. */
inline wait_for_end_sure()
{
    do
    :: has_ended();
        if
        :: flag -> break
        :: else
        fi;
        sleeping++;
        if
        :: ticket_signal[me] && may_run ->
            sleeping--;
            ticket_signal[me] = false
        :: timeout ->
            sleeping--;
            sleep_was_needless();
            poll_reap()
        fi
    od
}

/* src/core/drain.c, without a limit. */
inline drain()
{
    in_time = true;
    do
    :: port_lock();
        flag = in_flight == 0 && !delivering;
        port_unlock();
        if
        :: flag -> break
        :: else
        fi;
        wait_for_progress()
    od;
    flag = false;
    in_time = false
}

/* esp_async_memcpy_cancel() of a task. */
inline cancel()
{
    in_time = true;
    cancel_requests(NULL);
    poll_reap();
    do
    :: port_lock();
        flag = delivering || (dead && in_flight != 0); /* is_withdrawing() */
        t_request = oldest;
        t_index = in_flight;
        do
        :: t_index != 0 ->
            flag = flag || trouble[t_request] >= TROUBLE_BELOW_0;
            t_request = next_request(t_request);
            t_index--
        :: else -> break
        od;
        port_unlock();
        if
        :: !flag -> break
        :: else
        fi;
        wait_for_progress()
    od;
    /* PROPERTY: all that was in flight has ended. */
    assert(dead || !seq_in_flight(accepted));
    assert(!calling || last_called > accepted);
    cancelled = accepted;
    accepted = 0;
    flag = false;
    in_time = false
}

/* src/core/install.c: esp_async_memcpy_uninstall() with wait_for_last_callback() and retire(). */
inline uninstall()
{
    in_time = true;
    do
    :: port_lock();
        flag = in_flight == 0 && delivering; /* is_in_last_callback() */
        port_unlock();
        if
        :: flag -> wait_for_progress()
        :: break /* also because the time is over */
        fi
    od;
    in_time = false;
    port_lock();
    upkeep_settle();
    flag = in_flight == 0 && slot_waiters == 0 && !delivering && !dead;
    if
    :: flag ->
        assert(!calling); /* PROPERTY: nothing is uninstalled under a callback that runs */
        in_flight_max = 0
    :: else
    fi;
    port_unlock();
    if
    :: flag ->
        /* port_interrupt_close() returns when the handler neither runs nor will. */
        interrupt_open = false;
        !in_isr;
        /* PROPERTY: the engine has nothing left to do when its memory is given back. */
        assert((tx == NONE || tx_sent) && (rx == NONE || rx_got) && fifo == NONE);
        assert(tx_back == NONE && rx_back == NONE);
        assert(!calling && in_flight == 0);
        engine_reset();
        uninstalled = true;
        flag = false
    :: else
    fi
}
