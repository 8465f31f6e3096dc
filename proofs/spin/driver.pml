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

#ifndef ITEMS
#define ITEMS 3 /* backlog + 1, but at least 3: install.c, allocate() */
#endif
#ifndef BACKLOG
#define BACKLOG 2
#endif
#ifndef TRIES0
#define TRIES0 1 /* submissions that each context tries */
#endif
#ifndef TRIES1
#define TRIES1 1
#endif
#ifndef TRIES_CALLBACK
#define TRIES_CALLBACK 0
#endif
#ifndef NEED_MAX
#define NEED_MAX 2 /* items of a request; above ITEMS - 1 it is streamed */
#endif
#ifndef ERRORS
#define ERRORS 0 /* errors that the engine may report */
#endif
#ifndef SPURIOUS
#define SPURIOUS 0 /* interrupts that may come without a reason */
#endif

#define NONE 15
#define FREE 0
#define TASK0 1
#define TASK1 2
#define ISR 3

/* engine.h: events and errors. */
#define EVENT_EOF 1
#define EVENT_ITEM 2
#define EVENT_LIST_END 4
#define NORMAL 7
#define STARVED 8
#define FAILURE 16
#define ERRORS_MASK 24

#define next_item(i) ((i) + 1 == ITEMS -> 0 : (i) + 1)
#define previous_item(i) ((i) == 0 -> ITEMS - 1 : (i) - 1)
#define next_request(r) ((r) + 1 == BACKLOG -> 0 : (r) + 1)
#define item_distance(from, to) (((to) + ITEMS - (from)) % ITEMS)

/* Items, as they lie in memory. */
bool tx_own[ITEMS];
bool rx_own[ITEMS];
byte tx_next[ITEMS];
byte rx_next[ITEMS];
byte item_slot[ITEMS];  /* stands for the addresses: whose piece, */
byte item_piece[ITEMS]; /* which one, */
byte item_seq[ITEMS];   /* and of which use of the slot */
bool listed[ITEMS];     /* written since the engine was last stopped */

#define is_done(i) (!tx_own[i] && !rx_own[i])
#define is_eof(i) (item_piece[i] + 1 == need[item_slot[i]])

/* The engine. */
byte tx = NONE; /* the item that each side is at; NONE: parked */
byte rx = NONE;
bool tx_sent; /* it has done with it, and is about to go on */
bool rx_got;
bool tx_stale; /* its next was read before an append */
bool rx_stale;
byte tx_last = NONE; /* where a side came to the end of its list */
byte rx_last = NONE;
byte tx_back = NONE; /* the item whose owner bit is still to be written back */
byte rx_back = NONE;
bool starved;
bool rx_event; /* an event that is still to be raised */
byte fifo = NONE;
byte last_eof = NONE;
byte raw;       /* raised events */
byte failures_left = ERRORS;

/* struct async_memcpy_context. */
byte item_oldest;
byte item_free;
byte item_last = ITEMS - 1;
byte restarted_at = NONE;
byte oldest;
byte arming;
byte free;
byte in_flight;
byte in_flight_max = BACKLOG;
byte waiting;
byte armed; /* armed_bytes */
bool delivering;
bool dead;
byte listening = EVENT_EOF;
byte slot_waiters;
bool slot_free; /* the signal */

/* struct request. */
byte need[BACKLOG];
bool has_callback[BACKLOG];
bool depends[BACKLOG]; /* on the request before it, if that is in flight */
byte last_item[BACKLOG] = NONE;
byte trouble[BACKLOG]; /* 0, where the engine went on, or one of: */
#define TROUBLE_FAILED 14
#define TROUBLE_ABANDONED 13
#define TROUBLE_WITHDRAWN 12

/* The port. */
byte lock = FREE;
bool in_isr;
bool pended;
bool interrupt_open = true;
byte spurious = SPURIOUS;

/* What only the properties look at. */
byte next_seq = 1; /* numbers accepted requests */
byte seq[BACKLOG];
byte written[BACKLOG]; /* pieces that are in place, one bit each */
byte last_called;      /* the request whose callback ran last */
byte calls_due;
bool calling;
bool uninstalled;
byte tasks_done;
bool closing; /* the end: all is quiet */

/* Scratch of who holds the lock; zero when it is free. */
byte t_first, t_last, t_before, t_item, t_request, t_index, t_count, t_offset, t_events;
bool t_again, t_flag;

#define may_run(me) ((me) != TASK0 || !in_isr)
#define is_finished (last_item[oldest] != NONE && is_done(last_item[oldest]))
#define is_armed(i) (item_distance(item_oldest, i) < item_distance(item_oldest, item_free))
#define all_pieces(r) ((1 << need[r]) - 1)

/* Whether a request is in flight: the numbers of those are the highest ones. */
#define seq_in_flight(s) ((s) + in_flight >= next_seq)

inline port_lock(me)
{
    atomic {
        lock == FREE && may_run(me) -> lock = me;
        assert(!uninstalled); /* PROPERTY: nothing of a driver is touched after its uninstall */
    }
}

inline port_unlock()
{
    atomic {
        t_first = 0;
        t_last = 0;
        t_before = 0;
        t_item = 0;
        t_request = 0;
        t_index = 0;
        t_count = 0;
        t_offset = 0;
        t_events = 0;
        t_again = false;
        t_flag = false;
        lock = FREE;
    }
}

/* engine.h, item_write(). */
inline item_write(i, r, piece)
{
    /* PROPERTY: no item is rewritten that the engine has not finished with. */
    assert(!listed[i] || is_done(i));
    assert(fifo != i && tx_back != i && rx_back != i);
    assert(!(tx == i && !tx_sent) && !(rx == i && !rx_got));
    listed[i] = true;
    tx_own[i] = true;
    rx_own[i] = true;
    tx_next[i] = NONE;
    rx_next[i] = NONE;
    item_slot[i] = r;
    item_piece[i] = piece;
    item_seq[i] = seq[r];
}

inline item_link(i, next)
{
    tx_next[i] = next;
    rx_next[i] = next;
}

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

active proctype Engine()
{
    byte after;
end:
    do
    :: atomic { /* a source is read, and goes into the FIFO */
        tx != NONE && !tx_sent && fifo == NONE && tx_back == NONE ->
            /* PROPERTY: no item is at work whose request has ended or never was. */
            assert(seq_in_flight(item_seq[tx]) || dead);
            /* PROPERTY: a source that an earlier request writes is read after that has ended. */
            assert(!depends[item_slot[tx]] || item_slot[tx] == oldest ||
                   written[(item_slot[tx] + BACKLOG - 1) % BACKLOG] ==
                       all_pieces((item_slot[tx] + BACKLOG - 1) % BACKLOG));
            fifo = tx;
            tx_sent = true;
            tx_back = tx
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
            :: after == NONE && is_eof(tx) -> raw = raw | EVENT_LIST_END
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
            written[item_slot[rx]] = written[item_slot[rx]] | (1 << item_piece[rx]);
            fifo = NONE;
            rx_got = true;
            rx_back = rx;
            rx_event = true
        }
    :: atomic { /* receive's owner bit, before the event or after it */
        rx_back != NONE ->
            rx_own[rx_back] = false;
            rx_back = NONE
        }
    :: atomic {
        rx_event ->
            rx_event = false;
            raw = raw | EVENT_ITEM;
            if
            :: is_eof(rx) ->
                raw = raw | EVENT_EOF;
                last_eof = rx
            :: else
            fi
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
#if ERRORS > 0
    :: atomic { /* an error in front of an item */
        failures_left != 0 && tx != NONE && !tx_sent ->
            failures_left--;
            tx = NONE;
            tx_last = NONE;
            raw = raw | FAILURE
        }
    :: atomic {
        failures_left != 0 && rx != NONE && !rx_got ->
            failures_left--;
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
    atomic {
        tx == NONE && rx == NONE ->
            engine_load_rx(first);
            engine_load_tx(first)
    }
}

/* gdma_append(): a side that stands at the item before, or rests behind it, sees the link or does
 * not. */
inline op_append(before, first)
{
    atomic {
        rx_next[before] = first;
        if
        :: rx == before -> rx_stale = true
        :: rx == before -> rx_stale = false
        :: rx == NONE && rx_last == before -> engine_load_rx(first)
        :: rx != before
        fi
    }
    atomic {
        tx_next[before] = first;
        if
        :: tx == before -> tx_stale = true
        :: tx == before -> tx_stale = false
        :: tx == NONE && tx_last == before -> engine_load_tx(first)
        :: tx != before
        fi
    }
}

/* gdma_take_events(), into t_events. */
inline op_take_events()
{
    t_events = raw & (listening | ERRORS_MASK);
    atomic {
        raw = raw & ~t_events;
        t_events = t_events & ERRORS_MASK
    }
}

/* gdma_stop(), into t_flag: whether it confirmed. What was under way has landed then, or never
 * will. */
inline op_stop()
{
    atomic {
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
            last_eof = NONE;
            raw = 0;
            t_last = 0;
            do
            :: t_last != ITEMS ->
                listed[t_last] = false;
                t_last++
            :: else -> break
            od
        :: else
        fi
    }
}

/* src/core/submit.c */

/* hand_over_locked(), of t_first to t_last. */
inline hand_over()
{
    atomic {
        t_before = item_last;
        item_last = t_last
    }
    if
    :: atomic { is_done(t_before) -> skip } op_start(t_first)
    :: atomic { else -> skip }
        op_append(t_before, t_first);
        atomic {
            if
            :: listening == 0 -> listening = EVENT_LIST_END
            :: else
            fi
        }
    fi
}

#define has_free_item (next_item(item_free) != item_oldest)
#define must_wait(r) (depends[r] && (r) != oldest)

/* submit_arm_locked() with arm_items_locked(). */
inline submit_arm()
{
    do
    :: atomic {
        waiting != 0 && has_free_item && (armed != 0 || !must_wait(arming)) ->
            t_first = item_free;
            t_last = NONE;
            do
            :: item_write(item_free, arming, armed);
                if
                :: t_last != NONE -> item_link(t_last, item_free)
                :: else
                fi;
                armed++;
                t_last = item_free;
                item_free = next_item(item_free);
                if
                :: armed == need[arming] || !has_free_item -> break
                :: else
                fi
            od
        }
        hand_over();
        atomic {
            if
            :: armed != need[arming] -> break
            :: else
            fi;
            last_item[arming] = t_last;
            armed = 0;
            arming = next_request(arming);
            waiting--
        }
    :: atomic { else -> break }
    od;
    atomic {
        if
        :: waiting != 0 && (listening & EVENT_ITEM) == 0 -> listening = EVENT_EOF | EVENT_ITEM
        :: else
        fi
    }
}

/* src/core/context.h, context_take_locked(), of a finished request. */
inline context_take()
{
    /* PROPERTY: every byte is in place when a request ends well. */
    assert(trouble[oldest] > ITEMS * 3 || written[oldest] == all_pieces(oldest));
    item_oldest = next_item(last_item[oldest]);
    oldest = next_request(oldest);
    in_flight--
}

/* src/core/recover.c */

/* find_position_locked(), disarm_locked(), take_over_locked() and so on, while the engine is
 * stopped; t_events is what it had reported. */
inline recover_position()
{
    t_item = item_oldest;
    t_request = oldest;
    t_index = 0;
    do
    :: t_item != item_free && is_done(t_item) ->
        if
        :: t_item == last_item[t_request] ->
            t_request = next_request(t_request);
            t_index++
        :: else
        fi;
        t_item = next_item(t_item)
    :: else -> break
    od;
    if
    :: t_item != item_free ->
        t_count = 1;
        t_last = t_item;
        do
        :: t_last != last_item[t_request] ->
            t_last = next_item(t_last);
            if
            :: t_last == item_free -> break
            :: else -> t_count++
            fi
        :: else -> break
        od;
        t_offset = (last_item[t_request] != NONE -> need[t_request] : armed) - t_count;
        /* PROPERTY: recovery goes on at the piece that it stopped at. */
        assert(t_offset == item_piece[t_item] && t_request == item_slot[t_item])
    :: else
    fi
}

inline recover_disarm()
{
    t_count = in_flight - waiting;
    t_last = t_request;
    do
    :: t_index < t_count ->
        last_item[t_last] = NONE;
        t_last = next_request(t_last);
        waiting++;
        t_index++
    :: else -> break
    od;
    arming = t_request;
    armed = t_offset;
    item_free = t_item;
    item_last = previous_item(t_item)
}

inline recover_mark_done(i, r)
{
    tx_own[i] = false;
    rx_own[i] = false;
    last_item[r] = i;
    item_last = i;
    item_free = next_item(i)
}

inline recover_finish()
{
    recover_mark_done(t_item, t_request);
    arming = next_request(t_request);
    armed = 0;
    waiting--
}

inline recover_take_over()
{
    if
    :: t_offset != 0 && trouble[t_request] == t_offset ->
        trouble[t_request] = TROUBLE_FAILED;
        recover_finish()
    :: else ->
        written[t_request] = written[t_request] | (1 << t_offset);
        trouble[t_request] = t_offset + 1;
        armed = t_offset + 1;
        if
        :: armed == need[t_request] -> recover_finish()
        :: else
        fi
    fi
}

/* recover_locked() */
inline recover()
{
    op_stop();
    atomic {
        if
        :: !t_flag ->
            item_free = item_oldest;
            waiting = 0;
            in_flight_max = 0;
            dead = true
        :: else ->
            recover_position();
            if
            :: t_item != item_free ->
                recover_disarm();
                t_flag = (t_events & FAILURE) == 0 && restarted_at != t_item;
                restarted_at = (t_flag -> t_item : NONE);
                if
                :: !t_flag -> recover_take_over()
                :: else
                fi;
                t_flag = true
            :: else -> t_flag = false
            fi
        fi;
        t_events = 0
    }
    if
    :: t_flag -> submit_arm()
    :: else
    fi
}

/* src/core/upkeep.c */

/* needed_events_locked(), into t_count. */
inline needed_events()
{
    if
    :: waiting != 0 || slot_waiters != 0 -> t_count = EVENT_EOF | EVENT_ITEM
    :: else ->
        t_count = (in_flight != 0 -> EVENT_LIST_END : 0);
        t_item = item_oldest;
        t_request = oldest;
        t_index = in_flight;
        do
        :: t_index != 0 ->
            if
            :: (listening & EVENT_ITEM) != 0 && last_item[t_request] != t_item ->
                t_count = EVENT_EOF | EVENT_ITEM;
                break
            :: else
            fi;
            if
            :: has_callback[t_request] -> t_count = EVENT_EOF
            :: else
            fi;
            t_item = next_item(last_item[t_request]);
            t_request = next_request(t_request);
            t_index--
        :: else -> break
        od
    fi
}

/* keep_listening_locked() */
inline keep_listening()
{
    atomic {
        needed_events();
        listening = t_count
    }
}

/* upkeep_listen_locked() */
inline upkeep_listen()
{
    atomic {
        if
        :: slot_waiters != 0 && (in_flight < in_flight_max || dead) -> slot_free = true
        :: else
        fi;
        keep_listening()
    }
}

/* await_late_locked(), into t_again. */
inline await_late()
{
    if
    :: atomic {
        (listening & EVENT_ITEM) != 0 || (last_eof != NONE && is_armed(last_eof)) -> skip
        }
        atomic {
            is_done(item_oldest) || (tx_back == NONE && rx_back == NONE) ->
                t_again = is_done(item_oldest)
        }
    :: atomic { else -> t_again = false }
    fi
}

/* resume_locked(), into t_again. */
inline resume()
{
    atomic {
        is_done(item_oldest) || (tx_back == NONE && rx_back == NONE) ->
            t_again = is_done(item_oldest)
    }
    if
    :: t_again
    :: else ->
        t_flag = (rx == NONE);
        if
        :: atomic { !tx_own[item_last] && !t_flag -> t_again = false }
        :: atomic { else -> skip }
            op_take_events();
            recover();
            t_again = true
        fi
    fi
}

/* upkeep_go_on_locked(), into t_again. */
inline upkeep_go_on()
{
    if
    :: dead -> /* recover_abandon_oldest_locked() */
        atomic {
            trouble[oldest] = TROUBLE_ABANDONED;
            recover_mark_done(item_oldest, oldest);
            t_again = true
        }
    :: else ->
        atomic { /* take_back_locked() */
            do
            :: item_oldest != item_free && item_oldest != last_item[oldest] &&
               is_done(item_oldest) -> item_oldest = next_item(item_oldest)
            :: else -> break
            od;
            if
            :: item_oldest != restarted_at -> restarted_at = NONE
            :: else
            fi
        }
        if
        :: waiting != 0 -> submit_arm()
        :: else
        fi;
        atomic {
            if
            :: !has_callback[oldest] -> keep_listening()
            :: else
            fi
        }
        if
        :: item_oldest == item_free -> t_again = false
        :: else ->
            if
            :: atomic { tx == NONE -> skip } resume()
            :: atomic { else -> skip } await_late()
            fi
        fi
    fi
}

/* upkeep_settle_locked() with is_stranded_locked(). */
inline upkeep_settle()
{
    t_flag = false;
    do
    :: atomic {
        !t_flag && in_flight != 0 && !delivering && is_finished ->
            t_flag = has_callback[oldest] || waiting != 0;
            if
            :: !t_flag -> context_take()
            :: else
            fi
        }
    :: atomic { else -> break }
    od;
    atomic {
        if
        :: t_flag -> pended = true
        :: !t_flag && item_oldest != item_free && waiting != 0 && is_done(item_oldest) ->
            pended = true
        :: !t_flag && item_oldest != item_free && waiting == 0 && listening == EVENT_LIST_END &&
           tx == NONE -> pended = true
        :: else
        fi
    }
}

/* src/core/async_memcpy.c */

/* append_locked(), of t_first behind t_before. */
inline append_short()
{
    if
    :: atomic { !is_done(t_before) -> skip }
        op_append(t_before, t_first);
        t_flag = !rx_own[last_item[oldest]]
    :: atomic { else -> skip }
        op_start(t_first);
        t_flag = true
    fi;
    atomic {
        if
        :: t_flag && has_callback[oldest] -> pended = true
        :: else
        fi
    }
}

#define is_short(r)                                                                         (in_flight == 1 -> (need[r] <= 2 && (!has_callback[r] || (listening & EVENT_EOF) != 0))                     : (need[r] == 1 && listening == EVENT_EOF && has_free_item && !must_wait(r)))

/* esp_async_memcpy() behind its checks. Ends with `accepted` set to the request's number, or 0. */
inline submit(me, accepted)
{
    accepted = 0;
    do
    :: port_lock(me);
        if
        :: in_flight >= in_flight_max -> /* upkeep_then_submit() */
            port_unlock();
            port_lock(me);
            upkeep_settle();
            if
            :: in_flight >= in_flight_max ->
                port_unlock();
                break
            :: else -> port_unlock()
            fi
        :: else ->
            atomic {
                t_request = free;
                free = next_request(free);
                in_flight++;
                trouble[t_request] = 0;
                written[t_request] = 0;
                seq[t_request] = next_seq;
                accepted = next_seq;
                next_seq++;
                choose_request(t_request);
                calls_due = calls_due + has_callback[t_request]
            }
            if
            :: atomic {
                is_short(t_request) ->
                    t_first = item_free;
                    t_last = t_first;
                    item_write(t_first, t_request, 0);
                    if
                    :: need[t_request] == 2 ->
                        t_last = next_item(t_first);
                        item_write(t_last, t_request, 1);
                        item_link(t_first, t_last)
                    :: else
                    fi;
                    t_before = item_last;
                    last_item[t_request] = t_last;
                    item_free = next_item(t_last);
                    item_last = t_last
                }
                if
                :: in_flight == 1 -> op_start(t_first)
                :: else -> append_short()
                fi
            :: atomic { else -> skip } /* submit_enqueue_locked() */
                last_item[t_request] = NONE;
                t_index = t_request;
                upkeep_settle();
                waiting++;
                if
                :: waiting == 1 ->
                    arming = t_index;
                    t_count = t_index;
                    submit_arm()
                :: else
                fi;
                atomic {
                    if
                    :: has_callback[t_index] && (listening & EVENT_EOF) == 0 ->
                        listening = EVENT_EOF
                    :: else
                    fi
                }
            fi;
            port_unlock();
            break
        fi
    od
}

/* What is asked for; anything. */
inline choose_request(r)
{
    if
    :: need[r] = 1
#if NEED_MAX > 1
    :: need[r] = 2
#endif
#if NEED_MAX > 2
    :: need[r] = 3
#endif
    fi;
    if
    :: has_callback[r] = true
    :: has_callback[r] = false
    fi;
    if
    :: depends[r] = false
    :: r != oldest && in_flight > 1 -> depends[r] = true
    fi
}

/* src/core/complete.c */

/* The delivery loop with deliver_locked(). */
inline deliver(me)
{
    if
    :: delivering
    :: else ->
        delivering = true;
        do
        :: atomic { in_flight == 0 -> break }
        :: in_flight != 0 ->
            if
            :: atomic {
                is_finished ->
                    slot = oldest;
                    context_take()
                }
                if
                :: waiting != 0 -> submit_arm()
                :: else
                fi;
                if
                :: has_callback[slot] ->
                    called = seq[slot];
                    /* PROPERTY: its slot is free before a callback runs. */
                    assert(in_flight < BACKLOG);
                    port_unlock();
                    callback(me);
                    port_lock(me)
                :: else
                fi;
                slot = 0;
                called = 0
            :: atomic { else -> skip }
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

inline callback(me)
{
    atomic {
        may_run(me) ->
            /* PROPERTY: no callback runs twice, none before an earlier one, one at a time. */
            assert(called > last_called && !calling && !uninstalled);
            last_called = called;
            calls_due--;
            calling = true
    }
#if TRIES_CALLBACK > 0
    if
    :: tries_callback != 0 ->
        tries_callback--;
        submit(me, accepted);
        accepted = 0
    :: skip
    fi;
#endif
    atomic {
        may_run(me) -> calling = false
    }
}

#if TRIES_CALLBACK > 0
byte tries_callback = TRIES_CALLBACK;
#endif

/* complete_isr(). The port calls it while an interrupt is asserted or pended. */
active proctype Isr()
{
    byte slot, called, accepted;
end:
    do
    :: atomic {
        interrupt_open && lock != TASK0 && (pended || (raw & (listening | ERRORS_MASK)) != 0) ->
            in_isr = true;
            pended = false
        }
        goto handle;
#if SPURIOUS > 0
    :: atomic {
        spurious != 0 && interrupt_open && lock != TASK0 ->
            spurious--;
            in_isr = true
        }
        goto handle;
#endif
handle:
        port_lock(ISR);
        op_take_events();
        if
        :: t_events != 0 -> recover()
        :: else
        fi;
        deliver(ISR);
        if
        :: listening != EVENT_EOF -> upkeep_listen()
        :: else
        fi;
        port_unlock();
        in_isr = false
    od
}

/* src/core/install.c: esp_async_memcpy_uninstall() with retire(). */
inline uninstall(me)
{
    port_lock(me);
    upkeep_settle();
    atomic {
        t_flag = in_flight == 0 && slot_waiters == 0 && !delivering && !dead;
        retired = t_flag;
        if
        :: t_flag -> in_flight_max = 0
        :: else
        fi
    }
    port_unlock();
    if
    :: retired ->
        /* port_interrupt_close() returns when the handler neither runs nor will. */
        atomic {
            may_run(me) -> interrupt_open = false
        }
        atomic {
            !in_isr ->
                /* PROPERTY: the engine has nothing left to do when its memory is given back. */
                assert((tx == NONE || tx_sent) && (rx == NONE || rx_got) && fifo == NONE);
                assert(tx_back == NONE && rx_back == NONE);
                assert(!calling && in_flight == 0);
                tx = NONE;
                rx = NONE;
                tx_sent = false;
                rx_got = false;
                rx_event = false;
                uninstalled = true
        }
    :: else
    fi
}

active proctype Task0()
{
    byte slot, called, accepted;
    bool retired;
    byte tries = TRIES0;
    do
    :: tries != 0 ->
        tries--;
        submit(TASK0, accepted);
        accepted = 0
    :: else -> break
    od;
    tasks_done++;
    closing;
    uninstall(TASK0);
    tasks_done++
}

active proctype Task1()
{
    byte slot, called, accepted;
    bool retired;
    byte tries = TRIES1;
    do
    :: tries != 0 ->
        tries--;
        submit(TASK1, accepted);
        accepted = 0
    :: else -> break
    od;
    tasks_done++
}

/* When nothing can happen any more. */
active proctype Closing()
{
    timeout ->
        atomic {
            /* PROPERTY: every call comes back, and every accepted request ends with no further call
             * into the driver; without a callback, that is: it is finished. */
            assert(tasks_done == 2 && calls_due == 0);
            assert(!in_isr && lock == FREE && !delivering);
            assert(in_flight == 0 || (waiting == 0 && is_done(item_last)));
            closing = true
        }
    timeout ->
        assert(uninstalled || dead)
}
