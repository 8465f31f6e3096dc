/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of a device as a table: where they are, what they read after reset, what a write does
 * to each bit. Whatever a table cannot say is in two functions per register.
 */
#ifndef SIM_REGISTER_FILE_H
#define SIM_REGISTER_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"

/* One register, or an array of them, such as one per channel. A bit that is in none of the four
 * access masks is reserved: it reads 0, and setting it is a mistake. */
struct register_row {
    const char *name; /* with one %u if there is more than one */
    uint16_t id;      /* the model's name for it */
    uint16_t offset;
    uint16_t stride;
    uint8_t count;        /* 0 counts as 1 */
    uint8_t first_index;  /* the model's index of the first one */
    uint8_t first_number; /* what %u is for the first one */
    bool not_modelled;    /* exists in silicon; any use is complained of as such */
    uint32_t reset;
    uint32_t writable;  /* R/W: keeps what is written */
    uint32_t clears;    /* WTC: writing 1 clears */
    uint32_t triggers;  /* WT and R/W/SC: writing 1 acts, reads 0 */
    uint32_t read_only; /* RO: writing is without effect, and no mistake beside a writable bit */
    /* Bits of other blocks, of which the model knows only that they are not to be changed. */
    uint32_t foreign;
    uint32_t foreign_value;
    uint32_t (*read)(unsigned index); /* NULL: the stored value */
    /* After the store; NULL: nothing else happens. */
    void (*write)(unsigned index, uint32_t written, uint32_t before);
};

enum { REGISTER_WORDS_MAX = 320 };

/* The registers of one device. */
struct register_file {
    const char *block;
    const struct register_row *rows; /* ends with a row without a name */
    enum machine_complaint unknown;  /* what the use of an offset without a register is */
    uint32_t *values;                /* [id][index] */
    size_t index_count;
    const struct register_row *row_at[REGISTER_WORDS_MAX]; /* by word offset */
};

/* Makes the file ready for use; block, rows, unknown, values and index_count are set. */
void register_file_open(struct register_file *file);
/* All registers as after reset. */
void register_file_reset(struct register_file *file);

uint32_t register_file_read(const struct register_file *file, uint32_t offset);
void register_file_write(struct register_file *file, uint32_t offset, uint32_t value);

/* The stored value, for the model. */
static inline uint32_t *register_file_at(const struct register_file *file, unsigned id,
                                         unsigned index)
{
    return &file->values[id * file->index_count + index];
}

/* For checking the tables against the vendor's. */
struct register_description {
    const char *block;
    uint32_t base;
    char name[40];
    uint32_t offset;
    uint32_t reset;
    uint32_t writable;  /* R/W */
    uint32_t clears;    /* R/WTC/SS */
    uint32_t triggers;  /* WT and R/W/SC */
    uint32_t read_only; /* RO */
};

/* Describes register number index of a known chip, over all its blocks, whether it is on or not.
 * False: there is no such chip, or no such number any more. */
bool register_file_describe(const char *chip, size_t index, struct register_description *to);

#endif
