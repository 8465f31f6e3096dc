/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the emulator share. */
#ifndef EMU_INTERNAL_H
#define EMU_INTERNAL_H

#include <unicorn/unicorn.h>

#include "decode.h"
#include "emu.h"
#include "machine.h"
#include "trace.h"

/* The bits of mstatus, and the bits of mtvec that say where the vectors are. */
#define MSTATUS_MIE  (UINT32_C(1) << 3)
#define MSTATUS_MPIE (UINT32_C(1) << 7)
#define MSTATUS_MPP  (UINT32_C(3) << MSTATUS_MPP_SHIFT)
enum { MSTATUS_MPP_SHIFT = 11 };
#define MTVEC_BASE_MASK UINT32_C(0xFFFFFF00)

enum emu_csr {
    EMU_MSTATUS,
    EMU_MISA,
    EMU_MTVEC,
    EMU_MSCRATCH,
    EMU_MEPC,
    EMU_MCAUSE,
    EMU_MTVAL,
    EMU_MHARTID,
    EMU_COUNTER_SELECT, /* the C3's own counter (README.md, section 1) */
    EMU_COUNTER_CONTROL,
    EMU_COUNTER_VALUE,
    EMU_CSR_COUNT,
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
    STOP_STALE,     /* Unicorn would execute code that is not there any more */
    STOP_REFUSED,   /* a report was written */
    STOP_NO_ROOM,   /* likewise, because of the arguments */
    STOP_EXIT,
    STOP_LIMIT,
};

struct emu {
    uc_engine *unicorn;
    struct image image;
    const struct emu_chip *chip;
    uint32_t code_base; /* of the instruction bus */
    uint32_t code_bytes;
    const uint8_t *code;         /* what it shows */
    uint8_t *translated;         /* the code that all of Unicorn's translations were made from */
    struct instruction *decoded; /* for each halfword of it; no length: not yet */
    bool stale;                  /* the block that was entered is not what was translated */
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
    uint64_t slept_cycles;                 /* in sleep, which the limit counts as well */
    uint32_t csrs[EMU_CSR_COUNT];
    uint32_t register_address; /* of the one that is being read or written, or 0 */
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
/* Likewise, where no instruction can be fetched. */
void emu_refuse_jump(struct emu *emu, const char *what, uint32_t address);

void emu_reset_csrs(struct emu *emu);
/* Does what the instruction at emu->pc does, but for going on. False: the run is refused. */
bool emu_access_csr(struct emu *emu);

/* Has what was translated and decoded be the code as it is now. */
void emu_take_code(struct emu *emu);
/* Whether the code at `address` differs from what Unicorn may have translated. */
bool emu_code_changed(const struct emu *emu, uint32_t address, uint32_t bytes);
/* Has emu->instruction be the one at emu->pc, or NULL where no code can be. False: it has changed,
 * so that Unicorn must not execute what it translated. */
bool emu_fetch(struct emu *emu);

/* Looks at emu->instruction before it is executed; sets emu->stop unless Unicorn may
 * execute it. */
void emu_inspect(struct emu *emu);

/* Does what the instruction at emu->pc does; it is one that emu_inspect() held back. */
void emu_execute_special(struct emu *emu);

/* Refuses a semihosting call for its parameter block. */
void emu_refuse_block(struct emu *emu, uint32_t address);
/* A semihosting operation of host_calls.h. False: there is none such. */
bool emu_host_call(struct emu *emu, uint32_t operation, uint32_t address, uint32_t *result);

/* The line of the interrupt that must be taken before the instruction at emu->pc, or 0. */
unsigned emu_interrupt_line(struct emu *emu);

/* An exception of the instruction at emu->pc. */
void emu_raise(struct emu *emu, uint32_t cause, uint32_t value);
/* An interrupt before the instruction at emu->pc. */
void emu_interrupt(struct emu *emu, unsigned line);
/* Whether as much was executed and slept as may be. */
bool emu_limit_reached(const struct emu *emu);
/* Runs the machine's events until an interrupt pends. False: none ever will. Ends the run when none
 * comes for a long time, or when the limit is reached. */
bool emu_sleep(struct emu *emu);
/* Counts one instruction, and lets its time pass. */
void emu_retire(struct emu *emu);

#endif
