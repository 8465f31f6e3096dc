/* SPDX-License-Identifier: Apache-2.0 */
/* The engine (descriptor.md; engine.h), and what the driver does to it. */

/* What the engine does by itself. */

inline engine_load_tx(i)
{
    tx = i;
    tx_sent = false;
    tx_stale = false;
    if
    :: i != NONE && !tx_own[i] ->
        tx = NONE;
        tx_last = NONE;
        raw = raw | FAILURE
    :: else
    fi
}

inline engine_load_rx(i)
{
    rx = i;
    rx_got = false;
    rx_stale = false;
    starved = false;
    if
    :: i != NONE && !rx_own[i] ->
        rx = NONE;
        rx_last = NONE;
        raw = raw | FAILURE
    :: else
    fi
}

inline engine_tell()
{
    if
    :: item_eof[rx] -> last_eof = rx
    :: else
    fi;
    if
    :: raw = raw | EVENT_ITEM | (item_eof[rx] -> EVENT_EOF : 0)
#if LOST > 0
    :: lost != 0 -> lost--
#endif
    fi
}

proctype Engine()
{
    byte after;
end:
    do
    :: go[TASK1]!0
    :: go[ISR]!0
    :: go[(in_isr -> FREE : TASK0)]!0
    :: atomic { /* a source is read, and goes into the FIFO */
        tx != NONE && !tx_sent && fifo_behind == NONE && tx_back == NONE ->
            /* PROPERTY: no item is at work whose request has ended or never was. */
            assert(seq_in_flight(item_seq[tx]) || dead);
            /* PROPERTY: a source that an earlier request writes is read after that has ended. */
            assert(!depends[item_slot[tx]] || item_slot[tx] == oldest ||
                   written[(item_slot[tx] + BACKLOG - 1) % BACKLOG] ==
                       all_pieces((item_slot[tx] + BACKLOG - 1) % BACKLOG));
            if
            :: fifo == NONE -> fifo = tx
            :: else -> fifo_behind = tx
            fi;
            tx_sent = true;
#if ORDER == OWNER_FIRST
            tx_own[tx] = false
#else
            tx_back = tx
#endif
        }
    :: atomic { /* transmit's owner bit arrives in memory, soon or late */
        tx_back != NONE ->
            tx_own[tx_back] = false;
            tx_back = NONE
        }
    :: atomic { /* transmit goes on to the next item, or parks */
        tx != NONE && tx_sent ->
            after = (tx_stale -> NONE : tx_next[tx]);
            tx_last = tx;
            if
            :: after == NONE && item_eof[tx] -> raw = raw | EVENT_LIST_END
            :: else
            fi;
            engine_load_tx(after);
            after = 0
        }
    :: atomic { /* receive writes a destination */
        rx != NONE && !rx_got && fifo != NONE && rx_back == NONE && !rx_event ->
            assert(fifo == rx); /* both sides keep step */
            /* PROPERTY: nothing is written for a request that has ended. */
            assert((seq_in_flight(item_seq[rx]) || dead) && !uninstalled);
            /* PROPERTY: nor for one that was withdrawn. */
            assert(trouble[item_slot[rx]] != TROUBLE_WITHDRAWN || dead);
            written[item_slot[rx]] = written[item_slot[rx]] | (1 << item_piece[rx]);
            fifo = fifo_behind;
            fifo_behind = NONE;
            rx_got = true;
#if ORDER == OWNER_FIRST
            rx_own[rx] = false;
#else
            rx_back = rx;
#endif
#if ORDER == EVENT_FIRST
            engine_tell()
#else
            rx_event = true
#endif
        }
    :: atomic { /* receive's owner bit, before the event or after it */
        rx_back != NONE ->
            rx_own[rx_back] = false;
            rx_back = NONE
        }
    :: atomic {
        rx_event ->
            rx_event = false;
            engine_tell()
        }
    :: atomic { /* receive goes on to the next item, or parks */
        rx != NONE && rx_got && !rx_event ->
            after = (rx_stale -> NONE : rx_next[rx]);
            rx_last = rx;
            engine_load_rx(after);
            after = 0
        }
    :: atomic {
        rx == NONE && fifo != NONE && !starved -> /* data for which receive has no item */
            starved = true;
            raw = raw | STARVED
        }
#if FAILURES > 0
    :: atomic { /* an error in front of an item */
        failures != 0 && tx != NONE && !tx_sent ->
            failures--;
            tx = NONE;
            tx_last = NONE;
            raw = raw | FAILURE
        }
    :: atomic {
        failures != 0 && rx != NONE && !rx_got ->
            failures--;
            rx = NONE;
            rx_last = NONE;
            raw = raw | FAILURE
        }
#endif
    od
}

/* src/engine/ahb_gdma_v1.h. Polls that are bounded in the code stand here for as long as it takes
 * what they wait for, if it is under way: that is what their bounds were chosen for. */

/* gdma_start(). PARK is waited for. */
inline op_start(first)
{
    raw = raw & ~NORMAL;
    /* PROPERTY: no START while the engine has something left to do. */
    assert((tx == NONE || tx_sent) && (rx == NONE || rx_got) && fifo == NONE);
    tx == NONE && rx == NONE;
    engine_load_rx(first);
    engine_load_tx(first)
}

/* gdma_append(): a side that stands at the item before, or rests behind it, sees the link or does
 * not. */
inline op_append(before, first)
{
    engine_runs;
    rx_next[before] = first;
    if
    :: rx == before -> rx_stale = true
    :: rx == before -> rx_stale = false
    :: rx == NONE && rx_last == before -> engine_load_rx(first)
    :: rx != before
    fi;
    engine_runs;
    tx_next[before] = first;
    if
    :: tx == before -> tx_stale = true
    :: tx == before -> tx_stale = false
    :: tx == NONE && tx_last == before -> engine_load_tx(first)
    :: tx != before
    fi
}

/* gdma_listen() */
inline op_listen(events)
{
    listening = events;
    silenced = false
}

/* What interrupts now. */
#define asserted_events (silenced -> 0 : raw & (listening | ERRORS_MASK))

/* gdma_take_events(), into t_events. */
inline op_take_events()
{
    engine_runs;
    t_events = asserted_events;
    engine_runs;
    raw = raw & ~t_events;
    t_events = t_events & ERRORS_MASK
}

/* gdma_stop(), into t_flag: whether it confirmed. What was under way has landed then, or never
 * will. */
inline op_stop()
{
    engine_runs;
    t_flag = true;
#ifdef MAY_DIE
    if
    :: t_flag = false
    :: skip
    fi;
#endif
    if
    :: t_flag ->
        if
        :: tx_back != NONE -> tx_own[tx_back] = false
        :: skip
        fi;
        if
        :: rx_back != NONE -> rx_own[rx_back] = false
        :: skip
        fi;
        engine_reset();
        raw = 0;
#ifdef PROMPT
        stopped = true;
#endif
        t_last = 0;
        do
        :: t_last != ITEMS ->
            listed[t_last] = false;
            t_last++
        :: else -> break
        od
    :: else -> silenced = true
    fi
}

inline engine_reset()
{
    tx = NONE;
    rx = NONE;
    tx_last = NONE;
    rx_last = NONE;
    tx_back = NONE;
    rx_back = NONE;
    tx_sent = false;
    rx_got = false;
    tx_stale = false;
    rx_stale = false;
    starved = false;
    rx_event = false;
    fifo = NONE;
    fifo_behind = NONE;
    last_eof = NONE
}
