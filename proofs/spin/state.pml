/* SPDX-License-Identifier: Apache-2.0 */
/* The state of driver, engine and port, and the lock. */

#define NONE 15
#define NULL 0
#define USER 1
#define TICKET 1
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
bool item_eof[ITEMS];
byte tx_next[ITEMS];
byte rx_next[ITEMS];
byte item_slot[ITEMS];  /* stands for the addresses: whose piece, */
byte item_piece[ITEMS]; /* which one, */
byte item_seq[ITEMS];   /* and of which use of the slot */
bool listed[ITEMS];     /* written since the engine was last stopped */

#define is_done(i) (!tx_own[i] && !rx_own[i])

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
byte fifo = NONE; /* two items that were read and not yet written */
byte fifo_behind = NONE;
byte last_eof = NONE;
byte raw;       /* raised events */
bool silenced;  /* no interrupt is enabled, since a stop was not confirmed */
byte failures = FAILURES;

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
byte callback[BACKLOG]; /* NULL, USER, or TICKET + who waits for it */
bool small[BACKLOG];    /* the CPU is to copy it */
bool depends[BACKLOG]; /* on the request before it, if that is in flight */
byte last_item[BACKLOG] = NONE;
byte trouble[BACKLOG]; /* 0, where the engine went on, or one of: */
#define TROUBLE_FAILED 14
#define TROUBLE_ABANDONED 13
#define TROUBLE_WITHDRAWN 12
#define TROUBLE_BELOW_0 12

/* The port. */
byte lock = FREE;
bool in_isr;
bool pended;
bool interrupt_open = true;
byte spurious = SPURIOUS;
byte stalls = STALLS;
byte lost = LOST;

/* What only the properties look at. */
byte next_seq = 1; /* numbers accepted requests */
byte seq[BACKLOG];
byte written[BACKLOG]; /* pieces that are in place, one bit each */
byte last_called;      /* the request whose callback ran last */
byte cancelled;        /* up to which all has ended by a cancel that has returned */
byte calls_due;
bool calling;
bool uninstalled;
byte tasks_done;
bool reaping[4]; /* a task has its handler run */
chan go[4] = [0] of { bit };

byte callback_calls = CALLS_CALLBACK;
bool ticket_out[3];
bool ticket_ended[3];
bool ticket_signal[3];
bool masked; /* TASK0 takes no interrupts */
byte sleeping;
#ifdef PROMPT
bool stopped; /* the engine was, by a recovery */
#endif

/* Scratch of who holds the lock; zero when it is free. */
byte t_first, t_last, t_before, t_item, t_request, t_index, t_count, t_offset, t_events;
bool t_again, t_flag;

#define may_run (me != TASK0 || !in_isr)
#define is_finished (last_item[oldest] != NONE && is_done(last_item[oldest]))
#define is_armed(i) (item_distance(item_oldest, i) < item_distance(item_oldest, item_free))
#define all_pieces(r) ((1 << need[r]) - 1)

/* An assumption: transmit has left an item, and parked if that was the last it knew of, by the time
 * the interrupt handler looks at it after receive has finished with it. */
#ifdef PARK_LATE
#define park_has_risen skip
#else
#define park_has_risen (tx == NONE || !tx_sent || !is_done(tx))
#endif

/* Whether a request is in flight: the numbers of those are the highest ones. */
#define seq_in_flight(s) ((s) + in_flight >= next_seq)

/* Lets the engine, and whoever needs no lock, run on: stands before each access that the engine
 * sees or that sees the engine. Without it the holder of the lock runs alone. */
#define engine_runs go[lock]?_

/* Likewise, without the lock. */
#define others_run() go[me]?_

inline port_lock()
{
    lock == FREE && may_run;
    lock = me;
    assert(!uninstalled) /* PROPERTY: nothing of a driver is touched after its uninstall */
}

inline port_unlock()
{
    forget();
    lock = FREE;
    others_run()
}

/* Makes states alike that differ in nothing that matters. */
inline forget()
{
    t_first = 0;
    t_last = 0;
    t_before = 0;
    t_item = 0;
    t_request = 0;
    t_offset = 0;
    t_events = 0;
    t_again = false;
    t_flag = false;
    t_count = 0;
    do
    :: t_count != BACKLOG ->
        if
        :: (t_count + BACKLOG - oldest) % BACKLOG >= in_flight ->
            need[t_count] = 0;
            callback[t_count] = NULL;
            small[t_count] = false;
            depends[t_count] = false;
            last_item[t_count] = NONE;
            trouble[t_count] = 0;
            seq[t_count] = 0;
            written[t_count] = 0
        :: else
        fi;
        t_count++
    :: else -> break
    od;
    t_count = 0;
    do
    :: t_count != ITEMS ->
        if
        :: !is_armed(t_count) && t_count != tx && t_count != rx && is_done(t_count) ->
            item_slot[t_count] = 0;
            item_piece[t_count] = 0;
            item_seq[t_count] = 0;
            item_eof[t_count] = false;
            listed[t_count] = false;
            tx_next[t_count] = 0;
            rx_next[t_count] = 0
        :: else
        fi;
        t_count++
    :: else -> break
    od;
    if /* where a side rests matters to an append only */
    :: tx_last != item_last -> tx_last = NONE
    :: else
    fi;
    if
    :: rx_last != item_last -> rx_last = NONE
    :: else
    fi;
    t_count = 0;
    t_index = 0
}

/* engine.h, item_write(). */
inline item_write(i, r, piece)
{
    /* PROPERTY: no item is rewritten that the engine has not finished with. */
    assert(!listed[i] || is_done(i));
    assert(fifo != i && fifo_behind != i && tx_back != i && rx_back != i);
    assert(!(tx == i && !tx_sent) && !(rx == i && !rx_got));
    listed[i] = true;
    tx_own[i] = true;
    rx_own[i] = true;
    tx_next[i] = NONE;
    rx_next[i] = NONE;
    item_eof[i] = piece + 1 == need[r];
    item_slot[i] = r;
    item_piece[i] = piece;
    item_seq[i] = seq[r];
}

inline item_link(i, next)
{
    tx_next[i] = next;
    rx_next[i] = next;
}
