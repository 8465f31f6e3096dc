/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated chip: Unicorn executes an image's instructions, the machine (sim/machine.h) does the
 * rest. One instruction is one CPU cycle, so runs are exact and repeatable; pipeline, bus and flash
 * delays of silicon are not modelled.
 *
 * What the emulated CPU refuses, which ends the run: instructions and CSRs that rv32imc_zicsr and
 * the datasheet do not give it, writes to CSRs that are read-only, or of bits that the datasheet
 * leaves open, user mode, any access to an address where nothing is, misaligned accesses, registers
 * in other units than words, data through the instruction bus and code through the data bus,
 * exceptions that the image does not handle, and whatever the machine's models complain of. So no
 * illegal instruction comes to a handler of the image.
 *
 * Code may change at any time, by the DMA or through the data bus: what is in memory then is
 * executed.
 */
#ifndef EMU_H
#define EMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image.h"

struct emu;

/* Is told each instruction before it is executed, and how many were completed before it. */
typedef void (*emu_observer)(uint32_t pc, uint64_t instruction_count, void *context);

struct emu_config {
    const char *chip;
    const char *image_path;
    uint64_t seed;             /* of the machine's choices */
    uint32_t variants;         /* MACHINE_* bits */
    uint64_t instructions_max; /* a cycle of sleep counts as one; 0: no limit */
    const char *arguments;     /* what semihosting gives as the command line; NULL: nothing */
};

enum emu_end {
    EMU_EXIT,    /* the image ended itself: status */
    EMU_LIMIT,   /* instructions_max were executed or slept */
    EMU_REFUSED, /* the image did what the chip cannot do */
    EMU_NO_ROOM, /* the image asked for the arguments, and has no room for them */
};

enum { EMU_REPORT_BYTES = 2048 };

struct emu_result {
    enum emu_end end;
    int status;
    uint64_t instruction_count;
    char report[EMU_REPORT_BYTES]; /* unless EMU_EXIT: lines that say what, where, and the registers
                                    */
};

/* Switches the chip on and loads the image. On an error returns NULL and writes one line. */
struct emu *emu_open(const struct emu_config *config, char *error, size_t error_bytes);
/* Switches the chip off. */
void emu_close(struct emu *emu);

void emu_observe(struct emu *emu, emu_observer observer, void *context);

/* Runs to the end. Once. */
void emu_run(struct emu *emu, struct emu_result *result);

/* What was loaded, for its names. */
const struct image *emu_image(const struct emu *emu);

/* Register x0 to x31 as it is now. */
uint32_t emu_general_register(const struct emu *emu, unsigned number);

/* A word of the memory as it is now; false where no memory is. */
bool emu_read_word(const struct emu *emu, uint32_t address, uint32_t *value);

#endif
