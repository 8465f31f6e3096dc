/* SPDX-License-Identifier: Apache-2.0 */
/* What a scenario may choose, and what happens otherwise. */

#define SUBMIT 1
#define BLOCKING 2
#define POLL 3
#define CANCEL 4
#define DRAIN 5
#define UNINSTALL 6

#ifndef ITEMS
#define ITEMS 3 /* backlog + 1, but at least 3: install.c, item_count() */
#endif
#ifndef BACKLOG
#define BACKLOG 2
#endif
#ifndef TASK0_CALLS
#define TASK0_CALLS SUBMIT /* what each context calls, and how often */
#endif
#ifndef TASK1_CALLS
#define TASK1_CALLS SUBMIT
#endif
#ifndef CALLBACK_CALLS
#define CALLBACK_CALLS 0
#endif
#ifndef CALLS0
#define CALLS0 1
#endif
#ifndef CALLS1
#define CALLS1 1
#endif
#ifndef CALLS_CALLBACK
#define CALLS_CALLBACK 1
#endif
#ifndef NEED_MAX
#define NEED_MAX 2 /* items of a request; above ITEMS - 1 it is streamed */
#endif
#ifndef CALLBACKS
#define CALLBACKS 2 /* 0: no request has one, 1: all, 2: any */
#endif
#ifndef DEPENDS
#define DEPENDS 1 /* requests may depend on the one before */
#endif
/* Whether an item's owner bits come back before its event, after it, or neither is sure. */
#define ANY_ORDER 0
#define OWNER_FIRST 1
#define EVENT_FIRST 2
#ifndef ORDER
#define ORDER ANY_ORDER
#endif
#ifndef FAILURES
#define FAILURES 0 /* errors that the engine may report */
#endif
#ifndef STALLS
#define STALLS 0 /* how often a task may find that no item was finished for too long */
#endif
#ifndef LOST
#define LOST 0 /* events that may be lost; then somebody polls at the end */
#endif
#ifndef SPURIOUS
#define SPURIOUS 0 /* interrupts that may come without a reason */
#endif
