/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the emulator share. */
#ifndef EMU_INTERNAL_H
#define EMU_INTERNAL_H

#include <unicorn/unicorn.h>

#include "decode.h"
#include "emu.h"
#include "machine.h"
#include "trace.h"

/* The C3's own counter (README.md, section 1). */
enum { EMU_COUNTER_CSR_FIRST = 0x7E0 };
enum { EMU_COUNTER_SELECT, EMU_COUNTER_CONTROL, EMU_COUNTER_VALUE, EMU_COUNTER_COUNT };

/* An instruction that was decoded, and what it was decoded from. */
struct emu_decoded {
    uint32_t word;
    struct instruction instruction;
};

/* Events that a test image asked to be kept. */
struct emu_trace {
    struct trace_event *events;
    size_t count;
    size_t capacity;
    size_t next; /* the one to be given next */
};

/* Why the execution of instructions was left. */
enum emu_stop {
    STOP_NONE,
    STOP_INTERRUPT, /* one must be taken before the instruction at pc */
    STOP_SPECIAL,   /* the instruction at pc is not one that Unicorn may execute */
    STOP_REFUSED,   /* a report was written */
    STOP_EXIT,
    STOP_LIMIT,
};

struct emu {
    uc_engine *unicorn;
    struct image image;
    const struct emu_chip *chip;
    const uint8_t *code;         /* what the instruction bus shows */
    struct emu_decoded *decoded; /* for each halfword of it */
    uint64_t instructions_max;
    const char *arguments;
    bool stores_delayed; /* descriptor words must be told to the machine */
    emu_observer observer;
    void *observer_context;

    enum emu_stop stop;
    uint32_t pc; /* of the instruction that is being looked at or executed */
    const struct instruction *instruction; /* there */
    bool executing;                        /* it has begun, and is not counted yet */
    uint64_t instruction_count;            /* completed ones */
    uint32_t counter[EMU_COUNTER_COUNT];
    int exit_status;
    unsigned line;       /* of the interrupt that must be taken now */
    bool faults_planned; /* by a test image */
    unsigned again_line; /* an interrupt to be taken once more (FAULT_DOUBLE_INTERRUPT), or 0 */
    struct emu_trace trace;
    char report[EMU_REPORT_BYTES];
};

uint32_t emu_register(const struct emu *emu, int id);
void emu_set_register(struct emu *emu, int id, uint32_t value);
void emu_set_general_register(struct emu *emu, unsigned number, uint32_t value);

/* Ends the run: writes the report, unless one was written already. */
void emu_refuse(struct emu *emu, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Looks at the instruction at emu->pc before it is executed; sets emu->stop unless Unicorn may
 * execute it. */
void emu_inspect(struct emu *emu);

/* Does what the instruction at emu->pc does; it is one that emu_inspect() held back. */
void emu_execute_special(struct emu *emu);

/* A semihosting operation of host_calls.h. False: there is none such, or its block does not lie in
 * memory. */
bool emu_host_call(struct emu *emu, uint32_t operation, uint32_t address, uint32_t *result);

/* The line of the interrupt that must be taken before the instruction at emu->pc, or 0. */
unsigned emu_interrupt_line(struct emu *emu);

/* An exception of the instruction at emu->pc. */
void emu_raise(struct emu *emu, uint32_t cause, uint32_t value);
/* An interrupt before the instruction at emu->pc. */
void emu_interrupt(struct emu *emu, unsigned line);
/* Runs the machine's events until an interrupt pends. False: none ever will. Ends the run when none
 * comes for a long time. */
bool emu_sleep(struct emu *emu);
/* Counts one instruction, and lets its time pass. */
void emu_retire(struct emu *emu);

#endif
