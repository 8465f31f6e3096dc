/* SPDX-License-Identifier: Apache-2.0 */
/* How requests reach the engine, and what keeps them going. */

/* src/core/submit.c */

/* hand_over_locked(), of t_first to t_last. */
inline hand_over()
{
    t_before = item_last;
    item_last = t_last;
    engine_runs;
    if
    :: is_done(t_before) -> op_start(t_first)
    :: else ->
        op_append(t_before, t_first);
        if
        :: listening == 0 -> op_listen(EVENT_LIST_END)
        :: else
        fi
    fi
}

#define has_free_item (next_item(item_free) != item_oldest)
#define must_wait(r) (depends[r] && (r) != oldest)

/* submit_arm_locked() with arm_request_locked() and arm_items_locked(). */
inline submit_arm()
{
    do
    :: waiting != 0 && has_free_item ->
        if
        :: trouble[arming] >= TROUBLE_BELOW_0 || armed == need[arming]
        :: trouble[arming] < TROUBLE_BELOW_0 && armed == 0 && small[arming] ->
            if /* copy_small_locked() */
            :: arming == oldest -> written[arming] = all_pieces(arming)
            :: else -> break
            fi
        :: else ->
            if
            :: armed == 0 && must_wait(arming) -> break
            :: else
            fi;
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
            od;
            hand_over();
            if
            :: armed != need[arming] -> break
            :: else
            fi
        fi;
        last_item[arming] = item_last;
        armed = 0;
        arming = next_request(arming);
        waiting--
    :: else -> break
    od;
    if
    :: waiting != 0 && (listening & EVENT_ITEM) == 0 -> op_listen(EVENT_EOF | EVENT_ITEM)
    :: else
    fi
}

/* src/core/context.h, context_take_locked(), of a finished request. */
inline context_take()
{
    /* PROPERTY: every byte is in place when a request ends well. */
    assert(trouble[oldest] >= TROUBLE_BELOW_0 || written[oldest] == all_pieces(oldest));
    item_oldest = next_item(last_item[oldest]);
    oldest = next_request(oldest);
    in_flight--;
    restarted_at = NONE
}

/* src/core/recover.c */

/* find_position_locked(), while the engine is stopped. t_item == NONE: all items are done. */
inline recover_position()
{
    t_before = previous_item(item_oldest);
    t_item = item_oldest;
    t_request = oldest;
    t_index = 0;
    do
    :: t_index < in_flight - waiting && last_item[t_request] == t_before ->
        t_request = next_request(t_request);
        t_index++
    :: else ->
        if
        :: t_item == item_free ->
            t_item = NONE;
            break
        :: else
        fi;
        if
        :: !is_done(t_item) -> break
        :: else
        fi;
        t_before = t_item;
        t_item = next_item(t_item)
    od;
    if
    :: t_item != NONE ->
        t_count = 1; /* count_items_locked() */
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

/* disarm_locked() */
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

/* take_over_locked() */
inline recover_take_over()
{
    if
    :: t_offset != 0 && trouble[t_request] == t_offset -> trouble[t_request] = TROUBLE_FAILED
#ifdef REPORTS_ERRORS
    :: true -> trouble[t_request] = TROUBLE_FAILED
#endif
    :: else ->
        /* PROPERTY: the CPU does one item at most in an interrupt. */
        assert(!took_over);
        took_over = true;
        written[t_request] = written[t_request] | (1 << t_offset);
        trouble[t_request] = t_offset + 1;
        armed = t_offset + 1
    fi
}

/* recover_take_back_locked(). Leaves t_flag: whether the engine is at rest, and t_item. */
inline recover_take_back()
{
    op_stop();
    if
    :: !t_flag ->
        item_free = item_oldest;
        waiting = 0;
        in_flight_max = 0;
        dead = true
    :: else ->
        recover_position();
        if
        :: t_item != NONE -> recover_disarm()
        :: else
        fi
    fi
}

/* recover_locked(), t_events being what the engine reported: lost_append is t_flag. */
inline recover()
{
    recover_take_back();
    if
    :: t_flag && t_item != NONE ->
        t_flag = (t_events & FAILURE) == 0 && restarted_at != t_item;
        restarted_at = (t_flag -> t_item : NONE);
        if
        :: !t_flag -> recover_take_over()
        :: else
        fi;
        submit_arm()
    :: else
    fi;
    t_events = 0
}

/* src/core/upkeep.c */

/* keep_listening_locked() with needed_events_locked(). */
inline keep_listening()
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
            :: callback[t_request] != NULL -> t_count = EVENT_EOF
            :: else
            fi;
            t_item = next_item(last_item[t_request]);
            t_request = next_request(t_request);
            t_index--
        :: else -> break
        od
    fi;
    if
    :: t_count != listening -> op_listen(t_count)
    :: else
    fi
}

/* upkeep_listen_locked() */
inline upkeep_listen()
{
    if
    :: slot_waiters != 0 && (in_flight < in_flight_max || dead) -> slot_free = true
    :: else
    fi;
    keep_listening()
}

/* see_to_item_locked() with is_any_late_locked() and await_done_locked(), into t_again. */
inline see_to_item()
{
    engine_runs;
    park_has_risen;
    t_flag = (tx == NONE);
    engine_runs;
    if
    :: !t_flag && (listening & EVENT_ITEM) == 0 && last_eof == previous_item(item_oldest) ->
        t_again = false
    :: else ->
        engine_runs;
        is_done(item_oldest) || (tx_back == NONE && rx_back == NONE);
        t_again = is_done(item_oldest);
        if
        :: t_again || !t_flag
        :: else ->
            engine_runs;
            t_flag = !tx_own[item_last];
            engine_runs;
            if
            :: t_flag && rx != NONE -> t_again = false /* receive will interrupt */
            :: else ->
                op_take_events();
                recover();
                pended = true;
                t_again = false
            fi
        fi
    fi
}

/* upkeep_go_on_locked(), into t_again. */
inline upkeep_go_on()
{
    if
    :: dead -> /* recover_abandon_oldest_locked() */
        tx_own[item_oldest] = false;
        rx_own[item_oldest] = false;
        if
        :: trouble[oldest] < TROUBLE_BELOW_0 -> trouble[oldest] = TROUBLE_ABANDONED
        :: else
        fi;
        last_item[oldest] = item_oldest;
        t_again = true
    :: else ->
        engine_runs;
        do /* take_back_locked() */
        :: item_oldest != item_free && item_oldest != last_item[oldest] && is_done(item_oldest) ->
            item_oldest = next_item(item_oldest)
        :: else -> break
        od;
        if
        :: item_oldest != restarted_at -> restarted_at = NONE
        :: else
        fi;
        if
        :: waiting != 0 -> submit_arm()
        :: else
        fi;
        if
        :: callback[oldest] == NULL -> keep_listening()
        :: else
        fi;
        if
        :: item_oldest != item_free -> see_to_item()
        :: item_oldest == item_free && last_item[oldest] == NONE -> t_again = false
        :: item_oldest == item_free && last_item[oldest] != NONE -> /* item_end() */
            tx_own[last_item[oldest]] = false;
            rx_own[last_item[oldest]] = false;
            t_again = true
        fi
    fi
}

/* upkeep_settle_locked() with is_stranded_locked(). */
inline upkeep_settle()
{
    t_flag = false;
    do
    :: !t_flag && in_flight != 0 && !delivering ->
        engine_runs;
        if
        :: is_finished ->
            t_flag = callback[oldest] != NULL || waiting != 0;
            if
            :: !t_flag -> context_take()
            :: else
            fi
        :: else -> break
        fi
    :: else -> break
    od;
    if
    :: t_flag -> pended = true
    :: !t_flag && item_oldest != item_free ->
        engine_runs;
        t_again = tx_own[item_last];
        engine_runs;
        if
        :: waiting != 0 && is_done(item_oldest) -> pended = true
        :: else ->
            engine_runs;
            if
            :: t_again && tx == NONE -> pended = true
            :: else
            fi
        fi;
        t_again = false
    :: else
    fi
}

/* src/core/async_memcpy.c */

/* append_locked(), of t_first behind t_before. */
inline append_short()
{
    engine_runs;
    if
    :: !is_done(t_before) ->
        op_append(t_before, t_first)
    :: else -> op_start(t_first)
    fi;
    engine_runs;
    if
    :: !rx_own[last_item[oldest]] -> pended = true
    :: else
    fi
}

/* What is asked for. */
inline choose_request(r, who)
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
    :: who != NULL -> callback[r] = TICKET + who
#if CALLBACKS != 0
    :: who == NULL -> callback[r] = USER
#endif
#if CALLBACKS != 1
    :: who == NULL -> callback[r] = NULL
#endif
    fi;
#ifdef SMALL
    if
    :: need[r] == 1 -> small[r] = true
    :: true
    fi;
#endif
    if
    :: depends[r] = false
#if DEPENDS
    :: r != oldest -> depends[r] = true
#endif
    fi
}

#define is_short(r)                                                                \
    (!small[r] &&                                                                  \
     (in_flight == 1                                                               \
          -> (need[r] <= 2 && (callback[r] == NULL || (listening & EVENT_EOF) != 0)) \
          : (need[r] == 1 && listening == EVENT_EOF && has_free_item && !must_wait(r))))

/* esp_async_memcpy() behind its checks, with a ticket if `who` is not NULL. Leaves its number in
 * `accepted`, or 0. */
inline submit(who)
{
    accepted = 0;
    do
    :: port_lock();
        if
        :: in_flight >= in_flight_max -> /* upkeep_then_submit() */
            port_unlock();
            port_lock();
            upkeep_settle();
            if
            :: in_flight >= in_flight_max -> break
            :: else -> port_unlock()
            fi
        :: else ->
            t_request = free;
            free = next_request(free);
            in_flight++;
            seq[t_request] = next_seq;
            accepted = next_seq;
            next_seq++;
            trouble[t_request] = 0;
            choose_request(t_request, who);
            calls_due = calls_due + (callback[t_request] != NULL);
            if
            :: is_short(t_request) ->
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
                item_last = t_last;
                if
                :: in_flight == 1 ->
                    engine_runs;
                    op_start(t_first)
                :: else -> append_short()
                fi
            :: else -> /* submit_enqueue_locked() */
                last_item[t_request] = NONE;
                waiting++;
                if
                :: waiting == 1 ->
                    arming = t_request;
                    submit_arm()
                :: else
                fi;
                if
                :: callback[t_request] != NULL && (listening & EVENT_EOF) == 0 ->
                    op_listen(EVENT_EOF)
                :: else
                fi;
                upkeep_settle()
            fi;
            break
        fi
    od;
    port_unlock()
}
