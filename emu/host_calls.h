/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a test image may ask of the emulator, beyond what a chip is: semihosting operations from the
 * range that is left to users (0x100 to 0x1FF). Images that are not tests do not use them.
 *
 * Included by the emulator and by test images. The parameter is the address of a block of words; an
 * operation returns 0 unless it says otherwise.
 */
#ifndef EMU_HOST_CALLS_H
#define EMU_HOST_CALLS_H

enum host_call {
    HOST_FAULT_PLAN = 0x100, /* kind, skip (low, high), count (low, high): see fault.h */
    HOST_FAULT_FORGET_ALL,
    HOST_FAULT_STRIKES, /* kind; returns 1 or 0 */
    HOST_FAULT_COUNT,   /* kind; two words receive the count (low, high) */
    HOST_STATS,         /* the block receives struct machine_stats */
    HOST_HAS_VARIANT,   /* a MACHINE_* bit; returns 1 or 0 */
    HOST_WAIT,          /* runs events until an interrupt pends; returns 1, or 0: none ever will */
    HOST_TRACE_START,   /* keeps all events from now on; a trace that goes elsewhere ends */
    HOST_TRACE_NEXT,    /* the block receives struct trace_event; returns 1, or 0: there is none */
    HOST_TRACE_STOP,
    HOST_CALLS_END,
};

#endif
